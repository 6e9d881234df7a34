"""What hits add beside their deltas: ways from page to page, cohorts, properties, topics, vitals."""

from collections import Counter
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.clock import LocalClock, day_date, day_number, month_of, week_of
from collector.extras import GOAL_EVENT, SHAPES
from collector.rules import FunnelRule, GoalRule, Rules
from collector.state import HASH_LENGTH, Hit, Origin
from collector.visit import STATE_DAYS, STEPS_REMEMBERED, advance
from tests.collector.following import DAY, MINUTE, NOON, RIGA, TODAY, Visitor


def test_a_step_tells_the_three_pages_before_it() -> None:
    one = Visitor()
    for page in ("/1", "/2", "/3", "/4", "/5"):
        one.view(page)
    assert one.ways() == [
        (TODAY, "/2", "/1", "", "", 1),
        (TODAY, "/3", "/2", "/1", "", 1),
        (TODAY, "/4", "/3", "/2", "/1", 1),
        (TODAY, "/5", "/4", "/3", "/2", 1),
    ]


def test_reloading_is_no_step_and_does_not_change_the_way() -> None:
    one = Visitor()
    for page in ("/1", "/2", "/2", "/3"):
        one.view(page)
    assert [way[1:5] for way in one.ways()] == [("/2", "/1", "", ""), ("/3", "/2", "/1", "")]


def test_a_way_ends_with_the_visit() -> None:
    one = Visitor()
    one.view("/1")
    one.pause(minutes=40)
    one.view("/2")
    one.view("/3")
    assert [way[1:5] for way in one.ways()] == [("/3", "/2", "", "")]


def test_events_and_leaves_are_no_steps_but_an_event_can_be_where_a_way_begins() -> None:
    one = Visitor()
    one.do("Signup", "/1")
    one.leave("/1", seconds=3)
    one.view("/2")
    one.do("Signup", "/elsewhere")
    one.view("/3")
    assert [way[1:5] for way in one.ways()] == [("/2", "/1", "", ""), ("/3", "/2", "/1", "")]


def test_visitors_of_a_step_are_exact_for_a_day() -> None:
    one = Visitor()
    for page in ("/1", "/2", "/1", "/2"):
        one.view(page)
    one.pause(days=1)
    for page in ("/1", "/2"):
        one.view(page)
    assert [way[-1] for way in one.ways()] == [1, 1, 0, 1]


def test_a_step_over_midnight_is_of_the_new_day() -> None:
    one = Visitor(at=NOON + 10 * 3600 - 60)
    one.view("/1")
    one.view("/2", after=120)
    assert [way[0] for way in one.ways()] == [TODAY + 1]


def test_the_steps_remembered_are_few() -> None:
    one = Visitor()
    for number in range(60):
        one.view(f"/{number}")
    assert one.state is not None
    assert len(one.state.steps) == STEPS_REMEMBERED * HASH_LENGTH
    assert one.state.trail == ("/58", "/57", "/56")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["/a", "/b", "/c"]), st.sampled_from([10, 1000, 2000, 90_000])), max_size=30))
def test_steps_are_those_of_a_plain_reading(hits: list[tuple[str, int]]) -> None:
    one = Visitor()
    ways: Counter[tuple[str, ...]] = Counter()
    way: list[str] = []
    for page, pause in hits:
        one.view(page, after=pause)
        if pause >= 31 * MINUTE:
            way = []
        if way and way[-1] != page:
            ways[tuple([page, *reversed(way[-3:]), "", "", ""][:4])] += 1
        if not way or way[-1] != page:
            way.append(page)
    assert Counter(way[1:5] for way in one.ways()) == ways


def test_a_visitor_belongs_to_the_cohort_of_the_first_week_and_month() -> None:
    one = Visitor()  # on Monday, 26 October 2026
    for days in (0, 0, 1, 5, 1, 30):  # then again, on Tuesday, on Sunday, on Monday 2 November, on 2 December
        one.pause(days=days)
        one.view("/")
    week, month = day_number(date(2026, 10, 26)), day_number(date(2026, 10, 1))
    assert [(unit, day_date(born), day_date(period), number) for unit, born, period, *_, number in one.of("c")] == [
        ("week", day_date(week), date(2026, 10, 26), 1),
        ("month", day_date(month), date(2026, 10, 1), 1),
        ("month", day_date(month), date(2026, 11, 1), 1),
        ("week", day_date(week), date(2026, 11, 2), 1),
        ("week", day_date(week), date(2026, 11, 30), 1),
        ("month", day_date(month), date(2026, 12, 1), 1),
    ]


def test_the_first_hit_of_a_week_can_be_one_of_a_visit_over_midnight() -> None:
    one = Visitor(at=NOON - 14 * 3600 - 60)  # Sunday 23:59 in Riga
    one.view("/")
    one.view("/", after=120)
    weeks = [
        (born - week_of(TODAY), period - week_of(TODAY)) for unit, born, period, *_ in one.of("c") if unit == "week"
    ]
    assert weeks == [(-7, -7), (-7, 0)]


