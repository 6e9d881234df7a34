"""What Hypothesis makes up: visitors of a site over days and years, from their beacons to rows; and questions."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any

import msgspec
from hypothesis import strategies as st

from collector import rows
from collector.body import decode
from collector.clock import LocalClock
from collector.hit import hit_of
from collector.money import digits
from collector.page import page_of
from collector.rules import FunnelRule, GoalRule, Rules
from collector.sites import Site
from collector.state import Origin
from collector.store import Store
from collector.tokens import VisitTokens
from collector.visit import advance
from dashboards.query import Period, Result, Source, parse, run
from tests.collector import oracle
from tests.collector.oracle import RawHit, Visit
from tests.collector.oracle_reports import PAGES
from tests.dashboards.counting import KEPT

MINUTE, HOUR, DAY = 60, 3600, 86_400
NOW = datetime(2028, 6, 1, tzinfo=UTC).timestamp()
# Around the nights in which clocks change, times at which a day begins late, early or not at midnight, ends of months.
ZONES = {
    "Europe/Riga": ("2026-03-29", "2026-10-25"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "Asia/Kathmandu": ("2026-05-01",),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Pacific/Chatham": ("2026-04-05", "2026-09-27"),
    "UTC": ("2026-06-30", "2026-01-01"),
}
CAME_BY: Mapping[str, Mapping[str, str]] = {
    "lv": {"country": "LV", "city": "Riga", "source": "Google", "channel": "Organic Search", "device": "mobile"},
    "ee": {"country": "EE", "city": "Tallinn", "source": "newsletter", "channel": "Email", "connection": "4g"},
    "": {},
}
COLUMNS = {
    "visit:country": "country", "visit:source": "source", "visit:connection": "connection", "visit:device": "device",
    "visit:utm_source": "source", "visit:city": "city", "visit:city_name": "city", "visit:channel": "channel",
}  # fmt: skip
EMPTY = {"visit:country": "", "visit:city": "", "visit:source": "Direct / None", "visit:utm_source": "Direct / None"}
GOALS = (
    GoalRule(1, "Signup", "event", event="Signup"),
    GoalRule(2, "Pro", "event", event="Sign*", props=(("plan", "pro"),)),
    GoalRule(3, "Page a", "page", page="/a"),
    GoalRule(4, "Blog", "page", page="/blog/**"),
    GoalRule(5, "Blog list", "page", page="/blog/*"),
    GoalRule(6, "Read", "scroll", page="/blog/**", threshold=50),
    GoalRule(7, "Any page", "page", page="/**"),
    GoalRule(8, "Anything", "event", event="*"),
    GoalRule(63, "Stayed", "engaged", threshold=120),
)
PAUSES = {
    "s": st.integers(0, 9 * MINUTE), "e": st.integers(28 * MINUTE, 31 * MINUTE), "h": st.integers(0, 8 * HOUR),
    "d": st.integers(0, 20 * DAY), "y": st.sampled_from([200 * DAY, 393 * DAY]),
}  # fmt: skip
OFTEN = "sssssssssssseehhdy"  # a visit ends after half an hour, so most pauses are short
TOKENS = VisitTokens([b"k" * 32])
numbers = count()  # of sites


@dataclass(frozen=True)
class Example:
    """Hits of a few visitors of one site, in the order of time."""

    site: Site
    hits: list[RawHit]
    asked: tuple[date, date] | None
    filters: list[list[Any]]

    @cached_property
    def lives(self) -> list[list[Visit]]:
        """The visits of each browser, as long as it remembered."""
        each = [[hit for hit in self.hits if hit.visitor == one] for one in sorted({hit.visitor for hit in self.hits})]
        return [oracle.visits_of(life) for hits in each for life in oracle.lives_of(hits, self.site.timezone)]

    @cached_property
    def visits(self) -> list[Visit]:
        return [visit for life in self.lives for visit in life]

    @cached_property
    def logged(self) -> list[tuple[RawHit, Visit]]:
        """All hits that count, with their visits; a report without a visit is none."""
        return [(hit, visit) for visit in self.visits for hit, _ in visit.log]

    @property
    def days(self) -> tuple[date, date]:
        """The days to be asked for: a range that may lie anywhere, or everything."""
        return self.asked or self.everything

    @cached_property
    def everything(self) -> tuple[date, date]:
        """All days of the example."""
        days = [self.day(hit) for hit in self.hits]
        return min(days), max(days)

    def day(self, hit: RawHit) -> date:
        return oracle.day_of(hit.at, self.site.timezone)

    def fresh(self) -> "Example":
        """The same on a site that nothing was counted for: the rows of a replayed example are still there."""
        return replace(self, site=msgspec.structs.replace(self.site, domain=f"site{next(numbers)}.lv"))

    def frames(self) -> Iterable[bytes]:
        """What the collector would spool, from the bodies of the beacons on. Each browser keeps its token."""
        clock, tokens = LocalClock(self.site.timezone), dict[int, str]()
        for seen in self.hits:
            payload = decode(body(self.site.domain, seen))
            page = page_of(payload.url)
            assert page is not None
            state = TOKENS.decode(self.site.domain, tokens.get(seen.visitor, "."))
            came = lambda seen=seen: Origin(seen.page, **CAME_BY[seen.came])  # noqa: E731
            step = advance(state, hit_of(payload, page.path, True), seen.at, clock, came, self.site.rules)
            if step is None:
                continue
            tokens[seen.visitor] = TOKENS.encode(self.site.domain, step.state)
            more = (step.state.origin, seen.at // 60 * 60, step.idle, step.deltas, step.extras)
            yield rows.encode_beacon(self.site.domain, (KEPT, KEPT), *more)


def body(site: str, seen: RawHit) -> bytes:
    """The beacon of a hit, as the pixel sends it."""
    made: dict[str, Any] = {"site": site, "url": f"https://{site}{seen.page}", "kind": seen.kind, "name": seen.name}
    made |= {"seconds": seen.seconds, "depth": seen.depth, "props": dict(seen.props), "topic": seen.topic}
    if seen.revenue:
        made["revenue"] = {"amount": seen.revenue / 10 ** digits(seen.currency), "currency": seen.currency.lower()}
    if seen.vitals:
        made["vitals"] = dict(seen.vitals)
    return msgspec.json.encode(made)


@st.composite
def raw_hits(draw: st.DrawFn, visitor: int, at: int, pages: Sequence[str] = ("/a", "/blog/x", "/b")) -> RawHit:
    """One hit on one of a few pages, so that much happens on the same ones. A leave or an event may be of another tab
    than the last page view, which was mostly of the first page."""
    kind = draw(st.sampled_from(["pageview"] * 5 + ["event"] * 3 + ["leave"] * 3 + ["vitals"]))
    if kind == "leave":
        pages = [*pages[:1], *pages[:1], *pages]
    hit = RawHit(visitor, at, draw(st.sampled_from(pages)), kind, came=draw(st.sampled_from(sorted(CAME_BY))))
    if kind == "pageview":
        return replace(hit, topic=draw(st.sampled_from(["", "", "shoes", "hats"])))
    if kind == "event":
        props = tuple((("plan", draw(st.sampled_from(["pro", "free"]))),)[: draw(st.integers(0, 1))])
        name = draw(st.sampled_from(["Signup", "Sign out", "Order"]))
        revenue = draw(st.sampled_from([0, 0, 1999, 5, -700]))
        currency = draw(st.sampled_from(["EUR", "JPY", "TND"])) if revenue else ""
        return replace(hit, name=name, props=props, revenue=revenue, currency=currency)
    values = st.tuples(st.sampled_from(["lcp", "cls"]), st.integers(0, 9000))
    vitals = dict(draw(st.lists(values, min_size=kind == "vitals", max_size=2)))
    hit = replace(hit, vitals=tuple((name, value / 1000 if name == "cls" else value) for name, value in vitals.items()))
    if kind == "vitals":
        return hit
    depth = draw(st.sampled_from([None, 0, 20, 49, 50, 80, 100]))
    return replace(hit, seconds=draw(st.one_of(st.integers(0, 150), st.integers(0, 3000))), depth=depth)


funnels = st.builds(
    lambda number, steps, strict, across: FunnelRule(number, f"Funnel {number}", tuple(steps), strict, across),
    st.just(0),
    st.lists(st.sampled_from([goal.number for goal in GOALS]), min_size=2, max_size=4),
    st.booleans(),
    st.booleans(),
)
WORDS = (
    "LV", "EE", "Riga", "Google", "newsletter", "Email", "4g", "mobile", "/a", "/blog/x", "", "(not set)", "Direct",
    "Direct / None", "(NOT SET)", "direct / none", "google", "o", "l", "not", "none", " / ", "(", "t)", "/b",
)  # fmt: skip
PATTERNS = ("^[0-9]g$", "^.not set.$", "(?i)^DIRECT", "None$", "^$", "^[^(]*$", ".", "o", "^/(a|blog)", "[A-Z]{2}|et")
DIMENSIONS = (*COLUMNS, "visit:entry_page")


def compared(operators: tuple[str, str], values: Sequence[str], *more: object) -> st.SearchStrategy[list[Any]]:
    """A filter on what visits have, and what may follow it."""
    some = st.lists(st.sampled_from(values), min_size=1, max_size=3)
    parts = st.tuples(st.sampled_from(operators), st.sampled_from(DIMENSIONS), some, st.sampled_from((None, *more)))
    return parts.map(lambda one: [each for each in one if each is not None])


conditions = st.one_of(
    compared(("is", "is_not"), WORDS, {"case_sensitive": False}),
    compared(("contains", "contains_not"), WORDS, {"case_sensitive": False}),
    compared(("matches", "matches_not"), PATTERNS),
)
trees = st.recursive(
    conditions,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=2)).map(list),
        inner.map(lambda one: ["not", one]),
    ),
    max_leaves=3,
)


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """Visitors with pauses of minutes, hours, weeks and now and then a year, where clocks may change meanwhile."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    night = date.fromisoformat(draw(st.sampled_from(ZONES[zone])))
    begin = int(datetime(night.year, night.month, night.day, tzinfo=UTC).timestamp()) - 4 * DAY
    hits = []
    for visitor in range(draw(st.integers(1, 3))):
        at = begin + draw(st.integers(0, 6 * DAY))
        pages = draw(st.lists(st.sampled_from(PAGES), min_size=2, max_size=3, unique=True))
        for _ in range(draw(st.integers(1, 14))):
            hits.append(draw(raw_hits(visitor, at, pages)))
            if hits[-1].kind == "pageview":
                pages = [hits[-1].page, *(page for page in pages if page != hits[-1].page)]
            at = min(at + draw(PAUSES[draw(st.sampled_from(OFTEN))]), begin + 500 * DAY)
    hits.sort(key=lambda hit: hit.at)
    ends = st.integers(-6, 60).map(lambda days: night + timedelta(days))
    asked = draw(st.one_of(st.none(), st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair)))))
    found = draw(st.lists(funnels, min_size=1, max_size=3))
    rules = Rules(
        GOALS, tuple(msgspec.structs.replace(each, number=at, name=f"Funnel {at}") for at, each in enumerate(found, 1))
    )
    site = Site(domain="", timezone=zone, detail_days=3660, rollup_months=120, rules=rules)
    return Example(site, hits, asked, [draw(trees)])


