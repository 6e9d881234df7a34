"""From a query, its period and its tables to one SELECT with parameters.

No value of a query is ever part of the text: it goes to the server as a parameter `{name:Type}`. Metrics that come from
several tables are sums of several parts: each part gives the same columns, with nothing where it knows nothing, and all
of them are summed once more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboards.query.dimensions import PROPERTY, TIMES, dimension
from dashboards.query.filters import Filter, to_sql
from dashboards.query.metrics import METRICS, WHOLES
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
NO_AMOUNTS = "CAST(map(), 'Map(String, Int64)')"


@dataclass(frozen=True)
class Part:
    """What one table gives. `measures` name → of the table; `dimensions` are those it is grouped by, the others of the
    query are empty in it; `filters` must all hold."""

    family: str
    table: Table
    measures: Mapping[str, str]
    dimensions: tuple[str, ...]
    filters: tuple[Filter, ...]


@dataclass(frozen=True)
class Plan:
    """Everything that decides the SQL. `bucket` is the time dimension with its size."""

    query: Query
    period: Period
    site: str
    bucket: str
    parts: tuple[Part, ...]

    @cached_property
    def measures(self) -> dict[str, str]:
        """Those of all parts."""
        return {name: measure for part in self.parts for name, measure in part.measures.items()}

    @cached_property
    def property_key(self) -> str:
        """The name of the property that is asked for, or an empty string."""
        used = {*self.query.dimensions, *self.query.filtered}
        return next((name.removeprefix(PROPERTY) for name in used if name.startswith(PROPERTY)), "")


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
    """A row of which there is something to tell; visits alone, of which there were no conversions, are not enough."""
    names = [name for name in plan.measures if name not in WHOLES]
    return "(" + " OR ".join(_nonzero(name) for name in names) + ")"


def _nonzero(name: str) -> str:
    return f"arrayExists(each -> each != 0, mapValues({name}))" if name == "revenue" else f"{name} != 0"


def grouped(plan: Plan, params: dict[str, Any]) -> str:
    """The sums by the dimensions; fills in the parameters it uses."""
    texts = [_part(plan, part, params) for part in plan.parts]
    if len(texts) == 1:
        return texts[0]
    keys = [f"d{number}" for number in range(len(plan.query.dimensions))]
    sums = [f"{'sumMap' if name == 'revenue' else 'sum'}({name}) AS {name}" for name in plan.measures]
    text = f"SELECT {', '.join((*keys, *sums))} FROM ({' UNION ALL '.join(texts)})"  # noqa: S608
    text += f" GROUP BY {', '.join(keys)}" if keys else ""
    return _spread(plan, text)


def _spread(plan: Plan, text: str) -> str:
    """The visits that rates are of, on every row they belong to."""
    whole = {part.family: part for part in plan.parts if part.family in ("all", "group")}
    if not whole:
        return text
    places = {name: f"d{number}" for number, name in enumerate(plan.query.dimensions)}
    columns = [*places.values(), *(name for name in plan.measures if name not in WHOLES)]
    for family, part in whole.items():
        alike = ", ".join(places[name] for name in part.dimensions)
        partition = f"PARTITION BY {alike}" if alike else ""
        columns.append(f"sum(parts.{family}_visits) OVER ({partition}) AS {family}_visits")
    return f"SELECT {', '.join(columns)} FROM ({text}) AS parts"  # noqa: S608


def _part(plan: Plan, part: Part, params: dict[str, Any]) -> str:
    """One table's SELECT, with all the columns of the plan."""
    single = len(plan.parts) == 1
    keys = [f"{_key(plan, part, name)} AS d{number}" for number, name in enumerate(plan.query.dimensions)]
    sums = [
        f"{_sum(plan, part, name) if name in part.measures else _nothing(name)} AS {name}" for name in plan.measures
    ]
    where = conditions(part.table, plan.site, plan.period, part.filters, params)
    if part.table.keyed:
        params["property"] = plan.property_key
        where += " AND t.key = {property:String}"
    text = f"SELECT {', '.join((*keys, *sums))} FROM {part.table.source} AS t WHERE {where}"  # noqa: S608
    by = [f"d{number}" for number, name in enumerate(plan.query.dimensions) if single or name in part.dimensions]
    return text + (f" GROUP BY {', '.join(by)}" if by else "")


def _nothing(name: str) -> str:
    return NO_AMOUNTS if name == "revenue" else "0"


def _sum(plan: Plan, part: Part, name: str) -> str:
    measure = part.measures[name]
    column = part.table.measures[measure]
    if measure == "visitors":
        return f"sumIf({column}, t.gap > t.day - {STARTS[plan.bucket]})"
    if measure == "hour_visitors" and not plan.bucket:
        return f"sumIf({column}, t.hour_gap > (toUnixTimestamp(t.hour) - {{first_hour:UInt32}}) / 3600)"
    return f"sumMap({column})" if name == "revenue" else f"sum({column})"


def _key(plan: Plan, part: Part, name: str) -> str:
    if name in TIMES:
        return BUCKETS[plan.bucket]
    if name not in part.dimensions:
        return "''"
    column = part.table.columns[dimension(name).column]
    return column if len(plan.parts) == 1 else f"toString({column})"


def conditions(
    table: Table, site: str, period: Period, filters: Sequence[Filter], params: dict[str, Any]
) -> str:  # fmt: skip
    """The rows of a site in a period for which all the filters hold; fills in the parameters it uses."""
    params |= {"site": site, "first": period.first, "last": period.last}
    found = ["t.site = {site:String}", f"t.day BETWEEN {FIRST} AND {LAST}"]
    if period.hours is not None:
        params["first_hour"], params["last_hour"] = period.hours
        found.append("toUnixTimestamp(t.hour) BETWEEN {first_hour:UInt32} AND {last_hour:UInt32}")

    def column(name: str) -> str:
        return table.columns[dimension(name).column]

    found += [to_sql(item, column, binding(params)) for item in filters]
    return " AND ".join(found)


def binding(params: dict[str, Any]) -> Callable[[Any, str], str]:
    """What takes a value and its type, adds it to the parameters and gives the placeholder."""

    def bind(value: Any, kind: str) -> str:
        name = f"p{len(params)}"
        params[name] = value
        return f"{{{name}:{kind}}}"

    return bind


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
    names |= {name: METRICS[name].order.format(f"v{number}") for number, name in enumerate(query.metrics)}
    keys = dict.fromkeys(f"{names[name]} {direction.upper()} NULLS LAST" for name, direction in query.order_by)
    return ", ".join((*keys, *(f"d{number}" for number in range(len(query.dimensions)))))
