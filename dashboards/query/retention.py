"""Who comes again: cohorts by the week or month of the first visit, and stickiness (daily over monthly visitors)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from dashboards.query.errors import QueryError
from dashboards.query.kept import Source
from dashboards.query.period import Period, add_months
from dashboards.query.store import fetch

QUERIES = Path(__file__).parent.parent / "queries"
COHORTS = (QUERIES / "cohorts.sql").read_text(encoding="utf-8")
STICKINESS = (QUERIES / "stickiness.sql").read_text(encoding="utf-8")
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


def cohorts(source: Source, unit: Unit, period: Period) -> list[Cohort]:
    """The cohorts whose first visit was in a week or month that the period touches, with what followed until today.

    Raises QueryError for a unit there is not, for hours, and for a period that is no longer kept; and StoreError.
    """
    if unit not in ("week", "month") or period.hours is not None:
        raise QueryError("cohorts are made by week or by month, of whole days")
    period, today = source.kept(period), source.period("day").last
    first, last = begin(unit, period.first), begin(unit, min(period.last, today))
    if first < source.oldest:
        first = after(unit, first)  # of a week that is half deleted the visitors would be too few
    params = {"site": source.site.domain, "unit": unit, "first": first, "last": last}
    found: dict[date, dict[date, int]] = defaultdict(dict)
    for born, came, visitors in fetch(source.store, COHORTS, params):
        found[born][came] = int(visitors)
    return [_cohort(unit, born, came, today) for born, came in sorted(found.items()) if came.get(born)]


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


def stickiness(source: Source, last: date | None = None, days: int = 30) -> Stickiness:
    """How often visitors come back: of the `days` up to `last`, by default those before today.

    A younger site is asked for the days since its first. Raises QueryError when they are no longer kept; StoreError.
    """
    last = last or source.period("day").last - timedelta(days=1)
    begun = source.first_day()
    first = max(last - timedelta(days=days - 1), begun) if begun else last
    if first > last:
        return Stickiness(0.0, 0, None, 0)
    period = source.kept(Period(first, last))
    params = {"site": source.site.domain, "first": period.first, "last": period.last}
    daily, visitors = map(int, fetch(source.store, STICKINESS, params)[0])
    share = round(100 * daily / period.days / visitors, 1) if visitors else None
    return Stickiness(round(daily / period.days, 1), visitors, share, period.days)
