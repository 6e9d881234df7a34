"""The report of goals and events: conversions, visitors, rate and revenue, and what the events of the site carried."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from collector.goal_checks import Goal
from dashboards import figures, questions
from dashboards.event_report import EventReport
from dashboards.goal_settings import condition
from dashboards.goal_tables import Foot, GoalRow, Line, Table
from dashboards.i18n import _
from dashboards.one_goal import OneGoal, Sized
from dashboards.query import QueryError, run
from dashboards.shown import Tab


@dataclass
class GoalReport(OneGoal, EventReport):
    """`goals` are those of the site; counted ones that were removed since are shown after them."""

    goals: Sequence[Goal] = ()

    @cached_property
    def chosen_condition(self) -> str:
        return next((condition(goal) for goal in self.goals if goal.name == self.chosen), _("Removed"))

    @cached_property
    def unknown(self) -> bool:
        """The goal that the address chose is none of the site, and never was one that somebody reached."""
        if not self.chosen or self.chosen in self._counted or any(goal.name == self.chosen for goal in self.goals):
            return False
        only: list[object] = ["is", "event:goal", [self.chosen]]
        asked = questions.ever(self.site.domain, ["conversions"], [only])
        found = run(asked, self.store, self.site, self.now)
        return not any(row.metrics[0] for row in found.rows)

    @cached_property
    def table(self) -> list[GoalRow]:
        """Goals with most conversions first; those of the site also where nobody reached them."""
        known = {goal.name: condition(goal) for goal in self.goals}
        removed = {name: _("Removed") for name in self._counted if name not in known}
        counts = {name: self._value(self._counted, name, "conversions") for name in known | removed}
        longest = max(counts.values(), default=0)
        cents = figures.broken(self._revenue(self._counted, name) for name in counts)
        return [
            GoalRow(
                name=name,
                condition=(known | removed)[name],
                conversions=figures.written(count),
                visitors=figures.written(self._value(self._counted, name, "visitors")),
                rate=figures.rate(self._value(self._counted, name, "conversion_rate") if self.rated else None),
                revenue=figures.money(self._revenue(self._counted, name), cents=cents),
                change=figures.moved(count, self._value(self._counted_before, name, "conversions")),
                bar=round(100 * count / longest) if longest else 0,
                url=self.address.picking(goal=name).url(),
            )
            for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ]

    @cached_property
    def with_revenue(self) -> bool:
        return any(line.revenue for line in self.table)

    @cached_property
    def carried(self) -> Table | None:
        """What the events carried that reached the chosen goal, one property at a time; None where they had none."""
        keys = self.keys_of(self._reached_by) if self.chosen else []
        if not keys:
            return None
        chosen = self.address.picks.get("property", "")
        key = chosen if chosen in keys else keys[0]
        tabs = [Tab(each, self.address.picking(property=each).url() + "#carried", each == key) for each in keys]
        problem, rows, below = "", list[Line](), Foot()
        try:
            found = self.sized(
                "carried", ["conversions", *(["revenue"] if self.currencies else [])], [f"event:props:{key}"]
            )
            rows, below = self._lines_of(found), found.foot
        except QueryError as error:
            problem = self.told(error)
        third = _("Revenue") if self.currencies else ""
        note = _("Properties of the events that reached the goal; a conversion is of the first of them in the visit.")
        heads = (key, _("Conversions"), _("Share"))
        said = " ".join(filter(None, (below.note, note))) if rows else ""
        return Table("carried", _("Properties"), *heads, tabs, rows, problem, said, third, below.rest)

    @cached_property
    def _reached_by(self) -> str:
        """The event by which the chosen goal was reached most; empty where it was no event."""
        only: list[object] = ["is", "event:goal", [self.chosen]]
        try:
            found = self.rows(["conversions"], ["event:name"], limit=1, filters=[only])
        except QueryError:  # details that are no longer kept
            return next((goal.event for goal in self.goals if goal.name == self.chosen), "")
        return found[0].dimensions[0] if found else ""

    def _lines_of(self, found: Sized) -> list[Line]:
        total = self._value(self._counted, self.chosen, "conversions")
        cents = bool(self.currencies) and figures.broken(row.metrics[-1] for row, _bar in found.rows)
        return [
            Line(
                label=row.dimensions[0] or _("Empty"),
                text=figures.written(row.metrics[0]),
                second=figures.share(row.metrics[0], total),
                bar=bar,
                url="",
                amounts=figures.amounts(row.metrics[-1], cents=cents) if self.currencies else (),
            )
            for row, bar in found.rows
        ]
