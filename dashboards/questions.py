"""What a page asks the query layer, in its language: dimensions, metrics, days and filters of an address. No I/O."""

from collections.abc import Sequence
from datetime import date, datetime

from dashboards import figures
from dashboards.address import CONDITIONS, UNKNOWN, Address, split
from dashboards.query import Query, parse

DIMENSIONS = {
    "page": "event:page",
    "entry": "visit:entry_page",
    "exit": "visit:exit_page",
    "channel": "visit:channel",
    "source": "visit:source",
    "campaign": "visit:utm_campaign",
    "medium": "visit:utm_medium",
    "term": "visit:utm_term",
    "content": "visit:utm_content",
    "country": "visit:country",
    "region": "visit:region",
    "city": "visit:city",
    "device": "visit:device",
    "screen": "visit:screen",
    "browser": "visit:browser",
    "browser_version": "visit:browser_version",
    "os": "visit:os",
    "os_version": "visit:os_version",
    "language": "visit:language",
    "audience": "visit:audience",
    "connection": "visit:connection",
}
NAMES_OF = {"country": "visit:country_name"}  # what a part of a name is looked for in, where codes are kept
# A value alone would be ambiguous: version 17 of what, Riga of which country.
WITHIN = {"browser_version": "browser", "os_version": "os", "region": "country", "city": "country"}

Range = tuple[date, date] | tuple[datetime, datetime]


def dimensions(name: str) -> list[str]:
    """The dimension itself and, where it needs one, the dimension within which it has a meaning."""
    return [DIMENSIONS[each] for each in (name, WITHIN.get(name)) if each]


def row_address(address: Address, dimension: str, values: Sequence[str]) -> Address:
    """The same page with only what stands in a row."""
    within = WITHIN.get(dimension)
    only = address.only(dimension, values[0])
    return only.only(within, values[1]) if within and values[1] else only


def metrics(address: Address, *, hourly: bool = False) -> list[str]:
    """The metrics that can be known under the filters: which visits saw a page is not kept."""
    pages = _pages(address)
    if pages:
        return ["visitors", "pageviews"] if _one_page(address) and not hourly else ["pageviews"]
    return list(figures.METRICS)


def _pages(address: Address) -> list[str]:
    """The filters by page; of more than one page the visitors are not known."""
    return [name for name, _value in address.filters if split(name)[0] == "page"]


def _one_page(address: Address) -> bool:
    """Whether the filters leave one page alone."""
    return _pages(address) == ["page"] and not (address.any and address.conditions > 1)


def shown_metric(address: Address) -> str:
    """The metric of the line: the one the address chose or, where that cannot be known, the first that can."""
    known = metrics(address, hourly=address.interval == "hour")
    return address.metric if address.metric in known else known[0]


def unit(dimension: str, address: Address) -> str:
    """The metric by which a table is ordered."""
    if dimension == "exit":
        return "visits"
    return "visitors" if dimension == "page" or not _pages(address) or _one_page(address) else "pageviews"


def query(
    address: Address,
    wanted: Sequence[str],
    by: Sequence[str] = (),
    days: Range | None = None,
    limit: int = 10_000,
    labels: bool = False,
) -> Query:
    """The question for these metrics. Raises QueryError for what the counters cannot know."""
    first, last = days or (address.period.first, address.period.last)
    document: dict[str, object] = {
        "site_id": address.site,
        "metrics": list(wanted),
        "date_range": [first.isoformat(), last.isoformat()],
        "dimensions": list(by),
        "filters": filters(address),
        "pagination": {"limit": limit},
    }
    if labels:
        document["include"] = {"time_labels": True}
    return parse(document)


def ever(site: str, wanted: Sequence[str], only: Sequence[list[object]]) -> Query:
    """A question about all days that are kept, whatever an address says."""
    return parse({"site_id": site, "metrics": list(wanted), "date_range": "all", "filters": list(only)})


def filters(address: Address) -> list[list[object]]:
    """The filters of an address: a dimension named twice with one condition takes either value.

    So a list of these must all hold, as in the API; where any is enough, it is one "or".
    """
    values: dict[str, list[str]] = {}
    for name, value in address.filters:
        values.setdefault(name, []).append("" if value == UNKNOWN else value)
    found = [condition(name, wanted) for name, wanted in values.items()]
    return [["or", found]] if address.any and len(found) > 1 else found


def condition(name: str, values: list[str]) -> list[object]:
    """One filter. Parts of names are looked for as people write them, in capitals or not. What is unknown has no parts:
    the words that the API has for it are not those of the pages.
    """
    dimension, how = split(name)
    known = DIMENSIONS[dimension] if how in ("", "not") else NAMES_OF.get(dimension, DIMENSIONS[dimension])
    insensitive: list[object] = [{"case_sensitive": False}] if how in ("has", "lacks") else []
    one: list[object] = [CONDITIONS[how], known, values, *insensitive]
    if how in ("", "not") or "" in values or known == "event:page":
        return one
    unknown = [known, [""]]
    return ["and", [one, ["is_not", *unknown]]] if how in ("has", "fits") else ["or", [one, ["is", *unknown]]]
