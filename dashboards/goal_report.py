"""The report of goals and events: conversions, visitors, rate and revenue, and what the events of the site carried."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from collector.goal_checks import Goal
from dashboards import figures
from dashboards.event_report import EventReport
from dashboards.goal_settings import condition
from dashboards.goal_tables import GoalLine, Line, Table
from dashboards.i18n import _
from dashboards.one_goal import OneGoal
from dashboards.query import QueryError
from dashboards.shown import Tab


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
        cents = figures.broken(self._revenue(self._counted, name) for name in counts)
        return [
            GoalLine(
                name=name,
                condition=(known | removed)[name],
                conversions=figures.written(count),
                visitors=figures.written(self._value(self._counted, name, 1)),
                rate=figures.rate(self._value(self._counted, name, 2) if self.rated else None),
                revenue=figures.money(self._revenue(self._counted, name), cents=cents),
                change=figures.moved(count, self._value(self._counted_before, name, 0)),
                bar=round(100 * count / longest) if longest else 0,
                url=self.address.picking(goal=name).url(),
            )
            for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ]

    @cached_property
    def with_revenue(self) -> bool:
        return any(line.revenue for line in self.lines)

    @cached_property
    def carried(self) -> Table | None:
        """What the events carried that reached the chosen goal, one property at a time; None where they had none."""
        keys = self.keys_of(self._reached_by) if self.chosen else []
        if not keys:
            return None
        chosen = self.address.picks.get("property", "")
        key = chosen if chosen in keys else keys[0]
        tabs = [Tab(each, self.address.picking(property=each).url() + "#carried", each == key) for each in keys]
        problem, rows = "", list[Line]()
        try:
            rows = self._lines_of(key)
        except QueryError as error:
            problem = self.told(error)
        third = _("Revenue") if self.currencies else ""
        note = _("Properties of the events that reached the goal; a conversion is of the first of them in the visit.")
        heads = (key, _("Conversions"), _("Share"))
        return Table("carried", _("Properties"), *heads, tabs, rows, problem, note if rows else "", third)

    @cached_property
    def _reached_by(self) -> str:
        """The event by which the chosen goal was reached most; empty where it was no event."""
        only: list[object] = ["is", "event:goal", [self.chosen]]
        try:
            found = self.rows(["conversions"], ["event:name"], limit=1, filters=[only])
        except QueryError:  # details that are no longer kept
            return next((goal.event for goal in self.goals if goal.name == self.chosen), "")
        return found[0].dimensions[0] if found else ""

    def _lines_of(self, key: str) -> list[Line]:
        wanted = ["conversions", *(["revenue"] if self.currencies else [])]
        found = self.sized(wanted, [f"event:props:{key}"])
        total = self._value(self._counted, self.chosen, 0)
        cents = bool(self.currencies) and figures.broken(row.metrics[-1] for row, _bar in found)
        return [
            Line(
                label=row.dimensions[0] or _("Empty"),
                text=figures.written(row.metrics[0]),
                second=figures.share(row.metrics[0], total),
                bar=bar,
                url="",
                amounts=figures.amounts(row.metrics[-1], cents=cents) if self.currencies else (),
            )
            for row, bar in found
        ]
