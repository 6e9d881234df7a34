"""What visits reached and where they went, read plainly from raw hits: goals, funnels, flows, cohorts, topics, depths.

It shares nothing with the collector but the shapes in which goals and funnels are written down. What a pattern means is
told here by hand, pattern by pattern.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

from collector.rules import FunnelRule, GoalRule
from tests.collector.oracle import RawHit, Visit, day_of

PAGES = ("/", "/a", "/b", "/blog/x", "/blog/x/y")
MEANT = {  # of a pattern
    "/a": {"/a"},
    "/b": {"/b"},
    "/blog/*": {"/blog/x"},
    "/blog/**": {"/blog/x", "/blog/x/y"},
    "/**": set(PAGES),
    "Signup": {"Signup"},
    "Sign*": {"Signup", "Sign out"},
    "*": {"Signup", "Sign out", "Order"},
}


class Reached(NamedTuple):
    """A goal that was reached: at which hit of which visit, and whether for the first time in it."""

    goal: GoalRule
    hit: RawHit
    visit: Visit
    is_first: bool


class Ended(NamedTuple):
    """A visit that reached a goal: the day of its last page view or event, and the page on which it ended."""

    goal: GoalRule
    day: date
    page: str
    visit: Visit


class Paid(NamedTuple):
    """What was paid in a visit, where it ended: for a goal, or under no name whatever goals were reached by it."""

    goal: str
    day: date
    page: str
    currency: str
    revenue: int
    visit: Visit


class GoalVisitor(NamedTuple):
    """A visitor who reached a goal on a day: on which page, empty if he did not see it on that day; at which hit."""

    day: date
    goal: str
    page: str
    hit: RawHit
    visit: Visit


class StepDone(NamedTuple):
    """A step of a funnel: its number from 1, the day of the first step, and the visit in which this one was done."""

    number: int
    day: date
    visit: Visit


def is_reached(goal: GoalRule, hit: RawHit, seconds: int) -> bool:
    """Whether a hit, with so many engaged seconds of the visit up to it, reaches a goal."""
    if goal.kind == "page":
        return hit.kind == "pageview" and hit.page in MEANT[goal.page]
    if goal.kind == "event":
        return hit.kind == "event" and hit.name in MEANT[goal.event] and set(goal.props) <= set(hit.props)
    if goal.kind == "scroll":
        deep = hit.depth is not None and hit.depth >= goal.threshold
        return hit.kind == "leave" and deep and hit.page in MEANT[goal.page]
    return hit.kind == "leave" and seconds >= goal.threshold


def goals_reached(visits: Iterable[Visit], goals: Sequence[GoalRule]) -> list[Reached]:
    """Every time that a goal was reached."""
    found = []
    for visit in visits:
        for goal in goals:
            times = [hit for hit, seconds in visit.log if is_reached(goal, hit, seconds)]
            found += [Reached(goal, hit, visit, number == 0) for number, hit in enumerate(times)]
    return found


def goals_ended(visits: Iterable[Visit], goals: Sequence[GoalRule], zone: str) -> list[Ended]:
    """Where visits ended, for each goal that they reached."""
    return [
        Ended(goal, day_of(visit.hits[-1].at, zone), visit.places[-1].page, visit)
        for visit in visits
        for goal in goals
        if any(is_reached(goal, hit, seconds) for hit, seconds in visit.log)
    ]


def paid_at_exits(visits: Iterable[Visit], goals: Sequence[GoalRule], zone: str) -> Iterator[Paid]:
    """Every amount by the page on which its visit ended and the day of the visit's last page view or event."""
    for visit in visits:
        end = day_of(visit.hits[-1].at, zone), visit.places[-1].page
        for hit, seconds in visit.log:
            if hit.revenue:
                names = ["", *(goal.name for goal in goals if is_reached(goal, hit, seconds))]
                yield from (Paid(name, *end, hit.currency, hit.revenue, visit) for name in names)


def carried(hit: RawHit) -> list[tuple[str, str, str]]:
    """What an event is counted by: its name alone, and with each of its properties. Nothing for other hits."""
    return [(hit.name, "", ""), *((hit.name, *pair) for pair in hit.props)] if hit.kind == "event" else []


