"""Which days or hours a query covers, how they are cut into buckets, and with what they are compared. Pure.

Days are days of the site's time zone. A period is whole days or, for `24h` and ranges of instants, whole hours.
"""

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from collector.clock import QUARTER, LocalClock, day_date
from dashboards.query.errors import QueryError

HOUR = 3600
LONGEST_DAYS = 3660
LONGEST_HOURS = 31 * 24
ROLLING = {"day": 1, "7d": 7, "28d": 28, "30d": 30, "91d": 91}
MONTHS = {"month": 1, "6mo": 6, "12mo": 12}
NAMES = (*ROLLING, "24h", *MONTHS, "year", "all")
COMPARISONS = ("previous_period", "year_over_year", "custom")
HOURLY_DAYS = 1  # up to so many days `time` means hours,
DAILY_DAYS = 92  # up to so many days it means days, and beyond months

clock_of = lru_cache(maxsize=256)(LocalClock)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included; or, with `hours`, the hours from one instant to another.

    `hours` are the instants (epoch seconds) at which the first and the last hour begin.
    """

    first: date
    last: date
    hours: tuple[int, int] | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def check_range(asked: str | list[str]) -> str | tuple[str, str]:
    """The date_range of a query, if it can be read. Raises QueryError."""
    if isinstance(asked, str):
        if asked not in NAMES:
            raise QueryError(f'unknown date_range {asked!r}; it is one of {", ".join(NAMES)}, or ["from", "to"]')
        return asked
    if len(asked) != 2:
        raise QueryError('date_range takes two dates, like ["2026-01-01", "2026-01-31"]')
    first, last = (_moment(text) for text in asked)
    if isinstance(first, datetime) != isinstance(last, datetime):
        raise QueryError("date_range takes two dates or two instants, not one of each")
    return asked[0], asked[1]


def _moment(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise QueryError(f"date_range: {text!r} is not an ISO 8601 date or instant") from None


def resolve(asked: str | tuple[str, str], timezone: str, now: float, first_day: Callable[[], date | None]) -> Period:
    """The period meant at `now` (epoch seconds). `first_day`, the site's first day with data, is asked for `all`."""
    clock = clock_of(timezone)
    hour, day = clock.hour(int(now))
    today = day_date(day)
    if isinstance(asked, tuple):
        return _between(asked, clock)
    if asked == "24h":
        return _hours(clock.hour(hour - 23 * HOUR)[0], hour, clock)
    if asked in ROLLING:
        return Period(today - timedelta(days=ROLLING[asked] - 1), today)
    if asked in MONTHS:
        return Period(add_months(today.replace(day=1), 1 - MONTHS[asked]), today)
    if asked == "year":
        return Period(today.replace(month=1, day=1), today)
    return Period(min(first_day() or today, today), today)


def _between(asked: tuple[str, str], clock: LocalClock) -> Period:
    first, last = _moment(asked[0]), _moment(asked[1])
    if isinstance(first, datetime) and isinstance(last, datetime):
        return _instants(first, last, clock)
    if last < first:
        raise QueryError("date_range ends before it begins")
    if (last - first).days >= LONGEST_DAYS:
        raise QueryError(f"date_range can be up to {LONGEST_DAYS} days long")
    return Period(first, last)


def _instants(first: datetime, last: datetime, clock: LocalClock) -> Period:
    """Whole hours. An end like 15:59:59 includes its hour, one like 16:00:00 does not; whole days become days."""
    begin, end = (int((at if at.tzinfo else at.replace(tzinfo=clock.zone)).timestamp()) for at in (first, last))
    end += int(end % 60 == 59)
    hour, day = clock.hour(begin)
    if hour != begin or clock.hour(end)[0] != end:
        raise QueryError("date_range: what happened is counted by the hour; use instants like 12:00:00 to 15:59:59")
    if end <= begin:
        raise QueryError("date_range ends before it begins")
    last_hour, last_day = clock.hour(end - 1)
    if clock.hour(begin - 1)[1] != day and clock.hour(end)[1] != last_day:
        return Period(day_date(day), day_date(last_day))
    if end - begin > LONGEST_HOURS * HOUR:
        raise QueryError(f"date_range: a range of hours can be up to {LONGEST_HOURS // 24} days long; use dates")
    return _hours(begin, last_hour, clock)


