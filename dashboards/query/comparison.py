"""The same rows in another period, and how much they changed."""

import msgspec

from dashboards.query.answer import planned, rows_of
from dashboards.query.dimensions import TIMES
from dashboards.query.errors import QueryError
from dashboards.query.kept import Source
from dashboards.query.metrics import UNKNOWABLE
from dashboards.query.pairing import paired
from dashboards.query.parse import Query
from dashboards.query.period import Period, compared, labels
from dashboards.query.result import Comparison, Row, Value, change
from dashboards.query.sql import Plan


def period_before(query: Query, period: Period, source: Source) -> Period | None:
    """The period to compare with, if the query asks for one. Raises QueryError."""
    asked = query.include.comparisons
    if asked is None:
        return None
    custom = None
    if asked.date_range is not None:
        custom = source.period((asked.date_range[0], asked.date_range[1]))
        if (custom.hours is None) != (period.hours is None):
            raise QueryError("days can be compared with days, hours with hours")
    return compared(period, asked.mode, custom, match_weekday=asked.match_day_of_week, timezone=source.site.timezone)


def with_comparison(rows: list[Row], plan: Plan, before: Period, source: Source) -> list[Row]:
    """The rows with what they were in `before`: the same dimensions, and the bucket at the same place in time.

    They come without it where the site no longer keeps what is needed.
    """
    query = _sized(plan)
    try:
        past = planned(query, before, source)
        if source.kept(before) != before:
            return rows
    except QueryError:
        return rows
    known = {row.dimensions: row.metrics for row in rows_of(past, source, [row.dimensions for row in rows])}
    then = _then(plan, before, source.site.timezone)
    nothing = tuple(map(_nothing, query.metrics))
    return [_compare(row, query, then, known, nothing) for row in rows]


def _nothing(metric: str) -> Value:
    """What a metric is where there was nothing."""
    if metric in UNKNOWABLE:
        return None
    return {} if metric == "revenue" else 0


def _sized(plan: Plan) -> Query:
    """The query with `time` replaced by the size that it has in the period: the other one shall have the same."""

    def sized(name: str) -> str:
        return plan.bucket if name == "time" else name

    query = plan.query
    dimensions = tuple(sized(name) for name in query.dimensions)
    order = tuple((sized(name), direction) for name, direction in query.order_by)
    return msgspec.structs.replace(query, dimensions=dimensions, order_by=order)


def _then(plan: Plan, before: Period, timezone: str) -> dict[str, str]:
    """Label of a bucket → label of the bucket at the same place in the period before, where it has one. Hours of parts
    of days meet in their order: these periods are as long as each other in hours."""
    if not plan.bucket:
        return {}
    these, those = (labels(plan.bucket, period, timezone) for period in (plan.period, before))
    if plan.period.hours is not None:
        return dict(zip(these, those, strict=False))
    pairs = zip(these, paired(plan.bucket, these, those, plan.period, before), strict=True)
    return {label: other for label, other in pairs if other is not None}


def _compare(
    row: Row, query: Query, then: dict[str, str], known: dict[tuple[str, ...], tuple[Value, ...]],
    nothing: tuple[Value, ...],
) -> Row:  # fmt: skip
    named = list(zip(query.dimensions, row.dimensions, strict=True))
    if any(name in TIMES and value not in then for name, value in named):
        return row  # the period before is shorter, or has no such hour
    dimensions = tuple(then[value] if name in TIMES else value for name, value in named)
    metrics = known.get(dimensions, nothing)
    changes = tuple(change(*three) for three in zip(query.metrics, metrics, row.metrics, strict=True))
    return row._replace(comparison=Comparison(dimensions, metrics, changes))
