"""The heart of the counting: what one hit adds to the counters, and what the visitor's browser remembers after it.

`advance` is a pure function. The state it takes and gives lives in the visitor's browser (or, while a log is imported,
in the importer's memory); it says what happened and not who it was, and it is never stored or logged here. What a hit
adds are signed integers. A correction is booked where the thing it corrects was booked, with the same origin and in the
same hour, so that sums over any period and any dimension stay true. docs/counting.md tells the whole model.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple
from zlib import crc32

import msgspec

from collector.clock import LocalClock

VISIT_MINUTES = 30  # a visit ends when nothing was heard of it for so long
STATE_DAYS = 393  # the state expires 13 months after the first visit, never later (February is short); never extended
SKEW_MINUTES = 10  # clocks of two collectors may differ by so much
NEVER = 65535  # gap of a visitor who was never here before
PAGES_REMEMBERED = 40  # pages and events of one day that the state can tell apart
HASH_LENGTH = 4

Kind = Literal["pageview", "event", "leave"]


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """What was true when the visit began: dimensions of every delta of the visit. Empty means unknown."""

    entry: str = ""
    channel: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    device: str = ""
    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    screen: str = ""
    language: str = ""
    audience: str = ""
    connection: str = ""


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a visitor's browser remembers of its visits to one site. Days since 1970-01-01, minutes since 1970."""

    born: int  # day of the first visit
    day: int  # last day with a page view or an event
    start: int  # minute in which the current visit began
    seen: int  # minute of its last page view or event
    origin: Origin
    path: str  # page the visitor is on
    left: int = 0  # minutes after `seen` at which the page was last left
    views: int = 0  # page views in the current visit
    bounce: bool = False  # the visit is booked as a bounce so far
    depth: int = -1  # deepest scroll in percent reported for the current page view; -1: none
    pages: str = ""  # short hashes of the pages seen and the events done on `day`


class Hit(NamedTuple):
    """One thing that happened on a page."""

    kind: Kind
    page: str
    name: str = ""  # of an event
    seconds: int = 0  # engaged time since the last report, for leave
    depth: int | None = None  # deepest scroll in percent, for leave


class Delta(NamedTuple):
    """A row of signed integers to be added to the counters, under the origin of the visit."""

    day: int
    hour: int
    page: str
    name: str = ""
    gap: int = 0
    hour_gap: int = 0
    visitors: int = 0
    hour_visitors: int = 0
    page_visitors: int = 0
    visits: int = 0
    bounces: int = 0
    entries: int = 0
    exits: int = 0
    pageviews: int = 0
    seconds: int = 0
    depth: int = 0
    depths: int = 0
    events: int = 0
    event_visitors: int = 0


DELTA_FIELDS = Delta._fields


class Step(NamedTuple):
    """The outcome of one hit. `idle` is minutes since the visitor's hit before (65535: never), -1 for a leave."""

    deltas: list[Delta]
    state: State
    idle: int


def advance(state: State | None, hit: Hit, now: int, clock: LocalClock, origin: Callable[[], Origin]) -> Step | None:
    """Count one hit at `now` (seconds since the epoch) of the visitor whose browser remembered `state`.

    `origin` is asked only when a visit begins. A leave without a visit gives None; nothing is counted then.
    """
    minute = now // 60
    if state is not None:
        today = clock.hour(now)[1]
        if state.seen > minute + SKEW_MINUTES or today - state.born >= STATE_DAYS:
            state = None  # from the future, or expired: as if there were none
        else:
            minute = max(minute, state.seen)
    if hit.kind == "leave":
        return _leave(state, hit, minute, clock) if state is not None else None
    if state is None or minute - state.seen - state.left >= VISIT_MINUTES:
        return _begin(state, hit, minute, clock, origin())
    return _go_on(state, hit, minute, clock)


