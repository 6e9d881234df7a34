"""The report of consent: how often the banner was shown, and how it was answered; by language, device and page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import msgspec

from dashboards import figures, names
from dashboards.asked import Asked
from dashboards.buckets import long_label
from dashboards.buckets import name as interval_name
from dashboards.i18n import _, date_text
from dashboards.periods import Interval
from dashboards.query.live import QUERIES
from dashboards.query.period import bucket_start, labels
from dashboards.query.store import fetch
from dashboards.series import Chart, Drawn, Points, Series, line

COUNTS = (QUERIES / "banner_counts.sql").read_text("utf-8")
BY_DAY = (QUERIES / "banner_days.sql").read_text("utf-8")
OUTCOMES = ("accepted", "refused", "customised", "ignored")
BY = {"language": 12, "device": 4, "page": 20}  # rows of each table
INTERVALS: tuple[Interval, ...] = ("day", "week", "month")


class Counts(msgspec.Struct, frozen=True):
    """How often the banner was shown, and its answers. An answer may come on another day than it was shown."""

    shown: int = 0
    accepted: int = 0
    refused: int = 0
    customised: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        sums = (getattr(self, name) + getattr(other, name) for name in self.__struct_fields__)
        return Counts(*sums)

    @property
    def ignored(self) -> int:
        return max(self.shown - self.accepted - self.refused - self.customised, 0)

    @property
    def whole(self) -> int:
        """What the shares are of."""
        return max(self.shown, self.accepted + self.refused + self.customised)

    def share(self, outcome: str) -> float | None:
        """Percent."""
        return 100 * float(getattr(self, outcome)) / self.whole if self.whole else None


class OutcomeTile(msgspec.Struct, frozen=True):
    name: str
    text: str
    share: str
    meaning: str
    url: str
    current: bool


class CountLine(msgspec.Struct, frozen=True):
    """A language, a kind of device, a page or a day. `parts` are (class, x, width) of the bar; the texts percent."""

    label: str
    shown: str
    texts: list[str]
    parts: list[tuple[str, float, float]]


@dataclass
class ConsentReport(Asked):
    @cached_property
    def outcome(self) -> str:
        wanted = self.address.picks.get("outcome", "")
        return wanted if wanted in OUTCOMES else OUTCOMES[0]

    @cached_property
    def whole(self) -> Counts:
        found = self._counts("", 1)
        return found[0][1] if found else Counts()

    @property
    def empty(self) -> bool:
        return not self.whole.whole

    def _counts(self, dimension: str, limit: int) -> list[tuple[str, Counts]]:
        days = self.kept_days
        given = {
            "site": self.site.domain,
            "dimension": dimension,
            "first": days.first,
            "last": days.last,
            "limit": limit,
        }
        return [(str(value), Counts(*map(int, counts))) for value, *counts in fetch(self.store, COUNTS, given)]

    @property
    def shown_text(self) -> str:
        return figures.written(self.whole.shown)

    @cached_property
    def tiles(self) -> list[OutcomeTile]:
        return [
            OutcomeTile(
                name=name(outcome),
                text=figures.rate(self.whole.share(outcome) or 0.0),
                share=figures.written(getattr(self.whole, outcome)),
                meaning=meaning(outcome),
                url=self.address.picking(outcome="" if outcome == OUTCOMES[0] else outcome).url(),
                current=outcome == self.outcome,
            )
            for outcome in OUTCOMES
        ]

    @cached_property
    def _days(self) -> dict[str, Counts]:
        days = self.kept_days
        rows = fetch(self.store, BY_DAY, {"site": self.site.domain, "first": days.first, "last": days.last})
        return {day.isoformat(): Counts(*map(int, counts)) for day, *counts in rows}

    @cached_property
    def _buckets(self) -> dict[str, Counts]:
        """The days, or the weeks or months made of them."""
        summed: dict[str, Counts] = {}
        for day, counts in self._days.items():
            start = bucket_start(f"time:{self.interval}", date.fromisoformat(day), self.kept_days.first).isoformat()
            summed[start] = summed.get(start, Counts()) + counts
        return summed

    @cached_property
    def interval(self) -> Interval:
        """Answers are counted by the day."""
        return "day" if self.address.interval == "hour" else self.address.interval

    @cached_property
    def chart(self) -> Chart | None:
        """The share of the picked outcome over time; None for a single day."""
        days = self.kept_days
        if days.days < 2:
            return None
        summed = self._buckets
        shown = labels(f"time:{self.interval}", days, self.site.timezone)
        values = [summed[label].share(self.outcome) if label in summed else None for label in shown]
        points = Points(shown, {self.outcome: list(values)}, days)
        title = _("%(outcome)s, share of the banners shown", outcome=name(self.outcome))
        found = Series(points, Points([], {}), self.interval)
        return line(found, self.address, Drawn(self.outcome, title, "percent"), intervals=INTERVALS)

    def lines(self, by: str) -> Sequence[CountLine]:
        """The languages, devices or pages on which the banner was shown most."""
        return [made(label(by, value), counts) for value, counts in self._counts(by, BY[by])]

    @property
    def bucket_lines(self) -> Sequence[CountLine]:
        """The days, weeks or months, the newest first."""
        return [made(self._when(start), counts) for start, counts in sorted(self._buckets.items(), reverse=True)]

    def _when(self, start: str) -> str:
        if self.interval == "day":
            return day_text(start)
        return long_label(start, self.interval, self.kept_days, running=self.address.period.live)

    @property
    def over_time(self) -> tuple[str, str]:
        """What the table over time is called, and its first column."""
        title = {"week": _("Weeks"), "month": _("Months")}.get(self.interval) or _("Days")
        return title, interval_name(self.interval)

    @property
    def tables(self) -> list[tuple[str, str]]:
        return [(by, {"language": _("Language"), "device": _("Device"), "page": _("Page")}[by]) for by in BY]

    @property
    def columns(self) -> list[tuple[str, str]]:
        return [(outcome, name(outcome)) for outcome in OUTCOMES]


def made(what: str, counts: Counts) -> CountLine:
    parts, x = [], 0.0
    for outcome in OUTCOMES:
        width = round(counts.share(outcome) or 0.0, 2)
        parts.append((outcome, round(x, 2), width))
        x += width
    texts = [figures.rate(counts.share(outcome) or 0.0) for outcome in OUTCOMES]
    return CountLine(what, figures.written(counts.shown), texts, parts)


def day_text(day: str) -> str:
    return date_text(date.fromisoformat(day), "EEE d MMM")


def label(by: str, value: str) -> str:
    if by == "device":
        return {"mobile": _("Telephone or tablet"), "desktop": _("Computer")}.get(value, value)
    return names.value(by, value)


def name(outcome: str) -> str:
    return {
        "accepted": _("Accepted all"),
        "refused": _("Rejected all"),
        "customised": _("Chose"),
        "ignored": _("No answer"),
    }[outcome]


def meaning(outcome: str) -> str:
    return {
        "accepted": _("The visitor allowed every purpose."),
        "refused": _("The visitor allowed nothing."),
        "customised": _("The visitor chose purposes one by one."),
        "ignored": _("The visitor closed the banner or left the page without an answer: nothing is allowed."),
    }[outcome]
