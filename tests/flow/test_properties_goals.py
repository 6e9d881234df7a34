"""Goals, for any hits: conversions, visitors, rates and revenue by whatever they are of, against a plain reading."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.money import digits
from collector.store import Store
from tests.collector.oracle import RawHit
from tests.collector.oracle_reports import (
    Ended,
    Paid,
    Reached,
    carried,
    goal_visitors,
    goals_ended,
    goals_reached,
    paid_at_exits,
)
from tests.dashboards.counting import insert
from tests.flow.examples import GOALS, Example, ask, examples, holds, of_visit, table, within

Days = tuple[date, date]
RATED = ("conversions", "conversion_rate", "group_conversion_rate")


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.lists(examples(), min_size=3, max_size=6))
def test_goals_equal_the_plain_reading(store: Store, batch: list[Example]) -> None:
    batch = [one.fresh() for one in batch]
    insert(store, [frame for one in batch for frame in one.frames()], batch[0].site.domain)
    for one in batch:
        if not one.visits:
            continue
        for check in CHECKS:
            check(store, one, one.days)


def check_goals(store: Store, example: Example, days: Days) -> None:
    """Conversions once a visit, revenue every time, rates; also by page, by day and under filters."""
    reached = goals_reached(example.visits, GOALS)
    visits = [visit for visit in example.visits if within(days, example.day(visit.hits[0]))]
    check_goal_rows(store, example, days, reached, len(visits), [])
    fits = [each for each in reached if all(holds(item, each.visit) for item in example.filters)]
    filtered = sum(all(holds(item, visit) for item in example.filters) for visit in visits)
    check_goal_rows(store, example, days, fits, filtered, example.filters)
    inside = [each for each in reached if each.is_first and within(days, example.day(each.hit))]
    by_page = Counter(f"{each.goal.name}|{each.hit.page}" for each in inside)
    assert table(ask(store, example, days, "conversions", dimensions=["event:goal", "event:page"])) == by_page
    by_day = Counter(f"{example.day(each.hit)}|{of_visit('visit:country', each.visit)}" for each in inside)
    assert table(ask(store, example, days, "conversions", dimensions=["time:day", "visit:country"])) == by_day
    of_all = [hit for hit, _ in example.logged if hit.kind == "event" and within(days, example.day(hit))]
    assert ask(store, example, days, "revenue").rows[0].metrics == (earned(of_all),)


def check_goal_visitors(store: Store, example: Example, days: Days) -> None:
    """Visitors of goals by day, by page, under filters; and what share of a page's visitors they are."""
    visitors = [one for life in example.lives for one in goal_visitors(life, GOALS, example.site.timezone)]
    inside = [one for one in visitors if within(days, one.day)]
    assert table(ask(store, example, days, "visitors", dimensions=["event:goal"])) == Counter(
        one.goal for one in inside
    )
    by_day = Counter(f"{one.day}|{one.goal}" for one in inside)
    assert table(ask(store, example, days, "visitors", dimensions=["time:day", "event:goal"])) == by_day
    by_page = Counter(f"{one.goal}|{one.page}" for one in inside)
    assert table(ask(store, example, days, "visitors", dimensions=["event:goal", "event:page"])) == by_page
    fits = Counter(one.goal for one in inside if all(holds(item, one.visit) for item in example.filters))
    assert table(ask(store, example, days, "visitors", dimensions=["event:goal"], filters=example.filters)) == fits
    viewed = Counter(
        page
        for life in example.lives
        for _, page in {(example.day(hit), hit.page) for visit in life for hit in visit.hits if hit.kind == "pageview"}
        if within(days, _)
    )
    rates = table(ask(store, example, days, "group_conversion_rate", dimensions=["event:goal", "event:page"]))
    assert rates.keys() >= {at for at, number in by_page.items() if number}
    for at, rate in rates.items():
        seen = viewed[at.partition("|")[2]]
        assert rate <= 100
        assert abs(rate - (100 * by_page[at] / seen if seen else 0)) < 0.011, at
    for page in sorted(viewed)[:2]:
        only = [["is", "event:page", [page]]]
        found = table(ask(store, example, days, "conversion_rate", dimensions=["event:goal"], filters=only))
        expected = {one.goal: 100 * by_page[f"{one.goal}|{page}"] / viewed[page] for one in inside if one.page == page}
        assert found.keys() == expected.keys()
        assert all(abs(rate - expected[goal]) < 0.011 for goal, rate in found.items())


