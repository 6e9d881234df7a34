"""For tests of the counting: one visitor, hit after hit, with what each hit adds beside its deltas."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from collector.clock import LocalClock
from collector.rules import NO_RULES, Rules
from collector.state import Delta, Extra, Hit, Origin, State, Step
from collector.visit import advance

NOON = 1_793_016_000  # Monday 2026-10-26 12:00 UTC, the day after the clocks went back in Riga
MINUTE, HOUR, DAY = 60, 3600, 86_400
RIGA = LocalClock("Europe/Riga")
TODAY = RIGA.hour(NOON)[1]


@dataclass
class Visitor:
    """One browser. Between hits its state goes through the form in which the browser keeps it."""

    rules: Rules = NO_RULES
    at: int = NOON
    clock: LocalClock = RIGA
    state: State | None = None
    origin: Origin | None = None
    extras: list[Extra] = field(default_factory=list)
    deltas: list[Delta] = field(default_factory=list)

    def view(self, page: str, after: int = 10, **more: Any) -> Step:
        return self.hit(Hit("pageview", page, **more), after)

    def do(self, name: str, page: str = "/", after: int = 10, **more: Any) -> Step:
        return self.hit(Hit("event", page, name, **more), after)

    def leave(self, page: str, seconds: int = 0, depth: int | None = None, after: int = 0) -> Step:
        return self.hit(Hit("leave", page, seconds=seconds, depth=depth), after)

    def hit(self, hit: Hit, after: int) -> Step:
        """This hit, `after` seconds later than the one before."""
        self.at += after
        came = self.origin or Origin(hit.page, country="LV")
        step = advance(self.state, hit, self.at, self.clock, lambda: came, self.rules)
        assert step is not None
        self.state = msgspec.json.decode(msgspec.json.encode(step.state), type=State)
        assert self.state == step.state
        self.extras += step.extras
        self.deltas += step.deltas
        return step

    def pause(self, days: int = 0, minutes: int = 0) -> None:
        self.at += days * DAY + minutes * MINUTE

    def of(self, code: str) -> list[tuple[Any, ...]]:
        """All extras of a code, without it."""
        return [extra[1:] for extra in self.extras if extra[0] == code]

    def ways(self) -> list[tuple[Any, ...]]:
        """Every page view that came from another page: its day, its page, those before, its visitors of the step."""
        found = (each for each in self.deltas if each.pageviews and each.before1)
        return [(one.day, one.page, one.before1, one.before2, one.before3, one.flow_visitors) for one in found]

    def conversions(self) -> Counter[str]:
        return Counter({str(extra[3]): int(extra[5]) for extra in self.of("g") if extra[5]})

    def goal_visitors(self) -> Counter[tuple[int, str, str]]:
        """Visitors of goals by day since today, page and goal."""
        sums: Counter[tuple[int, str, str]] = Counter()
        for day, _, page, goal, *_, visitors in self.of("g"):
            sums[day - TODAY, page, goal] += visitors
        return +sums

    def reached(self, funnel: str) -> dict[tuple[int, int], int]:
        """How often each step was reached, by day since today and step."""
        sums: Counter[tuple[int, int]] = Counter()
        for day, name, step, number in self.of("s"):
            if name == funnel:
                sums[day - TODAY, step] += number
        return dict(sums)
