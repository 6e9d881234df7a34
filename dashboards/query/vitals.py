"""Web vitals: how fast pages were for the visitors' devices, as quantiles, judged by the thresholds of web.dev."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from collector.vitals import LAST, METRICS, value_of
from dashboards.query.errors import QueryError
from dashboards.query.filters import leaves, parse_filters
from dashboards.query.kept import Source
from dashboards.query.patterns import check_patterns
from dashboards.query.period import Period
from dashboards.query.sql import BUCKETS, conditions
from dashboards.query.store import fetch
from dashboards.query.tables import COUNTRY_NAME, Table

Rating = Literal["good", "needs improvement", "poor"]

# Up to the first it is good, beyond the second poor: milliseconds, and for cls a score.
THRESHOLDS = {
    "lcp": (2500.0, 4000.0),
    "inp": (200.0, 500.0),
    "cls": (0.1, 0.25),
    "fcp": (1800.0, 3000.0),
    "ttfb": (800.0, 1800.0),
}
COLUMNS = {"page": "t.page", "device": "t.device", "country": "t.country", "country_name": COUNTRY_NAME}
FILTERS = {"event:page", "visit:device", "visit:country", "visit:country_name"}
TIMES = {name: BUCKETS[f"time:{name}"] for name in ("day", "week", "month")}
BY = {"": "''", "page": "t.page", "device": "t.device", "country": "t.country", **TIMES}
TABLE = Table("vitals", COLUMNS, {"samples": "t.samples"})


class VitalRow(NamedTuple):
    """A metric of a page, a device, a country, or of a day, week or month. Quantiles are exact to five percent; ms, and
    for cls a score. Weeks and months are called by their first day, a first week that is cut by that of the period.

    `rating` is that of p75, as web.dev has it; the last three are percent of the samples.
    """

    value: str
    metric: str
    samples: int
    p50: float
    p75: float
    p95: float
    rating: Rating
    good: float
    needs_improvement: float
    poor: float


def vitals(
    source: Source,
    period: Period,
    *,
    by: str = "",
    metric: str = "",
    filters: Sequence[object] = (),
    limit: int = 100,
) -> list[VitalRow]:
    """All vitals or one, as a whole or by page, device, country or time; the values with most samples come first.

    `limit` counts values; days, weeks and months come in their order. `filters` as in the API, on event:page,
    visit:device, visit:country and visit:country_name. Raises QueryError for what is not known, and StoreError.
    """
    if by not in BY or metric not in ("", *METRICS):
        raise QueryError(f"vitals are {', '.join(METRICS)}, by {', '.join(filter(None, BY))}")
    if period.hours is not None:
        raise QueryError("vitals are counted by the day; ask for whole days")
    parsed = parse_filters(filters)
    if unknown := sorted({leaf.dimension for leaf in leaves(parsed)} - FILTERS):
        raise QueryError(f"{', '.join(unknown)}: vitals are filtered by {', '.join(sorted(FILTERS))}")
    check_patterns(parsed, source.store)
    params: dict[str, Any] = {"wanted": [metric] if metric else list(METRICS), "limit": limit * len(METRICS)}
    where = conditions(TABLE, source.site.domain, source.kept(period), parsed, params)
    text = _text(by, where)
    for bound, at in (("good", 0), ("poor", 1)):
        params[bound] = [_last_bucket(name, THRESHOLDS[name][at]) for name in METRICS]
    params["metrics"] = list(METRICS)
    rows = [_row(*row) for row in fetch(source.store, text, params)]
    shown = list(dict.fromkeys(row.value for row in rows))[:limit]
    return [row for row in rows if row.value in shown]


def _text(by: str, where: str) -> str:
    """Made of names of columns alone. The values with most samples, then their metrics in alphabetical order."""
    bound = "transform(toString(t.metric), {{metrics:Array(String)}}, {{{}:Array(UInt8)}}, toUInt8(0))"
    order = "value" if by in TIMES else "sum(samples) OVER (PARTITION BY value) DESC, value"
    return (
        f"SELECT toString({BY[by]}) AS value, toString(t.metric) AS name, sum(t.samples) AS samples,"  # noqa: S608
        " quantilesExactWeighted(0.5, 0.75, 0.95)(t.bucket, toUInt64(t.samples)) AS quantiles,"
        f" sumIf(t.samples, t.bucket <= {bound.format('good')}) AS good,"
        f" sumIf(t.samples, t.bucket > {bound.format('poor')}) AS poor"
        f" FROM vitals AS t WHERE {where} AND t.metric IN {{wanted:Array(String)}}"
        f" GROUP BY value, name HAVING samples > 0 ORDER BY {order}, name LIMIT {{limit:UInt32}}"
    )


def _last_bucket(metric: str, threshold: float) -> int:
    """The last class whose values are not beyond a threshold."""
    return max(bucket for bucket in range(LAST + 1) if value_of(metric, bucket) <= threshold)


def _row(value: str, metric: str, samples: int, quantiles: Sequence[int], good: int, poor: int) -> VitalRow:
    digits = 3 if metric == "cls" else 0
    p50, p75, p95 = (round(value_of(metric, bucket), digits) for bucket in quantiles)
    middle = samples - good - poor
    return VitalRow(
        value, metric, samples, p50, p75, p95, rating(metric, value_of(metric, quantiles[1])),
        _percent(good, samples), _percent(middle, samples), _percent(poor, samples),
    )  # fmt: skip


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


def rating(metric: str, value: float) -> Rating:
    """How web.dev judges a value."""
    good, poor = THRESHOLDS[metric]
    if value <= good:
        return "good"
    return "poor" if value > poor else "needs improvement"