def check_goal_exits(store: Store, example: Example, days: Days) -> None:
    """Conversions by the page on which their visits ended, and what share of the visits that ended they are; under
    filters on visits and on that page, by country and by day."""
    for filters in ([], example.filters):
        ended, exits = endings(example, days, filters)
        found = table(ask(store, example, days, *RATED, dimensions=["event:goal", "visit:exit_page"], filters=filters))
        assert {at: row[0] for at, row in found.items()} == Counter(f"{one.goal.name}|{one.page}" for one in ended)
        for at, row in found.items():
            alike = exits[at.partition("|")[2]]
            assert row[0] <= alike
            assert close(row[1], row[0], exits.total())
            assert close(row[2], row[0], alike)
        for only, pages in exit_filters(example):
            by_day = Counter(f"{one.day}|{of_visit('visit:country', one.visit)}" for one in ended if one.page in pages)
            asked = {"dimensions": ["time:day", "visit:country"], "filters": [*filters, only]}
            assert table(ask(store, example, days, "conversions", **asked)) == by_day, only
            on_pages, alike = (
                Counter(one.goal.name for one in ended if one.page in pages),
                sum(exits[page] for page in pages),
            )
            found = table(ask(store, example, days, *RATED, dimensions=["event:goal"], filters=[*filters, only]))
            assert {name: row[0] for name, row in found.items()} == on_pages, only
            assert all(close(rate, row[0], alike) for row in found.values() for rate in row[1:]), only


def check_paid_exits(store: Store, example: Example, days: Days) -> None:
    """Revenue by the page on which the visits ended: of each goal, of all events, by country, day and currency."""
    for filters in ([], example.filters):
        fits = [visit for visit in example.visits if all(holds(item, visit) for item in filters)]
        paid = [one for one in paid_at_exits(fits, GOALS, example.site.timezone) if within(days, one.day)]
        of_goals, of_all = [one for one in paid if one.goal], [one for one in paid if not one.goal]
        asked = {"filters": filters}
        by = ["event:goal", "visit:exit_page"]
        found = table(ask(store, example, days, "revenue", dimensions=by, **asked))
        assert found == amounts((f"{one.goal}|{one.page}", one) for one in of_goals)
        found = table(ask(store, example, days, "revenue", dimensions=["visit:exit_page", "event:currency"], **asked))
        assert found == amounts((f"{one.page}|{one.currency}", one) for one in of_all)
        for only, pages in exit_filters(example):
            asked = {"filters": [*filters, only]}
            found = table(ask(store, example, days, "revenue", dimensions=["time:day", "visit:country"], **asked))
            assert found == amounts(
                (f"{one.day}|{of_visit('visit:country', one.visit)}", one) for one in of_all if one.page in pages
            ), only
            found = table(ask(store, example, days, "total_revenue", dimensions=["event:goal"], **asked))
            assert found.keys() == amounts((one.goal, one) for one in of_goals if one.page in pages).keys(), only


def exit_filters(example: Example) -> list[tuple[list[Any], set[str]]]:
    """Filters on the page on which visits ended, with the pages that they leave: one, two, others, some, none."""
    dimension, pages = "visit:exit_page", {visit.places[-1].page for visit in example.visits}
    blog, first, last = {page for page in pages if page.startswith("/blog/")}, min(pages), max(pages)
    return [
        (["is", dimension, [last]], {last}),
        (["is", dimension, ["/a", first.upper()], {"case_sensitive": False}], {"/a", first}),
        (["not", ["is", dimension, ["/a"]]], pages - {"/a"}),
        (["contains", dimension, ["/blog/"]], blog),
        (["matches_not", dimension, ["^/blog/"]], pages - blog),
        (["is", dimension, ["/none", "(not set)"]], set()),
    ]


def amounts(paid: Iterable[tuple[str, Paid]]) -> dict[str, dict[str, float]]:
    """Amounts by currency, of everything that there is one of."""
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for at, one in paid:
        by[at][one.currency] += one.revenue
    found = {at: in_units(minor) for at, minor in by.items()}
    return {at: earned for at, earned in found.items() if earned}


def endings(example: Example, days: Days, filters: list[Any]) -> tuple[list[Ended], Counter[str]]:
    """Where the visits ended that pass the filters: of each goal that they reached, and of all of them by page."""
    fits = [visit for visit in example.visits if all(holds(item, visit) for item in filters)]
    ended = [one for one in goals_ended(fits, GOALS, example.site.timezone) if within(days, one.day)]
    return ended, Counter(visit.places[-1].page for visit in fits if within(days, example.day(visit.hits[-1])))


