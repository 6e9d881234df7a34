"""One statement's way: from a query and its period to the tables, the SQL and the rows."""

from collections.abc import Collection
from datetime import date
from typing import Any

import msgspec

from dashboards.query import sql
from dashboards.query.dimensions import TIMES, dimension, is_of_goal
from dashboards.query.errors import QueryError
from dashboards.query.filters import Filter, Leaf, leaves
from dashboards.query.kept import Source
from dashboards.query.metrics import FRACTIONS, family, grouped_by, measures
from dashboards.query.money import amounts, money
from dashboards.query.parse import Query
from dashboards.query.patterns import check_patterns
from dashboards.query.period import Period, bucket_of, hour_label
from dashboards.query.result import Row, Value
from dashboards.query.store import fetch
from dashboards.query.tables import choose

DAILY = {"page_visitors": "event:page", "event_visitors": "event:name", "goal_visitors": "event:goal"}


def planned(query: Query, period: Period, source: Source) -> sql.Plan:
    """What is to be summed, in the smallest tables that know. Raises QueryError."""
    used = query.filtered | set(query.dimensions)
    bucket = bucket_of(query.time, period)
    hourly = bucket == "time:hour" or period.hours is not None
    needed = measures(query.metrics, used, query.filtered, hourly=hourly)
    if hourly and (by_day := [DAILY[measure] for measure in needed.values() if measure in DAILY]):
        raise QueryError(f"visitors by {by_day[0]} are known by the day; use whole days and time:day")
    families = dict.fromkeys(family(*each) for each in needed.items())
    parts = tuple(_part(each, query, needed, hourly=hourly) for each in families)
    if any(part.table.detail for part in parts):
        source.check_detail(period)
    check_patterns(query.filters, source.store)
    return sql.Plan(query, period, source.site.domain, bucket, parts)


def _part(name: str, query: Query, needed: dict[str, str], *, hourly: bool) -> sql.Part:
    """What one family of measures is summed from."""
    ours = {measure: table for measure, table in needed.items() if family(measure, table) == name}
    dimensions = grouped_by(name, query.dimensions)
    filters = _without_goals(query.filters) if name in ("all", "group") else query.filters
    used = {*dimensions, *(leaf.dimension for leaf in leaves(filters))}
    columns = {dimension(each).column for each in used if each not in TIMES} | ({"hour"} if hourly else set())
    return sql.Part(name, choose(columns, set(ours.values())), ours, dimensions, filters)


def _without_goals(filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """The filters that a visit can be asked for; those on goals and their events stand alone (combination.py)."""
    return tuple(item for item in filters if not (isinstance(item, Leaf) and is_of_goal(item.dimension)))


def rows_of(plan: sql.Plan, source: Source, only: list[tuple[str, ...]] | None = None) -> list[Row]:
    """The rows of a plan; with `only`, those with the same dimensions (but for time) as one of these, unpaged."""
    found = fetch(source.store, *sql.select(plan, total=_total(plan, source), rows=only))
    return [_row(plan.query, row, source.site.timezone) for row in found]


def total_rows(plan: sql.Plan, source: Source) -> int:
    """How many rows there are without paging."""
    return int(fetch(source.store, *sql.count(plan))[0][0])


def _total(plan: sql.Plan, source: Source) -> int:
    """Visitors of the whole period under the same filters: what percentages are of."""
    if "percentage" not in plan.query.metrics:
        return 0
    query = msgspec.structs.replace(plan.query, metrics=("visitors",), dimensions=(), order_by=())
    whole = planned(query, plan.period, source)
    return int(fetch(source.store, *sql.select(whole))[0][0])


def _row(query: Query, row: Collection[Any], timezone: str) -> Row:
    values = list(row)
    names = query.dimensions
    dimensions = tuple(_dimension(name, value, timezone) for name, value in zip(names, values, strict=False))
    metrics = tuple(_metric(name, value) for name, value in zip(query.metrics, values[len(names) :], strict=True))
    if ("event:name", "pageview") in zip(names, dimensions, strict=True) and "visitors" in query.metrics:
        # Whom a page was shown to is not counted as the visitors of an event.
        metrics = tuple(
            None if name == "visitors" else value for name, value in zip(query.metrics, metrics, strict=True)
        )
    return Row(dimensions, metrics)


def _dimension(name: str, value: Any, timezone: str) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return hour_label(value, timezone) if name in TIMES else str(value)


def _metric(name: str, value: Any) -> Value:
    if name == "revenue":
        return amounts(value)
    if name == "total_revenue":
        return money(value)
    if name == "average_revenue":
        return money(*value)
    if value is None:
        return None
    return round(float(value), 2) if name in FRACTIONS else int(value)
