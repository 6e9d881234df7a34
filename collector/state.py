"""What goes into the counting and what comes out of it: hits, the state that a browser remembers, deltas, steps.

Days are counted since 1970-01-01, minutes since 1970, instants in seconds since the epoch.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from collector.rules import Pairs

NEVER = 65535  # gap of a visitor who was never here before
HASH_LENGTH = 4

Kind = Literal["pageview", "event", "leave", "vitals"]


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


COARSE = ("country", "device", "channel", "audience")  # with finer ones some could be told from all others
Run = tuple[int, int, int, int]  # number of a funnel, steps counted, steps done, day on which it was entered
Spent = tuple[int, str, int]  # goals that were reached by paying, as bits; currency; what was paid, in its minor units


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
    pages: str = ""  # short hashes of the pages and topics seen and the events done on `day`
    seconds: int = 0  # engaged time of the current visit so far
    goals: int = 0  # goals the current visit has reached, as bits
    funnels: tuple[Run, ...] = ()
    trail: tuple[str, ...] = ()  # the three pages of the visit before `path` at most, the last one first
    steps: str = ""  # short hashes of the steps from page to page taken on `day`
    reached: int = 0  # goals the visitor has reached on `day`, in any visit, as bits
    first: tuple[str, ...] = ()  # of the first visit: `COARSE` of its origin; empty in a state of an older release
    spent: tuple[Spent, ...] = ()  # revenue of the current visit, by the goals it belongs to and its currency


class Hit(msgspec.Struct, frozen=True):
    """One thing that happened on a page."""

    kind: Kind
    page: str
    name: str = ""  # of an event
    seconds: int = 0  # engaged time since the last report, for leave
    depth: int | None = None  # deepest scroll in percent, for leave
    props: Pairs = ()  # of an event
    revenue: int = 0  # of an event, in minor units of `currency`
    currency: str = ""
    topic: str = ""  # of a page view, if the visitor consented to marketing
    vitals: tuple[tuple[str, int], ...] = ()  # metrics and their buckets


class Delta(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A row of signed integers to be added to the counters, under the origin of the visit."""

    day: int
    hour: int
    page: str
    name: str = ""
    gap: int = NEVER  # of a row without visitors it means nothing, and like this it is summed with the most others
    hour_gap: int = NEVER
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
    before1: str = ""  # the page of the visit before `page`, and those before that one
    before2: str = ""
    before3: str = ""
    flow_visitors: int = 0


DELTA_FIELDS = Delta.__struct_fields__
Extra = tuple[str | int, ...]


class Step(msgspec.Struct, frozen=True):
    """The outcome of one hit. `idle` is minutes since the visitor's hit before (65535: never), -1 for a leave.

    `extras` are added to other tables than the deltas; collector/extras.py says what they are.
    """

    deltas: list[Delta]
    state: State
    idle: int
    extras: Sequence[Extra] = ()
