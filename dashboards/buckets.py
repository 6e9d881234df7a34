"""How the points of a line over time are called: in words, in short under the line, and what is only a part. No I/O.

A label is a local date or hour in ISO 8601. A week or a month that lies only partly within the days that were asked for
is called by those of its days that do.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dashboards import charts
from dashboards.controls import days_text
from dashboards.i18n import _, date_text
from dashboards.periods import Interval, end_of_month
from dashboards.query import Period

HOURS = (1, 2, 3, 4, 6, 12, 24)  # between two labels under a line by hour


def moment(label: str) -> datetime:
    """The local time in a label; the offset that tells two equal hours apart is left out."""
    return datetime.fromisoformat(label[:19])


def whole(label: str, interval: Interval) -> tuple[date, date]:
    """The first and the last day of the week or month, or the day, that a label names."""
    day = moment(label).date()
    if interval == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return (day.replace(day=1), end_of_month(day)) if interval == "month" else (day, day)


def is_part(label: str, interval: Interval, days: Period) -> bool:
    """Whether days of the bucket lie outside `days`."""
    first, last = whole(label, interval)
    return first < days.first or last > days.last


def alike(label: str, days: Period, other: str, those: Period, interval: Interval) -> bool:
    """Whether two buckets can be compared: both whole, however long a month is, or parts of as many days."""
    if not is_part(label, interval, days) and not is_part(other, interval, those):
        return True
    return _length(label, interval, days) == _length(other, interval, those)


def _length(label: str, interval: Interval, days: Period) -> int:
    """How many of the days lie in the bucket."""
    first, last = whole(label, interval)
    return (min(last, days.last) - max(first, days.first)).days + 1


def short_label(label: str, interval: Interval, several_days: bool = False) -> str:
    at = moment(label)
    if interval == "hour" and not (several_days and at.hour == 0):
        return date_text(at, "HH:mm")
    return date_text(at, "MMM" if interval == "month" else "d MMM")


def long_label(label: str, interval: Interval, days: Period | None = None, *, running: bool = False) -> str:
    """The bucket in words. `days` are those that were asked for; `running`: the last of them is not over yet."""
    at = moment(label)
    if interval == "hour":
        return date_text(at, "EEE d MMM, HH:mm")
    if interval == "day":
        return date_text(at, "EEE d MMM y")
    shown = days_of(label, interval, days)
    if days is None or not is_part(label, interval, days):
        return shown
    if running and whole(label, interval)[1] > days.last:
        so_far = {"week": _("%(days)s (this week so far)", days=shown)}
        return so_far.get(interval) or _("%(days)s (this month so far)", days=shown)
    part = {"week": _("%(days)s (part of the week)", days=shown)}
    return part.get(interval) or _("%(days)s (part of the month)", days=shown)


def days_of(label: str, interval: Interval, days: Period | None = None) -> str:
    """The days of a week or month, as far as they lie in `days`, in words."""
    first, last = whole(label, interval)
    if days is not None and is_part(label, interval, days):
        return days_text(max(first, days.first), min(last, days.last))
    return days_text(first, last) if interval == "week" else date_text(first, "MMMM y")


def name(interval: Interval) -> str:
    """What stands above the labels, and in the choice of intervals."""
    return {"hour": _("Hour"), "day": _("Day"), "week": _("Week"), "month": _("Month")}[interval]


def ticks(labels: Sequence[str], interval: Interval, most: int) -> list[int]:
    """Which points get a label under the line: evenly spread, and by hour at full hours of the days."""
    if interval != "hour" or len(labels) <= most:
        return charts.spread(len(labels), most)
    for hours in HOURS:
        found = [index for index, label in enumerate(labels) if len(label) == 19 and int(label[11:13]) % hours == 0]
        if len(found) <= most:
            return found
    return [found[place] for place in charts.spread(len(found), most)]


def dotted(interval: Interval, *, first: bool, last: bool, running: bool) -> str:
    """What to know about the ends of a line that are drawn dotted; empty where none is.

    `first` and `last` say whether these are parts of a week or month, `running` whether the last is not over yet.
    """
    said = []
    if first:
        said.append(_("part of the first week") if interval == "week" else _("part of the first month"))
    if running:
        so_far = {"hour": _("this hour so far"), "day": _("today so far"), "week": _("this week so far")}
        said.append(so_far.get(interval) or _("this month so far"))
    elif last:
        said.append(_("part of the last week") if interval == "week" else _("part of the last month"))
    return _("dotted: %(parts)s", parts=", ".join(said)) if said else ""
