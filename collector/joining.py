"""Two states of one browser: the one of its last hit, and the one of the page that was left last. Pure.

A page that goes away reports how long it was read while the next page reports its view. Each carries the state from
before, and nobody knows whose answer comes last; kept in one place, the later answer would undo the other. So what a
leave leaves behind lies beside the state of the last hit, and the two are joined when the next beacon brings both.
"""

import msgspec

from collector.clock import LocalClock
from collector.progress import Place, Runs, moved_on
from collector.rules import Rules
from collector.state import Extra, State


def joined(hit: State, leave: State, rules: Rules, clock: LocalClock) -> tuple[State, list[Extra]]:
    """The state of both, and what goals add that were reached by a leave from where the visit has gone on since."""
    if leave.born != hit.born or (leave.start, leave.day) > (hit.start, hit.day):
        return hit, []
    reached = hit.reached | leave.reached if leave.day == hit.day else hit.reached
    if leave.start != hit.start:  # another visit began meanwhile
        return msgspec.structs.replace(hit, reached=reached), []
    extras: list[Extra] = []
    if (new := leave.goals & ~hit.goals) and (before := _place(leave, clock)) != (after := _place(hit, clock)):
        moved_on(new, (), rules, before, after, extras)
    is_there = (leave.seen, leave.views, leave.path) == (hit.seen, hit.views, hit.path)
    both = msgspec.structs.replace(
        hit,
        left=max(hit.left, leave.left) if is_there else hit.left,
        depth=max(hit.depth, leave.depth) if is_there else hit.depth,
        seconds=max(hit.seconds, leave.seconds),
        goals=hit.goals | leave.goals,
        funnels=_further(hit.funnels, leave.funnels),
        reached=reached,
    )
    return both, extras


def _place(state: State, clock: LocalClock) -> Place:
    """Where the exit of the visit is booked."""
    hour, day = clock.hour(state.seen * 60)
    return day, hour, state.path


def _further(runs: Runs, others: Runs) -> Runs:
    """Of each funnel the run of which more steps were counted."""
    known = {run[0]: run for run in runs}
    for run in others:
        if run[0] not in known or run[1] > known[run[0]][1]:
            known[run[0]] = run
    return tuple(known.values())
