"""How dimensions and their values are called for people, in the reader's language. No I/O."""

from collector.gate import REASONS
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
    }[name]


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
    if name == "device":
        return device(kept)
    return screen(kept) if name == "screen" else kept


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
    }.get(reason, reason)
    meaning = next((text for name, text in REASONS.items() if name == reason), "")
    return called, meaning and _(meaning)
