"""The whole way of counting, for any hits: `advance`, rows, the real store and the query layer against a plain reading.

The plain reading (tests/collector/oracle.py) knows of no states, deltas or gaps. Each example is a site of its own, and
many examples go into the store at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.sites import Site
from collector.store import Store
from collector.visit import Kind
from dashboards.query import Result, parse, run
from tests.collector import oracle
from tests.collector.oracle import RawHit, Visit
from tests.dashboards.counting import Seen, insert, payloads

MINUTE, HOUR, DAY = 60, 3600, 86_400
# Around the nights in which clocks change, and times at which a day begins late, early or not at midnight.
ZONES = {
    "Europe/Riga": ("2026-03-29", "2026-10-25"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "Asia/Kathmandu": ("2026-05-01",),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Pacific/Chatham": ("2026-04-05", "2026-09-27"),
    "UTC": ("2026-06-30",),
}
CAME_BY = {
    "lv": {"country": "LV", "city": "Riga", "source": "Google", "channel": "Organic Search", "browser": "Firefox"},
    "ee": {"country": "EE", "city": "Tallinn", "source": "newsletter", "channel": "Email", "browser": "Chrome"},
    "": {},
}
PAGES = ["/", "/a", "/b"]
KEPT = """SELECT sum(bounces), sum(seconds) FROM rollup_site
WHERE site = {site:String} AND day BETWEEN {first:Date} AND {last:Date}"""
numbers = count()


@dataclass(frozen=True)
class Example:
    """Hits of a few visitors of one site; `came` has how a visit came that began with that hit."""

    site: Site
    hits: list[RawHit]
    came: list[str]
    ranges: list[tuple[date, date]]

    @property
    def visits(self) -> list[Visit]:
        return [visit for one in self.visitors.values() for visit in oracle.visits_of(one)]

    @property
    def visitors(self) -> dict[int, list[RawHit]]:
        ids = {hit.visitor for hit in self.hits}
        return {each: [hit for hit in self.hits if hit.visitor == each] for each in sorted(ids)}

    def day(self, hit: RawHit) -> date:
        return oracle.day_of(hit.at, self.site.timezone)

    def payloads(self) -> list[bytes]:
        names = {"event": "Signup"}
        seen = [
            Seen(hit.visitor, hit.at, hit.page, kind_of(hit), names.get(hit.kind, ""), hit.seconds, None, CAME_BY[came])
            for hit, came in zip(self.hits, self.came, strict=True)
        ]
        return payloads(self.site, seen)


def kind_of(hit: RawHit) -> Kind:
    return cast(Kind, hit.kind)


def fresh_site(zone: str) -> Site:
    """A site that nothing was counted for."""
    return Site(domain=f"site{next(numbers)}.lv", timezone=zone, detail_days=3660)


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """Visitors with pauses of minutes, hours and weeks, in a time zone whose clocks may change meanwhile."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    night = date.fromisoformat(draw(st.sampled_from(ZONES[zone])))
    begin = int(datetime(night.year, night.month, night.day, tzinfo=UTC).timestamp()) - 4 * DAY
    pauses = st.one_of(
        st.integers(0, 90), st.integers(0, 40 * MINUTE), st.integers(0, 8 * HOUR), st.integers(0, 20 * DAY)
    )
    hits = []
    for visitor in range(draw(st.integers(1, 4))):
        at = begin + draw(st.integers(0, 6 * DAY))
        for _ in range(draw(st.integers(1, 9))):
            kind = draw(st.sampled_from(["pageview"] * 6 + ["event", "leave"]))
            seconds = draw(st.integers(0, 3000)) if kind == "leave" else 0
            hits.append(RawHit(visitor, at, draw(st.sampled_from(PAGES)), kind, seconds))
            at += draw(pauses)
    hits.sort(key=lambda hit: hit.at)
    came = [draw(st.sampled_from(sorted(CAME_BY))) for _ in hits]
    ends = st.integers(-6, 60).map(lambda days: night + timedelta(days))
    ranges = [tuple(sorted((draw(ends), draw(ends)))) for _ in range(2)]
    return Example(fresh_site(zone), hits, came, ranges)  # type: ignore[arg-type]


def ask(store: Store, example: Example, days: tuple[date, date], *metrics: str, **rest: Any) -> Result:
    asked = {"site_id": example.site.domain, "metrics": list(metrics), "date_range": [day.isoformat() for day in days]}
    return run(parse(asked | rest), store, example.site, datetime(2027, 3, 1, tzinfo=UTC).timestamp())


def table(result: Result) -> dict[str, Any]:
    return {"|".join(row.dimensions): row.metrics[0] if len(row.metrics) == 1 else row.metrics for row in result.rows}


def within(days: tuple[date, date], day: date) -> bool:
    return days[0] <= day <= days[1]


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(examples(), min_size=4, max_size=8))
def test_answers_equal_the_plain_reading(store: Store, batch: list[Example]) -> None:
    # A replayed example is another site: the rows of the first time are still there.
    batch = [replace(one, site=fresh_site(one.site.timezone)) for one in batch]
    insert(store, [payload for example in batch for payload in example.payloads()], batch[0].site.domain)
    for example in batch:
        for days in (*example.ranges, everything(example)):
            check_visitors(store, example, days)
            check_sums(store, example, days)
        check_hours(store, example)
        check_parts(store, example, example.ranges[0])


