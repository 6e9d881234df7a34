"""The exit of a visit is booked for each goal that it has reached, and moves with the visit."""

from collections import Counter
from typing import Any

from collector.progress import SPENT_REMEMBERED
from collector.rules import GoalRule, Rules
from tests.collector.following import HOUR, NOON, TODAY, Visitor

MIDNIGHT = NOON + 10 * HOUR  # in Riga, the end of today
A, BUY = GoalRule(1, "a", "page", page="/a"), GoalRule(4, "Buy", "event", "Buy")
READ = GoalRule(62, "Read", "scroll", page="/**", threshold=50)
RULES = Rules((A, BUY, READ, GoalRule(63, "Long", "engaged", threshold=60)))


def exits(one: Visitor) -> dict[tuple[Any, ...], int]:
    """What is booked in the end, by day since today, hours since noon, page and goal."""
    sums: Counter[tuple[Any, ...]] = Counter()
    for day, hour, page, goal, _, number, _ in one.of("x"):
        sums[day - TODAY, (hour - NOON) // HOUR, page, goal] += number
    return {at: number for at, number in sums.items() if number}


def paid(one: Visitor) -> dict[tuple[Any, ...], int]:
    """What was paid, by day since today, page, goal and currency."""
    sums: Counter[tuple[Any, ...]] = Counter()
    for day, _, page, goal, currency, _, revenue in one.of("x"):
        sums[day - TODAY, page, goal, currency] += revenue
    return {at: revenue for at, revenue in sums.items() if revenue}


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


def test_what_was_paid_goes_along_to_the_page_on_which_the_visit_ends() -> None:
    """For each goal of the event and for no goal in particular; twice is twice, each currency for itself."""
    one = Visitor(RULES)
    one.at = MIDNIGHT - 60
    one.view("/cart")
    one.do("Buy", "/cart", revenue=1250, currency="EUR")
    one.do("Tip", "/cart", revenue=99, currency="EUR")
    one.do("Buy", "/cart", revenue=1250, currency="EUR")
    assert one.state is not None
    assert one.state.spent == ((0, "EUR", 99), (8, "EUR", 2500))
    before = {(0, "/cart", "", "EUR"): 2599, (0, "/cart", "Buy", "EUR"): 2500}
    assert paid(one) == before
    one.do("Buy", "/cart", revenue=700, currency="SEK")
    one.leave("/cart", seconds=90, depth=60)
    one.view("/thanks", after=120)
    after = {(1, "/thanks", *of[2:]): revenue for of, revenue in before.items()}
    assert paid(one) == after | {(1, "/thanks", "", "SEK"): 700, (1, "/thanks", "Buy", "SEK"): 700}
    one.pause(minutes=40)
    assert not one.view("/cart").state.spent
    assert paid(one) == after | {(1, "/thanks", "", "SEK"): 700, (1, "/thanks", "Buy", "SEK"): 700}


def test_what_is_given_back_is_taken_off_where_the_visit_is() -> None:
    one = Visitor(RULES)
    one.view("/cart")
    one.do("Buy", "/cart", revenue=1250, currency="EUR")
    one.do("Buy", "/cart", revenue=-1250, currency="EUR")
    assert not one.view("/b").state.spent
    assert paid(one) == {}


def test_only_the_last_sums_of_a_visit_move_and_nothing_is_lost() -> None:
    one = Visitor(RULES)
    one.view("/cart")
    for number in range(SPENT_REMEMBERED + 2):
        one.do("Tip", "/cart", revenue=1, currency=f"A{number:02}")
    one.view("/b")
    pages = Counter(page for _, page, *_ in paid(one))
    assert pages == {"/cart": 2, "/b": SPENT_REMEMBERED}
    assert set(paid(one).values()) == {1}


def test_visits_that_reach_no_goal_write_nothing() -> None:
    one = Visitor(RULES)
    for page in ("/", "/b", "/", "/c"):
        one.view(page, after=25 * 60)
    assert one.of("x") == []
