"""A month of the load model on its way into the store: page views through `advance` into payloads of the spool."""

from collections.abc import Iterator
from itertools import islice

from bench.load import RECENT, View, read_model, views
from collector import rows
from collector.clock import LocalClock
from collector.device import Hints
from collector.location import UNKNOWN, Locate
from collector.messages import Arrival
from collector.origin import origin_of
from collector.visit import Hit, Origin, State, Step, advance

SITE = "bench.example"
CLOCK = LocalClock("Europe/Riga")
DETAIL_DAYS, ROLLUP_DAYS = 181, 761


def payloads(
    count: int, days: int, end: int, locate: Locate, leaves: bool = False, part: tuple[int, int] = (0, 1)
) -> Iterator[bytes]:
    """`count` page views spread evenly over the `days` before `end` (seconds since the epoch).

    With `leaves` each is followed by a report of engaged time and scroll depth, as the pixel sends it. Of the
    visitors there are only those of `part`: (0, 2) and (1, 2) together are all of them.
    """
    which, parts = part
    states: list[State | None] = [None] * RECENT
    begin, pause = end - days * 86_400, days * 86_400 / count
    for number, view in enumerate(islice(views(read_model()), count)):
        if view.visitor.number % parts != which:
            continue
        now = begin + int(number * pause)
        slot = view.visitor.number % RECENT
        step = count_hit(None if view.is_new else states[slot], Hit("pageview", view.path), now, view, locate)
        yield encode(step, now)
        if leaves:
            hit = Hit("leave", view.path, seconds=5 + number * 7 % 113, depth=number * 13 % 101)
            step = count_hit(step.state, hit, now + hit.seconds, view, locate)
            yield encode(step, now + hit.seconds)
        states[slot] = step.state


def begun(view: View, now: int) -> State:
    """The state of a visit that this view began."""
    return count_hit(None, Hit("pageview", view.path), now, view, lambda address: UNKNOWN).state


def count_hit(state: State | None, hit: Hit, now: int, view: View, locate: Locate) -> Step:
    step = advance(state, hit, now, CLOCK, lambda: origin(view, locate))
    assert step is not None, "a leave always follows a page view"
    return step


def encode(step: Step, now: int) -> bytes:
    day = CLOCK.hour(now)[1]
    expires = day + DETAIL_DAYS, day + ROLLUP_DAYS
    return rows.encode_beacon(SITE, expires, step.state.origin, now // 60 * 60, step.idle, step.deltas, step.extras)


def origin(view: View, locate: Locate) -> Origin:
    """Where a visit came from and what it is made with, as the collector finds it out."""
    visitor = view.visitor
    arrival = Arrival(
        view.path,
        "",
        visitor.referrer,
        visitor.address,
        visitor.user_agent,
        Hints(),
        visitor.width,
        visitor.language,
        "",
    )
    return origin_of(arrival, locate, is_own)


def is_own(host: str) -> bool:
    return host == SITE
