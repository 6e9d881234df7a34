"""Which bucket of a period is compared with which of another one: by the calendar and the clock, not by counting. Pure.

Days meet by their place in the period, hours by what the clock says on those days. Weeks meet weeks and months months,
so that most of their days meet, also where the first or the last of them is only a part.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from dashboards.query.period import Period

Key = tuple[int, str]


def paired(bucket: str, these: Sequence[str], those: Sequence[str], now: Period, before: Period) -> list[str | None]:
    """For each label of the period `now`, the label of its bucket in `before`, or None where it has none.

    When the clocks go back, the second of two hours with one name has none on a day that has that hour once; when they
    go forward, neither has the hour that is left out.
    """
    known = {_key(bucket, label): label for label in those}
    offset = _offset(bucket, now, before)
    return [known.get((place - offset, clock)) for place, clock in (_key(bucket, label) for label in these)]


def _key(bucket: str, label: str) -> Key:
    """The place in time by which buckets meet: a number of days, weeks or months, and for hours what the clock says."""
    return _number(bucket)(date.fromisoformat(label[:10])), label[11:16] + label[19:20] if bucket == "time:hour" else ""


def _number(bucket: str) -> Callable[[date], int]:
    if bucket == "time:week":
        return lambda day: (day.toordinal() - 1) // 7
    if bucket == "time:month":
        return lambda day: day.year * 12 + day.month
    return date.toordinal


def _offset(bucket: str, now: Period, before: Period) -> int:
    """How many days, weeks or months lie between buckets that meet: as many as lie between most of the days."""
    number = _number(bucket)
    days = range(min(now.days, before.days))
    between = (number(now.first + timedelta(each)) - number(before.first + timedelta(each)) for each in days)
    return Counter(between).most_common(1)[0][0]
