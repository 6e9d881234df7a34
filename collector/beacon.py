"""The way of one beacon: decode, gate, bot, visit, spool, answer. Knows neither Flask nor ClickHouse.

`Counter.count` is all there is between a decoded payload and a frame in the spool; `endpoint.py` feeds it.
"""

import time
from collections import Counter as Sums
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from collector import rows
from collector.bot import HEADLESS, is_bot, with_window
from collector.clock import LocalClock, day_date, day_number
from collector.gate import Reason, refusal
from collector.hit import hit_of
from collector.joining import joined
from collector.location import Location
from collector.messages import LEFT, VISIT, Arrival, Counted, Dropped, Request
from collector.network import address_text, client_address, network_prefix
from collector.origin import origin_of
from collector.page import Page, page_of
from collector.payload import Payload
from collector.sites import Site, SiteDirectory
from collector.spool import SpoolFull, SpoolWriter
from collector.state import Extra, Origin, State
from collector.tokens import ConsentTokens, VisitTokens, text_of
from collector.visit import SKEW_MINUTES, STATE_DAYS, advance

__all__ = ["Counted", "Counter", "Dropped", "Request"]

# Answers that come late must not undo what was answered since: a leave is kept apart, and vitals change nothing.
KEPT_IN = {"leave": LEFT, "vitals": ""}
NETWORKS_SECONDS = 5.0
NETWORKS_TOGETHER = 10_000  # in one frame, which holds a megabyte at most