def _hours(first: int, last: int, clock: LocalClock) -> Period:
    return Period(day_date(clock.hour(first)[1]), day_date(clock.hour(last)[1]), (first, last))


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def compared(period: Period, mode: str, custom: Period | None, *, match_weekday: bool, timezone: str) -> Period:
    """The period to compare with: the custom one, the one just before, or the same a year ago."""
    if custom is not None:
        return custom
    clock = clock_of(timezone)
    days = period.days if period.hours is None else -((period.hours[0] - period.hours[1] - HOUR) // (24 * HOUR))
    shift = days if mode == "previous_period" else (period.first - add_months(period.first, -12)).days
    if match_weekday and shift % 7:
        later = shift - shift % 7
        shift = later if shift - later <= 3 and later >= days else later + 7
    if period.hours is None:
        return Period(period.first - timedelta(days=shift), period.last - timedelta(days=shift))
    first, last = period.hours
    if mode == "previous_period" and not match_weekday:
        return _hours(first - (last - first + HOUR), first - HOUR, clock)
    return _hours(_days_ago(first, shift, clock), _days_ago(last, shift, clock), clock)


def _days_ago(hour: int, days: int, clock: LocalClock) -> int:
    """The hour that had the same name so many days before."""
    local = datetime.fromtimestamp(hour, UTC).astimezone(clock.zone).replace(tzinfo=None) - timedelta(days=days)
    return clock.hour(int(local.replace(tzinfo=clock.zone).timestamp()))[0]


def bucket_of(time: str, period: Period) -> str:
    """The time dimension with its size: `time` alone means hours, days or months, by the length of the period."""
    if time == "time":
        if period.hours is not None or period.days <= HOURLY_DAYS:
            return "time:hour"
        return "time:day" if period.days <= DAILY_DAYS else "time:month"
    if period.hours is not None and time not in ("", "time:hour"):
        raise QueryError(f"{time} needs a date_range of whole days; use time:hour")
    if time == "time:hour" and period.days > 366:
        raise QueryError("time:hour takes a date_range of up to a year")
    return time


def labels(bucket: str, period: Period, timezone: str) -> list[str]:
    """How every bucket of the period is called, in order."""
    if bucket == "time:hour":
        return [hour_label(hour, timezone) for hour in _hour_starts(period, clock_of(timezone))]
    days = (period.first + timedelta(days=number) for number in range(period.days))
    return list(dict.fromkeys(day_label(bucket_start(bucket, day, period.first)) for day in days))


def bucket_start(bucket: str, day: date, first: date) -> date:
    """The day by which the bucket of `day` is called. A week cut by the beginning of the period is called by that."""
    if bucket == "time:week":
        return max(day - timedelta(days=day.weekday()), first)
    return day.replace(day=1) if bucket == "time:month" else day


def _hour_starts(period: Period, clock: LocalClock) -> Iterator[int]:
    if period.hours is not None:
        begin, end = period.hours[0], period.hours[1] + 1
    else:
        begin, end = day_start(period.first, clock), day_start(period.last + timedelta(days=1), clock)
    before = None
    for at in range(begin, end, QUARTER):
        hour = clock.hour(at)[0]
        if hour != before:
            yield hour
        before = hour


def day_start(day: date, clock: LocalClock) -> int:
    """The instant (epoch seconds) at which the day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=clock.zone).timestamp())


def day_label(day: date) -> str:
    return day.isoformat()


def hour_label(instant: int, timezone: str) -> str:
    """Local time of an hour; the second of two hours with one name, when the clocks go back, has its offset too."""
    local = datetime.fromtimestamp(instant, UTC).astimezone(clock_of(timezone).zone)
    return local.isoformat(" ") if local.fold else local.strftime("%Y-%m-%d %H:%M:%S")
