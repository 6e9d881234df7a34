"""States that come with a beacon: forged ones, ones from the future, and none."""

import time

import pytest

from collector.state import NEVER, Origin, State
from tests.collector.test_endpoint import Visitor, visitor

__all__ = ["visitor"]  # fixture


@pytest.mark.parametrize("visit", ["forged", "a.b", "{}", "x" * 9000, 17, {"born": 1}, ["a"], False])
def test_a_forged_state_counts_as_none_and_is_noted(visitor: Visitor, visit: object) -> None:
    visitor.consents()
    assert visitor.post(visit=visit).status == 202
    assert visitor.drops() == {"token": 1}
    assert sum(row["visitors"] for row in visitor.rows()) == 1


def test_a_state_from_the_future_counts_as_none_and_is_noted(visitor: Visitor) -> None:
    """Eleven minutes, as after a clock was set back; clocks of two collectors may differ by ten."""
    visitor.consents()
    minute = int(time.time()) // 60
    for ahead in (9, 12):
        state = State(minute // 1440, minute // 1440, minute + ahead, minute + ahead, Origin("/"), "/", views=1)
        assert visitor.post(visit=visitor.services.visits.encode("example.lv", state)).status == 202
        assert visitor.drops() == ({} if ahead == 9 else {"token": 1})
    assert sum(row["visitors"] for row in visitor.rows() if row["gap"] == NEVER) == 1


def test_a_leave_adds_engaged_time_to_the_visit(visitor: Visitor) -> None:
    visitor.consents()
    assert visitor.post(kind="leave", seconds=5).headers["X-Not-Recorded"] == "no_visit"
    visitor.post()
    assert visitor.post(kind="leave", seconds=12.4, depth=70).status == 202
    assert sum(row["seconds"] for row in visitor.rows()) == 12
