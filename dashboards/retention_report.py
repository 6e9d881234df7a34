"""The report of retention: who is new and who returns, cohorts by first week or month, and stickiness."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import msgspec

from dashboards import figures, pictures, questions
from dashboards.asked import Asked
from dashboards.buckets import long_label, short_label
from dashboards.figures import Change, Form
from dashboards.i18n import _, date_text
from dashboards.periods import Interval
from dashboards.query import Cohort, Period, QueryError, Stickiness, cohorts, stickiness
from dashboards.query.filters import parse_filters
from dashboards.query.period import add_months, labels
from dashboards.query.retention import FILTERS, Unit, begin, unknown_of_cohorts
from dashboards.series import interval_tabs
from dashboards.shown import Away, Tab

COLUMNS = 12  # weeks or months that a row shows
SIZE = (1120, 180)
SHADES = 9  # of the heat map
FULL_SHADE = 45  # percent of returns from which a cell is darkest
DAILY_UP_TO = 92
BARS: tuple[Interval, ...] = ("day", "week", "month")


class Cell(msgspec.Struct, frozen=True):
    """Returns of a cohort in one later week or month. `shade` is 0 to 9; `running`: it is not over yet."""

    text: str
    title: str
    shade: int
    running: bool


class CohortLine(msgspec.Struct, frozen=True):
    label: str
    visitors: str
    cells: list[Cell | None]


class Figure(msgspec.Struct, frozen=True):
    """A figure, and what it was in the days to compare with."""

    label: str
    text: str
    before: str
    change: Change | None


class Slot(msgspec.Struct, frozen=True):
    """New and returning visitors of a day or a month."""

    label: str
    new: str
    returning: str
    stack: pictures.Stack


@dataclass
class RetentionReport(Asked):
    @cached_property
    def unit(self) -> Unit:
        return "month" if self.address.picks.get("unit") == "month" else "week"

    @cached_property
    def tabs(self) -> list[Tab]:
        return [
            Tab(_("By week"), self.address.picking(unit="").url() + "#cohorts", self.unit == "week"),
            Tab(_("By month"), self.address.picking(unit="month").url() + "#cohorts", self.unit == "month"),
        ]

    @cached_property
    def filtered(self) -> str:
        """What to know under filters."""
        return _("The filters are about the first visit, whatever the later ones were like.") if self.filters else ""

    @cached_property
    def cohort_days(self) -> Period:
        """The days of the period and at least twelve weeks or months up to its end: fewer tell little."""
        last = self.address.period.last
        least = begin(self.unit, last) - timedelta(weeks=COLUMNS) if self.unit == "week" else add_months(
            begin(self.unit, last), -COLUMNS
        )  # fmt: skip
        oldest = self.source.oldest_detail if self.filters else self.source.oldest
        return Period(min(max(min(self.address.period.first, least), oldest), last), last)

    @cached_property
    def cohort_problem(self) -> str:
        if unknown_of_cohorts(parse_filters(self.filters)):
            return _(
                "Cohorts are filtered by country, device, channel and audience of the first visit alone, so that "
                "nobody can be followed from week to week; remove the other filters to see them."
            )
        try:
            _found = self._cohorts
        except QueryError as error:
            return self.told(error)
        return ""

    @cached_property
    def cohort_away(self) -> Away | None:
        """The same page with only the filters that cohorts take."""
        if not unknown_of_cohorts(parse_filters(self.filters)):
            return self.away
        stays = self.address.kept(lambda name: questions.DIMENSIONS[name] in FILTERS)
        return Away(_("Without the other filters"), stays.url())

    @cached_property
    def _cohorts(self) -> list[Cohort]:
        return cohorts(self.source, self.unit, self.cohort_days, filters=self.filters)

    @cached_property
    def columns(self) -> range:
        """Numbers of the weeks or months after the first."""
        return range(1, 1 + min(COLUMNS, max((len(each.returns) for each in self._cohorts), default=0)))

    @cached_property
    def cohorts(self) -> list[CohortLine]:
        return [self._line(each) for each in reversed(self._cohorts)]

    def _line(self, cohort: Cohort) -> CohortLine:
        cells: list[Cell | None] = []
        for each in cohort.returns[:COLUMNS]:
            values = {
                "visitors": figures.written(each.visitors), "all": figures.written(cohort.visitors),
                "day": date_text(each.period, "d MMMM y"),
            }  # fmt: skip
            if self.unit == "week":
                title = _("%(visitors)s of %(all)s came again in the week of %(day)s", **values)
            else:
                title = _("%(visitors)s of %(all)s came again in the month of %(day)s", **values)
            shade = min(SHADES, round(each.rate / FULL_SHADE * SHADES)) if each.rate else 0
            cells.append(
                Cell(
                    figures.share(each.visitors, cohort.visitors) or "0%",
                    title,
                    max(shade, int(each.rate > 0)),
                    not each.complete,
                )
            )
        cells += [None] * (len(self.columns) - len(cells))
        return CohortLine(self._label(cohort.first), figures.written(cohort.visitors), cells)

    def _label(self, first: date) -> str:
        return date_text(first, "d MMM y" if self.unit == "week" else "MMMM y")

    @cached_property
    def cohort_text(self) -> str:
        first, last = (date_text(day, "d MMM y") for day in (self.cohort_days.first, self.cohort_days.last))
        return _("First visits from %(first)s to %(last)s", first=first, last=last)

    @cached_property
    def stickiness(self) -> Stickiness | None:
        """Of the 30 days up to the last one that is over; None where they are no longer kept."""
        return self._stickiness(self.address.period.last)

    @cached_property
    def _stickiness_before(self) -> Stickiness | None:
        """The same up to the end of the days to compare with: as much earlier as today is left out."""
        if self.address.before is None:
            return None
        last = self.address.before[1]
        moves = self.address.compare.mode != "custom"
        return self._stickiness(last - self._unfinished if moves else last)

    @property
    def _unfinished(self) -> timedelta:
        """How much of the end of the period is left out, because it is not over."""
        return max(self.address.period.last - self._yesterday, timedelta(0))

    @property
    def _yesterday(self) -> date:
        return self.address.period.today - timedelta(days=1)

    @cached_property
    def stickiness_problem(self) -> str:
        """Why it cannot be told under the filters, or of these days."""
        try:
            self._asked_stickiness(self.address.period.last)
        except QueryError as error:
            return self.told(error)
        return ""

    def _stickiness(self, last: date) -> Stickiness | None:
        try:
            found = self._asked_stickiness(last)
        except QueryError:
            return None
        return found if found.visitors else None

    def _asked_stickiness(self, last: date) -> Stickiness:
        return stickiness(self.source, min(last, self._yesterday), filters=self.filters)

    @cached_property
    def stickiness_figures(self) -> list[Figure]:
        found, was = self.stickiness, self._stickiness_before
        if found is None:
            return []
        return [
            _figure(_("Visitors on an average day"), found.daily, was and was.daily),
            _figure(_("Visitors in these %(days)s days", days=found.days), found.visitors, was and was.visitors),
            _figure(_("Stickiness"), found.share, was and was.share, "percent"),
        ]

    @cached_property
    def visitors_problem(self) -> str:
        try:
            _found = self.totals
        except QueryError as error:
            return self.told(error)
        return ""

    @cached_property
    def totals(self) -> tuple[int, int]:
        """New and returning visitors of the period."""
        found = self.rows(["new_visitors", "returning_visitors"])
        return (found[0].metrics[0], found[0].metrics[1]) if found else (0, 0)

    @cached_property
    def _totals_before(self) -> tuple[int, int] | None:
        """The same in the days to compare with; None where that is not known."""
        if self.days_before is None:
            return None
        try:
            found = self.rows(["new_visitors", "returning_visitors"], days=self.days_before)
        except QueryError:
            return None
        return (found[0].metrics[0], found[0].metrics[1]) if found and any(found[0].metrics) else None

    @cached_property
    def new(self) -> Figure:
        return _figure(_("new"), self.totals[0], self._totals_before and self._totals_before[0])

    @cached_property
    def returning(self) -> Figure:
        label = _("returning, %(share)s of all", share=self.returning_share)
        return _figure(label, self.totals[1], self._totals_before and self._totals_before[1])

    @cached_property
    def returning_share(self) -> str:
        return figures.share(self.totals[1], sum(self.totals)) or "0%"

    @cached_property
    def interval(self) -> Interval:
        chosen = self.address.chosen if self.address.chosen in BARS else None
        return chosen or ("day" if self.days.days <= DAILY_UP_TO else "month")

    @cached_property
    def intervals(self) -> list[Tab]:
        return interval_tabs(self.address, self.interval, BARS)

    @cached_property
    def slots(self) -> list[Slot]:
        """Day by day, or month by month in a long period, unless it was chosen. A visitor counts once in each."""
        bucket = f"time:{self.interval}"
        known = {row.dimensions[0]: row.metrics for row in self.rows(["new_visitors", "returning_visitors"], [bucket])}
        found = labels(bucket, self.kept_days, self.site.timezone)
        new, returning = ([known.get(label, (0, 0))[at] for label in found] for at in (0, 1))
        stacks = pictures.stacks(returning, new, SIZE)
        return [
            Slot(self._slot_label(label), figures.written(one), figures.written(two), stack)
            for label, one, two, stack in zip(found, new, returning, stacks, strict=True)
        ]

    def _slot_label(self, label: str) -> str:
        return long_label(label, self.interval, self.kept_days, running=self.address.period.live)

    @cached_property
    def ends(self) -> tuple[str, str]:
        """The first and the last day under the bars, in words."""
        first, last = self.kept_days.first, self.kept_days.last
        return short_label(first.isoformat(), self.interval), short_label(last.isoformat(), self.interval)


def _figure(label: str, value: figures.Number | None, before: figures.Number | None, form: Form = "number") -> Figure:
    written = figures.rate if form == "percent" else figures.written
    change = figures.moved(value, before, form, digits=1)
    return Figure(label, written(value), written(before) if before is not None else "", change)
