"""One statement's way: from a query and its period to the table, the SQL and the rows."""

from datetime import date
from typing import Any

import msgspec

from dashboards.query import sql
from dashboards.query.dimensions import DIMENSIONS, TIMES
from dashboards.query.errors import QueryError
from dashboards.query.kept import Source
from dashboards.query.metrics import FRACTIONS, measures
from dashboards.query.parse import Query
from dashboards.query.period import Period, bucket_of, hour_label
from dashboards.query.result import Row, Value
from dashboards.query.store import fetch
from dashboards.query.tables import choose


def planned(query: Query, period: Period, source: Source) -> sql.Plan:
    """What is to be summed, in the smallest table that knows. Raises QueryError."""
    used = query.filtered | set(query.dimensions)
    bucket = bucket_of(query.time, period)
    hourly = bucket == "time:hour" or period.hours is not None
    if hourly and "visitors" in query.metrics and "event:page" in used:
        raise QueryError("visitors of a page are known by the day; use whole days and time:day")
    needed = measures(query.metrics, used, hourly=hourly)
    columns = {DIMENSIONS[name].column for name in used if name not in TIMES} | ({"hour"} if hourly else set())
    table = choose(columns, needed.values())
    if table.detail:
        source.check_detail(period)
    return sql.Plan(query, period, source.site.domain, bucket, table, needed)


def rows_of(plan: sql.Plan, source: Source, only: list[tuple[str, ...]] | None = None) -> list[Row]:
    """The rows of a plan; with `only`, those with the same dimensions (but for time) as one of these, unpaged."""
    query = plan.query
    found = fetch(source.store, *sql.select(plan, total=_total(plan, source), rows=only))
    timezone = source.site.timezone
    return [
        Row(
            tuple(_dimension(name, value, timezone) for name, value in zip(query.dimensions, row, strict=False)),
            tuple(
                _metric(name, value) for name, value in zip(query.metrics, row[len(query.dimensions) :], strict=True)
            ),
        )
        for row in found
    ]


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


def _dimension(name: str, value: Any, timezone: str) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return hour_label(value, timezone) if name in TIMES else str(value)


def _metric(name: str, value: Any) -> Value:
    if value is None:
        return None
    return round(float(value), 2) if name in FRACTIONS else int(value)
