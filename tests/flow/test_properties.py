"""The whole way of counting, for any hits: `advance`, rows, the real store and the query layer against a plain reading.

The plain reading (tests/collector/oracle.py) knows of no states, deltas or gaps. Each example is a site of its own, and
many examples go into the store at once. Goals are in test_properties_goals.py, rates in test_properties_rates.py,
funnels, flows and the rest in test_properties_reports.py.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.store import Store
from tests.collector import oracle
from tests.collector.oracle import RawHit, Visit
from tests.collector.oracle_reports import depths
from tests.dashboards.counting import insert
from tests.flow.examples import Example, ask, examples, holds, of_visit, table, within

Days = tuple[date, date]
KEPT = """SELECT sum(seconds), sum(depths) FROM rollup_pages
WHERE site = {site:String} AND day BETWEEN {first:Date} AND {last:Date}"""


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.lists(examples(), min_size=3, max_size=6))
def test_answers_equal_the_plain_reading(store: Store, batch: list[Example]) -> None:
    batch = [one.fresh() for one in batch]
    insert(store, [frame for one in batch for frame in one.frames()], batch[0].site.domain)
    for one in batch:
        if not one.visits:
            continue
        for check in (check_visitors, check_visits, check_pages, check_filters, check_parts, check_comparisons):
            check(store, one, one.days)
        check_hours(store, one)


def came_first(example: Example, days: Days) -> list[Visit]:
    """Of each visitor in the range, the visit under which he is counted: that of his first hit in it."""
    found = []
    for life in example.lives:
        inside = [visit for visit in life if any(within(days, example.day(hit)) for hit in visit.hits)]
        found += inside[:1]
    return found


def check_visitors(store: Store, example: Example, days: Days) -> None:
    """Unique over the range, new and returning; over each of its days, weeks and months."""
    active = [{example.day(hit) for visit in life for hit in visit.hits} for life in example.lives]
    unique = sum(any(within(days, day) for day in one) for one in active)
    new = sum(within(days, min(one)) for one in active)
    row = ask(store, example, days, "visitors", "new_visitors", "returning_visitors").rows[0].metrics
    assert row == (unique, new, unique - new)
    starts: dict[str, Callable[[date], date]] = {
        "time:day": lambda day: day,
        "time:week": lambda day: max(day - timedelta(day.weekday()), days[0]),
        "time:month": lambda day: day.replace(day=1),
    }
    for dimension, start in starts.items():
        expected = Counter(bucket for one in active for bucket in {start(day) for day in one if within(days, day)})
        found = table(ask(store, example, days, "visitors", dimensions=[dimension]))
        assert found == {day.isoformat(): number for day, number in expected.items()}, dimension


def check_visits(store: Store, example: Example, days: Days) -> None:
    """Visits and what belongs to them, by the day on which the visit began; page views and events by their own."""
    visits = [visit for visit in example.visits if within(days, example.day(visit.hits[0]))]
    asked = ("visits", "pageviews", "events", "bounce_rate", "visit_duration", "views_per_visit")
    row: Any = ask(store, example, days, *asked).rows[0].metrics
    check_row(row, visits, [hit for visit in example.visits for hit in visit.hits if within(days, example.day(hit))])


def check_row(row: Any, visits: list[Visit], hits: list[RawHit]) -> None:
    """Metrics of these visits and of these page views and events, which may be of other visits."""
    totals, number = oracle.totals(visits), len(visits)
    views = sum(hit.kind == "pageview" for hit in hits)
    assert row[:3] == (number, views, len(hits))
    assert abs(row[3] - (100 * totals["bounces"] / number if number else 0)) <= 0.05 + 1e-9
    assert abs(row[4] - (totals["seconds"] / number if number else 0)) <= 0.5
    assert abs(row[5] - (views / number if number else 0)) <= 0.005 + 1e-9


def check_pages(store: Store, example: Example, days: Days) -> None:
    """Entries, exits, page views, visitors, engaged seconds and depth of pages; visitors of events."""
    hits = [(hit, life) for life, visits in enumerate(example.lives) for visit in visits for hit in visit.hits]
    hits = [(hit, life) for hit, life in hits if within(days, example.day(hit))]
    visits = [visit for visit in example.visits if within(days, example.day(visit.hits[0]))]
    entries = Counter(visit.hits[0].page for visit in visits)
    assert table(ask(store, example, days, "visits", dimensions=["visit:entry_page"])) == entries
    ended = [visit for visit in example.visits if within(days, example.day(visit.hits[-1]))]
    exits = Counter(visit.places[-1].page for visit in ended)
    assert table(ask(store, example, days, "visits", dimensions=["visit:exit_page"])) == exits
    views = Counter(hit.page for hit, _ in hits if hit.kind == "pageview")
    seers = Counter(
        page for page, *_ in {(hit.page, who, example.day(hit)) for hit, who in hits if hit.kind == "pageview"}
    )
    found = table(ask(store, example, days, "pageviews", "visitors", dimensions=["event:page"]))
    assert found == {page: (views[page], seers[page]) for page in views}
    done = Counter(hit.name for hit, _ in hits if hit.kind == "event")
    doers = Counter(
        name for name, *_ in {(hit.name, who, example.day(hit)) for hit, who in hits if hit.kind == "event"}
    )
    named = table(ask(store, example, days, "events", "visitors", dimensions=["event:name"]))
    expected = {name: (done[name], doers[name]) for name in done}
    assert named == expected | ({"pageview": (views.total(), None)} if views else {})
    check_depth(store, example, days, visits)


def check_depth(store: Store, example: Example, days: Days, visits: list[Visit]) -> None:
    """The mean of the deepest scrolls of each page, and the engaged time, booked where the visit began."""
    deepest: dict[str, list[int]] = defaultdict(list)
    for _, page, depth in depths(visits):
        deepest[page].append(depth)
    found = table(ask(store, example, days, "scroll_depth", dimensions=["event:page"]))
    for page, each in deepest.items():
        assert abs((found[page] or 0) - sum(each) / len(each)) <= 0.5, page
    assert not {page for page, depth in found.items() if depth} - set(deepest)
    kept = store.execute(KEPT, {"site": example.site.domain, "first": days[0], "last": days[1]})
    assert kept == [(oracle.totals(visits)["seconds"], sum(map(len, deepest.values())))]


def check_filters(store: Store, example: Example, days: Days) -> None:
    """Filters on how visits came, joined by and, or, not: visitors by how they came first, the rest by its visit."""
    fits = [visit for visit in example.visits if all(holds(item, visit) for item in example.filters)]
    visits = [visit for visit in fits if within(days, example.day(visit.hits[0]))]
    hits = [hit for visit in fits for hit in visit.hits if within(days, example.day(hit))]
    asked = ("visits", "pageviews", "events", "bounce_rate", "visit_duration", "views_per_visit", "visitors")
    row: Any = ask(store, example, days, *asked, filters=example.filters).rows[0].metrics
    check_row(row, visits, hits)
    assert row[6] == sum(all(holds(item, visit) for item in example.filters) for visit in came_first(example, days))
    by_day = Counter[str]()
    for day in {example.day(hit) for hit in hits}:
        first = came_first(example, (day, day))
        by_day[day.isoformat()] = sum(all(holds(item, visit) for item in example.filters) for visit in first)
    found = table(ask(store, example, days, "visitors", dimensions=["time:day"], filters=example.filters))
    assert found == +by_day


def check_hours(store: Store, example: Example) -> None:
    """Visitors of each hour, over all that happened."""
    days = example.everything
    if (days[1] - days[0]).days >= 366:
        return
    lives = [[hit for visit in life for hit in visit.hits] for life in example.lives]
    hours = Counter(hour for hits in lives for hour in oracle.active_hours(hits, example.site.timezone))
    found = ask(store, example, days, "visitors", dimensions=["time:hour"])
    assert sorted(row.metrics[0] for row in found.rows) == sorted(hours.values())
    assert {row.dimensions[0][:13].replace(" ", "T") for row in found.rows} == {hour for hour, _ in hours}


def check_parts(store: Store, example: Example, days: Days) -> None:
    """Sums over any dimension equal the total, alone and crossed; by each dimension they are those of the reading."""
    whole = ask(store, example, days, "visitors", "visits", "pageviews", "events").rows[0].metrics
    for dimensions in (
        ["visit:country"],
        ["visit:source"],
        ["visit:connection"],
        ["visit:country", "visit:entry_page"],
    ):
        rows = ask(store, example, days, "visitors", "visits", "pageviews", "events", dimensions=dimensions).rows
        assert sums(row.metrics for row in rows) == whole, dimensions
        expected = Counter(
            "|".join(of_visit(each, visit) for each in dimensions) for visit in came_first(example, days)
        )
        found = {"|".join(row.dimensions): row.metrics[0] for row in rows if row.metrics[0]}
        assert found == expected, dimensions


def sums(metrics: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(sum(column) for column in zip(*metrics, strict=True)) or (0, 0, 0, 0)


def check_comparisons(store: Store, example: Example, days: Days) -> None:
    """The period before, the same a year ago and any other, as they are and on the same weekdays."""
    length = (days[1] - days[0]).days + 1
    other = [(day - timedelta(3)).isoformat() for day in days]
    for asked in (
        {"mode": "previous_period"}, {"mode": "previous_period", "match_day_of_week": True},
        {"mode": "year_over_year", "match_day_of_week": True}, {"mode": "custom", "date_range": other},
    ):  # fmt: skip
        result = ask(store, example, days, "visitors", "visits", include={"comparisons": asked})
        assert result.compared is not None
        then = (result.compared.first, result.compared.last)
        shift = (days[0] - then[0]).days
        assert then[1] == days[1] - timedelta(shift)
        if asked.get("match_day_of_week"):
            near = length if asked["mode"] == "previous_period" else 365
            assert shift % 7 == 0
            assert shift >= length or asked["mode"] == "year_over_year"
            assert abs(shift - near) <= 7
        else:
            assert shift == (3 if asked["mode"] == "custom" else length)
        visits = sum(within(then, example.day(visit.hits[0])) for visit in example.visits)
        found = result.rows[0].comparison
        assert found is not None
        assert found.metrics == (len(came_first(example, then)), visits)
