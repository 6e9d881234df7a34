"""What the step of counting is measured with: a visit that has come far on a site with many goals."""

import time

from bench.history import begun
from bench.load import read_model, views
from bench.moments import BEFORE, RULES, counted, measure_step
from collector.extras import GOAL_EXIT
from collector.visit import Hit


def test_the_visit_with_goals_takes_its_exits_along() -> None:
    """It has reached three goals of three kinds and paid for one; each page view moves four exits and the money."""
    view, now = next(views(read_model())), int(time.time())
    state = begun(view, now)
    for hit in BEFORE:
        state = counted(state, hit, now, view, RULES).state
    assert state.goals.bit_count() == 3
    assert [run[2] for run in state.funnels] == [2]
    assert [sum_ for _, _, sum_ in state.spent] == [1999]
    moved = counted(state, Hit("pageview", "/elsewhere"), now, view, RULES)
    exits = [extra for extra in moved.extras if extra[0] == GOAL_EXIT]
    assert len(exits) == 2 * (3 + 2), "of three goals, and what was paid for one and in all: taken back and booked"
    assert {goal.kind for goal in RULES.goals} == {"page", "event", "scroll", "engaged"}


def test_both_sites_are_measured() -> None:
    lines = measure_step().splitlines()
    assert "no goals" in lines[2]
    assert "11 goals" in lines[2]
    assert [line.split("|")[1].strip() for line in lines[4:8]] == ["decode", "advance", "encode", "together"]
    assert all(float(cell) > 0 for line in lines[4:8] for cell in line.split("|")[2:4])
