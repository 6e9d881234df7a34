"""The heart of the counting: what one hit adds to the counters, and what the visitor's browser remembers after it.

`advance` is a pure function. The state it takes and gives lives in the visitor's browser (or, while a log is imported,
in the importer's memory); it says what happened and not who it was, and it is never stored or logged here. What a hit
adds are signed integers. A correction is booked where the thing it corrects was booked, with the same origin and in the
same hour, so that sums over any period and any dimension stay true. docs/counting.md tells the whole model.
"""

from collections.abc import Callable
from string import ascii_lowercase, ascii_uppercase, digits
from zlib import crc32

import msgspec

from collector.clock import LocalClock, month_of, week_of
from collector.extras import COHORT, PROPERTY, TOPIC, VITAL
from collector.progress import Place, Places, Progress, carried_over, converted, moved_on, walked
from collector.rules import NO_RULES, Goals, Rules
from collector.state import (
    COARSE,
    DELTA_FIELDS,
    HASH_LENGTH,
    NEVER,
    Delta,
    Extra,
    Hit,
    Kind,
    Origin,
    Run,
    Spent,
    State,
    Step,
)

__all__ = [
    "DELTA_FIELDS", "HASH_LENGTH", "NEVER", "PAGES_REMEMBERED", "SKEW_MINUTES", "STATE_DAYS", "STEPS_REMEMBERED",
    "VISIT_MINUTES", "Delta", "Extra", "Hit", "Kind", "Origin", "Run", "Spent", "State", "Step", "advance",
]  # fmt: skip

VISIT_MINUTES = 30  # a visit ends when nothing was heard of it for so long
STATE_DAYS = 393  # the state expires 13 months after the first visit, never later (February is short); never extended
SKEW_MINUTES = 10  # clocks of two collectors may differ by so much
PAGES_REMEMBERED = 40  # pages, topics and events of one day that the state can tell apart
STEPS_REMEMBERED = 24  # steps from page to page of one day
NO_PAGES = ("", "", "")  # before the first one of a visit
NOBODY = (NEVER, NEVER, 0, 0)  # gaps and visitors of a delta that counts none
EXIT = (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)  # the measures of a delta from page visitors to those of events
NO_EXIT = (0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0)
UNKNOWN = ("",) * len(COARSE)  # first visits before it was remembered what they were like
ALPHABET = ascii_uppercase + ascii_lowercase + digits + "-_"
PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)  # 12 bits as two characters


def advance(
    state: State | None,
    hit: Hit,
    now: int,
    clock: LocalClock,
    origin: Callable[[], Origin],
    rules: Rules = NO_RULES,
) -> Step | None:
    """Count one hit at `now` (seconds since the epoch) of the visitor whose browser remembered `state`.

    `origin` is asked only when a visit begins; `rules` are the goals and funnels of the site. A leave or a report of
    vitals without a visit gives None; nothing is counted then.
    """
    minute = now // 60
    if state is not None:
        today = clock.hour(now)[1]
        if state.seen > minute + SKEW_MINUTES or today - state.born >= STATE_DAYS:
            state = None  # from the future, or expired: as if there were none
        else:
            minute = max(minute, state.seen)
    if hit.kind == "leave":
        return _leave(state, hit, minute, clock, rules) if state is not None else None
    if hit.kind == "vitals":
        return _vitals(state, hit, minute, clock) if state is not None else None
    if state is None or minute - state.seen - state.left >= VISIT_MINUTES:
        return _begin(state, hit, minute, clock, origin(), rules)
    return _go_on(state, hit, minute, clock, rules)


