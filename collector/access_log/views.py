"""From lines of a log to counted page views: the same counting as for beacons, with the states held here."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from collector import rows
from collector.access_log.lines import Line, LineReader
from collector.access_log.pages import Left, left_out, split_target
from collector.access_log.visitors import NOWHERE, Visitors
from collector.bot import is_bot
from collector.clock import QUARTER, LocalClock, day_date, day_number
from collector.location import Location
from collector.messages import Arrival
from collector.origin import origin_of
from collector.page import clean_path
from collector.sites import Site
from collector.state import Hit, Origin
from collector.visit import SKEW_MINUTES, VISIT_MINUTES, advance

Outcome = Literal["counted"] | Left
NOT_LIVE = -1  # idle minutes of a page view that is not happening now
_path = lru_cache(maxsize=8192)(clean_path)


class Keeps(NamedTuple):
    """The first and the last day, by number, that a site takes in today."""

    first: int
    last: int


def kept_days(site: Site, clock: LocalClock, now: float) -> Keeps:
    """The days of which the site still keeps anything, up to today in its time zone."""
    today = clock.hour(int(now))[1]
    kept = day_number(rows.expiry(day_date(today), site.rollup_months)) - today
    return Keeps(today - kept + 1, today)


class Shift:
    """Moves instants by whole days of a time zone, keeping the time of day."""

    def __init__(self, zone: ZoneInfo, days: int) -> None:
        self.days = days
        self._zone = zone
        self._quarters: dict[int, int] = {}

    def __call__(self, time: int) -> int:
        if not self.days:
            return time
        quarter = time // QUARTER
        moved = self._quarters.get(quarter)
        if moved is None:
            local = datetime.fromtimestamp(quarter * QUARTER, UTC).astimezone(self._zone)
            moved = self._quarters[quarter] = int((local + timedelta(days=self.days)).timestamp()) - quarter * QUARTER
        return time + moved


class PageViews:
    """Counts the lines of one log for one site. `outcomes` says what became of how many lines."""

    def __init__(
        self, site: Site, locate: Callable[[str], Location], shift: Shift, clock: LocalClock, keeps: Keeps
    ) -> None:
        self.site = site
        self.outcomes: Counter[Outcome] = Counter()
        self._locate = locate
        self._shift = shift
        self._clock = clock
        self._keeps = keeps
        self._reader = LineReader()
        self.visitors = Visitors(clock)
        self._expiries: dict[int, tuple[int, int]] = {}
        self._earliest = 0

    def take(self, lines: list[bytes]) -> list[bytes]:
        """Count a block of lines; returns what is to be stored, as payloads of the spool."""
        payloads: list[bytes] = []
        self._earliest = 0
        for raw in lines:
            if raw:
                outcome = self._take(raw, payloads)
                self.outcomes[outcome] += 1
        if self._earliest:
            self.visitors.sweep(self._earliest)
        return payloads

    def _take(self, raw: bytes, payloads: list[bytes]) -> Outcome:
        line = self._reader.read(raw)
        if line is None:
            return "broken"
        now = self._shift(line.time)
        day = self._clock.hour(now)[1]
        if day < self._keeps.first:
            return "old"
        if day > self._keeps.last:
            return "future"
        path, query = split_target(line.target)
        reason = left_out(line, path, query)
        if reason is not None:
            return reason
        if is_bot(line.user_agent):
            payloads.append(rows.encode_drop(self.site.domain, now // 60 * 60, "bot"))
            return "bot"
        return self._count(line, path, query, now, payloads)

    def _count(self, line: Line, path: str, query: str, now: int, payloads: list[bytes]) -> Outcome:
        minute = now // 60
        visitor = self.visitors.key(line.address, line.user_agent)
        state = self.visitors.state(visitor)
        if state is not None and (
            state.seen > minute + SKEW_MINUTES or (state.origin is NOWHERE and minute - state.seen < VISIT_MINUTES)
        ):
            return "order"  # the visitor's state has gone on, or is no longer held
        page = _path(path)

        def origin() -> Origin:
            arrival = Arrival(page, query, line.referrer, line.address, line.user_agent)
            return origin_of(arrival, self._locate, self.site.allows)

        step = advance(state, Hit("pageview", page), now, self._clock, origin, self.site.rules)
        assert step is not None  # only a leave can count nothing
        self.visitors.remember(visitor, step.state)
        self._earliest = min(self._earliest or minute, minute)
        expires = self._expires(step.state.day)
        payloads.append(
            rows.encode_beacon(
                self.site.domain, expires, step.state.origin, minute * 60, NOT_LIVE, step.deltas, step.extras
            )
        )
        return "counted"

    def _expires(self, day: int) -> tuple[int, int]:
        known = self._expiries.get(day)
        if known is None:
            last = day_number(rows.expiry(day_date(day), self.site.rollup_months))
            known = self._expiries[day] = (min(day + self.site.detail_days + 1, last), last)
        return known
