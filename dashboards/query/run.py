"""Answers a query: its days by the clock, the smallest table that knows, the SQL, the rows with their comparison."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from collector.rows import expiry
from collector.sites import Site
from dashboards.query import sql
from dashboards.query.dimensions import DIMENSIONS, TIMES
from dashboards.query.errors import QueryError
from dashboards.query.metrics import FRACTIONS, measures
from dashboards.query.parse import Query
from dashboards.query.period import Period, bucket_of, compared, hour_label, labels, resolve
from dashboards.query.result import Comparison, Result, Row, Value, change
from dashboards.query.store import Store, fetch
from dashboards.query.tables import choose

FIRST_DAY = (Path(__file__).parent.parent / "queries" / "first_day.sql").read_text(encoding="utf-8")
SUMMED = "visitors of a page are exact for a day and summed over the days of the range"
CUT = "days before {} are no longer kept and are left out"


def run(query: Query, store: Store, site: Site, now: float) -> Result:
    """The answer at `now` (epoch seconds). Raises QueryError for what cannot be known, and what `store` raises."""
    first_day = partial(_first_day, store, site)
    asked = resolve(query.date_range, site.timezone, now, first_day)
    meta: dict[str, Any] = {"imports_included": False} if query.include.imports else {}
    period = _kept(asked, site, now, meta)
    plan = _plan(query, period, store, site, now)
    _note(plan, meta)
    total = _total(plan, store, now, site) if "percentage" in query.metrics else 0
    rows = _rows(plan, store, total, site.timezone)
    if query.include.total_rows:
        meta["total_rows"] = int(fetch(store, *sql.count(plan))[0][0])
    if query.include.time_labels:
        meta["time_labels"] = labels(plan.bucket, period, site.timezone)
    before = _compared(query, period, site, now, first_day)
    if before is not None:
        rows = _with_comparison(rows, plan, before, store, site, now)
    return Result(tuple(rows), meta, query, period, before, site.timezone)


def _first_day(store: Store, site: Site) -> date | None:
    number, day = fetch(store, FIRST_DAY, {"site": site.domain})[0]
    return day if number else None


def _today(site: Site, now: float) -> date:
    """By the clock of the store or of the site, whichever is ahead: what may be deleted today is not counted on."""
    return max(datetime.fromtimestamp(now, UTC).date(), resolve("day", site.timezone, now, lambda: None).last)


def _kept(period: Period, site: Site, now: float, meta: dict[str, Any]) -> Period:
    """The part of the period that the site still keeps. Visitors would not be exact in a range that is half deleted."""
    today = _today(site, now)
    oldest = today - (expiry(today, site.rollup_months) - today) + timedelta(days=1)
    if period.first >= oldest:
        return period
    if period.last < oldest:
        raise QueryError(f"date_range: the site keeps its numbers for {site.rollup_months} months, since {oldest}")
    meta["date_range_warning"] = CUT.format(oldest.isoformat())
    return Period(oldest, period.last)


def _plan(query: Query, period: Period, store: Store, site: Site, now: float) -> sql.Plan:
    used = query.filtered | set(query.dimensions)
    bucket = bucket_of(query.time, period)
    hourly = bucket == "time:hour" or period.hours is not None
    if hourly and "visitors" in query.metrics and "event:page" in used:
        raise QueryError("visitors of a page are known by the day; use whole days and time:day")
    needed = measures(query.metrics, used, hourly=hourly)
    columns = {DIMENSIONS[name].column for name in used if name not in TIMES} | ({"hour"} if hourly else set())
    table = choose(columns, needed.values())
    if table.detail:
        _check_detail(period, store, site, now)
    return sql.Plan(query, period, site.domain, bucket, table, needed)


def _check_detail(period: Period, store: Store, site: Site, now: float) -> None:
    oldest = _today(site, now) - timedelta(days=site.detail_days - 1)
    if period.first >= oldest or (_first_day(store, site) or oldest) >= oldest:
        return
    raise QueryError(
        f"these dimensions and filters together need detail, which the site keeps for {site.detail_days} days, "
        f"since {oldest}; ask for later days, or for fewer dimensions and filters at once"
    )


def _note(plan: sql.Plan, meta: dict[str, Any]) -> None:
    """Says in the answer where a number is not what its name may promise."""
    if plan.measures.get("visitors") == "page_visitors" and plan.period.days > 1 and plan.bucket != "time:day":
        meta["metric_warnings"] = {"visitors": {"code": "summed_over_days", "warning": SUMMED}}
    used = sorted(plan.query.filtered | set(plan.query.dimensions))
    warnings = {name: DIMENSIONS[name].warning for name in used if name in DIMENSIONS and DIMENSIONS[name].warning}
    if warnings:
        meta["dimension_warnings"] = warnings


def _total(plan: sql.Plan, store: Store, now: float, site: Site) -> int:
    """Visitors of the whole period under the same filters: what percentages are of."""
    query = msgspec.structs.replace(plan.query, metrics=("visitors",), dimensions=(), order_by=())
    whole = _plan(query, plan.period, store, site, now)
    return int(fetch(store, *sql.select(whole))[0][0] or 0)


def _rows(
    plan: sql.Plan, store: Store, total: int, timezone: str, only: list[tuple[str, ...]] | None = None
) -> list[Row]:
    places = len(plan.query.dimensions)
    found = fetch(store, *sql.select(plan, total=total, rows=only))
    return [
        Row(
            tuple(_dimension(name, value, timezone) for name, value in zip(plan.query.dimensions, row, strict=False)),
            tuple(_metric(name, value) for name, value in zip(plan.query.metrics, row[places:], strict=True)),
        )
        for row in found
    ]


def _dimension(name: str, value: Any, timezone: str) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return hour_label(value, timezone) if name in TIMES else str(value)


def _metric(name: str, value: Any) -> Value:
    if value is None:
        return None
    return round(float(value), 2) if name in FRACTIONS else int(value)


def _compared(query: Query, period: Period, site: Site, now: float, first_day: Any) -> Period | None:
    asked = query.include.comparisons
    if asked is None:
        return None
    custom = None
    if asked.date_range is not None:
        custom = resolve((asked.date_range[0], asked.date_range[1]), site.timezone, now, first_day)
        if (custom.hours is None) != (period.hours is None):
            raise QueryError("days can be compared with days, hours with hours")
    return compared(period, asked.mode, custom, match_weekday=asked.match_day_of_week, timezone=site.timezone)


def _with_comparison(
    rows: list[Row], plan: sql.Plan, before: Period, store: Store, site: Site, now: float
) -> list[Row]:
    """The rows with what they were in `before`: the same dimensions, and the bucket at the same place in time."""
    meta: dict[str, Any] = {}
    try:
        kept = _kept(before, site, now, meta)
    except QueryError:
        kept = None
    if kept is None or meta:  # not comparable: part of it is deleted
        return rows
    if plan.bucket and plan.query.time == "time":
        renamed = tuple(plan.bucket if name == "time" else name for name in plan.query.dimensions)
        order = tuple((plan.bucket if name == "time" else name, way) for name, way in plan.query.order_by)
        query = msgspec.structs.replace(plan.query, dimensions=renamed, order_by=order)
    else:
        query = plan.query
    past = _plan(query, before, store, site, now)
    total = _total(past, store, now, site) if "percentage" in query.metrics else 0
    found = _rows(past, store, total, site.timezone, [row.dimensions for row in rows])
    known = {row.dimensions: row.metrics for row in found}
    then = _then(plan, before, site.timezone)
    nothing = tuple(None if name in ("scroll_depth", "time_on_page") else 0 for name in query.metrics)
    return [_compare(row, then, known, nothing, query) for row in rows]


def _then(plan: sql.Plan, before: Period, timezone: str) -> dict[str, str]:
    """Label of a bucket → label of the bucket at the same place in the period before."""
    if not plan.bucket:
        return {}
    now_labels = labels(plan.bucket, plan.period, timezone)
    return dict(zip(now_labels, labels(plan.bucket, before, timezone), strict=False))


def _compare(
    row: Row, then: dict[str, str], known: dict[tuple[str, ...], tuple[Value, ...]],
    nothing: tuple[Value, ...], query: Query,
) -> Row:  # fmt: skip
    if any(name in TIMES and value not in then for name, value in zip(query.dimensions, row.dimensions, strict=True)):
        return row  # the period before is shorter
    dimensions = tuple(
        then[value] if name in TIMES else value for name, value in zip(query.dimensions, row.dimensions, strict=True)
    )
    metrics = known.get(dimensions, nothing)
    changes = tuple(change(*three) for three in zip(query.metrics, metrics, row.metrics, strict=True))
    return row._replace(comparison=Comparison(dimensions, metrics, changes))
