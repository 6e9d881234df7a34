"""The report of speed: web vitals as their visitors' devices measured them, by page, device and country."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from collector.vitals import METRICS
from dashboards import address as addresses
from dashboards import figures, names
from dashboards.asked import Asked
from dashboards.figures import Change
from dashboards.i18n import _, decimal
from dashboards.periods import Interval
from dashboards.query import THRESHOLDS, Period, QueryError, VitalRow, vitals
from dashboards.query.period import labels
from dashboards.query.vitals import Rating
from dashboards.series import Chart, Drawn, Points, Series, line
from dashboards.shown import Away

DEFAULT = "lcp"
ROWS = 12
BY = ("page", "device", "country")
INTERVALS: tuple[Interval, ...] = ("day", "week", "month")
MOST_POINTS = 600  # of a line: ten years by week
MOST_BEFORE = 1000  # values that are looked for in the days to compare with


class VitalTile(msgspec.Struct, frozen=True):
    """One metric of the site. The shares are percent of its samples."""

    name: str
    short: str
    meaning: str
    value: str
    rating: str
    mood: str
    good: float
    middling: float
    poor: float
    samples: str
    spoken: str
    url: str
    current: bool
    before: str
    change: Change | None


class VitalLine(msgspec.Struct, frozen=True):
    """A page, a device or a country."""

    label: str
    value: str
    rating: str
    mood: str
    samples: str
    good: float
    middling: float
    poor: float
    url: str
    before: str
    change: Change | None


@dataclass
class SpeedReport(Asked):
    @cached_property
    def metric(self) -> str:
        wanted = self.address.picks.get("vital", "")
        return wanted if wanted in METRICS else DEFAULT

    @property
    def metric_name(self) -> str:
        return name(self.metric)

    @cached_property
    def problem(self) -> str:
        """Why vitals cannot be told under the filters."""
        try:
            _found = self._whole
        except QueryError as error:
            if self.address.filters:
                return _("Speed is known by page, device and country; remove the other filters to see it.")
            return self.told(error)
        return ""

    @property
    def away(self) -> Away | None:
        """The same page with only the filters that speed is known by."""
        if not self.address.filters:
            return None
        return Away(_("Without the other filters"), self.address.kept(lambda name: name in BY).url())

    @cached_property
    def _whole(self) -> dict[str, VitalRow]:
        return {row.metric: row for row in vitals(self.source, self.days, filters=self.filters)}

    @cached_property
    def _whole_before(self) -> dict[str, VitalRow]:
        return {row.metric: row for row in self._before()}

    def _before(self, by: str = "", metric: str = "") -> list[VitalRow]:
        """The same of the days to compare with; nothing where there are none, or none that are still kept."""
        if self.days_before is None:
            return []
        try:
            return vitals(self.source, self.days_before, by=by, metric=metric, filters=self.filters, limit=MOST_BEFORE)
        except QueryError:
            return []

    @property
    def empty(self) -> bool:
        return not self._whole

    @cached_property
    def tiles(self) -> list[VitalTile]:
        return [self._tile(metric) for metric in METRICS]

    def _tile(self, metric: str) -> VitalTile:
        row, was = self._whole.get(metric), self._whole_before.get(metric)
        return VitalTile(
            name=name(metric),
            short=metric.upper(),
            meaning=meaning(metric),
            value=written(metric, row.p75) if row else "–",
            rating=rated(row.rating) if row else _("not measured"),
            mood=mood(row.rating) if row else "",
            good=row.good if row else 0,
            middling=row.needs_improvement if row else 0,
            poor=row.poor if row else 0,
            samples=figures.written(row.samples) if row else "",
            spoken=shares(row) if row else "",
            url=self.address.picking(vital="" if metric == DEFAULT else metric).url(),
            current=metric == self.metric,
            before=written(metric, was.p75) if row and was else "",
            change=moved(row, was),
        )

    @cached_property
    def limits(self) -> str:
        """From where the metric is good, and from where it is poor."""
        good, poor = (written(self.metric, each) for each in THRESHOLDS[self.metric])
        return _("Good is up to %(good)s, poor is over %(poor)s.", good=good, poor=poor)

    @cached_property
    def interval(self) -> Interval:
        """Vitals are kept by the day."""
        return "day" if self.address.interval == "hour" else self.address.interval

    @cached_property
    def chart(self) -> Chart | None:
        """The metric over time; None for a single day."""
        if self.days.days < 2 or self.metric not in self._whole:
            return None
        found = vitals(
            self.source, self.days, by=self.interval, metric=self.metric, filters=self.filters, limit=MOST_POINTS
        )
        this = self._points(found, self.days)
        earlier = self._before(self.interval, self.metric) if self.days_before else []
        before = self._points(earlier, self.days_before) if self.days_before and earlier else Points([], {})
        unit = _("in thousandths") if self.metric == "cls" else _("in ms")
        title = _("%(metric)s, 75th percentile %(unit)s", metric=self.metric_name, unit=unit)
        found_series = Series(this, before, self.interval)
        return line(found_series, self.address, Drawn(self.metric, title), intervals=INTERVALS)

    def _points(self, found: Sequence[VitalRow], period: Period) -> Points:
        factor = 1000 if self.metric == "cls" else 1
        known = {row.value: row.p75 * factor for row in found}
        kept = self.source.kept(period)
        shown = labels(f"time:{self.interval}", kept, self.site.timezone)
        return Points(shown, {self.metric: [known.get(label) for label in shown]}, kept)

    def lines(self, by: str) -> Sequence[VitalLine]:
        """The metric by page, device or country: those with most samples."""
        found = vitals(self.source, self.days, by=by, metric=self.metric, filters=self.filters, limit=ROWS)
        earlier = {row.value: row for row in self._before(by, self.metric)}
        return [
            VitalLine(
                label=names.value(by, row.value), value=written(row.metric, row.p75), rating=rated(row.rating),
                mood=mood(row.rating), samples=figures.written(row.samples), good=row.good,
                middling=row.needs_improvement, poor=row.poor,
                url=self.address.only(by, row.value or addresses.UNKNOWN).url(),
                before=written(row.metric, earlier[row.value].p75) if row.value in earlier else "",
                change=moved(row, earlier.get(row.value)),
            )
            for row in found
        ]  # fmt: skip

    @property
    def tables(self) -> list[tuple[str, str]]:
        """The tables there are: dimension and title."""
        return [(by, names.dimension(by)) for by in BY]


def name(metric: str) -> str:
    return {
        "lcp": _("Main content visible"),
        "inp": _("Reaction to input"),
        "cls": _("Layout shift"),
        "fcp": _("First content visible"),
        "ttfb": _("Server answers"),
    }[metric]


def meaning(metric: str) -> str:
    return {
        "lcp": _("Largest Contentful Paint: when the largest picture or text of the page was there."),
        "inp": _("Interaction to Next Paint: how long the page took to react to clicks and keys."),
        "cls": _("Cumulative Layout Shift: how much of the page jumped about while it loaded."),
        "fcp": _("First Contentful Paint: when the first picture or text was there."),
        "ttfb": _("Time to First Byte: when the answer of the server began."),
    }[metric]


def written(metric: str, value: float) -> str:
    """A value of a metric with its unit."""
    if metric == "cls":
        return decimal(value, "0.00#" if value < 0.1 else "0.00")
    return _("%(seconds)s s", seconds=decimal(value / 1000, "0.0#")) if value >= 1000 else f"{decimal(value)} ms"


def moved(now: VitalRow | None, before: VitalRow | None) -> Change | None:
    """How the 75th percentile changed: quicker is better, and so is a smaller shift."""
    return figures.moved(now.p75, before.p75, less_is_better=True) if now and before else None


def rated(rating: Rating) -> str:
    return {"good": _("good"), "needs improvement": _("needs improvement"), "poor": _("poor")}[rating]


def mood(rating: Rating) -> str:
    """The class of a rating in the style sheet."""
    return {"good": "good", "needs improvement": "middling", "poor": "poor"}[rating]


def shares(row: VitalRow) -> str:
    good, middling, poor = (figures.rate(each) for each in (row.good, row.needs_improvement, row.poor))
    return _("%(good)s good, %(middling)s need improvement, %(poor)s poor", good=good, middling=middling, poor=poor)
