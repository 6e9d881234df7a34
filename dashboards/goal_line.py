"""One goal over time: its numbers as tiles, and the line of the one that was chosen."""

from functools import cached_property
from typing import Any

from dashboards import figures
from dashboards.figures import Change, Form, Number
from dashboards.goal_counts import GoalCounts
from dashboards.i18n import _, currency
from dashboards.query import Period, QueryError
from dashboards.query.period import labels
from dashboards.series import Chart, Drawn, Points, Series, line, without_future
from dashboards.shown import Tile

METRICS = {"": "conversions", "visitors": "visitors", "rate": "conversion_rate"}  # by their names in an address
FORMS: dict[str, Form] = {"rate": "rate"}


class GoalLine(GoalCounts):
    """The goal that the address chose. A line is named as in the address; that of revenue by its currency."""

    @cached_property
    def tiles(self) -> list[Tile]:
        """The numbers of the chosen goal; revenue in each currency by itself."""
        made = [self._counting("", _("Conversions")), self._counting("visitors", _("Visitors")), self._rate()]
        now, before = (self._revenue(found, self.chosen) for found in (self._counted, self._counted_before))
        cents = figures.broken((now, before))
        codes = sorted(now.keys() | before.keys())
        return made + [self._money(code, now.get(code), before.get(code), len(codes) > 1, cents) for code in codes]

    def _counting(self, name: str, label: str) -> Tile:
        metric = METRICS[name]
        now, before = (self._value(found, self.chosen, metric) for found in (self._counted, self._counted_before))
        known = self._known_before(metric)
        return self._tile(
            name, label, figures.written(now), figures.written(before) if known else "",
            figures.moved(now, before) if known else None,
        )  # fmt: skip

    def _rate(self) -> Tile:
        metric = METRICS["rate"]
        now, before = (self._value(found, self.chosen, metric) for found in (self._counted, self._counted_before))
        known = self.rated and self._known_before(metric)
        change = figures.moved(now, before, "percent", digits=1) if known else None
        text = figures.rate(now if self.rated else None)
        return self._tile("rate", self.rate_of, text, figures.rate(before) if known else "", change)

    def _money(self, code: str, now: float | None, before: float | None, several: bool, cents: bool) -> Tile:
        label = _("Revenue in %(currency)s", currency=code) if several else _("Revenue")
        texts = ["" if amount is None else currency(amount, code, cents=cents) for amount in (now, before)]
        return self._tile(code, label, texts[0] or "–", texts[1], figures.moved(now, before))

    def _tile(self, name: str, label: str, text: str, before: str, change: Change | None) -> Tile:
        url = self.address.picking(line=name).url() if name in self.lines else ""
        return Tile(name, label, "", "", text, before, change, "", url, name == self.line)

    def _known_before(self, metric: str) -> bool:
        """Whether something was counted in the days to compare with, and this is known of them."""
        return any(metric in found for found in self._counted_before.values())

    @cached_property
    def lines(self) -> list[str]:
        """What can be drawn: visitors of a goal, or of a page, are not known by the hour."""
        hourly = self.address.interval == "hour"
        rate = ["rate"] if self.rated and not (hourly and self.paged) else []
        return ["", *([] if hourly else ["visitors"]), *rate, *self.currencies]

    @cached_property
    def line(self) -> str:
        chosen = self.address.picks.get("line", "")
        return chosen if chosen in self.lines else ""

    @cached_property
    def chart(self) -> Chart:
        """The line that was chosen."""
        address = self.address
        this = self._points(self.days)
        without_future(this, address.interval, self.site, self.now)
        before = self._points(Period(*address.before)) if address.before else Points([], {})
        found = Series(this, before, address.interval)
        drawn = Drawn(self.line, self._line_name(), FORMS.get(self.line, "number"), self._written)
        return line(found, address, drawn, self._line_note())

    def _line_name(self) -> str:
        known = {"": _("Conversions"), "visitors": _("Visitors"), "rate": self.rate_of}
        return known.get(self.line) or _("Revenue in %(currency)s", currency=self.line)

    def _line_note(self) -> str:
        if self.line == "visitors" and self.address.interval != "day":
            return _("Visitors of a goal are exact for a day, and summed over the days.")
        return ""

    def _written(self, value: Number | None) -> str:
        """A value of the line in the table below it."""
        if self.line in METRICS or value is None:
            return figures.written(value, FORMS.get(self.line, "number"))
        return currency(value, self.line, cents=False)

    def _points(self, days: Period) -> Points:
        bucket, metric = f"time:{self.address.interval}", METRICS.get(self.line, "revenue")
        only: list[object] = ["is", "event:goal", [self.chosen]]
        try:
            kept = self.source.kept(days)
            rows = self.rows([metric], [bucket], days=kept, filters=[only])
        except QueryError:
            return Points([], {})
        known = {row.dimensions[0]: self._of(row.metrics[0]) for row in rows}
        found = labels(bucket, kept, self.site.timezone)
        return Points(found, {self.line: [known.get(label, 0) for label in found]}, kept)

    def _of(self, value: Any) -> Number:
        """The number of the line; of revenue the amount in its currency."""
        found: Number = value.get(self.line, 0) if isinstance(value, dict) else value
        return found
