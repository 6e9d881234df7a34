"""The tables that can answer, from the smallest to the largest, and the choice among them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dashboards.query.errors import QueryError

# One more page view is one more event, as in Plausible; under event:name it is called `pageview`.
ALL_EVENTS = "t.pageviews + t.events"
NAMED = "if(t.name = '', 'pageview', t.name)"
PAGEVIEW_EVENTS = (
    "(SELECT site, day, name, events FROM rollup_events"
    " UNION ALL SELECT site, day, 'pageview' AS name, pageviews AS events FROM rollup_site)"
)
COUNTRY_NAME = (
    "transform(toString(t.country), {country_codes:Array(String)}, {country_names:Array(String)}, toString(t.country))"
)


@dataclass(frozen=True)
class Table:
    """`columns` are its dimensions, `measures` what it sums: by the names of dimensions.py and metrics.py, in SQL."""

    source: str
    columns: Mapping[str, str]
    measures: Mapping[str, str]
    detail: bool = False  # kept for detail_days only


def _same(*names: str) -> dict[str, str]:
    return {name: f"t.{name}" for name in names}


VISITS = {**_same("visits", "bounces", "pageviews", "seconds"), "events": ALL_EVENTS}
DAYS = {"visitors": "t.visitors", **VISITS}
SOURCES = _same("channel", "source", "medium", "campaign", "content", "term")
PLACES = {**_same("country", "region", "city"), "country_name": COUNTRY_NAME}
DEVICES = _same("device", "os", "browser", "os_version", "browser_version", "screen")
AUDIENCES = _same("audience", "language")

TABLES = (
    Table("rollup_site", {}, DAYS),
    Table(PAGEVIEW_EVENTS, _same("name"), _same("events")),
    Table("rollup_hours", _same("hour"), {"hour_visitors": "t.hour_visitors", **VISITS}),
    Table("rollup_audiences", AUDIENCES, DAYS),
    Table("rollup_devices", DEVICES, DAYS),
    Table("rollup_places", PLACES, DAYS),
    Table("rollup_sources", SOURCES, DAYS),
    # Visits, bounces and exits are booked on one page each, the rest on the page where it happened.
    Table("rollup_pages", _same("page"), _same("page_visitors", "pageviews", "seconds", "depth", "depths")),
    Table("rollup_pages", {"entry": "t.page"}, _same("visits", "bounces")),
    Table("rollup_pages", {"exit": "t.page"}, _same("exits", "pageviews")),
    Table(
        "counters",
        {
            **SOURCES, **PLACES, **DEVICES, **AUDIENCES, **_same("hour", "entry", "page"),
            "exit": "t.page", "name": NAMED,
        },
        {**DAYS, **_same("hour_visitors", "page_visitors", "exits", "depth", "depths")},
        detail=True,
    ),
)  # fmt: skip


def choose(columns: Collection[str], measures: Collection[str]) -> Table:
    """The smallest table that has all of them. Raises QueryError."""
    for table in TABLES:
        if table.columns.keys() >= set(columns) and table.measures.keys() >= set(measures):
            return table
    raise QueryError(f"nothing counts {', '.join(measures)} by {', '.join(columns)}")