def goal_visitors(visits: Iterable[Visit], goals: Sequence[GoalRule], zone: str) -> Iterator[GoalVisitor]:
    """On which days one visitor (one life) reached which goals, at the first hit of each day that did.

    A page that is left belongs to the day on which something was last seen or done. The page counts if it was seen on
    that day, up to then.
    """
    counted: set[tuple[date, str]] = set()
    seen: set[tuple[date, str]] = set()
    day = date.min
    for visit in visits:
        for hit, seconds in visit.log:
            if hit.is_step:
                day = day_of(hit.at, zone)
            if hit.kind == "pageview":
                seen.add((day, hit.page))
            for goal in goals:
                if is_reached(goal, hit, seconds) and (day, goal.name) not in counted:
                    counted.add((day, goal.name))
                    yield GoalVisitor(day, goal.name, hit.page if (day, hit.page) in seen else "", hit, visit)


def steps_done(visits: list[Visit], funnel: FunnelRule, goals: Sequence[GoalRule], zone: str) -> list[StepDone]:
    """What one visitor (one life) did of a funnel. `visits` are all of them, in order."""
    if not funnel.across:
        return [step for visit in visits for step in _tried([visit], funnel, goals, zone)]
    done: list[StepDone] = []
    while visits:
        steps = _tried(visits, funnel, goals, zone)
        done += steps
        if len(steps) < len(funnel.steps):
            break
        over = next(at for at, visit in enumerate(visits) if visit is steps[-1].visit)
        visits = visits[over + 1 :]  # after the last step, the next visit may enter anew
    return done


def _tried(visits: list[Visit], funnel: FunnelRule, goals: Sequence[GoalRule], zone: str) -> list[StepDone]:
    """The steps done over these visits until the funnel is completed, each when it was done first."""
    wanted = [next(goal for goal in goals if goal.number == number) for number in funnel.steps]
    log = [(hit, seconds, visit) for visit in visits for hit, seconds in visit.log]
    done: list[StepDone] = []
    begin = 0
    while begin < len(log) and len(done) < len(wanted):
        way, broken = _way(log[begin:], wanted, strict=funnel.strict)
        for number, at in enumerate(way[len(done) :], len(done) + 1):
            day = done[0].day if done else day_of(log[begin + at][0].at, zone)
            done.append(StepDone(number, day, log[begin + at][2]))
        begin += broken
    return done


def _way(log: Sequence[tuple[RawHit, int, Visit]], wanted: list[GoalRule], *, strict: bool) -> tuple[list[int], int]:
    """The places of the hits that are step after step, from the first one that is a first step; and the place at which
    the strict order was broken, which may be a first step again, or the end."""
    steps: list[int] = []
    for at, (hit, seconds, _) in enumerate(log):
        if is_reached(wanted[len(steps)], hit, seconds):
            steps.append(at)
            if len(steps) == len(wanted):
                break
        elif strict and steps and hit.is_step:
            return steps, at
    return steps, len(log)


def ways(visit: Visit) -> Iterator[tuple[RawHit, list[str]]]:
    """Every step from page to page of a visit: the hit that took it, and the pages up to its own, at most four."""
    pages: list[str] = []
    for hit in visit.places:
        if pages and pages[-1] == hit.page:
            continue
        pages.append(hit.page)
        if len(pages) > 1:
            yield hit, pages[-4:]


def depths(visits: Iterable[Visit]) -> Iterator[tuple[Visit, str, int]]:
    """The deepest scroll of every stay on a page that reported one, with its visit and page."""
    for visit in visits:
        page, deepest = "", -1
        for hit, _ in visit.log:
            if hit is visit.hits[0] or hit.kind == "pageview":
                if deepest >= 0:
                    yield visit, page, deepest
                page, deepest = hit.page, -1
            elif hit.kind == "leave" and hit.page == page and hit.depth is not None:
                deepest = max(deepest, hit.depth)
        if deepest >= 0:
            yield visit, page, deepest


def begin_of(unit: str, day: date) -> date:
    """The Monday of the week, or the first of the month, of a day."""
    return day - timedelta(day.weekday()) if unit == "week" else day.replace(day=1)


def quantile(values: Iterable[float], level: float) -> float:
    """The smallest value that so much of all is not above."""
    ordered = sorted(values)
    return ordered[max(ceil(len(ordered) * level), 1) - 1]
