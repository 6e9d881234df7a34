"""One goal: its numbers, its conversions over time, and what brought them, by every dimension."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import cast

from dashboards import address as addresses
from dashboards import figures, names, questions
from dashboards.asked import Asked
from dashboards.goal_tables import Line, Table
from dashboards.i18n import _
from dashboards.query import Period, QueryError, Row
from dashboards.query.period import labels
from dashboards.series import Chart, Points, Series, line, without_future
from dashboards.shown import Figure, Tab

MEASURES = ("conversions", "visitors", "conversion_rate", "revenue")
ROWS = 9
MOST_ROWS = 10_000  # among which those with most revenue are looked for
BREAKDOWNS = (
    "pages", "sources", "places", "devices", "browsers", "systems", "languages", "audiences", "connections",
)  # fmt: skip


def of_visitors() -> str:
    return _("The rate of a page is that of its visitors who reached the goal on it; each counts once a day.")


class OneGoal(Asked):
    """The goal that the address chose. Without one, its parts are not asked."""

    @cached_property
    def chosen(self) -> str:
        """The goal that the address chose; empty for the list of all."""
        return self.address.picks.get("goal", "")

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
            cents = figures.broken((revenue, earlier))
            texts = [figures.money(found, cents=cents) for found in (revenue, earlier)]
            made.append(Figure(_("Revenue"), texts[0] or "–", texts[1], change))
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

    @cached_property
    def currencies(self) -> list[str]:
        """Those in which the goal earned something. Amounts of two are never summed."""
        return sorted(self._revenue(self._counted, self.chosen)) if not self.problem else []

    @cached_property
    def order(self) -> str:
        """The currency in which the rows of the tables are ordered by revenue; empty for conversions."""
        chosen = self.address.picks.get("order", "")
        return chosen if chosen in self.currencies else ""

    @cached_property
    def orders(self) -> list[Tab]:
        """By what the rows can be ordered; nothing to choose for a goal without revenue."""
        if not self.currencies:
            return []
        by = [("", _("Conversions"))]
        if len(self.currencies) == 1:
            by.append((self.currencies[0], _("Revenue")))
        else:
            by += [(code, _("Revenue in %(currency)s", currency=code)) for code in self.currencies]
        return [Tab(label, self.address.picking(order=code).url(), code == self.order) for code, label in by]

    def breakdown(self, panel: str) -> Table:
        """Conversions and revenue of the chosen goal by the dimension that a panel shows."""
        choices, dimension = addresses.PANELS[panel], self.address.tab(panel)
        of_pages = dimension == "page"
        rated, earning = of_pages or self.rated, bool(self.currencies)
        problem, rows = "", list[Line]()
        try:
            rows = self._lines_by(dimension, rated=rated)
        except QueryError as error:
            problem = self.told(error)
        tabs = [Tab(names.tab(each), self.address.showing(panel, each).url(), each == dimension) for each in choices]
        return Table(
            id=panel, name=names.panel(panel), heading=names.dimension(dimension), unit=_("Conversions"),
            second=_("Rate") if rated else "", third=_("Revenue") if earning else "", tabs=tabs, rows=rows,
            problem=problem, note=of_visitors() if of_pages and rows else "",
        )  # fmt: skip

    def _lines_by(self, dimension: str, *, rated: bool) -> list[Line]:
        earning = bool(self.currencies)
        known = {"conversions": True, "group_conversion_rate": rated, "revenue": earning}
        wanted = [metric for metric, asked in known.items() if asked]
        found = self.sized(wanted, questions.dimensions(dimension))
        cents = earning and figures.broken(row.metrics[-1] for row, _bar in found)
        return [
            Line(
                label=names.row(dimension, row.dimensions),
                text=figures.written(row.metrics[0]),
                second=figures.rate(row.metrics[1]) if rated else "",
                bar=bar,
                url="" if dimension == "exit" else questions.row_address(self.address, dimension, row.dimensions).url(),
                amounts=figures.amounts(row.metrics[-1], cents=cents) if earning else (),
            )
            for row, bar in found
        ]

    def sized(self, wanted: Sequence[str], by: Sequence[str]) -> list[tuple[Row, int]]:
        """The rows of the chosen goal with most conversions, or with most revenue in the currency that was chosen, each
        with its length in percent of the longest. `wanted` begins with the conversions. Raises QueryError."""
        order = self.order if "revenue" in wanted else ""
        only: list[object] = ["is", "event:goal", [self.chosen]]
        found = self.rows(wanted, by, limit=MOST_ROWS if order else ROWS, filters=[only])

        def size(row: Row) -> float:
            return float(row.metrics[wanted.index("revenue")].get(order, 0) if order else row.metrics[0])

        told = [row for row in found if row.metrics[0] > 0 or ("revenue" in wanted and row.metrics[-1])]
        shown = sorted(told, key=size, reverse=True)[:ROWS]
        longest = max(map(size, shown), default=0)
        return [(row, round(100 * max(size(row), 0) / longest) if longest > 0 else 0) for row in shown]

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
