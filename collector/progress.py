"""How far a visit has come: the goals it has reached, and the steps of funnels it has done. Pure.

A goal is a conversion once in a visit, and has its visitor once on a day. A visitor is booked on a day on which he was
active and on a page that he saw on this day, so that no page has more visitors who reached a goal than visitors. The
exit of a visit is booked for each goal that it has reached, too, with the revenue of the visit, and both move as the
visit goes on.

A funnel is remembered as a run: its number, how many of its steps were counted, how many are done in the current try,
and the day on which it was entered. All steps are booked on that day, so that in no period more visitors reach a step
than enter the funnel.
"""

from collections.abc import Iterable
from typing import NamedTuple

from collector.extras import FUNNEL, GOAL, GOAL_EXIT
from collector.rules import Goals, Rules
from collector.state import Extra, Run, Spent

Runs = tuple[Run, ...]
Place = tuple[int, int, str]  # day, hour, page
SPENT_REMEMBERED = 8  # sums of a visit by goals and currency; what came before them stays where the visit was then


class Progress(NamedTuple):
    """What a state knows of goals and funnels: goals of the visit and of the visitor's day, as bits, runs, revenue."""

    goals: int
    today: int
    funnels: Runs
    spent: tuple[Spent, ...]


class Places(NamedTuple):
    """Where a hit is booked, where the visitor of a goal that it reaches is, and where the visit has its exit after it.

    A visitor is elsewhere when the page was not seen on the day, or was left after it.
    """

    hit: Place
    visitor: Place
    exit: Place


def converted(
    before: Progress, reached: Goals, places: Places, money: tuple[str, int], extras: list[Extra]
) -> Progress:
    """The progress after a hit that reached these goals; `money` is currency and revenue in minor units.

    A goal is a conversion once in a visit, its visitor is counted once on a day. Revenue counts each time, for each of
    the goals and once for the whole.
    """
    goals, today, funnels, spent = before
    currency, revenue = money
    where, active, ended = places
    apart = active != where
    paid_for = 0
    for goal in reached:
        bit = 1 << goal.number - 1
        is_first, is_new = not goals & bit, not today & bit
        if is_first or revenue or (is_new and not apart):
            extras.append((GOAL, *where, goal.name, currency, int(is_first), revenue, int(is_new and not apart)))
        if is_new and apart:
            extras.append((GOAL, *active, goal.name, currency, 0, 0, 1))
        if is_first:
            extras.append((GOAL_EXIT, *ended, goal.name, "", 1, 0))
        if revenue:
            extras.append((GOAL_EXIT, *ended, goal.name, currency, 0, revenue))
        goals |= bit
        today |= bit
        paid_for |= bit
    if revenue:
        extras.append((GOAL, *where, "", currency, 0, revenue, 0))
        extras.append((GOAL_EXIT, *ended, "", currency, 0, revenue))
        spent = _with_paid(spent, paid_for, currency, revenue)
    return Progress(goals, today, funnels, spent)


def _with_paid(spent: tuple[Spent, ...], goals: int, currency: str, revenue: int) -> tuple[Spent, ...]:
    """What the visit has spent after it paid for these goals; the last sums, if there are many."""
    others = [one for one in spent if one[:2] != (goals, currency)]
    total = revenue + sum(one[2] for one in spent if one[:2] == (goals, currency))
    return (*others, *([(goals, currency, total)] if total else []))[-SPENT_REMEMBERED:]


def moved_on(
    goals: int, spent: tuple[Spent, ...], rules: Rules, before: Place, after: Place, extras: list[Extra]
) -> None:
    """A visit that has reached these goals and spent this goes on: its exit is taken back `before`, booked `after`."""
    day, hour, path = before  # named one by one, which is much quicker than *before in each tuple
    new_day, new_hour, new_path = after
    for name in rules.names_of(goals):
        extras.append((GOAL_EXIT, day, hour, path, name, "", -1, 0))
        extras.append((GOAL_EXIT, new_day, new_hour, new_path, name, "", 1, 0))
    for paid_for, currency, revenue in spent:
        for name in ("", *rules.names_of(paid_for)):
            extras.append((GOAL_EXIT, day, hour, path, name, currency, 0, -revenue))
            extras.append((GOAL_EXIT, new_day, new_hour, new_path, name, currency, 0, revenue))


def walked(runs: Runs, rules: Rules, reached: Goals, day: int, is_step: bool, extras: list[Extra]) -> Runs:
    """The runs after a hit that reached these goals. One that is no step (a leave) cannot break a strict order.

    A hit takes at most one step of a funnel. Each step is counted once a run is remembered, however often it is tried.
    """
    if not reached and not rules.any_strict:  # no step is done, and none is undone
        return tuple(run for run in runs if run[0] in rules.funnel_by_number)
    known = {run[0]: run for run in runs}
    numbers = {goal.number for goal in reached}
    after: list[Run] = []
    for funnel in rules.funnels:
        _, counted, done, entered = known.get(funnel.number, (0, 0, 0, day))
        if done < len(funnel.steps):
            if funnel.steps[done] in numbers:
                done += 1
            elif funnel.strict and is_step:
                done = int(funnel.steps[0] in numbers)
            if done > counted:
                counted = done
                extras.append((FUNNEL, entered, funnel.name, counted, 1))
        if counted:
            after.append((funnel.number, counted, done, entered))
    return tuple(after)


def carried_over(runs: Iterable[Run], rules: Rules) -> Runs:
    """What of the runs goes on in the next visit: funnels across visits that are not completed."""
    known = rules.funnel_by_number
    return tuple(run for run in runs if run[0] in known and known[run[0]].across and run[1] < len(known[run[0]].steps))
