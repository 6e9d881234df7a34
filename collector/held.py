"""What a visitor's browser holds of a site, decoded from its tokens into plain words."""

from collections.abc import Mapping
from typing import Any

import msgspec

from collector.clock import day_date
from collector.decision import iso
from collector.gate import in_force
from collector.sites import Site
from collector.tokens import ConsentGrant, ConsentTokens, VisitTokens
from collector.visit import STATE_DAYS, State


def held(
    site: Site, tokens: Mapping[str, str], consents: ConsentTokens, visits: VisitTokens, now: float
) -> dict[str, Any]:
    """The decision and the visit state in `tokens` ("consent", "visit"); null for each that is missing or forged."""
    grant = consents.decode(site.domain, tokens.get("consent", ""))
    state = visits.decode(site.domain, tokens.get("visit", ""))
    return {
        "site": site.domain,
        "consent": None if grant is None else consent_in_words(grant, site, now),
        "visit": None if state is None else visit_in_words(state),
        "kept_by_the_site": {"identifiers": [], "counters": "counts, with nothing that says whose visit it was"},
    }


def consent_in_words(grant: ConsentGrant, site: Site, now: float) -> dict[str, Any]:
    """A decision: what was allowed, when, until when. Instants in UTC."""
    return {
        "choices": {"statistics": grant.statistics, "marketing": grant.marketing},
        "decided": iso(grant.decided * 60),
        "valid_until": iso(grant.until * 60),
        "policy_version": grant.policy,
        "in_force": in_force(grant, site, int(now) // 60),
    }


def visit_in_words(state: State) -> dict[str, Any]:
    """A visit state: dates in the time zone of the site, instants in UTC; of the origin only what is known."""
    origin = {name: value for name, value in msgspec.structs.asdict(state.origin).items() if value}
    return {
        "first_visit": day_date(state.born).isoformat(),
        "expires": day_date(state.born + STATE_DAYS).isoformat(),
        "last_active": day_date(state.day).isoformat(),
        "visit_began": iso(state.start * 60),
        "last_seen": iso(state.seen * 60),
        "pageviews": state.views,
        "page": state.path,
        "pages_seen_today": len(state.pages) // 4,
        "origin": origin,
    }
