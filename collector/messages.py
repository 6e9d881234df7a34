"""What the endpoint hands to the counting, what it hands on, and what it gets back."""

from collections.abc import Callable

import msgspec

from collector.device import Hints
from collector.gate import Reason

VISIT, LEFT = "visit", "visit-left"  # cookies: of the last hit, and of a page that was left after it


class Request(msgspec.Struct, frozen=True, gc=False):
    """What of a request matters. `origin` is the host of the Origin header, or empty; nothing of it is kept."""

    remote: str
    forwarded_for: str | None
    user_agent: str
    hints: Callable[[], Hints]  # asked only when a visit begins
    origin: str
    signal: bool
    consent: str  # token of the cookie
    visit: str  # token of the cookie
    left: str = ""  # token of the cookie beside it


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """What is known of the first hit of a visit. Only what `origin_of` makes of it is kept."""

    path: str  # of the entry page, as it is kept
    query: str
    referrer: str
    address: str
    user_agent: str
    hints: Hints | None = None
    width: float | None = None
    language: str = ""
    audience: str = ""
    connection: str = ""


class Counted(msgspec.Struct, frozen=True, gc=False):
    """The beacon is counted. `token` is the new visit state, to be kept by the browser for `seconds`: in the cookie
    `visit` or, of a page that was left, in the one beside it; `joined`: the one beside it is in this one now."""

    token: str
    seconds: int
    cookie: str = VISIT
    joined: bool = False


class Dropped(msgspec.Struct, frozen=True, gc=False):
    """The beacon is not recorded, by policy."""

    reason: Reason
