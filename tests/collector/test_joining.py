"""Leaves whose answers come after the next view change nothing of what is counted."""

from collections import Counter
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.extras import GOAL, GOAL_EXIT, SHAPES
from collector.joining import joined
from collector.rules import FunnelRule, GoalRule, Rules
from collector.state import DELTA_FIELDS, Delta, Extra, Hit, Origin, State
from collector.visit import advance
from tests.collector.following import NOON, RIGA

RULES = Rules(
    (
        GoalRule(1, "Prices", "page", page="/a"),
        GoalRule(2, "Buy", "event", "Buy"),
        GoalRule(3, "Read", "scroll", page="/**", threshold=50),
        GoalRule(4, "Stayed", "engaged", threshold=100),
    ),
)
READ = GoalRule(3, "Read", "scroll", page="/**", threshold=50)
MEASURES = DELTA_FIELDS[4:]
Books = Counter[tuple[Any, ...]]
# A page that is seen, what is done on it, then the seconds and the depth that it reports when it is left, how long
# after, and whether the answer to that comes only after the next view.
PAGE = st.tuples(
    st.sampled_from(["/a", "/b", "/c"]), st.lists(st.sampled_from([0, 0, 700, -100]), max_size=2),
    st.integers(0, 120), st.integers(0, 100), st.integers(0, 3000), st.booleans(),
)  # fmt: skip
Page = tuple[str, list[int], int, int, int, bool]
Pending = tuple[Hit, tuple[State | None, State | None], int]


class Browser:
    """What a browser keeps beside each other, and everything that was counted."""

    def __init__(self, rules: Rules, at: int = NOON + 9 * 3600) -> None:
        self.rules, self.at = rules, at  # an hour before midnight, so that many a visit goes on over it
        self.hit: State | None = None
        self.left: State | None = None
        self.deltas: list[Delta] = []
        self.extras: list[Extra] = []

    def send(self, hit: Hit, cookies: tuple[State | None, State | None] | None = None) -> State:
        """Count a hit of a browser that has these cookies (else its own ones); returns the state of the answer."""
        kept, left = cookies or (self.hit, self.left)
        state, extras = joined(kept, left, self.rules, RIGA) if kept and left else (kept, [])
        step = advance(state, hit, self.at, RIGA, lambda: Origin(hit.page, country="LV"), self.rules)
        assert step is not None
        self.deltas += step.deltas
        self.extras += [*(extras if state and state.start == step.state.start else ()), *step.extras]
        return msgspec.json.decode(msgspec.json.encode(step.state), type=State)

    def does(self, hit: Hit) -> None:
        self.hit, self.left = self.send(hit), None

    def visits(self, pages: list[Page], *, late: bool) -> None:
        """`late`: leaves that are said to be are counted after the next view, from the same state; no two in a row."""
        pending: Pending | None = None
        for number, (page, orders, seconds, depth, pause, is_late) in enumerate(pages, 1):
            self.does(Hit("pageview", page))
            was_late = pending is not None
            self.catch_up(pending)
            pending = None
            for revenue in orders:
                self.does(Hit("event", page, "Buy", revenue=revenue, currency="EUR" if revenue else ""))
            self.at += max(pause, seconds)
            leave = Hit("leave", page, seconds=seconds, depth=depth)
            if late and is_late and not was_late and pause < 1500 and number < len(pages):
                pending = (
                    leave,
                    (self.hit, self.left),
                    self.at,
                )  # not after a longer pause: a leave can keep a visit alive
            else:
                self.left = self.send(leave)

    def catch_up(self, pending: Pending | None) -> None:
        """Count a leave now that came before."""
        if pending is not None:
            hit, cookies, at = pending
            now, self.at = self.at, at
            self.left = self.send(hit, cookies)
            self.at = now

    def books(self) -> Books:
        """Sums of all measures by where they are booked, of goals and of where visits ended."""
        sums: Books = Counter()
        for delta in self.deltas:
            for name in MEASURES:
                if isinstance(number := getattr(delta, name), int) and "gap" not in name:
                    where = (delta.gap,) if name == "visitors" else (delta.hour_gap,) if name == "hour_visitors" else ()
                    sums[name, delta.day, delta.hour, delta.page, delta.name, *where] += number
        for code, *fields in self.extras:
            shape = SHAPES[str(code)]
            if code in (GOAL, GOAL_EXIT):
                for name, number in zip(shape.fields[-shape.sums :], fields[-shape.sums :], strict=True):
                    sums[code, name, *fields[: -shape.sums]] += int(number)
        return Counter({at: number for at, number in sums.items() if number})


@settings(max_examples=300, deadline=None)
@given(st.lists(PAGE, min_size=1, max_size=8))
@example([("/a", [700], 120, 60, 0, True), ("/b", [], 0, 0, 0, True), ("/b", [], 0, 0, 0, True)])
def test_the_order_of_answers_does_not_matter(pages: list[Page]) -> None:
    in_order, late = Browser(RULES), Browser(RULES)
    in_order.visits(pages, late=False)
    late.visits(pages, late=True)
    assert late.books() == in_order.books()


def test_of_funnels_the_run_that_came_further_goes_on() -> None:
    rules = Rules(RULES.goals, (FunnelRule(1, "Way", (3, 1)), FunnelRule(2, "Back", (1, 3))))
    one = Browser(rules)
    one.does(Hit("pageview", "/b"))
    before = one.hit, one.left
    one.does(Hit("pageview", "/c"))
    one.left = one.send(Hit("leave", "/b", seconds=9, depth=80), before)
    one.does(Hit("pageview", "/a"))
    assert [extra[2:4] for extra in one.extras if extra[0] == "s"] == [("Way", 1), ("Way", 2), ("Back", 1)]


def test_states_of_two_browsers_or_of_another_visit_do_not_join() -> None:
    one = Browser(Rules((READ,)))
    one.does(Hit("pageview", "/a"))
    left = one.send(Hit("leave", "/a", seconds=9, depth=80))
    one.at += 3600
    one.does(Hit("pageview", "/b"))
    assert one.hit is not None
    both, extras = joined(one.hit, left, one.rules, RIGA)
    assert (both, extras) == (msgspec.structs.replace(one.hit, reached=both.reached), [])
    other = msgspec.structs.replace(left, born=left.born - 1)
    assert joined(one.hit, other, one.rules, RIGA) == (one.hit, [])
