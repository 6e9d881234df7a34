"""Funnels, flows, cohorts, properties, vitals and topics, for any hits: the real way against a plain reading."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.store import Store
from dashboards.query import FlowNode, cohorts, flows, funnel, stickiness, topics, vitals
from dashboards.query.retention import Unit
from tests.collector.oracle import RawHit, Visit
from tests.collector.oracle_reports import (
    PAGES,
    begin_of,
    quantile,
    steps_done,
    ways,
)
from tests.dashboards.counting import insert
from tests.flow.examples import GOALS, Example, ask, examples, holds, of_visit, period, source, table, within
from tests.flow.test_properties import came_first

Days = tuple[date, date]
Tree = dict[str, tuple[int, Any]]
CROWD = 100  # of each visitor, so that topics are of groups that may be shown


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.lists(examples(), min_size=3, max_size=6))
def test_reports_equal_the_plain_reading(store: Store, batch: list[Example]) -> None:
    check_batch(store, batch)


def check_batch(store: Store, batch: list[Example]) -> None:
    """Count all of them at once, and compare every report of each."""
    batch = [one.fresh() for one in batch]
    insert(store, [frame for one in batch for frame in one.frames()], batch[0].site.domain)
    for one in batch:
        if not one.visits:
            continue
        for check in (
            check_funnels, check_flows, check_cohorts, check_stickiness, check_properties, check_vitals,
        ):  # fmt: skip
            check(store, one, one.days)


def check_funnels(store: Store, example: Example, days: Days) -> None:
    """How many reached each step, as a whole and by a dimension of the visit in which they did."""
    for rule in example.site.rules.funnels:
        done = [step for life in example.lives for step in steps_done(life, rule, GOALS, example.site.timezone)]
        done = [step for step in done if within(days, step.day)]
        numbers = range(1, len(rule.steps) + 1)
        whole = Counter(step.number for step in done)
        (row,) = funnel(source(store, example), period(days), rule.name)
        assert [step.reached for step in row.steps] == [whole[number] for number in numbers], rule
        assert [step.dropped for step in row.steps[:-1]] == [whole[n] - whole[n + 1] for n in numbers[:-1]]
        fits = Counter(step.number for step in done if all(holds(item, step.visit) for item in example.filters))
        (row,) = funnel(source(store, example), period(days), rule.name, filters=example.filters)
        assert [step.reached for step in row.steps] == [fits[number] for number in numbers], rule
        parts: dict[str, Counter[int]] = defaultdict(Counter)
        for step in done:
            parts[of_visit("visit:source", step.visit)][step.number] += 1
        expected = {value: [one[number] for number in numbers] for value, one in parts.items() if one[1]}
        rows = funnel(source(store, example), period(days), rule.name, by="visit:source")
        assert {one.value: [step.reached for step in one.steps] for one in rows} == expected, rule


def check_flows(store: Store, example: Example, days: Days) -> None:
    """Where it goes from each page and where it comes from, three steps deep, with where visits ended and began."""
    for filters in ([], example.filters):
        check_flow(store, example, days, filters)


def check_flow(store: Store, example: Example, days: Days, filters: list[list[Any]]) -> None:
    fits = [visit for visit in example.visits if all(holds(item, visit) for item in filters)]
    taken = [(hit, way) for visit in fits for hit, way in ways(visit) if within(days, example.day(hit))]
    visits = [visit for visit in fits if within(days, example.day(visit.hits[0]))]
    for page in PAGES[:3]:
        arrived = sum(visit.hits[0].page == page for visit in visits) + sum(way[-1] == page for _, way in taken)
        for direction in ("forward", "backward"):
            found = flows(source(store, example), period(days), page, direction, limit=50, filters=filters)
            assert found.flows == arrived
            expected: Tree = {}
            for _, way in taken:
                add(expected, way, page, forward=direction == "forward")
            assert tree(found.nodes) == expected, (page, direction)
            first = step_visitors(example, days, page, direction, filters)
            assert {node.page: node.visitors for node in found.nodes} == {
                node.page: first[node.page] for node in found.nodes
            }
            if days == example.everything:
                ends = [visit.places[-1 if direction == "forward" else 0].page for visit in visits]
                assert found.ends == ends.count(page), (page, direction)


def step_visitors(example: Example, days: Days, page: str, direction: str, filters: list[list[Any]]) -> Counter[str]:
    """Visitors of each step from or to a page: each counts once on a day, in the visit in which he took it first."""
    counted, first = set(), Counter[str]()
    for life, visits in enumerate(example.lives):
        for one, hit, way in [(each, *taken) for each in visits for taken in ways(each)]:
            day = example.day(hit)
            step = (life, day, *way[-2:])
            if step not in counted and within(days, day) and all(holds(item, one) for item in filters):
                first[other_of(way, page, direction)] += 1
            counted.add(step)
    return first


def other_of(way: list[str], page: str, direction: str) -> str:
    """The page one step after, or before, the page asked for; empty for steps that do not touch it."""
    if direction == "forward":
        return way[-1] if way[-2] == page else ""
    return way[-2] if way[-1] == page else ""


def add(tree: Tree, way: list[str], page: str, *, forward: bool) -> None:
    """A step that was taken, to each node of the tree that tells of it: it is one step on a way from or to `page`."""
    if forward:
        for back in range(2, len(way) + 1):
            if way[-back] == page:
                grow(tree, way[len(way) - back + 1 :])
    elif way[-1] == page:
        before = way[-2::-1]
        for length in range(1, len(before) + 1):
            grow(tree, before[:length])


def grow(tree: Tree, way: list[str]) -> None:
    """One more at the end of this way."""
    *begin, last = way
    for page in begin:
        tree = tree.setdefault(page, (0, {}))[1]
    times, below = tree.get(last, (0, {}))
    tree[last] = (times + 1, below)


def tree(nodes: tuple[FlowNode, ...]) -> Tree:
    return {node.page: (node.flows, tree(node.nodes)) for node in nodes}


def check_cohorts(store: Store, example: Example, days: Days) -> None:
    """Who was there first in which week and month, and who of them came again when; also of those who came first in
    some way."""
    by_mail: list[Any] = ["is", "visit:channel", ["Email"]]
    not_from_latvia: list[Any] = ["and", [["is_not", "visit:country", ["LV"]], ["not", ["is", "visit:device", ["tv"]]]]]
    asked: list[tuple[Unit, list[Any], set[str]]] = [
        ("week", [], {"lv", "ee", ""}), ("month", [], {"lv", "ee", ""}), ("week", [by_mail], {"ee"}),
        ("month", [not_from_latvia], {"ee", ""}),
    ]  # fmt: skip
    for unit, filters, came_by in asked:
        expected: dict[date, Counter[date]] = defaultdict(Counter)
        for life in example.lives:
            if life[0].came in came_by:
                active = {begin_of(unit, example.day(hit)) for visit in life for hit in visit.hits}
                expected[min(active)].update(active)
        found = cohorts(source(store, example), unit, period(days), filters=filters)
        first, last = begin_of(unit, days[0]), begin_of(unit, days[1])
        assert {one.first: one.visitors for one in found} == {
            born: came[born] for born, came in expected.items() if first <= born <= last
        }
        for one in found:
            came = {each.period: each.visitors for each in one.returns if each.visitors}
            assert came == {at: number for at, number in expected[one.first].items() if at != one.first}
            assert all(each.rate == round(100 * each.visitors / one.visitors, 1) for each in one.returns)


def check_stickiness(store: Store, example: Example, days: Days) -> None:
    """Visitors of the 30 days up to the last one, or since the first: a day, and together; also under filters, where
    each counts by how he came first in that day, and in all of them."""
    begun, last = min(example.day(visit.hits[0]) for visit in example.visits), days[1]
    first = max(last - timedelta(29), begun)
    if first > last:
        return
    length = (last - first).days + 1
    every = [first + timedelta(number) for number in range(length)]
    for filters in ([], example.filters):

        def fits(days: Days, filters: list[Any] = filters) -> int:
            return sum(all(holds(item, visit) for item in filters) for visit in came_first(example, days))

        unique, daily = fits((first, last)), sum(fits((day, day)) for day in every)
        found = stickiness(source(store, example), last, filters=filters)
        assert (found.days, found.visitors, found.daily) == (length, unique, round(daily / length, 1))


def check_properties(store: Store, example: Example, days: Days) -> None:
    """Events by what they carry, and those of one name; under filters."""
    for name, items in (("", example.filters), ("Signup", [])):
        expected = Counter(
            value
            for hit, visit in example.logged
            for key, value in hit.props
            if within(days, example.day(hit)) and name in ("", hit.name) and all(holds(item, visit) for item in items)
        )
        filters = [*items, *([["is", "event:name", [name]]] if name else [])]
        found = table(ask(store, example, days, "events", dimensions=["event:props:plan"], filters=filters))
        assert found == expected


def check_vitals(store: Store, example: Example, days: Days) -> None:
    """Quantiles, within the width of a bucket, as a whole, by page and by where the visit was."""
    keys: dict[str, Callable[[RawHit, Visit], str]] = {
        "": lambda hit, visit: "",
        "page": lambda hit, visit: hit.page,
        "country": lambda hit, visit: of_visit("visit:country", visit),
        "device": lambda hit, visit: of_visit("visit:device", visit),
        "day": lambda hit, visit: example.day(hit).isoformat(),
        "week": lambda hit, visit: max(begin_of("week", example.day(hit)), days[0]).isoformat(),
        "month": lambda hit, visit: begin_of("month", example.day(hit)).isoformat(),
    }
    for by, key in keys.items():
        values: dict[tuple[str, str], list[float]] = defaultdict(list)
        for hit, visit in example.logged:
            for metric, value in hit.vitals:
                if within(days, example.day(hit)):
                    values[key(hit, visit), metric].append(value)
        rows = vitals(source(store, example), period(days), by=by)
        assert {(row.value, row.metric): row.samples for row in rows} == {at: len(each) for at, each in values.items()}
        for row in rows:
            measured = values[row.value, row.metric]
            for level, found in ((0.5, row.p50), (0.75, row.p75), (0.95, row.p95)):
                close = 0.0005 if row.metric == "cls" else 0.5  # what rounding the answer takes
                exact = quantile(measured, level)
                assert abs(found - exact) <= 0.05 * exact + close + 1e-9, (row, sorted(measured))


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(examples())
def test_topics_equal_the_plain_reading(store: Store, one: Example) -> None:
    """Each visitor comes a hundred times: sums are sums."""
    one = one.fresh()
    insert(store, [frame for frame in one.frames() for _ in range(CROWD)], one.site.domain)
    seen = {
        (example_day, life, hit.topic)
        for life, visits in enumerate(one.lives)
        for visit in visits
        for hit in visit.hits
        if hit.topic and within(one.days, example_day := one.day(hit))
    }
    people, days = Counter[str](), defaultdict[str, set[date]](set)
    for day, _, topic in seen:
        people[topic] += CROWD
        days[topic].add(day)
    found = {row.topic: (row.visitors, row.days) for row in topics(source(store, one), period(one.days))}
    assert found == {topic: (number, len(days[topic])) for topic, number in people.items()}