def _begin(state: State | None, hit: Hit, minute: int, clock: LocalClock, origin: Origin, rules: Rules) -> Step:
    """A visit begins with this hit."""
    hour, day = clock.hour(minute * 60)
    gap, hour_gap = _gaps(state, hour, day, clock)
    is_view = hit.kind == "pageview"
    is_today = state is not None and state.day == day
    pages, is_new = _remember(state.pages if state is not None and is_today else "", _name_of(hit), PAGES_REMEMBERED)
    deltas = [
        Delta(
            day, hour, hit.page, "", gap or NEVER, hour_gap or NEVER, int(gap > 0), int(hour_gap > 0),
            is_new if is_view else 0, 1, int(is_view), 1, 1, int(is_view),
        )
    ]  # fmt: skip
    if not is_view:
        deltas.append(Delta(day, hour, hit.page, hit.name, events=1, event_visitors=is_new))
    born, first = (day, _coarse(origin)) if state is None else (state.born, state.first)
    extras = _cohorts(born, state.day if state is not None else None, day, first) if gap else []
    pages = _add_own(hit, day, pages, extras)
    goals, reached = 0, state.reached if state is not None and is_today else 0
    funnels = carried_over(state.funnels, rules) if state is not None and state.funnels else ()
    spent: tuple[Spent, ...] = ()
    if rules.goals or hit.revenue:
        before = Progress(goals, reached, funnels, spent)
        goals, reached, funnels, spent = _score_hit(before, hit, (day, hour, hit.page), pages, rules, extras)
    new = State(
        born, day, minute, minute, origin, hit.page, 0, int(is_view), is_view, -1, pages,
        0, goals, funnels, (), state.steps if state is not None and is_today else "", reached,
        first, spent,
    )  # fmt: skip
    return Step(deltas, new, NEVER if state is None else min(minute - state.seen, NEVER), extras)


def _go_on(state: State, hit: Hit, minute: int, clock: LocalClock, rules: Rules) -> Step:
    """The visit goes on with this hit."""
    hour, day = clock.hour(minute * 60)
    is_later = hour != clock.hour(state.seen * 60)[0]
    gap, hour_gap = _gaps(state, hour, day, clock) if is_later else (0, 0)
    is_view = hit.kind == "pageview"
    is_today = state.day == day
    pages, is_new = _remember(state.pages if is_today else "", _name_of(hit), PAGES_REMEMBERED)
    path = hit.page if is_view else state.path
    moved = path != state.path or is_later  # the visit's exit is booked on `path` in the hour of `seen`
    counted = (gap or NEVER, hour_gap or NEVER, int(gap > 0), int(hour_gap > 0))
    trail, steps = state.trail, state.steps if is_today else ""
    if path != state.path:
        steps, is_new_step = _remember(steps, f"{state.path}\n{path}", STEPS_REMEMBERED)
        trail = (state.path, *trail[:2])
        way = _before(trail)
        deltas = [Delta(day, hour, path, "", *counted, is_new, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, *way, is_new_step)]
    else:
        deltas = _stayed(state, hit, day, hour, counted, is_new, is_later)
    deltas += _corrections(state, moved, clock)
    extras = _cohorts(state.born, state.day, day, state.first) if gap else []
    pages = _add_own(hit, day, pages, extras)
    goals, reached, funnels, spent = state.goals, state.reached if is_today else 0, state.funnels, state.spent
    ended = (day, hour, path)
    if moved and (goals or spent):
        seen_hour, seen_day = clock.hour(state.seen * 60)
        moved_on(goals, spent, rules, (seen_day, seen_hour, state.path), ended, extras)
    if rules.goals or hit.revenue:
        before = Progress(goals, reached, funnels, spent)
        goals, reached, funnels, spent = _score_hit(before, hit, ended, pages, rules, extras)
    new = State(
        state.born, day, state.start, minute, state.origin, path, 0, state.views + is_view, False,
        -1 if is_view else state.depth, pages, state.seconds, goals, funnels, trail, steps, reached,
        state.first, spent,
    )  # fmt: skip
    return Step(deltas, new, min(minute - state.seen, NEVER), extras)