def _begin(state: State | None, hit: Hit, minute: int, clock: LocalClock, origin: Origin) -> Step:
    """A visit begins with this hit."""
    hour, day = clock.hour(minute * 60)
    gap, hour_gap = _gaps(state, hour, day, clock)
    is_view = hit.kind == "pageview"
    pages, is_new = _remember(state.pages if state is not None and state.day == day else "", hit)
    deltas = [
        Delta(
            day, hour, hit.page, "", gap, hour_gap, int(gap > 0), int(hour_gap > 0), is_new if is_view else 0,
            1, int(is_view), 1, 1, int(is_view),
        )
    ]  # fmt: skip
    if not is_view:
        deltas.append(Delta(day, hour, hit.page, hit.name, events=1, event_visitors=is_new))
    new = State(
        state.born if state is not None else day, day, minute, minute, origin, hit.page,
        0, int(is_view), is_view, -1, pages,
    )  # fmt: skip
    return Step(deltas, new, NEVER if state is None else min(minute - state.seen, NEVER))


def _go_on(state: State, hit: Hit, minute: int, clock: LocalClock) -> Step:
    """The visit goes on with this hit."""
    hour, day = clock.hour(minute * 60)
    seen_hour, seen_day = clock.hour(state.seen * 60)
    gap, hour_gap = _gaps(state, hour, day, clock) if hour != seen_hour else (0, 0)
    is_view = hit.kind == "pageview"
    pages, is_new = _remember(state.pages if state.day == day else "", hit)
    path = hit.page if is_view else state.path
    moved = path != state.path or hour != seen_hour  # the visit's exit is booked on `path` in the hour of `seen`
    deltas = []
    if is_view:
        deltas.append(
            Delta(
                day, hour, path, "", gap, hour_gap, int(gap > 0), int(hour_gap > 0), is_new,
                0, 0, 0, int(moved), 1,
            )
        )  # fmt: skip
    else:
        deltas.append(Delta(day, hour, hit.page, hit.name, events=1, event_visitors=is_new))
        if moved or hour_gap:
            deltas.append(Delta(day, hour, path, "", gap, hour_gap, int(gap > 0), int(hour_gap > 0), exits=int(moved)))
    entry = state.origin.entry
    start_hour, start_day = clock.hour(state.start * 60)
    if moved and state.bounce and state.path == entry and seen_hour == start_hour:
        deltas.append(Delta(seen_day, seen_hour, entry, exits=-1, bounces=-1))
    else:
        if moved:
            deltas.append(Delta(seen_day, seen_hour, state.path, exits=-1))
        if state.bounce:
            deltas.append(Delta(start_day, start_hour, entry, bounces=-1))
    new = State(
        state.born, day, state.start, minute, state.origin, path,
        0, state.views + is_view, False, -1 if is_view else state.depth, pages,
    )  # fmt: skip
    return Step(deltas, new, min(minute - state.seen, NEVER))


def _leave(state: State, hit: Hit, minute: int, clock: LocalClock) -> Step:
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
    delta = Delta(day, hour, hit.page, seconds=seconds, depth=added, depths=reported)
    return Step([delta], msgspec.structs.replace(state, left=left, depth=deepest), -1)


def _gaps(state: State | None, hour: int, day: int, clock: LocalClock) -> tuple[int, int]:
    """Days and hours since the visitor was last active; 0 when this is not his first hit of the day, of the hour."""
    if state is None:
        return NEVER, NEVER
    last_hour = clock.hour(state.seen * 60)[0]
    return min(max(day - state.day, 0), NEVER - 1), min(-((last_hour - hour) // 3600), NEVER - 1)


def _remember(pages: str, hit: Hit) -> tuple[str, int]:
    """The pages and events of today with this one, and 1 if it is new among them."""
    short = _short_hash(hit.page if hit.kind == "pageview" else "event " + hit.name)
    at = pages.find(short)
    while at > 0 and at % HASH_LENGTH:  # found across two others
        at = pages.find(short, at + 1)
    if at >= 0:
        return pages, 0
    return (pages + short)[-HASH_LENGTH * PAGES_REMEMBERED :], 1


@lru_cache(maxsize=4096)
def _short_hash(what: str) -> str:
    """24 bits of a hash, as four characters."""
    return urlsafe_b64encode(crc32(what.encode()).to_bytes(4, "big")[1:]).decode()
