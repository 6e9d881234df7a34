"""Visitors of goals: each once a day, on a day on which he was active and on a page that he saw then."""

from collector.rules import GoalRule, Rules
from tests.collector.following import NOON, TODAY, Visitor

MIDNIGHT = NOON + 10 * 3600  # in Riga, the end of today
PAGE, BUY = GoalRule(1, "a", "page", page="/a"), GoalRule(4, "Buy", "event", "Buy")
RULES = Rules((PAGE, BUY, GoalRule(63, "Long", "engaged", threshold=60)))


def test_a_goal_has_its_visitor_once_a_day_in_whatever_visits() -> None:
    one = Visitor(RULES)
    for _ in range(2):
        one.view("/a")
        one.pause(minutes=40)
    assert (sum(row[5] for row in one.of("g")), one.goal_visitors()) == (2, {(0, "/a", "a"): 1})
    one.pause(days=1)
    one.view("/a")
    assert one.goal_visitors() == {(0, "/a", "a"): 1, (1, "/a", "a"): 1}


def test_a_visit_over_midnight_has_one_conversion_and_a_visitor_of_both_days() -> None:
    one = Visitor(RULES)
    one.at = MIDNIGHT - 60
    one.view("/a")
    one.view("/a", after=120)
    assert (one.conversions(), one.goal_visitors()) == ({"a": 1}, {(0, "/a", "a"): 1, (1, "/a", "a"): 1})


def test_a_page_that_is_left_after_midnight_makes_nobody_a_visitor_of_the_new_day() -> None:
    """The conversion is of the new day, its visitor of the day and the hour in which he was active."""
    one = Visitor(RULES)
    one.at = MIDNIGHT - 60
    one.view("/b")
    one.leave("/b", seconds=90, after=90)
    ((day, hour, *rest),) = [row for row in one.of("g") if row[5] and row[3] == "Long"]
    assert (day, hour, rest) == (TODAY + 1, MIDNIGHT, ["/b", "Long", "", 1, 0, 0])
    ((day, hour, *rest),) = [row for row in one.of("g") if row[7] and row[3] == "Long"]
    assert (day, hour, rest) == (TODAY, MIDNIGHT - 3600, ["/b", "Long", "", 0, 0, 1])
    one.leave("/b", seconds=1, after=1)
    assert one.goal_visitors() == {(0, "/b", "Long"): 1}
    one.view("/b", after=1)
    one.leave("/b", seconds=1, after=1)
    assert one.goal_visitors()[1, "/b", "Long"] == 1


def test_the_visitor_of_a_goal_is_of_a_page_that_he_saw_on_this_day() -> None:
    """An event on a page that was opened the day before has its conversion there, and its visitor under no page."""
    one = Visitor(RULES)
    one.at = MIDNIGHT - 60
    one.view("/shop")
    one.do("Buy", "/shop", after=120)
    assert one.goal_visitors() == {(1, "", "Buy"): 1}
    assert [row[2] for row in one.of("g") if row[5]] == ["/shop"]
    other = Visitor(RULES)
    other.view("/shop")
    other.do("Buy", "/shop")
    assert other.goal_visitors() == {(0, "/shop", "Buy"): 1}
