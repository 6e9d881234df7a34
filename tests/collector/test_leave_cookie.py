"""What a page that was left leaves behind lies in a cookie of its own, whenever its answer comes."""

import time
from collections import Counter
from typing import Any

import pytest

from collector.goal_checks import Goal
from collector.goals import add_goal
from tests.collector.test_endpoint import Answer, Visitor, visitor

__all__ = ["visitor"]  # fixture

A, B, C = ("https://example.lv/" + page for page in "abc")


class Late(Visitor):
    """A browser whose answers wait until it takes them."""

    waiting: list[Answer]

    def take(self, answer: Answer) -> None:
        self.waiting = [*getattr(self, "waiting", []), answer]

    def now(self, *order: int) -> None:
        """Take the answers that wait, in this order."""
        taken, self.waiting = [self.waiting[number] for number in order], []
        for answer in taken:
            super().take(answer)


@pytest.fixture
def late(visitor: Visitor) -> Late:
    visitor.consents()
    browser = Late(visitor.services)
    browser.cookies |= visitor.cookies
    return browser


def sums(browser: Visitor, measure: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in browser.rows():
        found[row["page"]] += row[measure]
    return {page: number for page, number in found.items() if number}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_leave_and_the_next_view_undo_each_other_in_no_order(late: Late, order: tuple[int, int]) -> None:
    late.post(url=A)
    late.now(0)
    late.post(url=A, kind="leave", seconds=50, depth=40)
    late.post(url=B)  # before the answer to the leave
    late.now(*order)
    late.post(url=B, kind="leave", seconds=10)
    late.now(0)
    late.post(url=C)
    late.now(0)
    assert sums(late, "exits") == {"/c": 1}
    assert sums(late, "page_visitors") == sums(late, "pageviews") == {"/a": 1, "/b": 1, "/c": 1}
    state = late.services.visits.decode("example.lv", late.cookies["visit"])
    assert state is not None
    assert (state.views, state.path, state.seconds) == (3, "/c", 60)
    assert "visit-left" not in late.cookies, "it is in the other one now"


def test_only_hits_change_the_cookie_of_the_visit(late: Late) -> None:
    answers = [late.post(url=A)]
    late.now(0)
    more: list[dict[str, Any]] = [{"kind": "leave", "seconds": 5}, {"kind": "vitals", "vitals": {"lcp": 900}}]
    answers += [late.post(url=A, **fields) for fields in (*more, {"kind": "event", "name": "Buy"})]
    late.now(0, 1, 2)
    answers.append(late.post(url=B))
    kept = [[cookie.partition("=")[0] for cookie in answer.cookies] for answer in answers]
    assert kept == [["visit"], ["visit-left"], [], ["visit"], ["visit", "visit-left"]]
    assert "Max-Age=0" in answers[-1].cookies[1]
    assert all("HttpOnly; SameSite=Lax; Secure" in cookie for answer in answers for cookie in answer.cookies)


def test_what_a_late_leave_reached_goes_on_with_the_visit(late: Late) -> None:
    """The leave is counted after the view of /b, from the state before it."""
    add_goal(late.services.database, "example.lv", Goal("Stayed", "engaged", threshold=30), now=0)
    late.services.sites.read(time.time())
    late.post(url=A)
    late.now(0)
    before = dict(late.cookies)
    late.post(url=B)
    after = late.cookies
    late.cookies = before
    late.post(url=A, kind="leave", seconds=50)
    late.cookies = after
    late.now(0, 1)
    for page in (C, A):
        late.post(url=page)
        late.now(0)
    ends: Counter[str] = Counter()
    for table, names, data in late.batches().extras:
        if table == "goal_exit_hits":
            for row in (dict(zip(names, values, strict=True)) for values in zip(*data, strict=True)):
                ends[row["page"]] += row["exits"]
    assert +ends == {"/a": 1}
    assert not -ends