@dataclass
class Counter:
    """Counts beacons. One for each process; safe to be shared by its threads."""

    sites: SiteDirectory
    spool: SpoolWriter
    visits: VisitTokens
    consents: ConsentTokens
    locate: Callable[[str], Location]
    proxies: int = 0
    _clocks: dict[str, LocalClock] = field(default_factory=dict)
    _expiries: dict[tuple[str, int, int, int], tuple[int, int]] = field(default_factory=dict)
    _networks: list[bytes] = field(default_factory=list)
    _refused: list[bytes] = field(default_factory=list)
    _networks_due: float = 0.0

    def count(self, payload: Payload, request: Request, now: float) -> Counted | Dropped:
        """Count one beacon at `now`, in seconds since the epoch. Raises SpoolFull; nothing is counted then."""
        minute = int(now) // 60
        site = self.sites.get(payload.site, now)
        page = page_of(payload.url)
        consent = text_of(payload.consent)
        if request.consent:
            grant = self.consents.latest(payload.site, consent, request.consent)
        else:
            grant = self.consents.decode(payload.site, consent)
        host = page.host if page is not None else ""
        hosts = (host, request.origin) if request.origin and request.origin != host else (host,)
        reason = refusal(site, hosts, grant, signal=request.signal, minute=minute)
        if reason is not None or site is None or page is None or grant is None:
            return self._drop(payload.site if site is not None else "", minute, reason or "origin")
        address = client_address(request.remote, request.forwarded_for, self.proxies)
        if HEADLESS in request.user_agent:
            request = msgspec.structs.replace(request, user_agent=with_window(request.user_agent))
        robot = is_bot(request.user_agent)
        self._note_network(address, robot)
        if robot:
            return self._drop(site.domain, minute, "bot")
        return self._advance(site, page, payload, request, address, int(now), grant.marketing)

    def _advance(
        self, site: Site, page: Page, payload: Payload, request: Request, address: bytes, now: int, marketing: bool
    ) -> Counted | Dropped:
        clock = self._clock(site.timezone)
        state, moved = self._states(site, payload, request, clock, now // 60)
        hit = hit_of(payload, page.path, marketing)
        if payload.revenue is not None and hit.kind == "event" and not hit.currency:
            self.spool.append(rows.encode_drop(site.domain, now // 60 * 60, "currency"))
        step = advance(state, hit, now, clock, lambda: self._origin(site, page, payload, request, address), site.rules)
        if step is None:
            return self._drop(site.domain, now // 60, "no_visit")
        extras = step.extras
        if moved and state is not None and state.start == step.state.start:  # else they are of the visit before
            extras = [*moved, *extras]
        today = clock.hour(now)[1]
        self.spool.append(
            rows.encode_beacon(
                site.domain,
                self._expiry(site, today),
                step.state.origin,
                now // 60 * 60,
                step.idle,
                step.deltas,
                extras,
            )
        )
        seconds = (step.state.born + STATE_DAYS - today) * 86_400
        token = self.visits.encode(site.domain, step.state)
        kept = KEPT_IN.get(hit.kind, VISIT)
        return Counted(token, max(seconds, 0), kept, joined=bool(request.left) and kept == VISIT)

    def _states(
        self, site: Site, payload: Payload, request: Request, clock: LocalClock, minute: int
    ) -> tuple[State | None, list[Extra]]:
        """What the browser remembers, and what joining its states adds. A page's own storage has one state alone."""
        if payload.visit is not None and payload.visit != "":
            return self._state(site, payload.visit, minute), []
        state = self._state(site, request.visit, minute) if request.visit else None
        if state is None or not request.left:
            return state, []
        left = self._state(site, request.left, minute)
        return (state, []) if left is None else joined(state, left, site.rules, clock)

    def _state(self, site: Site, given: object, minute: int) -> State | None:
        """The state in a token. One that is none, and whatever else was given, is counted as such."""
        token = text_of(given)
        state = self.visits.decode(site.domain, token)
        if state is None or state.seen > minute + SKEW_MINUTES:
            self.spool.append(rows.encode_drop(site.domain, minute * 60, "token"))
            return None
        return state

    def _origin(self, site: Site, page: Page, payload: Payload, request: Request, address: bytes) -> Origin:
        arrival = Arrival(
            page.path, page.query, payload.referrer, address_text(address), request.user_agent, request.hints(),
            payload.width, payload.language, payload.audience, payload.connection,
        )  # fmt: skip
        return origin_of(arrival, self.locate, site.allows)

    def _drop(self, site: str, minute: int, reason: Reason) -> Dropped:
        self.spool.append(rows.encode_drop(site, minute * 60, reason))
        return Dropped(reason)

    def _clock(self, timezone: str) -> LocalClock:
        clock = self._clocks.get(timezone)
        if clock is None:
            clock = self._clocks[timezone] = LocalClock(timezone)
        return clock

    def _expiry(self, site: Site, day: int) -> tuple[int, int]:
        key = (site.domain, site.detail_days, site.rollup_months, day)
        known = self._expiries.get(key)
        if known is None:
            if len(self._expiries) > 10_000:
                self._expiries.clear()
            last = day_number(rows.expiry(day_date(day), site.rollup_months))
            known = self._expiries[key] = (min(day + site.detail_days + 1, last), last)
        return known

    def _note_network(self, address: bytes, refused: bool) -> None:
        """Networks are summed in memory and written apart from the beacons, so that nothing can join the two."""
        prefix = network_prefix(address)
        self._networks.append(prefix)  # takes no lock: the interpreter appends at once
        if refused:
            self._refused.append(prefix)

    def tend(self, now: float) -> None:
        """Write the networks that have waited for their time, also where no other beacon comes. One thread calls it."""
        if not self._networks:
            return
        if not self._networks_due:
            self._networks_due = now + NETWORKS_SECONDS
        elif now >= self._networks_due:
            self._networks_due = 0.0
            with suppress(SpoolFull):  # these sums are of no visitor; a full disk may cost a few seconds of them
                self._write_networks(now)

    def _write_networks(self, now: float) -> None:
        requests, refused = drained(self._networks), drained(self._refused)
        summed = [(prefix, count, refused[prefix]) for prefix, count in sorted(requests.items())]
        for start in range(0, len(summed), NETWORKS_TOGETHER):
            self.spool.append(rows.encode_networks(int(now) // 86_400, summed[start : start + NETWORKS_TOGETHER]))

    def close(self) -> None:
        """Write what is still in memory."""
        with suppress(SpoolFull):
            self._write_networks(time.time())


def drained(things: list[bytes]) -> Sums[bytes]:
    """How often each is in the list, of which that much is taken away. Others may append to it meanwhile."""
    count = len(things)
    sums = Sums(things[:count])
    del things[:count]
    return sums
