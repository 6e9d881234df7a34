"""What an import remembers of the visitors of a log while it runs: in memory only, and gone when it ends.

Visitors are told apart by address and user agent, of which only a hash under a random key of this run is held. A
visitor of today takes about 700 bytes; one whose day is over, of whom only the first day and the last minute still
matter, about 150. So memory grows with the visitors of the log and not with its lines.
"""

import secrets
from hashlib import blake2b

from collector.clock import LocalClock
from collector.state import Origin, Run, State
from collector.visit import SKEW_MINUTES, VISIT_MINUTES

OVER = VISIT_MINUTES + SKEW_MINUTES  # minutes after which no line can still belong to a visit
NOWHERE = Origin()


class Visitors:
    """Visit states by visitor. Minutes are since 1970."""

    def __init__(self, clock: LocalClock) -> None:
        self._clock = clock
        self._hash = blake2b(key=secrets.token_bytes(32), digest_size=8)
        self._states: dict[int, State] = {}
        self._past: dict[int, int] = {}  # first day in the upper bits, last minute in the lower 32
        self._runs: dict[int, tuple[Run, ...]] = {}  # funnels that a visitor of the past is on the way through
        self._swept = 0

    def __len__(self) -> int:
        return len(self._states) + len(self._past)

    def key(self, address: str, user_agent: str) -> int:
        """The visitor's key in this run."""
        hashed = self._hash.copy()
        hashed.update(f"{address}\0{user_agent}".encode("utf-8", "replace"))
        return int.from_bytes(hashed.digest(), "big")

    def state(self, key: int) -> State | None:
        """What is remembered of a visitor; None of a new one."""
        known = self._states.get(key)
        if known is None:
            packed = self._past.get(key)
            if packed is not None:
                seen = packed & 0xFFFFFFFF
                day, runs = self._clock.hour(seen * 60)[1], self._runs.get(key, ())
                known = State(packed >> 32, day, seen, seen, NOWHERE, "", funnels=runs)
        return known

    def remember(self, key: int, state: State) -> None:
        if key not in self._states:
            self._past.pop(key, None)
            self._runs.pop(key, None)
        self._states[key] = state

    def sweep(self, minute: int) -> None:
        """Forget the details of days that are over; `minute` is the earliest one in the block just read."""
        today = self._clock.hour((minute - SKEW_MINUTES) * 60)[1]
        if today <= self._swept:
            return
        self._swept = today
        over = [key for key, state in self._states.items() if state.day < today and minute - state.seen >= OVER]
        for key in over:
            state = self._states.pop(key)
            self._past[key] = state.born << 32 | state.seen
            if state.funnels:
                self._runs[key] = state.funnels