def check_goal_events(store: Store, example: Example, days: Days) -> None:
    """Conversions, revenue, visitors and rates by the event that reached the goal and by what it carried."""
    for filters in ([], example.filters):
        fits = [visit for visit in example.visits if all(holds(item, visit) for item in filters)]
        visits = sum(within(days, example.day(visit.hits[0])) for visit in fits)
        reached = [one for one in goals_reached(fits, GOALS) if within(days, example.day(one.hit))]
        lives = [goal_visitors(life, GOALS, example.site.timezone) for life in example.lives]
        visitors = [one for life in lives for one in life if within(days, one.day) and one.visit in fits]
        for dimension, key in (("event:name", ""), ("event:props:plan", "plan")):
            of: dict[str, list[Reached]] = defaultdict(list)
            for each in reached:
                for value in values(each.hit, key):
                    of[f"{each.goal.name}|{value}"].append(each)
            people = Counter(f"{one.goal}|{value}" for one in visitors for value in values(one.hit, key))
            expected = {
                at: (sum(one.is_first for one in each), people[at], earned([one.hit for one in each]))
                for at, each in of.items()
            }
            asked = {"dimensions": ["event:goal", dimension], "filters": filters}
            found = table(ask(store, example, days, *RATED, "visitors", "revenue", **asked))
            assert {at: (row[0], *row[3:]) for at, row in found.items()} == {
                at: numbers for at, numbers in expected.items() if any(numbers)
            }
            assert all(close(rate, row[0], visits) for row in found.values() for rate in row[1:3])


def values(hit: RawHit, key: str) -> list[str]:
    """The name of an event, or with a key the value that it carried; nothing for other hits."""
    return [value if key else name for name, each, value in carried(hit) if each == key]


def check_crossed_events(store: Store, example: Example, days: Days) -> None:
    """By name and page, by what events of one name carried, by day; and revenue of all events, whatever their goals."""
    reached = [one for one in goals_reached(example.visits, GOALS) if within(days, example.day(one.hit))]
    first = [one for one in reached if one.is_first and one.hit.kind == "event"]
    by_page = Counter(f"{one.hit.name}|{one.hit.page}" for one in first)
    assert table(ask(store, example, days, "conversions", dimensions=["event:name", "event:page"])) == by_page
    pro: list[Any] = [["is", "event:props:plan", ["pro"]], ["is_not", "event:name", ["Sign out"]]]
    by_day = Counter(
        f"{one.goal.name}|{example.day(one.hit)}"
        for one in first
        if one.hit.name != "Sign out" and ("plan", "pro") in one.hit.props
    )
    assert table(ask(store, example, days, "conversions", dimensions=["event:goal", "time:day"], filters=pro)) == by_day
    events = [hit for hit, _ in example.logged if hit.kind == "event" and within(days, example.day(hit))]
    for dimension, key in (("event:name", ""), ("event:props:plan", "plan")):
        of: dict[str, list[RawHit]] = defaultdict(list)
        for hit in events:
            for value in values(hit, key):
                of[value].append(hit)
        amounts = {value: earned(hits) for value, hits in of.items() if earned(hits)}
        assert table(ask(store, example, days, "revenue", dimensions=[dimension])) == amounts


def close(rate: float, part: int, whole: int) -> bool:
    """Whether it is this share in percent, as exact as it is told."""
    return abs(rate - (100 * part / whole if whole else 0)) < 0.011


def check_goal_rows(
    store: Store, example: Example, days: Days, reached: list[Reached], visits: int, filters: list[Any]
) -> None:
    """Every goal with what it comes to; those of which there is nothing to tell have no row."""
    expected = {}
    for goal in GOALS:
        hits = [each for each in reached if each.goal is goal and within(days, example.day(each.hit))]
        number, amounts = sum(each.is_first for each in hits), earned([each.hit for each in hits])
        if number or amounts:
            expected[goal.name] = (number, round(100 * number / visits, 2) if visits else 0, amounts)
    asked = ("conversions", "conversion_rate", "revenue")
    found = table(ask(store, example, days, *asked, dimensions=["event:goal"], filters=filters))
    assert {name: (row[0], row[2]) for name, row in found.items()} == {
        name: (row[0], row[2]) for name, row in expected.items()
    }
    assert all(abs(row[1] - expected[name][1]) < 0.011 for name, row in found.items())


def earned(hits: list[RawHit]) -> dict[str, float]:
    """Amounts by currency in its own unit."""
    minor = Counter[str]()
    for hit in hits:
        minor[hit.currency] += hit.revenue
    return in_units(minor)


def in_units(minor: Counter[str]) -> dict[str, float]:
    return {currency: round(value / 10 ** digits(currency), 3) for currency, value in sorted(minor.items()) if value}


CHECKS = (
    check_goals, check_goal_visitors, check_goal_exits, check_paid_exits, check_goal_events, check_crossed_events,
)  # fmt: skip
