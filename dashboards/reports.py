"""The report of one site: everything that its page shows, asked for piece by piece as the template needs it.

A part of the page that is loaded alone asks only its own questions. What is asked may raise StoreError.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec

from collector.sites import Site
from dashboards import address as addresses
from dashboards import figures, names, questions
from dashboards.asked import Asked
from dashboards.figures import Form, Number
from dashboards.i18n import _
from dashboards.query import Query, QueryError, Result, Row, decisions, drops, run, visitors_now
from dashboards.series import Chart, Series, chart, series
from dashboards.shown import Dropped, Line, Panel, Tab, Tile

NOW_MINUTES = 5
ROWS = {"pages": 9, "sources": 9, "places": 9}
FEW_ROWS = 6
ALL_ROWS = 1000
NOTHING: Mapping[str, Form] = {}


class Report(Asked):
    """The overview."""

    row_changes = False  # whether the rows of tables say how they moved

    @cached_property
    def totals(self) -> dict[str, Number | None]:
        """Each metric over the whole period."""
        return self._totals((self.address.period.first, self.address.period.last))

    @cached_property
    def before(self) -> dict[str, Number | None]:
        """The same in the days to compare with; of another day only as many hours as today has had."""
        days = self.before_range
        return self._totals(days) if days else {}

    @cached_property
    def empty(self) -> bool:
        """Nothing was ever counted."""
        if any(self.totals.values()) or self.address.filters:
            return False
        asked = msgspec.structs.replace(questions.query(self.address, ["pageviews"]), date_range="all")
        return not run(asked, self.store, self.site, self.now).rows[0].metrics[0]

    @cached_property
    def now_visitors(self) -> int:
        return visitors_now(self.store, self.site, NOW_MINUTES, self.now)

    @property
    def now_text(self) -> str:
        return figures.written(self.now_visitors)

    @cached_property
    def tiles(self) -> list[Tile]:
        return [self._tile(metric) for metric in figures.METRICS]

    @cached_property
    def series(self) -> Series:
        """All metrics over time, with the period before."""
        return series(self.address, self.site, self.store, self.now)

    @cached_property
    def chart(self) -> Chart:
        return chart(self.series, self.address)

    @cached_property
    def drops(self) -> list[Dropped]:
        found = drops(self.store, self.site, self.days)
        return [Dropped(*names.drop(each.reason), figures.written(each.drops)) for each in found]

    @cached_property
    def decided(self) -> str:
        """How visitors chose when they were asked for consent, in a sentence; empty when nobody was asked."""
        found = decisions(self.store, self.site, self.days)
        if not any(found):
            return ""
        agreed, refused, withdrew = map(figures.written, found)
        return _(
            "Asked for consent to statistics: %(agreed)s agreed, %(refused)s refused, %(withdrew)s withdrew it later.",
            agreed=agreed, refused=refused, withdrew=withdrew,
        )  # fmt: skip

    @cached_property
    def countries(self) -> Sequence[Row]:
        return self._rows("country", ALL_ROWS)

    @cached_property
    def map_config(self) -> str:
        """Visitors by country for the map, as JSON; `link` leads to one country."""
        try:
            rows = self.countries
        except QueryError:  # the table beside the map says why
            rows = ()
        link = self.address.only("country", "XX").url()
        values = {row.dimensions[0]: row.metrics[0] for row in rows if row.dimensions[0]}
        texts = {code: [names.value("country", code), figures.written(value)] for code, value in values.items()}
        return msgspec.json.encode({"values": values, "texts": texts, "link": link, "unit": _("visitors")}).decode()

    def panel(self, name: str) -> Panel:
        """The table of a panel, with the dimension that the address chose."""
        dimension = self.address.tab(name)
        limit = ROWS.get(name, FEW_ROWS)
        problem, rows = "", list[Line]()
        try:
            rows = self.lines(dimension, limit)
        except QueryError as error:
            problem = self.told(error)
        tabs = [
            Tab(names.tab(each), self.address.showing(name, each).url(), each == dimension)
            for each in addresses.PANELS[name]
        ]
        unit = figures.label(questions.unit(dimension, self.address))
        more = self.address.url(f"/list/{dimension}") if rows else ""
        note = _("Visitors of a page are exact for a day, and summed over the days.")
        return Panel(
            name, names.panel(name), f"{names.panel(name)}: {names.tab(dimension)}", names.dimension(dimension), unit,
            tabs, rows, more, note if dimension == "page" and self.address.period.days > 1 and rows else "", problem,
            compared=any(row.before for row in rows),
        )  # fmt: skip

    def listed(self, dimension: str) -> list[Line]:
        """All rows of a dimension, each with how it moved, and with further figures where there are some. Raises
        QueryError as `lines` does."""
        return self.lines(dimension, ALL_ROWS, figures.BESIDE.get(dimension, {}), moving=True)

    def lines(
        self, dimension: str, limit: int, beside: Mapping[str, Form] = NOTHING, *, moving: bool = False
    ) -> list[Line]:
        """The rows of a table, longest first. Raises QueryError for what cannot be known under the filters."""
        rows = self.countries[:limit] if dimension == "country" else self._rows(dimension, limit, beside)
        values = [row.metrics[0] or 0 for row in rows]
        unit = questions.unit(dimension, self.address)
        known = unit in questions.metrics(self.address)
        total = self.totals.get(unit) or (sum(values) if known else 0)
        longest = max(values, default=0)
        earlier = self._earlier(dimension) if moving or self.row_changes else {}
        before = [earlier.get(tuple(row.dimensions)) for row in rows]
        return [
            Line(
                label=names.row(dimension, row.dimensions),
                text=figures.written(value),
                share=figures.share(value, total),
                bar=round(100 * value / longest) if longest else 0,
                url="" if dimension == "exit" else questions.row_address(self.address, dimension, row.dimensions).url(),
                beside=tuple(map(figures.written, row.metrics[1:], beside.values())),
                before=figures.written(was) if earlier else "",
                change=figures.change(unit, value, was),
            )
            for row, value, was in zip(rows, values, before, strict=True)
            if value > 0
        ]

    def _rows(self, dimension: str, limit: int, beside: Iterable[str] = ()) -> Sequence[Row]:
        by = questions.dimensions(dimension)
        first = questions.unit(dimension, self.address)
        asked = questions.query(self.address, [first, *beside], by, limit=limit)
        return self._run(asked).rows

    def _earlier(self, dimension: str) -> Mapping[tuple[str, ...], Number | None]:
        """The first figure of each row in the days to compare with; none where it is not known."""
        if self.before_range is None:
            return {}
        unit, by = questions.unit(dimension, self.address), questions.dimensions(dimension)
        try:
            found = self._run(questions.query(self.address, [unit], by, self.before_range, ALL_ROWS)).rows
        except QueryError:  # days that are no longer kept, or what is not known by the hour
            return {}
        return {tuple(row.dimensions): row.metrics[0] for row in found}

    def _run(self, asked: Query) -> Result:
        return run(asked, self.store, self.site, self.now)

    def _totals(self, days: questions.Range) -> dict[str, Number | None]:
        wanted = questions.metrics(self.address, hourly=isinstance(days[0], datetime))
        try:
            found = self._run(questions.query(self.address, wanted, days=days)).rows
        except QueryError:  # days that are no longer kept, or what is not known by the hour
            return {}
        totals = dict(zip(wanted, found[0].metrics, strict=True)) if found else {}
        if not totals.get("visits"):  # a rate of nothing is not zero
            totals = {name: value for name, value in totals.items() if figures.METRICS[name] == "number"}
        if not totals.get("visit_duration"):  # nobody reported a time, as in an imported log
            totals.pop("visit_duration", None)
        return totals

    def _unknown(self, metric: str) -> str:
        """Why a metric has no figure under a filter by page: visitors are known of one, the others of none."""
        return _("not known of several pages") if metric == "visitors" else _("not known of pages")

    def _tile(self, metric: str) -> Tile:
        value, before = self.totals.get(metric), self.before.get(metric)
        form = figures.METRICS[metric]
        return Tile(
            metric=metric,
            label=figures.label(metric),
            meaning=figures.meaning(metric),
            unknown="" if metric in questions.metrics(self.address) else self._unknown(metric),
            text=figures.written(value, form),
            before=figures.written(before, form) if value is not None and any(self.before.values()) else "",
            change=figures.change(metric, value, before),
            spark=self.series.spark(metric),
            url=self.address.measuring(metric).url(),
            current=metric == questions.shown_metric(self.address),
        )


def today(site: Site, now: float) -> date:
    """The day it is at the site."""
    return datetime.fromtimestamp(now, ZoneInfo(site.timezone)).date()
