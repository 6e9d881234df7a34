"""What is made of two sums, visitors of pages and events under filters, and ranges of hours, for any hits: the real way
against a plain reading."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.money import digits
from collector.store import Store
from tests.collector import oracle
from tests.collector.oracle import RawHit, Visit
from tests.collector.oracle_reports import goals_reached
from tests.dashboards.counting import insert
from tests.flow.examples import GOALS, HOUR, Example, ask, examples, holds, of_visit, table, within
from tests.flow.test_properties import came_first

Days = tuple[date, date]


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.lists(examples(), min_size=3, max_size=6))
def test_rates_equal_the_plain_reading(store: Store, batch: list[Example]) -> None:
    batch = [one.fresh() for one in batch]
    insert(store, [frame for one in batch for frame in one.frames()], batch[0].site.domain)
    for one in batch:
        if not one.visits:
            continue
        for check in (check_time_on_page, check_exit_rate, check_percentage, check_averages, check_firsts):
            check(store, one, one.days)
        check_some_hours(store, one)


def check_time_on_page(store: Store, example: Example, days: Days) -> None:
    """Engaged seconds of a page, booked on the day on which the visit began, by its page views."""
    seconds, views = Counter[str](), Counter[str]()
    for visit in example.visits:
        before = 0
        for hit, now in visit.log:
            views[hit.page] += hit.kind == "pageview" and within(days, example.day(hit))
            seconds[hit.page] += now - before if within(days, example.day(visit.hits[0])) else 0
            before = now
    found = table(ask(store, example, days, "pageviews", "time_on_page", dimensions=["event:page"]))
    for page, (number, mean) in found.items():
        assert number == views[page]
        assert (mean is None) is (number == 0)
        assert mean is None or abs(mean - seconds[page] / number) <= 0.5, page


def check_exit_rate(store: Store, example: Example, days: Days) -> None:
    """Visits that ended on a page, in percent of its page views."""
    exits = Counter(
        visit.places[-1].page for visit in example.visits if within(days, example.day(visit.hits[-1]))
    )  # fmt: skip
    hits = [hit for visit in example.visits for hit in visit.hits if within(days, example.day(hit))]
    views = Counter(hit.page for hit in hits if hit.kind == "pageview")
    found = table(ask(store, example, days, "visits", "exit_rate", dimensions=["visit:exit_page"]))
    assert {page: visits for page, (visits, _) in found.items() if visits} == exits
    for page, (_, rate) in found.items():
        assert abs(rate - (100 * exits[page] / views[page] if views[page] else 0)) <= 0.05 + 1e-9, page


def check_percentage(store: Store, example: Example, days: Days) -> None:
    """Visitors of each country in percent of all, each by how he came first; under filters of those that pass."""
    for filters in ([], example.filters):
        first = [visit for visit in came_first(example, days) if all(holds(item, visit) for item in filters)]
        parts = Counter(of_visit("visit:country", visit) for visit in first)
        found = table(ask(store, example, days, "percentage", dimensions=["visit:country"], filters=filters))
        assert {country for country, share in found.items() if share} == {*parts}
        assert all(abs(found[name] - 100 * number / len(first)) <= 0.05 + 1e-9 for name, number in parts.items())


def check_averages(store: Store, example: Example, days: Days) -> None:
    """What goals brought in a currency, in all and for each conversion that was counted in it."""
    reached = [one for one in goals_reached(example.visits, GOALS) if within(days, example.day(one.hit))]
    minor, times = Counter[str](), Counter[str]()
    for one in reached:
        minor[f"{one.goal.name}|{one.hit.currency or '(none)'}"] += one.hit.revenue
        times[f"{one.goal.name}|{one.hit.currency or '(none)'}"] += one.is_first
    asked = ("total_revenue", "average_revenue")
    found: dict[str, Any] = table(ask(store, example, days, *asked, dimensions=["event:goal", "event:currency"]))
    earned = {at: number for at, number in minor.items() if number}
    assert {at for at, (total, _) in found.items() if total} == {*earned}
    for at, number in earned.items():
        total, average = found[at]
        currency = at.partition("|")[2]
        unit = 10 ** digits(currency)
        assert (total["currency"], total["value"]) == (currency, number / unit)
        assert (average is None) is (times[at] == 0)
        assert average is None or abs(average["value"] - number / times[at] / unit) <= 0.5 / unit + 1e-9


def check_firsts(store: Store, example: Example, days: Days) -> None:
    """Visitors of pages and events under filters: each counts once on a day, in the visit in which he did it first."""
    firsts: dict[str, Counter[str]] = {"event:page": Counter(), "event:name": Counter()}
    for visits in example.lives:
        counted: set[tuple[date, str, str]] = set()
        for visit, hit in ((one, hit) for one in visits for hit in one.hits):
            dimension, value = ("event:page", hit.page) if hit.kind == "pageview" else ("event:name", hit.name)
            did = (example.day(hit), dimension, value)
            if did not in counted and within(days, did[0]) and all(holds(item, visit) for item in example.filters):
                firsts[dimension][value] += 1
            counted.add(did)
    for dimension, expected in firsts.items():
        found = table(ask(store, example, days, "visitors", dimensions=[dimension], filters=example.filters))
        assert {value: number for value, number in found.items() if number} == expected, dimension


def check_some_hours(store: Store, example: Example) -> None:
    """Visitors, visits and page views of five hours from one in which there was somebody."""
    zone, steps = example.site.timezone, sorted(hit.at for visit in example.visits for hit in visit.hits)
    first = steps[len(steps) // 2]
    begin = first - first % 60 - 60 * oracle.local(first, zone).minute
    end = begin + 5 * HOUR
    asked = [datetime.fromtimestamp(at, UTC).isoformat() for at in (begin, end - 1)]

    def inside(hit: RawHit) -> bool:
        return begin <= hit.at < end

    visits = [visit for visit in example.visits if inside(visit.hits[0])]
    views = sum(inside(hit) for visit in example.visits for hit in visit.hits if hit.kind == "pageview")
    people = sum(any(inside(hit) for visit in life for hit in visit.hits) for life in example.lives)
    row = ask(store, example, example.days, "visitors", "visits", "pageviews", date_range=asked).rows[0].metrics
    assert row == (people, len(visits), views)
    parts = table(ask(store, example, example.days, "visitors", dimensions=["visit:country"], date_range=asked))
    assert {name: number for name, number in parts.items() if number} == by_country(example, begin, end)


def by_country(example: Example, begin: int, end: int) -> Counter[str]:
    """Visitors of these hours, each by the visit of his first hit in them."""
    found = Counter[str]()
    for life in example.lives:
        inside: list[Visit] = [visit for visit in life if any(begin <= hit.at < end for hit in visit.hits)]
        found.update(of_visit("visit:country", visit) for visit in inside[:1])
    return found
