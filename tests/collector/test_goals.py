"""Goals and funnels are checked when they are added, keep their numbers for ever, and reach the collector as rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.config import Settings
from collector.database import Database, open_database, upgrade
from collector.demo_goals import GOALS, add_goals
from collector.goal_checks import Goal, GoalError
from collector.goals import (
    MOST_GOALS,
    add_funnel,
    add_goal,
    list_funnels,
    list_goals,
    remove_funnel,
    remove_goal,
)
from collector.rules import NO_RULES
from collector.sites import SiteDirectory, add_site

NOW = 1_800_000_000.0
SITE = "example.lv"


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database)
    upgrade(opened)
    for domain in (SITE, "other.lv"):
        add_site(opened, domain, now=NOW)
    yield opened
    opened.close()


def page(name: str, pattern: str = "/thanks") -> Goal:
    return Goal(name, "page", page=pattern)


def test_goals_of_every_kind(database: Database) -> None:
    given = [
        Goal(" Paid  sign-up ", "event", event=" Signup ", props=(("plan", "pro"),)),
        Goal("Thanks", "page", page="https://example.lv/order/*/thanks"),
        Goal("Read", "scroll", page="blog/**", threshold=75),
        Goal("Read anything", "scroll", threshold=100),
        Goal("A minute", "engaged", threshold=60),
    ]
    for goal in given:
        add_goal(database, SITE, goal, now=NOW)
    assert list_goals(database, SITE) == [
        Goal("Paid sign-up", "event", event="Signup", props=(("plan", "pro"),), number=1),
        Goal("Thanks", "page", page="/order/*/thanks", number=2),
        Goal("Read", "scroll", page="/blog/**", threshold=75, number=3),
        Goal("Read anything", "scroll", page="/**", threshold=100, number=4),
        Goal("A minute", "engaged", threshold=60, number=5),
    ]
    assert list_goals(database, "other.lv") == []


def test_a_pattern_is_kept_as_paths_are(database: Database) -> None:
    goal = add_goal(database, SITE, page("Order", "/pas%C5%ABt%C4%ABt/**"), now=NOW)
    assert goal.page == "/pasūtīt/**"


def test_what_a_kind_does_not_use_is_left_out(database: Database) -> None:
    goal = add_goal(database, SITE, Goal("A", "page", event="x", props=(("a", "b"),), page="/", threshold=3), now=NOW)
    assert goal == Goal("A", "page", page="/", number=1)


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        (Goal("", "page", page="/"), "1 to 60 printable characters"),
        (Goal("x" * 61, "page", page="/"), "1 to 60 printable characters"),
        (Goal("a", "page"), "the page is missing"),
        (Goal("a", "page", page="/search?q=x"), "path alone"),
        (Goal("a", "page", page="/of/anna@example.lv"), "personal data"),
        (Goal("a", "page", page="/" + "ā" * 80), "at most 144 bytes"),
        (Goal("a", "event"), "the name of the event is missing"),
        (Goal("a", "event", event="anna@example.lv"), "personal data"),
        (Goal("a", "event", event="pageview"), "page views are no event"),
        (Goal("a", "event", event="e", props=(("", "x"),)), "the name of a property is missing"),
        (Goal("a", "event", event="e", props=(("k", ""),)), "the value of k is missing"),
        (Goal("a", "event", event="e", props=(("k", "1"), ("k", "2"))), "one value only"),
        (Goal("a", "event", event="e", props=tuple((f"k{n}", "1") for n in range(6))), "at most 5 properties"),
        (Goal("a", "scroll", threshold=0), "1 to 100 percent"),
        (Goal("a", "scroll", threshold=101), "1 to 100 percent"),
        (Goal("a", "engaged", threshold=0), "1 to 3600 seconds"),
        (Goal("a", "order"), "one of event, page, scroll, engaged"),  # type: ignore[arg-type]
    ],
)
def test_what_no_goal_can_be(database: Database, goal: Goal, message: str) -> None:
    with pytest.raises(GoalError, match=message):
        add_goal(database, SITE, goal, now=NOW)


def test_names_are_taken_once_and_sites_must_exist(database: Database) -> None:
    add_goal(database, SITE, page("A"), now=NOW)
    with pytest.raises(GoalError, match="a goal called A already"):
        add_goal(database, SITE, page("A", "/other"), now=NOW)
    with pytest.raises(GoalError, match=r"there is no site third\.lv"):
        add_goal(database, "third.lv", page("A"), now=NOW)
    assert add_goal(database, "other.lv", page("A"), now=NOW).number == 1


def test_a_number_is_never_given_to_another_goal(database: Database) -> None:
    for name in ("A", "B"):
        add_goal(database, SITE, page(name), now=NOW)
    remove_goal(database, SITE, "B", now=NOW)
    assert [goal.name for goal in list_goals(database, SITE)] == ["A"]
    assert add_goal(database, SITE, page("B", "/elsewhere"), now=NOW).number == 3
    remove_goal(database, SITE, "B", now=NOW)
    assert add_goal(database, SITE, page("B"), now=NOW).number == 2, "exactly the same gets its number back"
    with pytest.raises(GoalError, match="no goal called C"):
        remove_goal(database, SITE, "C", now=NOW)


def test_a_site_runs_out_of_numbers(database: Database) -> None:
    for number in range(MOST_GOALS):
        add_goal(database, SITE, page(f"goal {number}"), now=NOW)
    remove_goal(database, SITE, "goal 7", now=NOW)
    with pytest.raises(GoalError, match="63 goals in its life"):
        add_goal(database, SITE, page("one more"), now=NOW)
    assert add_goal(database, SITE, page("goal 7"), now=NOW).number == 8


def test_a_funnel_over_goals(database: Database) -> None:
    for name in "ABC":
        add_goal(database, SITE, page(name), now=NOW)
    funnel = add_funnel(database, SITE, "Order", ["B", "A"], strict=True, across=True, now=NOW)
    assert (funnel.number, funnel.steps, funnel.strict, funnel.across) == (1, (2, 1), True, True)
    assert list_funnels(database, SITE) == [funnel]
    with pytest.raises(GoalError, match="B is a step of the funnel Order"):
        remove_goal(database, SITE, "B", now=NOW)
    for steps, message in ((["A"], "2 to 8 steps"), (["A", "A"], "one step"), (["A", "X"], "no goal called X")):
        with pytest.raises(GoalError, match=message):
            add_funnel(database, SITE, "Other", steps, now=NOW)
    with pytest.raises(GoalError, match="called Order already"):
        add_funnel(database, SITE, "Order", ["A", "B"], now=NOW)


def test_what_a_browser_remembers_of_a_removed_funnel_never_meets_another_one(database: Database) -> None:
    for name in "ABC":
        add_goal(database, SITE, page(name), now=NOW)
    for number in range(8):
        add_funnel(database, SITE, f"funnel {number}", ["A", "B"], now=NOW)
    with pytest.raises(GoalError, match="8 funnels; remove one first"):
        add_funnel(database, SITE, "one more", ["A", "B"], now=NOW)
    remove_funnel(database, SITE, "funnel 3", now=NOW)
    assert add_funnel(database, SITE, "funnel 3", ["B", "C"], now=NOW).number == 9
    remove_funnel(database, SITE, "funnel 3", now=NOW)
    assert add_funnel(database, SITE, "funnel 3", ["A", "B"], now=NOW).number == 4
    remove_funnel(database, SITE, "funnel 3", now=NOW)
    with pytest.raises(GoalError, match="no funnel called funnel 3"):
        remove_funnel(database, SITE, "funnel 3", now=NOW)


def test_the_collector_gets_them_as_rules_within_two_seconds(database: Database) -> None:
    directory = SiteDirectory(database)
    known = directory.get(SITE, NOW)
    assert known is not None
    assert known.rules == NO_RULES
    for name in "AB":
        add_goal(database, SITE, page(name), now=NOW)
    add_funnel(database, SITE, "Order", ["B", "A"], strict=True, now=NOW)
    remove_goal(database, SITE, add_goal(database, SITE, page("C"), now=NOW).name, now=NOW)
    site = directory.get(SITE, NOW + 2)
    assert site is not None
    assert [(goal.number, goal.name, goal.kind, goal.page) for goal in site.rules.goals] == [
        (1, "A", "page", "/thanks"), (2, "B", "page", "/thanks"),
    ]  # fmt: skip
    assert [site.rules.names_of(1 << at) for at in range(4)] == [("A",), ("B",), ("C",), ()]
    assert site.rules.names_of(0b101) == ("A", "C"), "visits under way may have reached what was removed"
    funnel = site.rules.funnels[0]
    assert (funnel.number, funnel.name, funnel.steps, funnel.strict, funnel.across) == (1, "Order", (2, 1), True, False)
    other = directory.get("other.lv", NOW + 2)
    assert other is not None
    assert other.rules == NO_RULES


def test_the_demo_website_has_goals_until_its_owner_removes_them(database: Database) -> None:
    add_site(database, "demo", now=NOW)
    add_goals(database, "demo", NOW)
    goals, funnels = list_goals(database, "demo"), list_funnels(database, "demo")
    assert len(goals) == len(GOALS)
    assert [funnel.steps for funnel in funnels] == [(1, 2, 3)]
    remove_funnel(database, "demo", funnels[0].name, now=NOW)
    for goal in goals:
        remove_goal(database, "demo", goal.name, now=NOW)
    add_goals(database, "demo", NOW)
    assert list_goals(database, "demo") == []


def test_goals_of_the_demo_website_are_of_pages_and_events_that_it_has() -> None:
    folder = Path(__file__).parent.parent.parent / "collector" / "demo"
    told = "".join(
        path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.suffix in (".js", ".html", ".py")
    )
    for goal in GOALS:
        assert not goal.event or f'"{goal.event}"' in told
        assert not goal.page or goal.page.rpartition("/")[2] in told