def test_a_cohort_is_of_what_the_first_visit_was_like() -> None:
    """And of nothing finer; a state of a release before, which did not remember it, is of unknown first visits."""
    one = Visitor(origin=Origin("/", "Email", "news", country="LV", city="Riga", device="mobile", audience="other"))
    one.view("/")
    one.origin = Origin("/", "Social", country="EE", device="desktop", audience="customer")
    one.pause(days=10)
    one.view("/")
    assert {extra[3:] for extra in one.of("c")} == {("LV", "mobile", "Email", "other", 1)}
    assert one.state is not None
    one.state = msgspec.structs.replace(one.state, first=())
    one.pause(days=10)
    one.view("/")
    assert one.of("c")[-1][3:] == ("", "", "", "", 1)


def test_a_leave_puts_nobody_into_a_week() -> None:
    one = Visitor(at=NOON - 14 * 3600 - 60)
    one.view("/")
    one.leave("/", seconds=100, after=120)
    assert len(one.of("c")) == 2


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=20), st.sampled_from(["Europe/Riga", "America/St_Johns", "Pacific/Apia"]))
def test_cohorts_are_those_of_a_plain_reading(pauses: list[int], zone: str) -> None:
    one = Visitor(clock=LocalClock(zone))
    expected: Counter[tuple[str, date, date]] = Counter()
    first: int | None = None
    seen: set[tuple[str, date]] = set()
    for days in pauses:
        one.pause(days=days)
        if first is None or one.clock.hour(one.at)[1] - one.clock.hour(first)[1] >= STATE_DAYS:
            first, seen = one.at, set()
        one.view("/")
        born, day = (day_date(one.clock.hour(at)[1]) for at in (first, one.at + 10))
        monday = {each: each - timedelta(each.weekday()) for each in (born, day)}
        for unit, begun, now in (
            ("week", monday[born], monday[day]), ("month", born.replace(day=1), day.replace(day=1)),
        ):  # fmt: skip
            if (unit, now) not in seen:
                seen.add((unit, now))
                expected[unit, begun, now] += 1
    counted = Counter({(unit, day_date(born), day_date(now)): number for unit, born, now, *_, number in one.of("c")})
    assert counted == expected


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    for number in range(-3, 800):
        day = day_date(number)
        assert day_date(week_of(number)) == day - timedelta(day.weekday())
        assert day_date(month_of(number)) == day.replace(day=1)


def test_properties_of_an_event_are_counted_each_time() -> None:
    one = Visitor()
    one.do("Signup", props=(("plan", "pro"), ("yearly", "true")))
    one.do("Signup", props=(("plan", "pro"),))
    assert one.of("p") == [
        (TODAY, "Signup", "plan", "pro", 1),
        (TODAY, "Signup", "yearly", "true", 1),
        (TODAY, "Signup", "plan", "pro", 1),
    ]


def test_a_visitor_is_counted_once_a_day_for_a_topic() -> None:
    one = Visitor()
    for page, topic in (("/1", "cars"), ("/2", "cars"), ("/3", "boats"), ("/cars", "")):
        one.view(page, topic=topic)
    one.pause(days=1)
    one.view("/1", topic="cars")
    assert one.of("t") == [(TODAY, "cars", 1), (TODAY, "boats", 1), (TODAY + 1, "cars", 1)]


def test_vitals_are_samples_and_change_nothing_else() -> None:
    one = Visitor()
    one.view("/a")
    before = one.state
    step = one.hit(Hit("vitals", "/a", vitals=(("lcp", 80), ("cls", 0))), after=5)
    assert one.of("v") == [(TODAY, "/a", "lcp", 80, 1), (TODAY, "/a", "cls", 0, 1)]
    assert (step.deltas, step.state, step.idle) == ([], before, -1)
    assert advance(None, Hit("vitals", "/a", vitals=(("lcp", 80),)), NOON, RIGA, Origin) is None


def test_vitals_come_with_a_leave_too() -> None:
    one = Visitor()
    one.view("/a")
    step = one.hit(Hit("leave", "/a", seconds=5, vitals=(("inp", 50),)), after=5)
    assert one.of("v") == [(TODAY, "/a", "inp", 50, 1)]
    assert [delta.seconds for delta in step.deltas] == [5]


@pytest.mark.parametrize("kind", ["pageview", "event"])
def test_a_hit_in_the_way_of_most_adds_little(kind: str) -> None:
    """A page view or an event within a day and a visit, on a site without rules."""
    one = Visitor()
    one.view("/")
    step = one.hit(Hit(kind, "/", "Signup"), after=5)  # type: ignore[arg-type]
    assert list(step.extras) == []


def test_extras_have_the_shapes_that_they_are_stored_by() -> None:
    rules = Rules((GoalRule(1, "a", "page", page="/2"),), (FunnelRule(1, "f", (1, 1)),))
    one = Visitor(rules)
    one.view("/1", topic="cars")
    one.view("/2")
    one.do("Buy", props=(("a", "b"),), revenue=5, currency="EUR")
    one.hit(Hit("vitals", "/2", vitals=(("lcp", 80),)), after=DAY // 100)
    assert {str(extra[0]) for extra in one.extras} == set(SHAPES) - {GOAL_EVENT}  # made of the others
    for code, *fields in one.extras:
        assert len(fields) == len(SHAPES[str(code)].fields)