def _stayed(
    state: State, hit: Hit, day: int, hour: int, counted: tuple[int, int, int, int], is_new: int, is_later: bool
) -> list[Delta]:
    """The visit stays where it is: its page is seen again, or something is done. In a later hour its exit moves there;
    the exit lies with the way to the page, so that what takes it back meets it in one row."""
    if hit.kind == "pageview":
        deltas = [Delta(day, hour, hit.page, "", *counted, is_new, pageviews=1)]
        counted = NOBODY
    else:
        deltas = [Delta(day, hour, hit.page, hit.name, events=1, event_visitors=is_new)]
    if is_later:
        deltas.append(Delta(day, hour, state.path, "", *counted, *EXIT, *_before(state.trail)))
    return deltas


def _corrections(state: State, moved: bool, clock: LocalClock) -> list[Delta]:
    """What a further hit takes back: the bounce where the visit began, the exit where the visitor was until now."""
    start_hour, start_day = clock.hour(state.start * 60)
    seen_hour, seen_day = clock.hour(state.seen * 60)
    entry = state.origin.entry
    if moved and state.bounce and state.path == entry and seen_hour == start_hour:
        return [Delta(seen_day, seen_hour, entry, exits=-1, bounces=-1)]
    deltas = []
    if moved:
        deltas.append(Delta(seen_day, seen_hour, state.path, "", *NOBODY, *NO_EXIT, *_before(state.trail)))
    if state.bounce:
        deltas.append(Delta(start_day, start_hour, entry, bounces=-1))
    return deltas


def _leave(state: State, hit: Hit, minute: int, clock: LocalClock, rules: Rules) -> Step:
    """The page was hidden or left: engaged time is booked where the visit began. It is no hit of a day or an hour."""
    seconds = min(hit.seconds, (minute - state.start + 1) * 60)
    hour, day = clock.hour(state.start * 60)
    deepest, added, reported = state.depth, 0, 0
    if hit.depth is not None and hit.page == state.path and hit.depth > deepest:
        deepest = hit.depth
        added, reported = deepest - max(state.depth, 0), int(state.depth < 0)
    left = state.left
    if minute - state.seen - left - seconds // 60 < VISIT_MINUTES:  # time spent reading is not idle time
        left = minute - state.seen
    before = _before(state.trail) if hit.page == state.path else NO_PAGES
    delta = Delta(day, hour, hit.page, "", *NOBODY, 0, 0, 0, 0, 0, 0, seconds, added, reported, 0, 0, *before)
    extras = _samples(hit, minute, clock) if hit.vitals else []
    new = msgspec.structs.replace(state, left=left, depth=deepest, seconds=state.seconds + seconds)
    if rules.goals and (reached := rules.left(hit.page, hit.depth, new.seconds)):
        new = _score_leave(new, hit, minute, clock, reached, rules, extras)
    return Step([delta], new, -1, extras)


def _score_leave(
    state: State, hit: Hit, minute: int, clock: LocalClock, reached: Goals, rules: Rules, extras: list[Extra]
) -> State:
    """The state after a leave that reached goals: their visitor is of his active day, also when it is over."""
    hour, day = clock.hour(minute * 60)
    seen_hour, seen_day = clock.hour(state.seen * 60)
    active = (state.day, hour if day == state.day else seen_hour, hit.page if _knows(state.pages, hit.page) else "")
    places = Places((day, hour, hit.page), active, (seen_day, seen_hour, state.path))
    before = Progress(state.goals, state.reached, state.funnels, state.spent)
    goals, today, funnels, _ = _score(before, hit, places, reached, rules, extras)
    return msgspec.structs.replace(state, goals=goals, reached=today, funnels=funnels)


def _vitals(state: State, hit: Hit, minute: int, clock: LocalClock) -> Step:
    """The browser reports how fast a page was. That changes nothing about the visit."""
    return Step([], state, -1, _samples(hit, minute, clock))


def _samples(hit: Hit, minute: int, clock: LocalClock) -> list[Extra]:
    """The vitals of a page, as they are counted today."""
    day = clock.hour(minute * 60)[1]
    return [(VITAL, day, hit.page, metric, bucket, 1) for metric, bucket in hit.vitals]