def everything(example: Example) -> tuple[date, date]:
    """All days of the example."""
    days = [example.day(hit) for hit in example.hits]
    return min(days), max(days)


def check_visitors(store: Store, example: Example, days: tuple[date, date]) -> None:
    """Unique over the range; over each of its days, weeks and months."""
    active = [oracle.active_days(hits, example.site.timezone) for hits in example.visitors.values()]
    assert ask(store, example, days, "visitors").rows[0].metrics[0] == sum(
        any(within(days, day) for day in one) for one in active
    )
    starts: dict[str, Callable[[date], date]] = {
        "time:day": lambda day: day,
        "time:week": lambda day: max(day - timedelta(day.weekday()), days[0]),
        "time:month": lambda day: day.replace(day=1),
    }
    for dimension, start in starts.items():
        expected = Counter(bucket for one in active for bucket in {start(day) for day in one if within(days, day)})
        found = table(ask(store, example, days, "visitors", dimensions=[dimension]))
        assert found == {day.isoformat(): number for day, number in expected.items()}, dimension


def check_sums(store: Store, example: Example, days: tuple[date, date]) -> None:
    """Visits and what belongs to them, by the day on which the visit began; page views by their own."""
    visits = [visit for visit in example.visits if within(days, example.day(visit.hits[0]))]
    totals = oracle.totals(visits)
    views = [hit for hit in example.hits if hit.kind == "pageview" and within(days, example.day(hit))]
    events = [hit for hit in example.hits if hit.kind == "event" and within(days, example.day(hit))]
    row: Any = (
        ask(store, example, days, "visits", "pageviews", "events", "bounce_rate", "visit_duration").rows[0].metrics
    )
    number = totals["visits"]
    assert row[:3] == (number, len(views), len(views) + len(events))
    assert abs(row[3] - (100 * totals["bounces"] / number if number else 0)) <= 0.05 + 1e-9
    assert abs(row[4] - (totals["seconds"] / number if number else 0)) <= 0.5
    kept = store.execute(KEPT, {"site": example.site.domain, "first": days[0], "last": days[1]})
    assert kept == [(totals["bounces"], totals["seconds"])]
    entries = Counter(visit.hits[0].page for visit in visits)
    assert table(ask(store, example, days, "visits", dimensions=["visit:entry_page"])) == dict(entries)
    pages = Counter(hit.page for hit in views)
    assert table(ask(store, example, days, "pageviews", dimensions=["event:page"])) == dict(pages)
    seers = Counter(page for page, _, _ in {(hit.page, hit.visitor, example.day(hit)) for hit in views})
    assert table(ask(store, example, days, "visitors", dimensions=["event:page"])) == dict(seers)


def check_hours(store: Store, example: Example) -> None:
    """Visitors and page views of each hour, over all that happened."""
    days = everything(example)
    hours = Counter(
        hour for hits in example.visitors.values() for hour in oracle.active_hours(hits, example.site.timezone)
    )
    found = ask(store, example, days, "visitors", dimensions=["time:hour"])
    assert sorted(row.metrics[0] for row in found.rows) == sorted(hours.values())  # type: ignore[type-var]
    assert {row.dimensions[0][:13].replace(" ", "T") for row in found.rows} == {hour for hour, _ in hours}


def check_parts(store: Store, example: Example, days: tuple[date, date]) -> None:
    """Sums over any dimension equal the total, alone and crossed; so do the parts of a filter."""
    whole = ask(store, example, days, "visitors", "visits", "pageviews", "events").rows[0].metrics
    for dimensions in (
        ["visit:country"], ["visit:source"], ["visit:browser"], ["visit:city", "visit:source"],
        ["visit:entry_page"], ["visit:language"], ["visit:device", "visit:channel", "visit:country_name"],
    ):  # fmt: skip
        rows = ask(store, example, days, "visitors", "visits", "pageviews", "events", dimensions=dimensions).rows
        assert sums(rows_of(rows)) == (whole if rows else (0, 0, 0, 0)), dimensions
    for dimension, values in (("visit:country", ["LV", ""]), ("visit:entry_page", ["/a"])):
        parts = [
            ask(
                store,
                example,
                days,
                "visitors",
                "visits",
                "pageviews",
                "events",
                filters=[[operator, dimension, values]],
            )
            for operator in ("is", "is_not")
        ]
        assert sums(part.rows[0].metrics for part in parts) == whole
    everywhere = everything(example)
    exits = Counter[str]()
    for page, counts in oracle.by_page(example.visits).items():
        exits[page] += counts["exits"]
    assert table(ask(store, example, everywhere, "visits", dimensions=["visit:exit_page"])) == dict(+exits)


def rows_of(rows: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    return (row.metrics for row in rows)


def sums(metrics: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(sum(column) for column in zip(*metrics, strict=True)) or (0, 0, 0, 0)
