"""The address of a site's page says everything that it shows: period, interval, metric, filters, open tabs. Pure.

Filters stand in it under the names of their dimensions, `?country=LV&page=/prices`; a name given twice means either.
Other conditions follow the name: `country.not=LV`, `page.has=/blog`, `page.fits=^/a` (a regular expression). All must
hold, or with `match=any` one of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import quote, urlencode

from werkzeug.datastructures import MultiDict

from dashboards import comparing, figures, periods

PANELS: dict[str, tuple[str, ...]] = {
    "pages": ("page", "entry", "exit"),
    "sources": ("channel", "source", "campaign", "medium", "term", "content"),
    "places": ("country", "region", "city"),
    "devices": ("device", "screen"),
    "browsers": ("browser", "browser_version"),
    "systems": ("os", "os_version"),
    "languages": ("language",),
    "audiences": ("audience",),
    "screens": ("screen",),
    "connections": ("connection",),
}
FILTERS = tuple(dict.fromkeys(name for names in PANELS.values() for name in names if name != "exit"))
CONDITIONS = {
    "": "is", "not": "is_not", "has": "contains", "lacks": "contains_not", "fits": "matches", "misfits": "matches_not",
}  # fmt: skip
OPPOSITE = {"": "not", "not": "", "has": "lacks", "lacks": "has", "fits": "misfits", "misfits": "fits"}
PATTERNS = ("fits", "misfits")
# What the pages below the site may be asked besides days and filters.
PICKS: dict[str, tuple[str, ...]] = {
    "": (),
    "/goals": ("goal", "line", "order", "event", "property", "rows"),
    "/funnels": ("funnel", "by"),
    "/paths": ("of", "way"),
    "/retention": ("unit",),
    "/speed": ("vital", "by"),
    "/audience": (),
    "/privacy/consent": ("outcome",),
}
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
    view: str = ""  # path of the page below that of the site
    picks: dict[str, str] = field(default_factory=dict)
    compare: comparing.Compare = field(default_factory=comparing.Compare)
    any: bool = False  # one filter that holds is enough
    every: periods.Interval | None = None  # how far apart the points of lines are to be, where it fits the days

    @property
    def before(self) -> tuple[date, date] | None:
        """The days to compare with."""
        return self.compare.days(self.period)

    @property
    def chosen(self) -> periods.Interval | None:
        """How far apart the points of lines are, where that was chosen and fits the days."""
        return self.every if self.every in self.period.intervals else None

    @property
    def interval(self) -> periods.Interval:
        """How far apart the points of lines are."""
        return self.chosen or self.period.interval

    @property
    def path(self) -> str:
        return f"/sites/{quote(self.site, safe='')}{self.view}"

    def tab(self, panel: str) -> str:
        """The dimension that a panel shows."""
        return self.tabs.get(panel, PANELS[panel][0])

    def url(self, path: str = "") -> str:
        """The path and query string of this page, or of a page below it such as `/live`."""
        pairs = [*self.period.address.items()] if self.period.address != {"period": periods.DEFAULT} else []
        query = urlencode([*pairs, *self._rest()], safe="/:,", quote_via=quote)
        return self.path + path + (f"?{query}" if query else "")

    def _rest(self) -> list[tuple[str, str]]:
        """Everything but the days."""
        metric = [("metric", self.metric)] if self.metric != "visitors" else []
        match = [("match", "any")] if self.any else []
        every = [("interval", self.every)] if self.every else []
        return [*self.compare.pairs, *every, *metric, *self.picks.items(), *self.filters, *match, *self.tabs.items()]

    def over(self, period: periods.Period) -> "Address":
        """The same page of other days. What was chosen and does not fit them waits for days that it fits."""
        return replace(self, period=period, every=wished(self.every, period))

    def drawn(self, every: str) -> "Address":
        """The same page with the points of its lines so far apart."""
        return replace(self, every=wished(every, self.period))

    def against(self, compare: comparing.Compare) -> "Address":
        return replace(self, compare=compare)

    def of(self, site: str) -> "Address":
        """The overview of another site, of the same days; filters are about this one."""
        return replace(self.at("").unfiltered(), site=site)

    def at(self, view: str) -> "Address":
        """Another page of the site, with the same days and filters."""
        return replace(self, view=view, picks={}, tabs={})

    def picking(self, **picks: str) -> "Address":
        """The same page with other choices; an empty one is left out."""
        return replace(self, picks={name: value for name, value in (self.picks | picks).items() if value})

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

    def inverted(self, name: str, value: str) -> "Address":
        """The same page with the opposite of a filter in its place."""
        dimension, how = split(name)
        other = f"{dimension}.{OPPOSITE[how]}".removesuffix("."), value
        return replace(
            self, filters=tuple(dict.fromkeys(other if pair == (name, value) else pair for pair in self.filters))
        )

    def kept(self, stays: Callable[[str], bool]) -> "Address":
        """The same page with only the filters by dimensions that stay."""
        return replace(self, filters=tuple(pair for pair in self.filters if stays(split(pair[0])[0])))

    def unfiltered(self) -> "Address":
        return replace(self, filters=(), any=False)

    def matching(self, *, any_of: bool) -> "Address":
        """The same page where one of the filters is enough, or where all must hold."""
        return replace(self, any=any_of)

    @property
    def conditions(self) -> int:
        """How many filters there are, where several values of one condition are one."""
        return len({name for name, _value in self.filters})

    def hidden(self) -> list[tuple[str, str]]:
        """What a form that asks for other days has to carry along."""
        return self._rest()

    def carried(self) -> list[tuple[str, str]]:
        """What a form that asks for another comparison has to carry along."""
        rest = [pair for pair in self._rest() if pair not in self.compare.pairs]
        return [*self.period.address.items(), *rest]

    def all_pairs(self) -> list[tuple[str, str]]:
        """What a form that adds a filter has to carry along."""
        return [*self.period.address.items(), *self._rest()]


def wished(every: str | None, period: periods.Period) -> periods.Interval | None:
    """The interval of that name, where it is not the one that the period has anyway."""
    return next((each for each in periods.INTERVALS if each == every != period.interval), None)


def split(name: str) -> tuple[str, str]:
    """The dimension and the condition in the name of a filter."""
    dimension, _dot, condition = name.partition(".")
    return dimension, condition


def parse(site: str, arguments: MultiDict[str, str], today: date, view: str = "") -> Address:
    """Reads an address. Raises PeriodError for days that do not exist; what it does not know it leaves out."""
    metric = arguments.get("metric", "visitors")
    period = periods.parse(arguments, today)
    return Address(
        site=site,
        period=period,
        metric=metric if metric in figures.METRICS else "visitors",
        filters=tuple(dict.fromkeys(_filters(arguments)))[:MOST_FILTERS],
        tabs={
            panel: arguments[panel]
            for panel, names in PANELS.items()
            if arguments.get(panel) in names[1:]
        },
        view=view,
        picks={name: arguments[name][:LONGEST_VALUE] for name in PICKS[view] if arguments.get(name)},
        compare=comparing.parse(arguments),
        any=arguments.get("match") == "any",
        every=wished(arguments.get("interval"), period),
    )  # fmt: skip


def _filters(arguments: MultiDict[str, str]) -> Iterable[tuple[str, str]]:
    """The filters in the order of the dimensions, then the one that the form of filters adds."""
    for name in FILTERS:
        for condition in CONDITIONS:
            key = f"{name}.{condition}" if condition else name
            yield from ((key, value) for value in arguments.getlist(key) if value and len(value) <= LONGEST_VALUE)
    added, how = arguments.get("filter", ""), arguments.get("how", "")
    value = arguments.get("value", "").strip()
    if added in FILTERS and how in CONDITIONS and 0 < len(value) <= LONGEST_VALUE:
        yield (f"{added}.{how}" if how else added, value)
