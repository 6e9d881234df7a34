"""From a query, its period and its table to one SELECT with parameters.

No value of a query is ever part of the text: it goes to the server as a parameter `{name:Type}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.query.dimensions import DIMENSIONS, TIMES, country_names
from dashboards.query.filters import to_sql
from dashboards.query.metrics import METRICS
from dashboards.query.parse import Query
from dashboards.query.period import Period
from dashboards.query.tables import Table

FIRST, LAST = "{first:Date}", "{last:Date}"
BUCKETS = {
    "time:hour": "toUnixTimestamp(t.hour)",
    "time:day": "t.day",
    "time:week": f"greatest(toMonday(t.day), {FIRST})",
    "time:month": "toStartOfMonth(t.day)",
}
# Where the range begins in which a visitor is counted once: the day of the bucket, or that of the whole period.
STARTS = {
    "": FIRST,
    "time:day": "t.day",
    "time:week": f"greatest(toMonday(t.day), {FIRST})",
    "time:month": f"greatest(toStartOfMonth(t.day), {FIRST})",
}


@dataclass(frozen=True)
class Plan:
    """Everything that decides the SQL. `bucket` is the time dimension with its size, `measures` name → of the table."""

    query: Query
    period: Period
    site: str
    bucket: str
    table: Table
    measures: Mapping[str, str]


def select(plan: Plan, *, total: int = 0, rows: Sequence[Sequence[Any]] | None = None) -> tuple[str, dict[str, Any]]:
    """The statement and its parameters. `total` is the visitors that percentages are of; `rows` leaves only rows with
    these values of the dimensions that are not time, in place of the page of the query."""
    query = plan.query
    params: dict[str, Any] = {"total": total}
    dimensions = [f"d{number}" for number in range(len(query.dimensions))]
    values = [f"{METRICS[name].formula} AS v{number}" for number, name in enumerate(query.metrics)]
    # The texts of S608 below are put together from names of tables.py and metrics.py alone.
    text = f"SELECT {', '.join((*dimensions, *values))} FROM ({grouped(plan, params)})"  # noqa: S608
    if query.dimensions:
        text += f" WHERE {nonzero(plan)}"
    if rows is not None:
        text += _only(query, rows, params)
    text += f" ORDER BY {_order(query)}" if dimensions else ""
    if rows is None and dimensions:
        text += " LIMIT {limit:UInt64} OFFSET {offset:UInt64}"
        params |= {"limit": query.pagination.limit, "offset": query.pagination.offset}
    return text, params


def count(plan: Plan) -> tuple[str, dict[str, Any]]:
    """The statement that counts the rows without paging."""
    params: dict[str, Any] = {}
    inner = grouped(plan, params)
    where = nonzero(plan) if plan.query.dimensions else "1"
    return f"SELECT count() FROM ({inner}) WHERE {where}", params  # noqa: S608


def nonzero(plan: Plan) -> str:
    return "(" + " OR ".join(f"{name} != 0" for name in plan.measures) + ")"


def grouped(plan: Plan, params: dict[str, Any]) -> str:
    """The sums by the dimensions; fills in the parameters it uses."""
    sums = [f"{_sum(plan, measure)} AS {name}" for name, measure in plan.measures.items()]
    keys = [f"{_key(plan, name)} AS d{number}" for number, name in enumerate(plan.query.dimensions)]
    where = _where(plan, params)
    text = f"SELECT {', '.join((*keys, *sums))} FROM {plan.table.source} AS t WHERE {where}"  # noqa: S608
    if "{country_codes:Array(String)}" in text:
        params["country_codes"], params["country_names"] = country_names()
    return text + (f" GROUP BY {', '.join(f'd{number}' for number in range(len(keys)))}" if keys else "")


def _sum(plan: Plan, measure: str) -> str:
    column = plan.table.measures[measure]
    if measure == "visitors":
        return f"sumIf({column}, t.gap > t.day - {STARTS[plan.bucket]})"
    if measure == "hour_visitors" and not plan.bucket:
        return f"sumIf({column}, t.hour_gap > (toUnixTimestamp(t.hour) - {{first_hour:UInt32}}) / 3600)"
    return f"sum({column})"


def _key(plan: Plan, dimension: str) -> str:
    if dimension in TIMES:
        return BUCKETS[plan.bucket]
    return plan.table.columns[DIMENSIONS[dimension].column]


def _where(plan: Plan, params: dict[str, Any]) -> str:
    params |= {"site": plan.site, "first": plan.period.first, "last": plan.period.last}
    conditions = ["t.site = {site:String}", f"t.day BETWEEN {FIRST} AND {LAST}"]
    if plan.period.hours is not None:
        params["first_hour"], params["last_hour"] = plan.period.hours
        conditions.append("toUnixTimestamp(t.hour) BETWEEN {first_hour:UInt32} AND {last_hour:UInt32}")

    def bind(value: Any, kind: str) -> str:
        name = f"p{len(params)}"
        params[name] = value
        return f"{{{name}:{kind}}}"

    def column(dimension: str) -> str:
        return plan.table.columns[DIMENSIONS[dimension].column]

    conditions += [to_sql(item, column, bind) for item in plan.query.filters]
    return " AND ".join(conditions)


def _only(query: Query, rows: Sequence[Sequence[Any]], params: dict[str, Any]) -> str:
    places = [number for number, name in enumerate(query.dimensions) if name not in TIMES]
    wanted = {tuple(row[place] for place in places) for row in rows}
    if not places or not wanted:
        return ""
    columns = []
    for place, values in zip(places, zip(*sorted(wanted), strict=True), strict=True):
        params[f"wanted{place}"] = list(values)
        columns.append(f"{{wanted{place}:Array(String)}}")
    keys = ", ".join(f"toString(d{place})" for place in places)
    return f" AND has(arrayZip({', '.join(columns)}), tuple({keys}))"


def _order(query: Query) -> str:
    names = {name: f"d{number}" for number, name in enumerate(query.dimensions)}
    names |= {name: f"v{number}" for number, name in enumerate(query.metrics)}
    keys = dict.fromkeys(f"{names[name]} {direction.upper()} NULLS LAST" for name, direction in query.order_by)
    return ", ".join((*keys, *(f"d{number}" for number in range(len(query.dimensions)))))
