"""The report of paths against other days, over HTTP on a real store, and what is known of each way."""

import pytest

from dashboards.path_report import earlier
from dashboards.query import FlowNode
from tests.dashboards import shop
from tests.dashboards.person import Person
from tests.dashboards.test_reports import anna, app, clock, of_week, shop_store, text_of

__all__ = ["anna", "app", "clock", "shop_store"]  # fixtures
FIRST_AGAIN = "compare=custom&with_from=2026-03-09&with_to=2026-03-15"


def test_a_page_is_compared_with_the_days_before(anna: Person) -> None:
    """In the second week five read the guide and left; in the first ten did, of whom eight went on to the basket."""
    text = text_of(of_week(anna, "paths", "of=/guides/chain"))
    assert "5 times a visit was on this page ↓ 50% down by 50% was 10" in text
    assert "5 went no further (100%) ↑ 150% up by 150% was 2 (20%)" in text
    html = of_week(anna, "paths", "of=/")
    assert "/guides/chain 5 ↓ 50% down by 50% 100%" in text_of(html)
    assert 'title="was 10"' in html
    back = text_of(of_week(anna, "paths", "of=/guides/chain&way=back"))
    assert "0 came here first was 0" in back
    assert "/ 5 ↓ 50% down by 50% 100%" in back


def test_deeper_ways_are_compared_with_the_same_ways(anna: Person) -> None:
    html = anna.get(f"/sites/{shop.DOMAIN}/paths?from=2026-03-02&to=2026-03-08&of=/&{FIRST_AGAIN}").text
    text = text_of(html)
    assert "/guides/chain 10 ↑ 100% up by 100% 100%" in text
    assert "/basket 8 80%" in text, "nobody went this way then: no change can be told"
    assert html.count('title="was 0"') == 2, "the basket, and the address behind it"
    assert "of=/basket" in html


@pytest.mark.parametrize("compare", ["compare=none", "compare=custom&with_from=2020-01-01&with_to=2020-01-07"])
def test_without_days_to_compare_with_nothing_is_said(anna: Person, compare: str) -> None:
    text = text_of(of_week(anna, "paths", f"of=/guides/chain&{compare}"))
    assert "5 times a visit was on this page 5 went no further (100%)" in text


def test_days_on_which_no_visit_went_anywhere_are_nothing_to_compare_with(anna: Person) -> None:
    html = anna.get(f"/sites/{shop.DOMAIN}/paths?from=2026-03-02&to=2026-03-08&of=/").text
    assert "10 times a visit was on this page 0 went no further /" in text_of(html)
    assert "was 0" not in html


def node(page: str, flows: int, *nodes: FlowNode) -> FlowNode:
    return FlowNode(page, flows, 0.0, None, None, nodes)


def test_what_is_known_of_ways_before() -> None:
    shown = [node("/a", 9), node("/b", 5), node("", 2)]
    assert earlier(shown, [node("/c", 7), node("/a", 4)]) == [4, 0, 7], "the others are all but those shown"
    assert earlier(shown, [node("/c", 7), node("/a", 4), node("", 1)]) == [4, None, None], "/b may be among the rest"
    assert earlier(shown, [node("/a", 4), node("/b", 3), node("", 1)]) == [4, 3, 1]
    assert earlier(shown, None) == [None, None, None]
    assert earlier(shown, []) == [0, 0, 0]
