"""What a visitor's browser holds of a site, decoded from its tokens: as data, and in plain words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from collector.clock import LocalClock, day_date
from collector.gate import in_force
from collector.history import HistoryTokens, Past
from collector.joining import joined
from collector.messages import LEFT
from collector.rules import Rules
from collector.sites import Site
from collector.state import COARSE
from collector.tokens import ConsentGrant, ConsentTokens, VisitTokens
from collector.visit import HASH_LENGTH, STATE_DAYS, State
from collector.wording import Words

Row = tuple[str, str]  # what it is, and its value
DAYS, MINUTES = ("born", "day"), ("start", "seen")  # fields of the state by their unit
HASHES = ("pages", "steps", "topics")


class Held(NamedTuple):
    """What was found in this browser. `history` has the oldest decision first; `left` is the state of a page that was
    left, which joins that of the last hit when there is another one."""

    consent: ConsentGrant | None
    visit: State | None
    history: list[Past]
    left: State | None = None

    def state(self, site: Site) -> State | None:
        """The visit state as the next beacon finds it."""
        if self.visit is None or self.left is None:
            return self.visit
        return joined(self.visit, self.left, site.rules, LocalClock(site.timezone))[0]


def find(
    site: Site, given: Mapping[str, str], consents: ConsentTokens, visits: VisitTokens, histories: HistoryTokens
) -> Held:
    """What the tokens in `given` ("consent", "visit", "visit-left", notes of decisions) hold; nothing for missing or
    forged ones."""
    return Held(
        consents.decode(site.domain, given.get("consent", "")),
        visits.decode(site.domain, given.get("visit", "")),
        histories.all(site.domain, given),
        visits.decode(site.domain, given.get(LEFT, "")),
    )


def as_data(held: Held, site: Site, now: float) -> dict[str, Any]:
    """Everything, for programs. Days and instants are those of the site's time zone, instants with their offset."""
    zone = ZoneInfo(site.timezone)
    consent, visit = held.consent, held.state(site)
    return {
        "site": site.domain,
        "timezone": site.timezone,
        "consent": None if consent is None else {
            "choices": {"statistics": consent.statistics, "marketing": consent.marketing},
            "decided": iso(consent.decided, zone),
            "valid_until": iso(consent.until, zone),
            "policy_version": consent.policy,
            "in_force": in_force(consent, site, int(now) // 60),
        },
        "history": [
            {
                "decided": iso(past.decided // 60, zone), "method": past.method, "policy_version": past.policy,
                "choices": {"statistics": past.statistics, "marketing": past.marketing},
                "receipt": past.receipt or None,
            }
            for past in held.history
        ],
        "visit": None if visit is None else {
            "first_visit": day_date(visit.born).isoformat(),
            "expires": day_date(visit.born + STATE_DAYS).isoformat(),
            "last_active": day_date(visit.day).isoformat(),
            "visit_began": iso(visit.start, zone),
            "last_seen": iso(visit.seen, zone),
            "pageviews": visit.views,
            "page": visit.path,
            "pages_seen_today": len(visit.pages) // HASH_LENGTH,
            "origin": {name: value for name, value in msgspec.structs.asdict(visit.origin).items() if value},
            "stored": msgspec.to_builtins(held.visit),
            "stored_beside": msgspec.to_builtins(held.left),
        },
        "kept_by_the_site": {"identifiers": [], "counters": "counts, with nothing that says whose visit it was"},
    }  # fmt: skip


def iso(minute: int, zone: ZoneInfo) -> str:
    """A minute since the epoch as ISO 8601, with the offset of the zone."""
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).isoformat(timespec="minutes")


def choice_rows(grant: ConsentGrant, site: Site, words: Words, now: float) -> list[Row]:
    """A decision in words."""
    zone = ZoneInfo(site.timezone)
    until = words.instant(grant.until * 60, zone)
    if not in_force(grant, site, int(now) // 60):
        until = f"{until} ({words.label('not_in_force')})"
    return [
        (words.field("statistics"), words.yes(grant.statistics)),
        (words.field("marketing"), words.yes(grant.marketing)),
        (words.field("decided"), words.instant(grant.decided * 60, zone)),
        (words.field("until"), until),
        (words.field("policy"), str(grant.policy)),
    ]


def history_rows(history: list[Past], site: Site, words: Words) -> list[tuple[str, ...]]:
    """When, how, statistics, marketing, receipt of each decision; the newest first."""
    zone = ZoneInfo(site.timezone)
    return [
        (
            words.instant(past.decided, zone), words.value("method", past.method),
            words.yes(past.statistics), words.yes(past.marketing), past.receipt,
        )
        for past in reversed(history)
    ]  # fmt: skip


def visit_rows(state: State, site: Site, words: Words) -> list[Row]:
    """Every field of the state that says something, in words."""
    zone = ZoneInfo(site.timezone)
    rows = []
    for name in State.__struct_fields__:
        if name == "origin":
            continue
        value = getattr(state, name)
        if value not in ("", 0, -1, (), []):
            rows.append((words.field(name), in_words(name, value, site.rules, words, zone) or "–"))
    origin = msgspec.structs.asdict(state.origin)
    rows += [(words.field(name), words.value(name, value)) for name, value in origin.items() if value]
    rows.append((words.label("expires"), words.date(day_date(state.born + STATE_DAYS))))
    return rows


def in_words(name: str, value: Any, rules: Rules, words: Words, zone: ZoneInfo) -> str:  # noqa: PLR0911 - one a kind
    """The value of one field of the state."""
    if name in DAYS:
        return words.date(day_date(value))
    if name in MINUTES:
        return words.instant(value * 60, zone)
    if name == "left":
        return words.duration(value, "minute")
    if name == "seconds":
        return words.duration(value, "second")
    if name == "depth":
        return f"{value} %"
    if name in HASHES:
        return words.label("many_pages", number=len(value) // HASH_LENGTH)
    if name in ("goals", "reached"):
        return ", ".join(goal.name for goal in rules.goals if value >> goal.number - 1 & 1) or words.label("unnamed")
    if name == "funnels":
        known = {funnel.number: funnel.name for funnel in rules.funnels}
        return ", ".join(f"{known[run[0]]}: {run[2]}" for run in value if run[0] in known) or words.label("unnamed")
    if name == "spent":
        return words.money((currency, amount) for _, currency, amount in value)
    if name == "first":
        return ", ".join(words.value(kind, code) for kind, code in zip(COARSE, value, strict=True) if code)
    if isinstance(value, bool):
        return words.yes(value)
    return " → ".join(value) if isinstance(value, list | tuple) else str(value)
