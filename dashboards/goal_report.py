"""The report of goals and events: conversions, visitors, rate and revenue, and what the events of the site carried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import msgspec

from collector.goal_checks import Goal
from dashboards import address as addresses
from dashboards import figures, names, questions
from dashboards.asked import Asked
from dashboards.figures import Change
from dashboards.goal_settings import condition
from dashboards.i18n import _
from dashboards.query import Period, QueryError, Row
from dashboards.query.period import labels
from dashboards.query.store import fetch
from dashboards.series import Chart, Points, Series, line, without_future
from dashboards.shown import Tab

EVENT_KEYS = (Path(__file__).parent / "queries" / "event_keys.sql").read_text("utf-8")
MEASURES = ("conversions", "visitors", "conversion_rate", "revenue")
ROWS = 9
EVENT_ROWS = 50
BREAKDOWNS = (
    "pages", "sources", "places", "devices", "browsers", "systems", "languages", "audiences", "connections",
)  # fmt: skip


def of_visitors() -> str:
    return _("The rate of a page is that of its visitors who reached the goal on it; each counts once a day.")


class GoalLine(msgspec.Struct, frozen=True):
    """A goal in the list. `bar` is its length in percent of the longest."""

    name: str
    condition: str
    conversions: str
    visitors: str
    rate: str
    revenue: str
    change: Change | None
    bar: int
    url: str


class Figure(msgspec.Struct, frozen=True):
    """One number of the chosen goal, and what it was."""

    label: str
    text: str
    before: str
    change: Change | None


class Line(msgspec.Struct, frozen=True):
    """A row of a table with two numbers."""

    label: str
    text: str
    second: str
    bar: int
    url: str


class Table(msgspec.Struct, frozen=True):
    """A card with a table: its columns, its tabs, and why there is nothing in it, if so."""

    id: str
    name: str
    heading: str
    unit: str
    second: str
    tabs: list[Tab]
    rows: list[Line]
    problem: str = ""
    note: str = ""


@dataclass
class GoalReport(Asked):
    """`goals` are those of the site; counted ones that were removed since are shown after them."""

    goals: Sequence[Goal] = ()

    @cached_property
    def chosen(self) -> str:
        """The goal that the address chose; empty for the list of all."""
        return self.address.picks.get("goal", "")

    @cached_property
    def chosen_condition(self) -> str:
        return next((condition(goal) for goal in self.goals if goal.name == self.chosen), _("Removed"))

    @cached_property
    def problem(self) -> str:
        """Why conversions cannot be told under the filters."""
        try:
            _counted = self._counted
        except QueryError as error:
            return self.told(error)
        return ""

    @cached_property
    def _counted(self) -> dict[str, Row]:
        return {row.dimensions[0]: row for row in self.rows(self._measures, ["event:goal"]) if row.dimensions[0]}

    @property
    def _measures(self) -> tuple[str, ...]:
        return MEASURES if self.rated else MEASURES[:2]

    @cached_property
    def rated(self) -> bool:
        """Whether there are rates: of all visits, or of one page's visitors; those of several pages are not known."""
        pages = [item for item in self.filters if item[:2] == ["is", "event:page"]]
        return not self.paged or any(item[3:] == [] and len(cast(list[str], item[2])) == 1 for item in pages[:1])

    @property
    def rate_of(self) -> str:
        """What a rate is of, under the filters."""
        return _("Of the page's visitors") if self.paged else _("Conversion rate")

    @cached_property
    def _counted_before(self) -> dict[str, Row]:
        if self.days_before is None:
            return {}
        try:
            found = self.rows(self._measures, ["event:goal"], days=self.days_before)
        except QueryError:
            return {}
        return {row.dimensions[0]: row for row in found}

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

    @cached_property
    def tiles(self) -> list[Figure]:
        """The numbers of the chosen goal."""
        now, before = (
            [self._value(counted, self.chosen, index) for index in (0, 1, 2)]
            for counted in (self._counted, self._counted_before)
        )
        comparing = any(self._counted_before)
        made = [
            Figure(
                label, figures.written(now[index]), figures.written(before[index]) if comparing else "",
                figures.moved(now[index], before[index]),
            )
            for index, label in enumerate((_("Conversions"), _("Visitors")))
        ]  # fmt: skip
        made.append(self._rate(now[2], before[2], comparing=comparing))
        revenue, earlier = (self._revenue(found, self.chosen) for found in (self._counted, self._counted_before))
        if revenue or earlier:
            alike = len(revenue) == len(earlier) == 1 and revenue.keys() == earlier.keys()
            change = figures.moved(sum(revenue.values()), sum(earlier.values())) if alike else None
            made.append(Figure(_("Revenue"), figures.money(revenue) or "–", figures.money(earlier), change))
        return made

    def _rate(self, now: float, before: float, *, comparing: bool) -> Figure:
        if not self.rated:
            return Figure(self.rate_of, figures.rate(None), "", None)
        change = figures.moved(now, before, "percent", digits=1) if comparing else None
        return Figure(self.rate_of, figures.rate(now), figures.rate(before) if comparing else "", change)

    @cached_property
    def chart(self) -> Chart:
        """Conversions of the chosen goal over time."""
        address = self.address
        this = self._points(self.days)
        without_future(this, address.interval, self.site, self.now)
        before = self._points(self.days_before) if self.days_before else Points([], {})
        found = Series(this, before, address.interval)
        return line(found, address, "conversions", _("Conversions"), "number")

    def _points(self, days: Period) -> Points:
        bucket = f"time:{self.address.interval}"
        only: list[object] = ["is", "event:goal", [self.chosen]]
        try:
            kept = self.source.kept(days)
            rows = self.rows(["conversions"], [bucket], days=kept, filters=[only])
        except QueryError:
            return Points([], {})
        known = {row.dimensions[0]: row.metrics[0] for row in rows}
        found = labels(bucket, kept, self.site.timezone)
        return Points(found, {"conversions": [known.get(label, 0) for label in found]}, kept)

    def breakdown(self, panel: str) -> Table:
        """Conversions of the chosen goal by the dimension that a panel shows."""
        choices = [name for name in addresses.PANELS[panel] if name != "exit"]
        dimension = self.address.tab(panel)
        dimension = dimension if dimension in choices else choices[0]
        of_pages = dimension == "page"
        rated = of_pages or self.rated
        problem, rows = "", list[Line]()
        try:
            rows = self._lines_by(dimension, rated=rated)
        except QueryError as error:
            problem = self.told(error)
        tabs = [Tab(names.tab(each), self.address.showing(panel, each).url(), each == dimension) for each in choices]
        return Table(
            id=panel, name=names.panel(panel), heading=names.dimension(dimension), unit=_("Conversions"),
            second=_("Rate") if rated else "", tabs=tabs, rows=rows,
            problem=problem, note=of_visitors() if of_pages and rows else "",
        )  # fmt: skip

    def _lines_by(self, dimension: str, *, rated: bool) -> list[Line]:
        metrics = ["conversions", "group_conversion_rate"] if rated else ["conversions"]
        only: list[object] = ["is", "event:goal", [self.chosen]]
        found = self.rows(metrics, questions.dimensions(dimension), limit=ROWS, filters=[only])
        longest = max((row.metrics[0] for row in found), default=0)
        return [
            Line(
                label=names.row(dimension, row.dimensions),
                text=figures.written(row.metrics[0]),
                second=figures.rate(row.metrics[1]) if rated else "",
                bar=round(100 * row.metrics[0] / longest),
                url=questions.row_address(self.address, dimension, row.dimensions).url(),
            )
            for row in found
            if row.metrics[0] > 0
        ]

    @cached_property
    def event(self) -> str:
        """The event whose properties are shown: the chosen one, or the most frequent one."""
        chosen = self.address.picks.get("event", "")
        try:
            return chosen or next((name for name, *_rest in self._events), "")
        except QueryError:
            return ""

    @cached_property
    def _events(self) -> list[tuple[str, int, int | None]]:
        """Name, number and, where they are known, visitors of events. Raises QueryError."""
        metrics = ["events"] if self.paged else ["events", "visitors"]
        found = self.rows(metrics, ["event:name"], limit=EVENT_ROWS + 1)
        return [
            (row.dimensions[0], row.metrics[0], None if self.paged else row.metrics[1])
            for row in found
            if row.dimensions[0] != "pageview"
        ]

    @cached_property
    def events(self) -> Table:
        """The events of the site; each leads to its properties."""
        problem, found = "", list[tuple[str, int, int | None]]()
        try:
            found = self._events[:EVENT_ROWS]
        except QueryError as error:
            problem = self.told(error)
        longest = max((number for _name, number, _visitors in found), default=0)
        rows = [
            Line(
                name, figures.written(number), figures.written(visitors), round(100 * number / longest),
                self.address.picking(event=name, property="").url() + "#properties",
            )
            for name, number, visitors in found
        ]  # fmt: skip
        summed = _("Visitors of an event are exact for a day, and summed over the days.")
        note = summed if rows and self.address.period.days > 1 else ""
        return Table("events", _("Events"), _("Event"), _("Times"), _("Visitors"), [], rows, problem, note)

    @cached_property
    def properties(self) -> Table | None:
        """The properties of the event, one at a time; None for an event that carried none."""
        keys = self._keys
        if not keys:
            return None
        chosen = self.address.picks.get("property", "")
        key = chosen if chosen in keys else keys[0]
        tabs = [
            Tab(each, self.address.picking(event=self.event, property=each).url() + "#properties", each == key)
            for each in keys
        ]
        problem, rows = "", list[Line]()
        try:
            rows = self._values(key)
        except QueryError as error:
            problem = self.told(error)
        return Table("properties", self.event, key, _("Times"), _("Share"), tabs, rows, problem)

    @cached_property
    def _keys(self) -> list[str]:
        try:
            days, name = self.kept_days, self.event
        except QueryError:
            return []
        params: Mapping[str, object] = {
            "site": self.site.domain, "first": days.first, "last": days.last, "name": name,
        }  # fmt: skip
        return [str(key) for key, _events in fetch(self.store, EVENT_KEYS, params)] if name else []

    def _values(self, key: str) -> list[Line]:
        only: list[object] = ["is", "event:name", [self.event]]
        found = [
            (row.dimensions[0], row.metrics[0])
            for row in self.rows(["events"], [f"event:props:{key}"], limit=EVENT_ROWS, filters=[only])
            if row.metrics[0] > 0
        ]
        longest, total = max((number for _value, number in found), default=0), sum(number for _value, number in found)
        return [
            Line(
                value or _("Empty"),
                figures.written(number),
                figures.share(number, total),
                round(100 * number / longest),
                "",
            )
            for value, number in found
        ]

    @staticmethod
    def _value(counted: Mapping[str, Row], name: str, index: int) -> float:
        found = counted[name].metrics[index:] if name in counted else ()
        return found[0] or 0 if found else 0

    @staticmethod
    def _revenue(counted: Mapping[str, Row], name: str) -> dict[str, float]:
        found = counted[name].metrics[3:] if name in counted else ()
        return dict(found[0] or {}) if found else {}

    @property
    def breakdowns(self) -> tuple[str, ...]:
        return BREAKDOWNS
