"""The report of one funnel: how many entered, reached each step and dropped out, also by how they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from collector.goal_checks import Funnel
from dashboards import figures, names, pictures, questions
from dashboards.asked import Asked
from dashboards.figures import Change
from dashboards.goal_settings import manner
from dashboards.query import FunnelStep, Period, QueryError, funnel
from dashboards.shown import Tab

DIMENSIONS = ("channel", "source", "campaign", "entry", "country", "device", "browser", "language", "audience")
MOST_ROWS = 20


class StepLine(msgspec.Struct, frozen=True):
    """A step. `bar` is percent of those who entered; `lost` is how many came from the step before no further."""

    number: int
    name: str
    reached: str
    of_entered: str
    of_before: str
    lost: str
    lost_share: str
    bar: float


class Breakdown(msgspec.Struct, frozen=True):
    label: str
    reached: list[str]
    rate: str
    url: str


@dataclass
class FunnelReport(Asked):
    """`funnels` are those of the site, `goals` the names of its goals by their numbers."""

    funnels: Sequence[Funnel] = ()
    goals: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def chosen(self) -> Funnel | None:
        wanted = self.address.picks.get("funnel", "")
        return next((each for each in self.funnels if each.name == wanted), self.funnels[0] if self.funnels else None)

    @cached_property
    def tabs(self) -> list[Tab]:
        return [
            Tab(each.name, self.address.picking(funnel=each.name).url(), each == self.chosen) for each in self.funnels
        ]

    @cached_property
    def manner(self) -> str:
        return manner(self.chosen) if self.chosen else ""

    @cached_property
    def problem(self) -> str:
        """Why the funnel cannot be told under the filters."""
        try:
            _steps = self._steps
        except QueryError as error:
            return self.told(error)
        return ""

    @cached_property
    def _steps(self) -> Sequence[FunnelStep]:
        return self._asked(self.days)

    def _asked(self, days: Period) -> Sequence[FunnelStep]:
        if self.chosen is None:
            return ()
        return funnel(
            self.source, days, self.chosen.name, length=len(self.chosen.steps), filters=self.filters
        )[0].steps  # fmt: skip

    @cached_property
    def names(self) -> list[str]:
        """The goals that are the steps."""
        return [self.goals.get(number, "?") for number in self.chosen.steps] if self.chosen else []

    @cached_property
    def entered(self) -> int:
        return self._steps[0].reached if self._steps else 0

    @cached_property
    def lines(self) -> list[StepLine]:
        made = []
        before = 0
        for name, step in zip(self.names, self._steps, strict=True):
            lost = max(before - step.reached, 0) if step.number > 1 else 0
            made.append(
                StepLine(
                    number=step.number, name=name, reached=figures.written(step.reached),
                    of_entered=figures.rate(step.of_entered),
                    of_before=figures.rate(step.of_before) if step.number > 1 else "",
                    lost=figures.written(lost) if step.number > 1 else "",
                    lost_share=figures.share(lost, before) if step.number > 1 else "",
                    bar=min(step.of_entered, 100),
                )
            )  # fmt: skip
            before = step.reached
        return made

    @cached_property
    def picture(self) -> pictures.Steps:
        return pictures.steps([step.of_entered for step in self._steps])

    @cached_property
    def completed(self) -> str:
        return figures.rate(self._steps[-1].of_entered if self._steps else None)

    @cached_property
    def completed_before(self) -> str:
        return figures.rate(self._rate_before) if self._rate_before is not None else ""

    @cached_property
    def change(self) -> Change | None:
        if self._rate_before is None or not self._steps:
            return None
        return figures.moved(self._steps[-1].of_entered, self._rate_before, "percent", digits=1)

    @cached_property
    def _rate_before(self) -> float | None:
        """What share completed it in the days to compare with; None where nobody entered then."""
        if self.days_before is None:
            return None
        try:
            found = self._asked(self.days_before)
        except QueryError:
            return None
        return found[-1].of_entered if found and found[0].reached else None

    @cached_property
    def by(self) -> str:
        wanted = self.address.picks.get("by", "")
        return wanted if wanted in DIMENSIONS else DIMENSIONS[0]

    @cached_property
    def by_name(self) -> str:
        return names.dimension(self.by)

    @cached_property
    def by_tabs(self) -> list[Tab]:
        return [
            Tab(names.dimension(name), self.address.picking(by=name).url() + "#by", name == self.by)
            for name in DIMENSIONS
        ]

    @cached_property
    def breakdown(self) -> list[Breakdown]:
        """The steps by a dimension; empty where nobody entered, or where it cannot be known."""
        if self.chosen is None:
            return []
        dimension, length = questions.DIMENSIONS[self.by], len(self.chosen.steps)
        found = funnel(
            self.source, self.days, self.chosen.name, length=length, filters=self.filters, by=dimension, limit=MOST_ROWS
        )
        return [
            Breakdown(
                label=names.value(self.by, row.value),
                reached=[figures.written(step.reached) for step in row.steps],
                rate=figures.rate(row.steps[-1].of_entered),
                url=self.address.only(self.by, row.value).url(),
            )
            for row in found
        ]

    @cached_property
    def breakdown_problem(self) -> str:
        try:
            _found = self.breakdown
        except QueryError as error:
            return self.told(error)
        return ""
