"""What is true of a visit that begins: the only place where location, device and source are looked up."""

from collections.abc import Callable

from collector.device import describe
from collector.location import Location
from collector.messages import Arrival
from collector.screen import language_of, screen_class
from collector.source import classify
from collector.state import Origin
from collector.text import shorten

CONNECTIONS = ("slow-2g", "2g", "3g", "4g")
AUDIENCES = ("customer", "other")  # anything finer would be a profile, which consent to statistics does not cover


def origin_of(arrival: Arrival, locate: Callable[[str], Location], is_internal: Callable[[str], bool]) -> Origin:
    """The dimensions of the visit. `is_internal` tells the site's own hosts. Values are cut: states must be small."""
    place = locate(arrival.address)
    device = describe(arrival.user_agent, arrival.hints)
    source = classify(arrival.query, arrival.referrer, is_internal)
    return Origin(
        arrival.path,
        source.channel,
        source.source,
        shorten(source.medium, 32),
        shorten(source.campaign, 48),
        shorten(source.term, 48),
        shorten(source.content, 48),
        place.country,
        shorten(place.region, 40),
        shorten(place.city, 40),
        device.device,
        device.browser,
        device.browser_version,
        device.os,
        device.os_version,
        screen_class(arrival.width),
        language_of(arrival.language),
        arrival.audience if arrival.audience in AUDIENCES else "",
        arrival.connection if arrival.connection in CONNECTIONS else "",
    )
