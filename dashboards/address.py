"""The address of a site's page says everything that it shows: period, metric, filters, open tabs. Pure.

Filters stand in it under the names of their dimensions, `?country=LV&page=/prices`; a name given twice means either.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import quote, urlencode

from werkzeug.datastructures import MultiDict

from dashboards import figures, periods

PANELS: dict[str, tuple[str, ...]] = {
    "pages": ("page", "entry", "exit"),
    "sources": ("channel", "source", "campaign", "medium", "term", "content"),
    "places": ("country", "region", "city"),
    "devices": ("device", "screen"),
    "browsers": ("browser", "browser_version"),
    "systems": ("os", "os_version"),
    "languages": ("language",),
}
FILTERS = tuple(name for names in PANELS.values() for name in names if name != "exit")
UNKNOWN = "(none)"  # stands in an address for the empty value
LONGEST_VALUE = 2048
MOST_FILTERS = 40


@dataclass(frozen=True, slots=True)
class Address:
    """What a page was asked to show."""

    site: str
    period: periods.Period
    metric: str = "visitors"
    filters: tuple[tuple[str, str], ...] = ()
    tabs: dict[str, str] = field(default_factory=dict)  # panel: dimension, where it is not the panel's first

    def tab(self, panel: str) -> str:
        """The dimension that a panel shows."""
        return self.tabs.get(panel, PANELS[panel][0])

    def url(self, path: str = "") -> str:
        """The path and query string of this page, or of a page below it such as `/live`."""
        pairs = [*self.period.address.items()] if self.period.address != {"period": periods.DEFAULT} else []
        if self.metric != "visitors":
            pairs.append(("metric", self.metric))
        pairs += [*self.filters, *self.tabs.items()]
        query = urlencode(pairs, safe="/:,", quote_via=quote)
        return f"/sites/{quote(self.site, safe='')}{path}" + (f"?{query}" if query else "")

    def over(self, period: periods.Period) -> "Address":
        return replace(self, period=period)

    def measuring(self, metric: str) -> "Address":
        return replace(self, metric=metric)

    def showing(self, panel: str, dimension: str) -> "Address":
        tabs = {name: shown for name, shown in self.tabs.items() if name != panel}
        return replace(self, tabs=tabs if dimension == PANELS[panel][0] else tabs | {panel: dimension})

    def only(self, dimension: str, value: str) -> "Address":
        """The same page of the visits with this value alone."""
        rest = [pair for pair in self.filters if pair[0] != dimension]
        return replace(self, filters=(*rest, (dimension, value or UNKNOWN)))

    def without(self, dimension: str, value: str) -> "Address":
        return replace(self, filters=tuple(pair for pair in self.filters if pair != (dimension, value)))

    def unfiltered(self) -> "Address":
        return replace(self, filters=())

    def hidden(self) -> list[tuple[str, str]]:
        """What a form that asks for other days has to carry along."""
        metric = [("metric", self.metric)] if self.metric != "visitors" else []
        return [*metric, *self.filters, *self.tabs.items()]


def parse(site: str, arguments: MultiDict[str, str], today: date) -> Address:
    """Reads an address. Raises PeriodError for days that do not exist; what it does not know it leaves out."""
    metric = arguments.get("metric", "visitors")
    return Address(
        site=site,
        period=periods.parse(arguments, today),
        metric=metric if metric in figures.METRICS else "visitors",
        filters=tuple(dict.fromkeys(_filters(arguments)))[:MOST_FILTERS],
        tabs={
            panel: arguments[panel]
            for panel, names in PANELS.items()
            if arguments.get(panel) in names[1:]
        },
    )  # fmt: skip


def _filters(arguments: MultiDict[str, str]) -> Iterable[tuple[str, str]]:
    return (
        (name, value) for name in FILTERS for value in arguments.getlist(name) if value and len(value) <= LONGEST_VALUE
    )
