"""The answer to a query: rows of dimensions and metrics, and its form in JSON."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from dashboards.query.dimensions import TIMES, dimension
from dashboards.query.metrics import METRICS, REVENUE
from dashboards.query.parse import Query
from dashboards.query.period import Period

Change = int | float | dict[str, int] | None
Value = Any  # a number, null, or for revenue Amounts or Money (money.py): who asks for a metric knows which


class Comparison(NamedTuple):
    """The same row in the period that is compared with. `change` is in percent, for rates in percentage points."""

    dimensions: tuple[str, ...]
    metrics: tuple[Value, ...]
    change: tuple[Change, ...]


class Row(NamedTuple):
    """Values in the order of the query's dimensions and metrics; what is unknown is an empty string here."""

    dimensions: tuple[str, ...]
    metrics: tuple[Value, ...]
    comparison: Comparison | None = None


class Result(NamedTuple):
    """Rows in order, notes on them (`meta`), and the periods that were looked at."""

    rows: tuple[Row, ...]
    meta: dict[str, Any]
    query: Query
    period: Period
    compared: Period | None
    timezone: str

    def document(self) -> dict[str, Any]:
        """The answer in the shape of Plausible's Stats API v2, ready for JSON."""
        return {
            "results": [self._row(row) for row in self.rows],
            "meta": self.meta,
            "query": self._query(),
        }

    def _row(self, row: Row) -> dict[str, Any]:
        made: dict[str, Any] = {"metrics": row.metrics, "dimensions": self._named(row.dimensions)}
        if self.compared is not None:
            made["comparison"] = row.comparison and {
                "metrics": row.comparison.metrics,
                "change": row.comparison.change,
                "dimensions": self._named(row.comparison.dimensions),
            }
        return made

    def _named(self, values: tuple[str, ...]) -> list[str]:
        return [
            value or (dimension(name).empty if name not in TIMES else "")
            for name, value in zip(self.query.dimensions, values, strict=True)
        ]

    def _query(self) -> dict[str, Any]:
        asked = self.query
        include = msgspec.to_builtins(asked.include)
        made = {
            "site_id": asked.site_id,
            "metrics": asked.metrics,
            "date_range": instants(self.period, self.timezone),
            "filters": asked.asked_filters,
            "dimensions": asked.dimensions,
            "order_by": asked.order_by,
            "include": include,
            "pagination": msgspec.to_builtins(asked.pagination),
        }
        if self.compared is not None:
            made["comparison_date_range"] = instants(self.compared, self.timezone)
        return made


def instants(period: Period, timezone: str) -> list[str]:
    """The first and the last second of a period, in ISO 8601 with the offset of the time zone."""
    zone = ZoneInfo(timezone)
    if period.hours is not None:
        first, last = (datetime.fromtimestamp(at, UTC) for at in period.hours)
        return [first.astimezone(zone).isoformat(), (last + timedelta(seconds=3599)).astimezone(zone).isoformat()]
    return [
        datetime.combine(period.first, time(), zone).isoformat(),
        datetime.combine(period.last, time(23, 59, 59), zone).isoformat(),
    ]


def change(metric: str, before: Value, after: Value) -> Change:
    """How much more it is than before: percent, or points for rates. Something after nothing is 100 percent.

    Revenue changes currency by currency; amounts of two currencies are not compared.
    """
    if before is None or after is None:
        return None
    if metric == "revenue":
        return {name: percent(before.get(name, 0), after.get(name, 0)) for name in sorted({*before, *after})}
    if metric in REVENUE:
        return percent(before["value"], after["value"]) if before["currency"] == after["currency"] else None
    return round(after - before, 1) if METRICS[metric].ratio else percent(before, after)


def percent(before: float, after: float) -> int:
    """How much more it is, in percent of what it was."""
    if before == 0:
        return 100 if after else 0
    return round((after - before) / before * 100)
