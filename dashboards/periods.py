"""Which days a page shows: read from the address, with the days before them to compare with. Pure.

All days are days of the site's time zone; a period never reaches past `today`.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Interval = Literal["hour", "day", "week", "month"]
INTERVALS: tuple[Interval, ...] = ("hour", "day", "week", "month")

DEFAULT = "28d"
ROLLING = {"7d": 7, "28d": 28, "90d": 90}  # name: number of days, the last one included
NAMES = ("day", *ROLLING, "month", "year")
DAILY_UP_TO = 100  # days; a longer period is drawn by month, unless something else is chosen
# Between how many days a line can be drawn by hour, day, week and month: two points at least, and not too many.
DRAWN: dict[Interval, tuple[int, int]] = {"hour": (1, 7), "day": (2, 366), "week": (8, 3660), "month": (32, 3660)}
LONGEST = 3660  # days that one page may ask for
EARLIEST = date(1990, 1, 1)


class PeriodError(ValueError):
    """The address asks for days that do not exist; the message says what it takes."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, under the name by which the address asked for them."""

    name: str
    first: date
    last: date
    today: date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def live(self) -> bool:
        """Whether new visits still add to it."""
        return self.last >= self.today

    @property
    def interval(self) -> Interval:
        """How far apart the points of a line are, where nothing else is chosen."""
        if self.days == 1:
            return "hour"
        return "day" if self.days <= DAILY_UP_TO else "month"

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """How far apart they can be."""
        return tuple(each for each in INTERVALS if DRAWN[each][0] <= self.days <= DRAWN[each][1])

    @property
    def before(self) -> tuple[date, date]:
        """The days to compare with: as many, and at the same place of the month or year where that is the period."""
        if self.name == "month":
            first = (self.first - timedelta(days=1)).replace(day=1)
            whole = self.last == end_of_month(self.first)
            last = end_of_month(first) if whole else min(first + (self.last - self.first), end_of_month(first))
            return first, last
        if self.name == "year":
            return same_day(self.first, self.first.year - 1), same_day(self.last, self.last.year - 1)
        return self.first - timedelta(days=self.days), self.first - timedelta(days=1)

    @property
    def address(self) -> dict[str, str]:
        """The parameters that ask for exactly this period."""
        if self.name == "custom":
            return {"from": self.first.isoformat(), "to": self.last.isoformat()}
        if self.live:
            return {"period": self.name}
        return {"period": self.name, "date": self.last.isoformat()}

    def stepped(self, step: int) -> "Period | None":
        """The period just earlier (-1) or later (1); None where it would lie in the future or before all data."""
        edge = self.first - timedelta(days=1) if step < 0 else self.last + timedelta(days=1)
        if edge > self.today or edge < EARLIEST:
            return None
        if self.name in ("month", "year"):
            return named(self.name, edge, self.today)
        last = edge if step < 0 else min(edge + timedelta(days=self.days - 1), self.today)
        return Period(self.name, last - timedelta(days=self.days - 1), last, self.today)


def end_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def same_day(day: date, year: int) -> date:
    """The same day in another year; 28 February stands for the 29th where there is none."""
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def named(name: str, anchor: date, today: date) -> Period:
    """The period of this name that ends on `anchor` or, for a month or a year, holds it."""
    if name == "month":
        return Period(name, anchor.replace(day=1), min(end_of_month(anchor), today), today)
    if name == "year":
        return Period(name, anchor.replace(month=1, day=1), min(anchor.replace(month=12, day=31), today), today)
    return Period(name, anchor - timedelta(days=ROLLING.get(name, 1) - 1), anchor, today)


def parse(arguments: Mapping[str, str], today: date) -> Period:
    """Reads `period` and `date`, or `from` and `to`. Raises PeriodError; without any it is the last 28 days."""
    if arguments.get("from") or arguments.get("to"):
        first = _day(arguments, "from", today)
        last = _day(arguments, "to", today)
        first, last = min(first, last), min(max(first, last), today)
        if (last - first).days >= LONGEST:
            raise PeriodError(f"A period can be up to {LONGEST} days long.")
        return Period("custom", min(first, last), last, today)
    name = arguments.get("period") or DEFAULT
    if name not in NAMES:
        raise PeriodError(f"Unknown period; it can be one of {', '.join(NAMES)}, or from=…&to=… with dates.")
    return named(name, min(_day(arguments, "date", today), today), today)


def _day(arguments: Mapping[str, str], key: str, default: date) -> date:
    text = arguments.get(key)
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PeriodError(f"“{key}” takes a date such as {default.isoformat()}.") from None
    if day < EARLIEST:
        raise PeriodError(f"“{key}” takes a date after {EARLIEST.isoformat()}.")
    return day
