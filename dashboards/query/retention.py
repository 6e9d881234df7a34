"""Who comes again: cohorts by the week or month of the first visit, and stickiness (daily over monthly visitors)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from collector.state import COARSE
from dashboards.query.combination import check_of_visits
from dashboards.query.dimensions import dimension
from dashboards.query.errors import QueryError
from dashboards.query.filters import Filter, leaves, parse_filters, to_sql
from dashboards.query.kept import Source
from dashboards.query.parse import parse
from dashboards.query.patterns import check_patterns
from dashboards.query.period import Period, add_months
from dashboards.query.run import run
from dashboards.query.sql import binding
from dashboards.query.store import fetch
from dashboards.query.tables import COUNTRY_NAME

COLUMNS = {**{name: f"t.{name}" for name in COARSE}, "country_name": COUNTRY_NAME}
FILTERS = ("visit:country", "visit:country_name", "visit:device", "visit:channel", "visit:audience")
MOST_RETURNS = 60  # periods after the first that a cohort is followed

Unit = Literal["week", "month"]


class Return(NamedTuple):
    """How many came again in the `number`th period after the first; `rate` in percent of the cohort.

    `complete` says that the period is over.
    """

    number: int
    period: date
    visitors: int
    rate: float
    complete: bool


class Cohort(NamedTuple):
    """Visitors whose first visit was in the week or month that begins with `first`."""

    first: date
    visitors: int
    complete: bool
    returns: tuple[Return, ...]


class Stickiness(NamedTuple):
    """Mean visitors a day, unique visitors of all `days` together, and the first as percent of the second."""

    daily: float
    visitors: int
    share: float | None
    days: int


def cohorts(source: Source, unit: Unit, period: Period, *, filters: Sequence[object] = ()) -> list[Cohort]:
    """The cohorts whose first visit was in a week or month that the period touches, with what followed until today.

    `filters` as in the API, on `FILTERS` as they were at the first visit; they need the detail. Raises QueryError for a
    unit there is not, for hours, for other filters, and for a period that is no longer kept; and StoreError.
    """
    if unit not in ("week", "month") or period.hours is not None:
        raise QueryError("cohorts are made by week or by month, of whole days")
    parsed = parse_filters(filters)
    if unknown := unknown_of_cohorts(parsed):
        raise QueryError(
            f"{', '.join(unknown)}: cohorts are filtered by {', '.join(FILTERS)}, as they were at the first visit; "
            "with finer ones a person could be followed from week to week"
        )
    period, today = source.kept(period), source.period("day").last
    if parsed:
        source.check_detail(period)
        check_patterns(parsed, source.store)
    first, last = begin(unit, period.first), begin(unit, min(period.last, today))
    if first < (source.oldest_detail if parsed else source.oldest):
        first = after(unit, first)  # of a week that is half deleted the visitors would be too few
    params = {"site": source.site.domain, "unit": unit, "first": first, "last": last}
    found: dict[date, dict[date, int]] = defaultdict(dict)
    for born, came, visitors in fetch(source.store, _text(parsed, params), params):
        found[born][came] = int(visitors)
    return [_cohort(unit, born, came, today) for born, came in sorted(found.items()) if came.get(born)]


def unknown_of_cohorts(filters: Sequence[Filter]) -> list[str]:
    """The dimensions of these filters that cohorts do not know."""
    return sorted({leaf.dimension for leaf in leaves(filters)} - set(FILTERS))


def _text(filters: Sequence[Filter], params: dict[str, Any]) -> str:
    """The statement, made of names of columns alone; what the filters compare with is added to `params`."""
    bind = binding(params)
    held = "".join(" AND " + to_sql(item, lambda name: COLUMNS[dimension(name).column], bind) for item in filters)
    return (
        f"SELECT t.born, t.period, sum(t.visitors) AS people FROM {'cohort_details' if filters else 'cohorts'} AS t"  # noqa: S608
        " WHERE t.site = {site:String} AND t.unit = {unit:String} AND t.born BETWEEN {first:Date} AND {last:Date}"
        f"{held} GROUP BY t.born, t.period HAVING people != 0"
    )


def _cohort(unit: Unit, born: date, came: dict[date, int], today: date) -> Cohort:
    size = came[born]
    returns = tuple(
        Return(number, at, came.get(at, 0), round(100 * came.get(at, 0) / size, 1), after(unit, at) <= today)
        for number, at in enumerate(_periods(unit, born, today), 1)
    )
    return Cohort(born, size, after(unit, born) <= today, returns)


def _periods(unit: Unit, born: date, today: date) -> Iterator[date]:
    """The periods that followed, up to the one that is running."""
    at = after(unit, born)
    for _ in range(MOST_RETURNS):
        if at > today:
            return
        yield at
        at = after(unit, at)


def begin(unit: Unit, day: date) -> date:
    """The first day of the week (Monday) or month of a day."""
    return day - timedelta(days=day.weekday()) if unit == "week" else day.replace(day=1)


def after(unit: Unit, day: date) -> date:
    """The first day of the next one."""
    return day + timedelta(days=7) if unit == "week" else add_months(day, 1)


def stickiness(
    source: Source, last: date | None = None, days: int = 30, *, filters: Sequence[object] = ()
) -> Stickiness:
    """How often visitors come back: of the `days` up to `last`, by default those before today.

    A younger site is asked for the days since its first. `filters` as in the API, on how visits came, from where and
    with what. Raises QueryError when they are no longer kept and for other filters; StoreError.
    """
    check_of_visits({leaf.dimension for leaf in leaves(parse_filters(filters))}, "stickiness is known by")
    last = last or source.period("day").last - timedelta(days=1)
    begun = source.first_day()
    first = max(last - timedelta(days=days - 1), begun) if begun else last
    if first > last:
        return Stickiness(0.0, 0, None, 0)
    period = source.kept(Period(first, last))
    daily, visitors = (_visitors(source, period, filters, by) for by in (["time:day"], []))
    share = round(100 * daily / period.days / visitors, 1) if visitors else None
    return Stickiness(round(daily / period.days, 1), visitors, share, period.days)


def _visitors(source: Source, period: Period, filters: Sequence[object], by: list[str]) -> int:
    """Unique visitors: of the whole period, or of each day and summed."""
    asked = {
        "site_id": source.site.domain, "metrics": ["visitors"], "dimensions": by, "filters": list(filters),
        "date_range": [period.first.isoformat(), period.last.isoformat()],
    }  # fmt: skip
    found = run(parse(asked), source.store, source.site, source.now).rows
    return sum(int(row.metrics[0] or 0) for row in found)
