"""The tables that can answer, from the smallest to the largest, and the choice among them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dashboards.query.errors import QueryError

# One more page view is one more event, as in Plausible; under event:name it is called `pageview`.
ALL_EVENTS = "t.pageviews + t.events"
NAMED = "if(t.name = '', 'pageview', t.name)"
PAGEVIEW_EVENTS = (
    "(SELECT site, day, name, events, event_visitors FROM rollup_events UNION ALL"
    " SELECT site, day, 'pageview' AS name, pageviews AS events, 0 AS event_visitors FROM rollup_site)"
)
# What sums up to amounts of several currencies, in their minor units. The revenue of all events stands under no goal,
# for an event can reach several.
AMOUNTS = (
    "if(t.revenue = 0 OR t.goal {} '', CAST(map(), 'Map(String, Int64)'),"
    " map(toString(t.currency), toInt64(t.revenue)))"
)
COUNTRY_NAME = (
    "transform(toString(t.country), {country_codes:Array(String)}, {country_names:Array(String)}, toString(t.country))"
)


@dataclass(frozen=True)
class Table:
    """`columns` are its dimensions, `measures` what it sums: by the names of dimensions.py and metrics.py, in SQL.

    `detail` is kept for detail_days only. `keyed` has a row for each property of an event; of events that reached goals
    also one without a key.
    """

    source: str
    columns: Mapping[str, str]
    measures: Mapping[str, str]
    detail: bool = False
    keyed: bool = False


def _same(*names: str) -> dict[str, str]:
    return {name: f"t.{name}" for name in names}


VISITS = {**_same("visits", "bounces", "pageviews", "seconds"), "events": ALL_EVENTS}
NEW = "if(t.gap = 65535, t.visitors, 0)"  # never seen before, as far as the browser remembers
DAYS = {"visitors": "t.visitors", "new_visitors": NEW, **VISITS}
PAID = {"revenue": AMOUNTS.format("!="), "goal_revenue": AMOUNTS.format("=")}
CONVERSIONS = {**_same("conversions", "goal_visitors"), **PAID}
GOAL_EXITS = {"goal_exits": "t.exits", **PAID}  # conversions where the visits ended, and what was paid in them
OF_EVENTS = _same("goal", "currency", "name", "value")
SOURCES = _same("channel", "source", "medium", "campaign", "content", "term")
PLACES = {**_same("country", "region", "city"), "country_name": COUNTRY_NAME}
DEVICES = _same("device", "os", "browser", "os_version", "browser_version", "screen")
AUDIENCES = _same("audience", "language", "connection")
ORIGINS = {**SOURCES, **PLACES, **DEVICES, **AUDIENCES, **_same("entry")}

TABLES = (
    Table("rollup_site", {}, DAYS),
    Table(PAGEVIEW_EVENTS, _same("name"), _same("events", "event_visitors")),
    Table("rollup_hours", _same("hour"), {"hour_visitors": "t.hour_visitors", **VISITS}),
    Table("rollup_audiences", AUDIENCES, DAYS),
    Table("rollup_devices", DEVICES, DAYS),
    Table("rollup_places", PLACES, DAYS),
    Table("rollup_sources", SOURCES, DAYS),
    # Visits, bounces and exits are booked on one page each, the rest on the page where it happened.
    Table("rollup_pages", _same("page"), _same("page_visitors", "pageviews", "seconds", "depth", "depths")),
    Table("rollup_pages", {"entry": "t.page"}, _same("visits", "bounces")),
    Table("rollup_pages", {"exit": "t.page"}, _same("exits", "pageviews")),
    Table("rollup_goals", _same("goal", "currency"), CONVERSIONS),
    Table("rollup_goal_exits", {**_same("goal", "currency"), "exit": "t.page"}, GOAL_EXITS),
    Table("rollup_goal_events", OF_EVENTS, CONVERSIONS, keyed=True),
    Table("rollup_properties", {**_same("value"), "name": NAMED}, _same("events"), keyed=True),
    Table(
        "counters",
        {**ORIGINS, **_same("hour", "page"), "exit": "t.page", "name": NAMED},
        {**DAYS, **_same("hour_visitors", "page_visitors", "event_visitors", "exits", "depth", "depths")},
        detail=True,
    ),
    Table("conversions", {**ORIGINS, **_same("hour", "page", "goal", "currency")}, CONVERSIONS, detail=True),
    Table("goal_exits", {**ORIGINS, **_same("hour", "goal", "currency"), "exit": "t.page"}, GOAL_EXITS, detail=True),
    Table("goal_events", {**ORIGINS, **OF_EVENTS, **_same("hour", "page")}, CONVERSIONS, detail=True, keyed=True),
    Table("properties", {**ORIGINS, **_same("value"), "name": NAMED}, _same("events"), detail=True, keyed=True),
)

# Asked by the reports of their own names.
FUNNELS = (
    Table("rollup_funnels", {}, _same("reached")),
    Table("funnel_steps", ORIGINS, _same("reached"), detail=True),
)


def choose(columns: Collection[str], measures: Collection[str], tables: Sequence[Table] = TABLES) -> Table:
    """The smallest table that has all of them. Raises QueryError."""
    for table in tables:
        if table.columns.keys() >= set(columns) and table.measures.keys() >= set(measures):
            return table
    raise QueryError(f"nothing counts {', '.join(sorted(measures))} by {', '.join(sorted(columns))} together")
