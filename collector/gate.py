"""The gate: whether a beacon may be counted at all. It runs before anything is stored, looked up or set."""

from typing import Literal

from collector.sites import Site
from collector.tokens import ConsentGrant

Reason = Literal[
    "site", "origin", "signal", "consent", "bot", "excluded", "no_visit", "token", "currency", "unrecorded",
]  # fmt: skip

# Why something was not recorded, in words for the owner of the site. A closed list. What `token` and `currency` name is
# dropped alone: the beacon itself was counted.
REASONS: dict[Reason, str] = {
    "site": "The site is not known here.",
    "origin": "The page is not one of the site's.",
    "signal": "The browser asked not to be tracked (Global Privacy Control or Do Not Track) and chose nothing else.",
    "consent": "There was no valid consent to statistics.",
    "bot": "It was a robot, not a person.",
    "excluded": "The site leaves this page out.",
    "no_visit": "A page was left without a visit that it belonged to.",
    "unrecorded": "A decision about cookies could not be written down, so it did not take effect.",
    "token": "A visit state was forged, foreign, unreadable or from the future; the visitor was counted as new.",
    "currency": "An event named a currency that does not exist; the event was counted without its revenue.",
}


def refusal(
    site: Site | None, hosts: tuple[str, ...], grant: ConsentGrant | None, *, signal: bool, minute: int
) -> Reason | None:
    """Why a beacon may not be counted, or None when it may.

    `hosts` are the hosts of the page and of the request's origin, `grant` a decision whose signature is verified,
    `signal` whether the browser sends GPC or DNT, `minute` the time in minutes since the epoch. An explicit choice in
    force wins over a signal.
    """
    if site is None:
        return "site"
    for host in hosts:
        if not site.allows(host):
            return "origin"
    if grant is None or not in_force(grant, site, minute):
        return "signal" if signal else "consent"
    return None if grant.statistics else "consent"


def in_force(grant: ConsentGrant, site: Site, minute: int) -> bool:
    """Whether a decision still holds: made for this site's policy as it is now, and not expired."""
    return grant.site == site.domain and grant.policy == site.policy_version and minute < grant.until
