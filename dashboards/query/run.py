"""Answers a query: its days by the clock, the rows, what they are compared with, and notes on them."""

from typing import Any

from collector.sites import Site
from dashboards.query.answer import planned, rows_of, total_rows
from dashboards.query.comparison import period_before, with_comparison
from dashboards.query.dimensions import TIMES, dimension
from dashboards.query.kept import Source
from dashboards.query.parse import Query
from dashboards.query.period import labels
from dashboards.query.result import Result, Row
from dashboards.query.sql import Plan
from dashboards.query.store import Store

SUMMED = "visitors of {} are exact for a day and summed over the days of the range"
NO_SUM = "null where nothing was earned, or in several currencies, which have no sum: ask for revenue or event:currency"
NO_CONVERSION = (
    "{} where no conversion was counted: a visit is one conversion, counted where it first reached the goal, and what "
    "it earned after that on another page or in another currency has none to be divided by: ask for revenue"
)
COUNTED_BY_DAY = {"page_visitors": "a page", "event_visitors": "an event", "goal_visitors": "a goal"}
RATE_OF_GROUP = ("group_conversion_rate", "group_visits")
CUT = "days before {} are no longer kept and are left out"


def run(query: Query, store: Store, site: Site, now: float) -> Result:
    """The answer at `now` (epoch seconds). Raises QueryError for what cannot be known, and what `store` raises."""
    source = Source(store, site, now)
    asked = source.period(query.date_range)
    period = source.kept(asked)
    plan = planned(query, period, source)
    before = period_before(query, period, source)
    rows = rows_of(plan, source)
    meta = notes(plan, rows)
    if period != asked:
        meta["date_range_warning"] = CUT.format(period.first)
    if before is not None:
        rows = with_comparison(rows, plan, before, source)
    if query.include.total_rows:
        meta["total_rows"] = total_rows(plan, source)
    if query.include.time_labels:
        meta["time_labels"] = labels(plan.bucket, period, site.timezone)
    return Result(tuple(rows), meta, query, period, before, site.timezone)


def notes(plan: Plan, rows: list[Row]) -> dict[str, Any]:
    """What the answer says of itself: above all, where a number is not what its name may promise."""
    meta: dict[str, Any] = {"imports_included": False} if plan.query.include.imports else {}
    warnings = {}
    by_day = plan.period.days == 1 or plan.bucket == "time:day"
    for metric, name in (("visitors", "visitors"), ("conversion_rate", "all_visits"), RATE_OF_GROUP):
        what = COUNTED_BY_DAY.get(plan.measures.get(name, ""))
        if what and not by_day and metric in plan.query.metrics:
            warnings[metric] = {"code": "summed_over_days", "warning": SUMMED.format(what)}
    for number, metric in enumerate(plan.query.metrics):
        if metric in ("total_revenue", "average_revenue") and any(row.metrics[number] is None for row in rows):
            warnings[metric] = _no_amount(metric, plan.query)
    if warnings:
        meta["metric_warnings"] = warnings
    used = sorted((plan.query.filtered | set(plan.query.dimensions)) - set(TIMES))
    if explained := {name: dimension(name).warning for name in used if dimension(name).warning}:
        meta["dimension_warnings"] = explained
    return meta


def _no_amount(metric: str, query: Query) -> dict[str, str]:
    """Why there is no amount somewhere. Currency by currency there is always a sum, but not always an average."""
    if metric == "total_revenue":
        return {"code": "no_single_currency", "warning": NO_SUM}
    if "event:currency" in query.dimensions:
        return {"code": "no_conversion", "warning": NO_CONVERSION.format("null")}
    return {"code": "no_single_currency", "warning": NO_CONVERSION.format(f"{NO_SUM}; also")}
