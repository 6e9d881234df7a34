"""How dimensions and their values are called for people, in the reader's language. No I/O."""

from collections.abc import Sequence

from collector.gate import REASONS
from dashboards.address import UNKNOWN
from dashboards.i18n import _, locale


def dimension(name: str) -> str:
    """The heading of a column, in the singular."""
    return {
        "page": _("Page"),
        "entry": _("Entry page"),
        "exit": _("Exit page"),
        "channel": _("Channel"),
        "source": _("Source"),
        "campaign": _("Campaign"),
        "medium": _("Medium"),
        "term": _("Term"),
        "content": _("Content"),
        "country": _("Country"),
        "region": _("Region"),
        "city": _("City"),
        "device": _("Device"),
        "screen": _("Screen"),
        "browser": _("Browser"),
        "browser_version": _("Version"),
        "os": _("System"),
        "os_version": _("Version"),
        "language": _("Language"),
        "audience": _("Audience"),
        "connection": _("Connection"),
    }[name]


def filter_name(name: str) -> str:
    """The dimension in the list of what can be filtered by, where `Version` alone would say too little."""
    return {"browser_version": _("Browser version"), "os_version": _("System version")}.get(name) or dimension(name)


def tab(name: str) -> str:
    """The dimension as the name of a tab."""
    return {
        "page": _("Top"),
        "entry": _("Entry"),
        "exit": _("Exit"),
        "channel": _("Channels"),
        "source": _("Sources"),
        "campaign": _("Campaigns"),
        "country": _("Countries"),
        "region": _("Regions"),
        "city": _("Cities"),
        "device": _("Kind"),
        "browser": _("Name"),
        "os": _("Name"),
        "language": _("Languages"),
    }.get(name) or dimension(name)


def listing(name: str) -> str:
    """The dimension as the title of a list of all its values."""
    return {
        "page": _("Pages"),
        "entry": _("Entry pages"),
        "exit": _("Exit pages"),
        "device": _("Devices"),
        "screen": _("Screens"),
        "browser": _("Browsers"),
        "browser_version": _("Browsers and their versions"),
        "os": _("Systems"),
        "os_version": _("Systems and their versions"),
        "medium": _("Media"),
        "term": _("Terms"),
        "content": _("Contents"),
    }.get(name) or tab(name)


def panel(name: str) -> str:
    return {
        "pages": _("Pages"),
        "sources": _("Sources"),
        "places": _("Places"),
        "devices": _("Devices"),
        "browsers": _("Browsers"),
        "systems": _("Systems"),
        "languages": _("Languages"),
        "audiences": _("Customers and others"),
        "screens": _("Screens"),
        "connections": _("Connections"),
    }[name]


def value(name: str, kept: str) -> str:
    """A value of a dimension as it is shown; what is empty gets a word."""
    if not kept:
        return _("Direct") if name in ("source", "channel") else _("Unknown")
    if name == "country":
        return str(locale().territories.get(kept, kept))
    if name == "language":
        spoken = str(locale().languages.get(kept, kept))
        return spoken[:1].upper() + spoken[1:]
    closed = {"device": device, "screen": screen, "audience": audience, "connection": connection}
    return closed[name](kept) if name in closed else kept


def row(name: str, values: Sequence[str]) -> str:
    """The name of a row: a version stands behind what it is a version of, a city before its country."""
    if name in ("browser_version", "os_version"):
        return f"{values[1] or _('Unknown')} {values[0]}".strip()
    if name in ("region", "city") and values[1]:
        return f"{value(name, values[0])}, {value('country', values[1])}"
    return value(name, values[0])


def audience(kept: str) -> str:
    return {"customer": _("Customer"), "other": _("Other")}.get(kept, kept)


def connection(kept: str) -> str:
    return {"slow-2g": _("Slower than 2G"), "2g": "2G", "3g": "3G", "4g": _("4G or better")}.get(kept, kept)


def condition(how: str) -> str:
    """A condition of a filter, between the dimension and the value."""
    return {
        "": _("is"),
        "not": _("is not"),
        "has": _("contains"),
        "lacks": _("does not contain"),
        "fits": _("matches"),
        "misfits": _("does not match"),
    }[how]


def kept(dimension_name: str, typed: str) -> str:
    """The value as it is kept, of what a person typed: a name stands for its code."""
    wanted = typed.strip().casefold()
    codes = {
        "country": [str(code) for code in locale().territories if len(str(code)) == 2],
        "language": [str(code) for code in locale().languages],
        "device": ["desktop", "mobile", "tablet", "tv", "console"],
        "screen": ["xs", "s", "m", "l", "xl"],
        "audience": ["customer", "other"],
        "connection": ["slow-2g", "2g", "3g", "4g"],
    }
    for code in codes.get(dimension_name, ()):
        if wanted in (code.casefold(), value(dimension_name, code).casefold()):
            return code
    if dimension_name != "channel" and wanted == value(dimension_name, "").casefold():
        return UNKNOWN
    return typed.strip()


def device(kept: str) -> str:
    return {
        "desktop": _("Desktop"),
        "mobile": _("Mobile"),
        "tablet": _("Tablet"),
        "tv": _("Television"),
        "console": _("Console"),
    }.get(kept, kept)


def screen(kept: str) -> str:
    return {
        "xs": _("Very small"),
        "s": _("Small"),
        "m": _("Medium"),
        "l": _("Large"),
        "xl": _("Very large"),
    }.get(kept, kept)


def drop(reason: str) -> tuple[str, str]:
    """What a reason for not counting is called, and what it means."""
    called = {
        "site": _("Unknown site"),
        "origin": _("Foreign page"),
        "signal": _("Privacy signal"),
        "consent": _("No consent"),
        "bot": _("Robot"),
        "excluded": _("Left out"),
        "no_visit": _("Left without a visit"),
        "token": _("Unreadable visit state"),
        "currency": _("Unknown currency"),
    }.get(reason, reason)
    meaning = next((text for name, text in REASONS.items() if name == reason), "")
    return called, meaning and _(meaning)
