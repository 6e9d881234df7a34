"""One goal: its numbers, its conversions over time, and what brought them, by every dimension."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from dashboards import address as addresses
from dashboards import figures, names, questions
from dashboards.goal_line import GoalLine
from dashboards.goal_tables import ALL_ROWS, Foot, Line, Table, foot, most
from dashboards.i18n import _
from dashboards.query import QueryError, Row
from dashboards.shown import Tab

ROWS = 9
MOST_ROWS = 10_000  # among which those with most revenue are looked for
BREAKDOWNS = (
    "pages", "sources", "places", "devices", "browsers", "systems", "languages", "audiences", "connections",
)  # fmt: skip


def of_visitors() -> str:
    return _("The rate of a page is that of its visitors who reached the goal on it; each counts once a day.")


def of_exits() -> str:
    return _(
        "Conversions and revenue of the visits that ended on a page, on the day they ended; the rate is their share of "
        "all visits that ended there."
    )


class Sized(NamedTuple):
    """Rows with their lengths in percent of the longest, and what stands below them."""

    rows: list[tuple[Row, int]]
    foot: Foot


class OneGoal(GoalLine):
    """The goal that the address chose. Without one, its parts are not asked."""

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
        rated, earning = dimension == "page" or self.rated, bool(self.currencies)
        problem, rows, foot = "", list[Line](), Foot()
        try:
            found = self.sized(panel, self._wanted(rated=rated), questions.dimensions(dimension))
            rows, foot = self._lines_by(dimension, found, rated=rated), found.foot
        except QueryError as error:
            problem = self.told(error)
        tabs = [Tab(names.tab(each), self.address.showing(panel, each).url(), each == dimension) for each in choices]
        notes = {"page": of_visitors, "exit": of_exits}
        said = notes[dimension]() if dimension in notes and rows else ""
        return Table(
            id=panel, name=names.panel(panel), heading=names.dimension(dimension), unit=_("Conversions"),
            second=_("Rate") if rated else "", third=_("Revenue") if earning else "", tabs=tabs, rows=rows,
            problem=problem, note=" ".join(filter(None, (foot.note, said))), rest=foot.rest,
        )  # fmt: skip

    def _wanted(self, *, rated: bool) -> list[str]:
        known = {"conversions": True, "group_conversion_rate": rated, "revenue": bool(self.currencies)}
        return [metric for metric, asked in known.items() if asked]

    def _lines_by(self, dimension: str, found: Sized, *, rated: bool) -> list[Line]:
        earning = bool(self.currencies)
        cents = earning and figures.broken(row.metrics[-1] for row, _bar in found.rows)
        return [
            Line(
                label=names.row(dimension, row.dimensions),
                text=figures.written(row.metrics[0]),
                second=figures.rate(row.metrics[1]) if rated else "",
                bar=bar,
                url="" if dimension == "exit" else questions.row_address(self.address, dimension, row.dimensions).url(),
                amounts=figures.amounts(row.metrics[-1], cents=cents) if earning else (),
            )
            for row, bar in found.rows
        ]

    def sized(self, part: str, wanted: Sequence[str], by: Sequence[str]) -> Sized:
        """The rows of the chosen goal with most conversions, or with most revenue in the currency that was chosen, each
        with its length in percent of the longest. `wanted` begins with the conversions. Raises QueryError."""
        order = self.order if "revenue" in wanted else ""
        only: list[object] = ["is", "event:goal", [self.chosen]]
        found = self.rows(wanted, by, limit=MOST_ROWS if order else ALL_ROWS + 1, filters=[only])

        def size(row: Row) -> float:
            return float(row.metrics[wanted.index("revenue")].get(order, 0) if order else row.metrics[0])

        told = [row for row in found if row.metrics[0] > 0 or ("revenue" in wanted and row.metrics[-1])]
        shown = sorted(told, key=size, reverse=True)[: most(self.address, part, ROWS)]
        longest = max(map(size, shown), default=0)
        sized = [(row, round(100 * max(size(row), 0) / longest) if longest > 0 else 0) for row in shown]
        return Sized(sized, foot(self.address, part, ROWS, len(told)))

    @property
    def breakdowns(self) -> tuple[str, ...]:
        return BREAKDOWNS
