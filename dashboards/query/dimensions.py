"""The dimensions of a query: their names, what the counters call them, and how empty values read."""

from functools import lru_cache
from typing import NamedTuple

from babel import Locale

from dashboards.query.errors import QueryError

NOT_SET = "(not set)"
DIRECT = "Direct / None"
TIMES = ("time", "time:hour", "time:day", "time:week", "time:month")
PROPERTY = "event:props:"
LONGEST_KEY = 64  # bytes of the name of a property


class Dimension(NamedTuple):
    """`column` is its name in the tables (tables.py), `empty` how the API writes an empty value, which filters see."""

    column: str
    empty: str = NOT_SET
    warning: str = ""


ONE_SOURCE = "utm_source and the referring site are kept as one source: the value is whichever was there"

DIMENSIONS = {
    "event:page": Dimension("page", ""),
    "event:name": Dimension("name", ""),
    "event:goal": Dimension("goal", ""),
    "event:currency": Dimension("currency"),
    "visit:entry_page": Dimension("entry", ""),
    "visit:exit_page": Dimension("exit", ""),
    "visit:channel": Dimension("channel"),
    "visit:source": Dimension("source", DIRECT),
    "visit:referrer": Dimension("source", DIRECT, "the host or name of the referring site; no path is kept"),
    "visit:utm_source": Dimension("source", DIRECT, ONE_SOURCE),
    "visit:utm_medium": Dimension("medium"),
    "visit:utm_campaign": Dimension("campaign"),
    "visit:utm_content": Dimension("content"),
    "visit:utm_term": Dimension("term"),
    "visit:device": Dimension("device"),
    "visit:browser": Dimension("browser"),
    "visit:browser_version": Dimension("browser_version"),
    "visit:os": Dimension("os"),
    "visit:os_version": Dimension("os_version"),
    "visit:screen": Dimension("screen"),
    "visit:country": Dimension("country", ""),
    "visit:country_name": Dimension("country_name"),
    "visit:region": Dimension("region", ""),
    "visit:region_name": Dimension("region"),
    "visit:city": Dimension("city", ""),
    "visit:city_name": Dimension("city"),
    "visit:language": Dimension("language"),
    "visit:audience": Dimension("audience"),
    "visit:connection": Dimension("connection"),
}
GOALS = frozenset({"event:goal", "event:currency"})

NOT_KEPT = {
    "event:hostname": "the host of a page is not kept; a site is one domain",
    "segment": "there are no saved segments",
    "visit:entry_page_hostname": "the host of a page is not kept",
    "visit:exit_page_hostname": "the host of a page is not kept",
}


def check_dimension(name: str, *, in_filter: bool = False) -> str:
    """The name, if there is such a dimension. Raises QueryError."""
    if name in DIMENSIONS or (name in TIMES and not in_filter) or is_property(name):
        return name
    if name in TIMES:
        raise QueryError(f"{name} cannot be filtered by; set date_range instead")
    if name.startswith(PROPERTY):
        raise QueryError(f"{name}: the name of a property has 1 to {LONGEST_KEY} bytes")
    if name in NOT_KEPT:
        raise QueryError(f"{name}: {NOT_KEPT[name]}")
    raise QueryError(f"unknown dimension {name!r}; there are {', '.join((*DIMENSIONS, PROPERTY + '<key>', *TIMES))}")


def dimension(name: str) -> Dimension:
    """What a name stands for. All properties of events stand in one column, beside their key."""
    return Dimension("value", "") if name.startswith(PROPERTY) else DIMENSIONS[name]


def names_of_empty(name: str) -> frozenset[str]:
    """What `is` takes for an empty value: what the API writes, nothing and, of what visits have, (not set)."""
    return frozenset({"", dimension(name).empty, NOT_SET if name.startswith("visit:") else ""})


def is_property(name: str) -> bool:
    """Whether it is a property of events with a name that can be kept."""
    key = name.removeprefix(PROPERTY)
    return name.startswith(PROPERTY) and key.isprintable() and 0 < len(key.encode(errors="replace")) <= LONGEST_KEY


def is_of_goal(name: str) -> bool:
    """Whether a conversion has it, and a visit has not: its goal, its currency, the event that reached it."""
    return name in GOALS or name == "event:name" or name.startswith(PROPERTY)


@lru_cache(maxsize=1)
def country_names() -> tuple[list[str], list[str]]:
    """Codes of ISO 3166-1 and the English names of these countries, in the same order."""
    names = {code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    return list(names), list(names.values())
