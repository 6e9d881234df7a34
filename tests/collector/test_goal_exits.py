"""The exit of a visit is booked for each goal that it has reached, and moves with the visit."""

from collections import Counter
from typing import Any

from collector.rules import GoalRule, Rules
from tests.collector.following import HOUR, NOON, TODAY, Visitor

MIDNIGHT = NOON + 10 * HOUR  # in Riga, the end of today
A, BUY = GoalRule(1, "a", "page", page="/a"), GoalRule(4, "Buy", "event", "Buy")
READ = GoalRule(62, "Read", "scroll", page="/**", threshold=50)
RULES = Rules((A, BUY, READ, GoalRule(63, "Long", "engaged", threshold=60)))


def exits(one: Visitor) -> dict[tuple[Any, ...], int]:
    """What is booked in the end, by day since today, hours since noon, page and goal."""
    sums: Counter[tuple[Any, ...]] = Counter()
    for day, hour, page, goal, number in one.of("x"):
        sums[day - TODAY, (hour - NOON) // HOUR, page, goal] += number
    return {at: number for at, number in sums.items() if number}


def test_a_conversion_goes_along_to_the_page_on_which_the_visit_ends() -> None:
    one = Visitor(RULES)
    one.view("/")
    one.view("/a")
    assert exits(one) == {(0, 0, "/a", "a"): 1}
    one.view("/b")
    one.do("Buy", "/b")
    assert exits(one) == {(0, 0, "/b", "a"): 1, (0, 0, "/b", "Buy"): 1}
    one.view("/c", after=20 * 60)
    one.do("Buy", "/c", after=25 * 60)
    one.view("/a", after=25 * 60)
    assert exits(one) == {(0, 1, "/a", "a"): 1, (0, 1, "/a", "Buy"): 1}


def test_exits_of_goals_are_where_the_exit_of_the_visit_is() -> None:
    """Also when an event of another tab, on another page, is the last one, and after midnight."""
    one = Visitor(RULES)
    one.at = MIDNIGHT - 60
    one.view("/a")
    one.do("Buy", "/elsewhere", after=120)
    one.view("/b", after=10)
    one.do("Buy", "/a", after=10)
    ends: Counter[tuple[int, int, str]] = Counter()
    for delta in one.deltas:
        ends[delta.day - TODAY, (delta.hour - NOON) // HOUR, delta.page] += delta.exits
    assert {at: number for at, number in ends.items() if number} == {(1, 10, "/b"): 1}
    assert exits(one) == {(1, 10, "/b", "a"): 1, (1, 10, "/b", "Buy"): 1}


def test_a_goal_reached_by_leaving_is_where_the_visitor_was_last_active() -> None:
    one = Visitor(RULES)
    one.at = MIDNIGHT - 60
    one.view("/b")
    one.leave("/other", seconds=90, depth=60, after=90)
    assert exits(one) == {(0, 9, "/b", "Read"): 1, (0, 9, "/b", "Long"): 1}
    one.view("/c", after=10)
    assert exits(one) == {(1, 10, "/c", "Read"): 1, (1, 10, "/c", "Long"): 1}


def test_the_next_visit_takes_nothing_back() -> None:
    one = Visitor(RULES)
    one.view("/a")
    one.pause(minutes=40)
    one.view("/b")
    one.view("/a")
    assert exits(one) == {(0, 0, "/a", "a"): 2}


def test_a_goal_that_was_removed_goes_on_with_its_visits() -> None:
    """So nothing is left behind where the visit did not end, also when the goal comes back."""
    one = Visitor(RULES)
    one.view("/a")
    one.rules = Rules((), (), (A,))
    one.view("/b")
    assert exits(one) == {(0, 0, "/b", "a"): 1}
    one.rules = RULES
    one.view("/c")
    assert exits(one) == {(0, 0, "/c", "a"): 1}


def test_visits_that_reach_no_goal_write_nothing() -> None:
    one = Visitor(RULES)
    for page in ("/", "/b", "/", "/c"):
        one.view(page, after=25 * 60)
    assert one.of("x") == []
