"""Goals and funnels, as one visitor reaches them."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.rules import FunnelRule, GoalRule, Rules
from collector.state import State
from tests.collector.following import DAY, MINUTE, NOON, RIGA, TODAY, Visitor

A, B, C = (GoalRule(number, name, "page", page=f"/{name}") for number, name in enumerate("abc", 1))
BUY = GoalRule(4, "Buy", "event", "Buy")
READ = GoalRule(5, "Read", "scroll", page="/a", threshold=80)
LONG = GoalRule(63, "Long", "engaged", threshold=60)
GOALS = (A, B, C, BUY, READ, LONG)


def funnel(*steps: GoalRule, number: int = 1, **more: Any) -> FunnelRule:
    return FunnelRule(number, "way", tuple(goal.number for goal in steps), **more)


def visitor(*funnels: FunnelRule, goals: tuple[GoalRule, ...] = GOALS) -> Visitor:
    return Visitor(Rules(goals, funnels))


def test_a_goal_is_a_conversion_once_in_a_visit_and_again_in_the_next() -> None:
    one = visitor()
    for _ in range(3):
        one.view("/a")
    assert one.of("g") == [(TODAY, RIGA.hour(NOON)[0], "/a", "a", "", 1, 0, 1)]
    one.pause(minutes=40)
    one.view("/a")
    assert len(one.of("g")) == 2


def test_the_first_hit_of_a_visit_can_reach_a_goal() -> None:
    one = visitor()
    one.do("Buy", "/shop")
    assert [extra[2:] for extra in one.of("g")] == [("/shop", "Buy", "", 1, 0, 0), ("", "Buy", "", 0, 0, 1)]


def test_revenue_counts_each_time_for_every_goal_and_once_for_the_whole() -> None:
    also = GoalRule(6, "Also", "event", "B*")
    one = visitor(goals=(BUY, also))
    one.do("Buy", revenue=1999, currency="EUR")
    one.do("Buy", revenue=-500, currency="EUR")
    one.do("Buy")
    sums = [extra[3:] for extra in one.of("g")]
    assert sums == [
        ("Buy", "EUR", 1, 1999, 0), ("Buy", "EUR", 0, 0, 1), ("Also", "EUR", 1, 1999, 0), ("Also", "EUR", 0, 0, 1),
        ("", "EUR", 0, 1999, 0), ("Buy", "EUR", 0, -500, 0), ("Also", "EUR", 0, -500, 0), ("", "EUR", 0, -500, 0),
    ]  # fmt: skip


def test_revenue_without_any_goal_is_kept() -> None:
    one = Visitor()
    one.do("Gift", "/shop", revenue=100, currency="JPY")
    assert [extra[2:] for extra in one.of("g")] == [("/shop", "", "JPY", 0, 100, 0)]


def test_a_goal_after_midnight_is_of_that_day_and_hour_though_the_visit_is_of_the_day_before() -> None:
    one = visitor()
    one.at = NOON + 10 * 3600 - 60  # 23:59 in Riga
    one.view("/")
    one.view("/a", after=120)
    ((day, hour, *_),) = one.of("g")
    assert (day, hour) == (TODAY + 1, NOON + 10 * 3600)
    assert one.state is not None
    assert RIGA.hour(one.state.start * 60)[1] == TODAY


def test_a_goal_in_the_second_of_two_hours_of_one_name_is_booked_there() -> None:
    one = visitor()
    one.at = 1_792_890_000 + 3500  # 2026-10-25 03:58 in Riga, for the first time
    one.view("/")
    one.view("/a", after=600)
    assert [extra[1] for extra in one.of("g")] == [1_792_890_000 + 3600]


def test_leaving_a_page_reaches_goals_without_a_page_view_after_it() -> None:
    one = visitor()
    one.view("/a")
    one.leave("/a", seconds=40, depth=79, after=40)
    assert one.conversions() == {"a": 1}
    one.leave("/a", seconds=19, depth=80, after=20)
    assert one.conversions() == {"a": 1, "Read": 1}
    one.leave("/a", seconds=1, after=1)
    assert one.conversions() == {"a": 1, "Read": 1, "Long": 1}
    one.leave("/a", seconds=100, depth=100, after=100)
    assert one.conversions() == {"a": 1, "Read": 1, "Long": 1}


def test_engaged_time_is_of_the_visit_and_begins_again_with_the_next() -> None:
    one = visitor()
    one.view("/a")
    one.leave("/a", seconds=50, after=50)
    one.view("/b", after=3600)
    one.leave("/b", seconds=50, after=50)
    assert one.conversions()["Long"] == 0
    one.leave("/b", seconds=10, after=10)
    assert one.conversions()["Long"] == 1


def test_a_goal_that_is_removed_meanwhile_is_not_reached_and_harms_nothing() -> None:
    one = visitor(funnel(A, B))
    one.view("/a")
    one.rules = Rules()
    one.view("/b")
    assert one.conversions() == {"a": 1}
    one.pause(days=1)
    one.view("/b")
    assert one.state is not None
    assert (one.state.goals, one.state.funnels) == (0, ())


def test_all_sixty_three_goals_fit_into_the_state() -> None:
    goals = tuple(GoalRule(number, f"g{number}", "page", page="/x") for number in range(1, 64))
    one = visitor(goals=goals)
    one.view("/x")
    one.view("/x")
    assert len(one.of("g")) == 63
    assert one.state is not None
    assert one.state.goals == one.state.reached == 2**63 - 1


def test_loose_steps_may_have_anything_between_them() -> None:
    one = visitor(funnel(A, B, C))
    for page in ("/b", "/a", "/x", "/c", "/b", "/a", "/c", "/a", "/b", "/c"):
        one.view(page)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1, (0, 3): 1}


def test_strict_steps_follow_one_another() -> None:
    one = visitor(funnel(A, B, C, strict=True))
    for page in ("/a", "/b", "/x", "/c"):
        one.view(page)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1}
    for page in ("/a", "/b", "/c"):
        one.view(page)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1, (0, 3): 1}


def test_what_breaks_a_strict_run_can_begin_the_next() -> None:
    one = visitor(funnel(A, B, strict=True))
    for page in ("/a", "/a", "/b"):
        one.view(page)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1}


def test_an_event_breaks_a_strict_run_and_a_leave_does_not() -> None:
    one, other = visitor(funnel(A, B, strict=True)), visitor(funnel(A, B, strict=True))
    for each in (one, other):
        each.view("/a")
        each.leave("/a", seconds=5, depth=100)
    one.do("Scrolled")
    for each in (one, other):
        each.view("/b")
    assert (len(one.reached("way")), len(other.reached("way"))) == (1, 2)


def test_leaves_take_steps_too() -> None:
    one = visitor(funnel(A, READ, LONG, strict=True))
    one.view("/a")
    one.leave("/a", seconds=30, depth=90, after=30)
    one.leave("/a", seconds=30, depth=90, after=30)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1, (0, 3): 1}


def test_a_hit_takes_one_step_though_it_reaches_the_goals_of_two() -> None:
    also = GoalRule(7, "also a", "page", page="/a")
    one = visitor(funnel(A, also), goals=(A, also))
    one.view("/a")
    assert one.reached("way") == {(0, 1): 1}
    one.view("/a")
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1}


@pytest.mark.parametrize("strict", [False, True])
def test_one_goal_can_be_two_steps(strict: bool) -> None:
    one = visitor(funnel(A, A, B, strict=strict))
    for page in ("/a", "/a", "/b"):
        one.view(page)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1, (0, 3): 1}


def test_two_funnels_do_not_know_of_each_other() -> None:
    other = FunnelRule(2, "other", (B.number, A.number))
    one = visitor(funnel(A, B), other)
    for page in ("/a", "/b", "/a"):
        one.view(page)
    assert one.reached("way") == one.reached("other") == {(0, 1): 1, (0, 2): 1}


def test_a_funnel_within_a_visit_ends_with_it() -> None:
    one = visitor(funnel(A, B))
    one.view("/a")
    one.pause(minutes=40)
    one.view("/b")
    assert one.reached("way") == {(0, 1): 1}
    one.view("/a")
    assert one.reached("way") == {(0, 1): 2}


def test_a_funnel_across_visits_goes_on_and_is_booked_on_the_day_it_was_entered() -> None:
    one = visitor(funnel(A, B, C, across=True))
    one.view("/a")
    one.pause(days=3)
    one.view("/a")
    one.view("/b")
    one.pause(days=40)
    one.view("/c")
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1, (0, 3): 1}


def test_after_it_is_completed_a_funnel_across_visits_can_be_entered_in_the_next_one() -> None:
    one = visitor(funnel(A, B, across=True))
    for page in ("/a", "/b", "/a", "/b"):
        one.view(page)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1}
    one.pause(days=1)
    for page in ("/a", "/b"):
        one.view(page)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1, (1, 1): 1, (1, 2): 1}


def test_a_strict_run_across_visits_is_broken_by_the_first_hit_of_the_next() -> None:
    one, other = (visitor(funnel(A, B, strict=True, across=True)) for _ in range(2))
    for each, page in ((one, "/x"), (other, "/b")):
        each.view("/a")
        each.pause(days=1)
        each.view(page)
        each.view("/b")
    assert (len(one.reached("way")), len(other.reached("way"))) == (1, 2)


def test_steps_after_midnight_are_of_the_day_of_the_first() -> None:
    one = visitor(funnel(A, B))
    one.at = NOON + 10 * 3600 - 60
    one.view("/a")
    one.view("/b", after=120)
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1}


@pytest.mark.parametrize("across", [False, True])
def test_a_funnel_that_becomes_shorter_or_longer_while_someone_is_in_it(across: bool) -> None:
    one = visitor(funnel(A, B, C, A, across=across))
    for page in ("/a", "/b", "/c"):
        one.view(page)
    one.rules = Rules(GOALS, (funnel(A, B, across=across),))
    one.view("/a")
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1, (0, 3): 1}
    one.rules = Rules(GOALS, (funnel(A, B, C, BUY, across=across),))
    one.do("Buy")
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1, (0, 3): 1, (0, 4): 1}
    one.rules = Rules(GOALS, (funnel(A, B, across=across),))
    one.pause(days=1)
    one.view("/a")
    assert one.reached("way")[1, 1] == 1


def test_a_clock_that_steps_back_books_nothing_before_what_was_booked() -> None:
    one = visitor(funnel(A, B))
    one.at = NOON + 10 * 3600 + 60  # 00:01 in Riga
    one.view("/a")
    one.view("/b", after=-5 * MINUTE)
    assert {extra[0] for extra in one.of("g")} == {TODAY + 1}
    assert one.reached("way") == {(1, 1): 1, (1, 2): 1}
    assert one.state is not None
    assert one.state.day == TODAY + 1


def test_an_expired_state_brings_no_run_along() -> None:
    one = visitor(funnel(A, B, across=True))
    one.view("/a")
    one.pause(days=393)
    one.view("/b")
    assert one.reached("way") == {(0, 1): 1}


def test_a_state_of_the_release_before_goes_on() -> None:
    one = visitor(funnel(A, B))
    one.view("/")
    old = msgspec.json.decode(msgspec.json.encode(one.state))
    for name in ("seconds", "goals", "funnels", "trail", "steps", "reached", "first"):
        old.pop(name, None)
    one.state = msgspec.convert(old, State)
    one.view("/a")
    one.view("/b")
    assert one.reached("way") == {(0, 1): 1, (0, 2): 1}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["/a", "/b", "/c", "leave"]), st.sampled_from([1, 20, 31, 700, 5000])), max_size=40
    ),
    st.lists(st.sampled_from([A, B, C, LONG]), min_size=2, max_size=5),
    st.booleans(),
    st.booleans(),
)
def test_nobody_reaches_a_step_more_often_than_the_one_before(
    hits: list[tuple[str, int]], steps: list[GoalRule], strict: bool, across: bool
) -> None:
    one = visitor(funnel(*steps, strict=strict, across=across))
    one.view("/")
    for page, minutes in hits:
        one.pause(minutes=minutes)
        if page == "leave":
            one.leave("/", seconds=40)
        else:
            one.view(page)
    reached = one.reached("way")
    for (day, step), number in reached.items():
        assert step == 1 or number <= reached.get((day, step - 1), 0)
    days = (one.at - NOON) // DAY + 2
    assert all(0 <= day <= days for day, _ in reached)


def test_a_funnel_that_is_removed_meanwhile_is_forgotten_at_the_next_hit_whatever_that_reaches() -> None:
    """Its number may be given to another funnel, which must not find the visit half way."""
    for strict, page in ((False, "/nothing"), (True, "/nothing"), (False, "/c")):
        one = visitor(funnel(A, B), funnel(A, C, number=2, across=True))
        one.view("/a")
        other = FunnelRule(3, "other", (4, 1), strict=strict)
        one.rules = Rules(GOALS, (funnel(A, B), other))
        one.view(page)
        assert one.state is not None
        assert [run[0] for run in one.state.funnels] == [1], (strict, page)


def test_what_reaches_nothing_breaks_strict_funnels_alone() -> None:
    """Whether all funnels of the site are of one kind or not."""
    for kinds in ((False, False), (True, True), (True, False)):
        one = visitor(*(funnel(A, B, C, number=number, strict=kind) for number, kind in enumerate(kinds, 1)))
        for page in ("/a", "/b", "/nothing"):
            one.view(page)
        assert one.state is not None
        assert [run[1:3] for run in one.state.funnels] == [(2, 0) if kind else (2, 2) for kind in kinds]
