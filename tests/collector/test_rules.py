"""Which hits reach which goals."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.rules import GoalRule, Rules, named, on_page

BUY = GoalRule(1, "Buy", "event", "Purchase")
PRO = GoalRule(2, "Pro", "event", "Purchase", props=(("plan", "pro"), ("yearly", "true")))
LINKS = GoalRule(3, "Links", "event", "Outbound*")
THANKS = GoalRule(4, "Thanks", "page", page="/thanks")
BLOG = GoalRule(5, "Blog", "page", page="/blog/**")
READ = GoalRule(6, "Read", "scroll", page="/blog/*", threshold=90)
MINUTE = GoalRule(63, "Minute", "engaged", threshold=60)
RULES = Rules((BUY, PRO, LINKS, THANKS, BLOG, READ, MINUTE))


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/thanks", "/thanks", True),
        ("/thanks", "/thanks/", False),
        ("/thanks", "/thanks/more", False),
        ("/blog/*", "/blog/a", True),
        ("/blog/*", "/blog/", True),
        ("/blog/*", "/blog/a/b", False),
        ("/blog/**", "/blog/a/b", True),
        ("/blog/**", "/blog", False),
        ("/**", "/", True),
        ("/*/prices", "/lv/prices", True),
        ("/*/prices", "/lv/riga/prices", False),
        ("/**/prices", "/lv/riga/prices", True),
        ("/a.b+(c)", "/a.b+(c)", True),
        ("/a.b", "/axb", False),
        ("/ķēk*", "/ķēksis", True),
    ],
)
def test_a_pattern_of_pages(pattern: str, path: str, fits: bool) -> None:
    assert on_page(pattern, path) is fits


def test_a_pattern_of_events() -> None:
    assert named("Outbound Link: Click", "Outbound Link: Click")
    assert named("Outbound*", "Outbound Link: Click")
    assert named("*", "a/b")
    assert not named("signup", "Signup")


def fits(pattern: str, text: str) -> bool:
    """The rule as it is told, tried in every way."""
    if not pattern:
        return not text
    if pattern.startswith("**"):
        rest = pattern.lstrip("*")
        return any(fits(rest, text[start:]) for start in range(len(text) + 1))
    if pattern[0] == "*":
        return any(fits(pattern[1:], text[start:]) for start in range(len(text) + 1) if "/" not in text[:start])
    return text[:1] == pattern[0] and fits(pattern[1:], text[1:])


@given(st.text("ab/**", max_size=9), st.text("ab/", max_size=9))
@example("**a*b", "a/ab")
@example("**/a*/b**a", "/aa/b/a/ba")
def test_any_pattern_is_read_as_it_is_told(pattern: str, text: str) -> None:
    assert on_page(pattern, text) is fits(pattern, text)
    assert named(pattern, text) is fits(pattern.replace("*", "**"), text)


@pytest.mark.parametrize("star", ["*", "**", "***", "**/*"])
def test_many_stars_cost_little(star: str) -> None:
    pattern = "/" + f"{star}a" * (140 // (len(star) + 1)) + f"{star}b"
    start = time.perf_counter()
    for number in range(10):
        assert not on_page(pattern, "/" + "/a" * 60 + "a" * number)
        assert not named(pattern, "a" * 119 + str(number))
    assert time.perf_counter() - start < 2  # with each star tried everywhere it would be years


def test_a_page_view_reaches_page_goals_only() -> None:
    assert RULES.viewed("/thanks") == (THANKS,)
    assert RULES.viewed("/blog/a") == (BLOG,)
    assert RULES.viewed("/") == ()


def test_an_event_reaches_every_goal_of_its_name_whose_properties_it_has() -> None:
    assert RULES.done("Purchase", ()) == (BUY,)
    assert RULES.done("Purchase", (("plan", "pro"),)) == (BUY,)
    assert RULES.done("Purchase", (("yearly", "true"), ("a", "b"), ("plan", "pro"))) == (BUY, PRO)
    assert RULES.done("Outbound Link: Click", ()) == (LINKS,)


def test_leaving_a_page_reaches_scroll_and_engaged_goals() -> None:
    assert RULES.left("/blog/a", 90, 0) == (READ,)
    assert RULES.left("/blog/a", 89, 59) == ()
    assert RULES.left("/blog/a", None, 60) == (MINUTE,)
    assert RULES.left("/prices", 100, 61) == (MINUTE,)
