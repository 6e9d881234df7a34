"""The report of goals and events: conversions, visitors, rate and revenue, and what the events of the site carried."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from collector.goal_checks import Goal
from dashboards import figures
from dashboards.event_report import EventReport
from dashboards.goal_settings import condition
from dashboards.goal_tables import GoalLine
from dashboards.i18n import _
from dashboards.one_goal import OneGoal


@dataclass
class GoalReport(OneGoal, EventReport):
    """`goals` are those of the site; counted ones that were removed since are shown after them."""

    goals: Sequence[Goal] = ()

    @cached_property
    def chosen_condition(self) -> str:
        return next((condition(goal) for goal in self.goals if goal.name == self.chosen), _("Removed"))

    @cached_property
    def lines(self) -> list[GoalLine]:
        """Goals with most conversions first; those of the site also where nobody reached them."""
        known = {goal.name: condition(goal) for goal in self.goals}
        removed = {name: _("Removed") for name in self._counted if name not in known}
        counts = {name: self._value(self._counted, name, 0) for name in known | removed}
        longest = max(counts.values(), default=0)
        return [
            GoalLine(
                name=name,
                condition=(known | removed)[name],
                conversions=figures.written(count),
                visitors=figures.written(self._value(self._counted, name, 1)),
                rate=figures.rate(self._value(self._counted, name, 2) if self.rated else None),
                revenue=figures.money(self._revenue(self._counted, name)),
                change=figures.moved(count, self._value(self._counted_before, name, 0)),
                bar=round(100 * count / longest) if longest else 0,
                url=self.address.picking(goal=name).url(),
            )
            for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ]

    @cached_property
    def with_revenue(self) -> bool:
        return any(line.revenue for line in self.lines)