def holds(item: list[Any], visit: Visit) -> bool:
    """Whether a visit passes a filter, read plainly: what the API shows of it is compared."""
    operator, *rest = item
    if operator == "not":
        return not holds(rest[0], visit)
    if operator in ("and", "or"):
        return (all if operator == "and" else any)(holds(each, visit) for each in rest[0])
    dimension, values, *modifiers = rest
    value, fold = of_visit(dimension, visit), str.lower if modifiers else str
    shown = fold(value or EMPTY.get(dimension, "(not set)"))
    tests: dict[str, Callable[[str], bool]] = {
        "is": lambda one: fold(one) == shown or (not value and fold(one) in ("", "(not set)")),
        "contains": lambda one: fold(one) in shown,
        "matches": lambda one: re.search(one, shown) is not None,
    }
    return any(map(tests[operator.removesuffix("_not")], values)) is not operator.endswith("_not")


def of_visit(dimension: str, visit: Visit) -> str:
    """What a visit is counted under; nothing where that is unknown."""
    return visit.hits[0].page if dimension == "visit:entry_page" else CAME_BY[visit.came].get(COLUMNS[dimension], "")


def within(days: tuple[date, date], day: date) -> bool:
    return days[0] <= day <= days[1]


def ask(store: Store, example: Example, days: tuple[date, date], *metrics: str, **rest: Any) -> Result:
    """A query over these days."""
    asked = {"site_id": example.site.domain, "metrics": list(metrics), "date_range": [day.isoformat() for day in days]}
    return run(parse(asked | rest), store, example.site, NOW)


def table(result: Result) -> dict[str, Any]:
    """Rows by their dimensions; the metric, or the metrics when there are several."""
    return {"|".join(row.dimensions): row.metrics[0] if len(row.metrics) == 1 else row.metrics for row in result.rows}


def source(store: Store, example: Example) -> Source:
    return Source(store, example.site, NOW)


def period(days: tuple[date, date]) -> Period:
    return Period(*days)