def _score_hit(before: Progress, hit: Hit, ended: Place, pages: str, rules: Rules, extras: list[Extra]) -> Progress:
    """The progress after a page view or an event, with which the visit `ended` so far; `pages` were seen on the day."""
    is_view = hit.kind == "pageview"
    reached = rules.viewed(hit.page) if is_view else rules.done(hit.name, hit.props)
    if not (reached or hit.revenue or rules.funnels):
        return before
    day, hour, path = ended
    where = active = ended if path == hit.page else (day, hour, hit.page)
    if reached and not is_view and not _knows(pages, hit.page):
        active = (day, hour, "")
    return _score(before, hit, Places(where, active, ended), reached, rules, extras)


def _score(before: Progress, hit: Hit, places: Places, reached: Goals, rules: Rules, extras: list[Extra]) -> Progress:
    """The progress after a hit that reached these goals (progress.py says where); what it adds goes to `extras`."""
    after = before
    if reached or hit.revenue:
        after = converted(before, reached, places, (hit.currency, hit.revenue), extras)
    if rules.funnels:
        runs = walked(before.funnels, rules, reached, places.hit[0], hit.kind != "leave", extras)
        return Progress(after.goals, after.today, runs, after.spent)
    return after


def _add_own(hit: Hit, day: int, pages: str, extras: list[Extra]) -> str:
    """The topic of a page, the properties of an event. Returns what is remembered of the day with the topic."""
    if hit.topic:
        pages, is_new = _remember(pages, f"topic {hit.topic}", PAGES_REMEMBERED)
        if is_new:
            extras.append((TOPIC, day, hit.topic, 1))
    extras += [(PROPERTY, day, hit.name, key, value, 1) for key, value in hit.props]
    return pages


def _coarse(origin: Origin) -> tuple[str, ...]:
    """What is remembered of the first visit: `COARSE` of its origin."""
    return origin.country, origin.device, origin.channel, origin.audience


def _cohorts(born: int, last: int | None, day: int, first: tuple[str, ...]) -> list[Extra]:
    """The visitor is here on a new day: counted once in its week and its month, under those of the first visit."""
    extras: list[Extra] = []
    for unit, first_of in (("week", week_of), ("month", month_of)):
        period = first_of(day)
        if last is None or first_of(last) != period:
            extras.append((COHORT, unit, first_of(born), period, *(first or UNKNOWN), 1))
    return extras


def _gaps(state: State | None, hour: int, day: int, clock: LocalClock) -> tuple[int, int]:
    """Days and hours since the visitor was last active; 0 when this is not his first hit of the day, of the hour."""
    if state is None:
        return NEVER, NEVER
    last_hour = clock.hour(state.seen * 60)[0]
    return min(max(day - state.day, 0), NEVER - 1), min(-((last_hour - hour) // 3600), NEVER - 1)


def _before(trail: tuple[str, ...]) -> tuple[str, str, str]:
    """The three pages before one, empty where there were fewer."""
    last, second, third, *_ = trail + NO_PAGES
    return last, second, third


def _name_of(hit: Hit) -> str:
    """What a visitor of a page or an event is told apart by, within a day."""
    return hit.page if hit.kind == "pageview" else f"event {hit.name}"


def _remember(known: str, what: str, most: int) -> tuple[str, int]:
    """The short hashes of today with this one, and 1 if it is new among them."""
    short = _short_hash(what)
    if _holds(known, short):
        return known, 0
    return (known + short)[-HASH_LENGTH * most :], 1


def _knows(known: str, what: str) -> bool:
    """Whether it is among the short hashes of today."""
    return _holds(known, _short_hash(what))


def _holds(known: str, short: str) -> bool:
    at = known.find(short)
    while at > 0 and at % HASH_LENGTH:  # found across two others
        at = known.find(short, at + 1)
    return at >= 0


def _short_hash(what: str) -> str:
    """24 bits of a hash, as four characters."""
    number = crc32(what.encode()) & 0xFFFFFF
    return PAIRS[number >> 12] + PAIRS[number & 0xFFF]
