"""The gate, case by case."""

import pytest

from collector.gate import REASONS, refusal
from collector.sites import Site
from collector.tokens import ConsentGrant

SITE = Site("example.lv", origins=("https://shop.example.com",), policy_version=2)
NOW = 1000


def grant(**changes: object) -> ConsentGrant:
    fields = {"site": "example.lv", "policy": 2, "statistics": True, "marketing": False, "decided": 1, "until": 2000}
    return ConsentGrant(**(fields | changes))  # type: ignore[arg-type]


def test_consent_in_force_opens_the_gate() -> None:
    assert refusal(SITE, ("example.lv",), grant(), signal=False, minute=NOW) is None


def test_an_explicit_choice_wins_over_a_signal() -> None:
    assert refusal(SITE, ("example.lv",), grant(), signal=True, minute=NOW) is None


@pytest.mark.parametrize(
    "decision",
    [None, grant(statistics=False), grant(policy=1), grant(policy=3), grant(until=NOW), grant(site="other.lv")],
)
def test_anything_less_is_no_consent(decision: ConsentGrant | None) -> None:
    assert refusal(SITE, ("example.lv",), decision, signal=False, minute=NOW) == "consent"


def test_a_signal_without_a_choice_is_a_refusal_of_its_own() -> None:
    assert refusal(SITE, ("example.lv",), None, signal=True, minute=NOW) == "signal"


def test_a_refusal_stays_a_refusal_with_a_signal() -> None:
    assert refusal(SITE, ("example.lv",), grant(statistics=False), signal=True, minute=NOW) == "consent"


def test_an_unknown_site_comes_before_everything() -> None:
    assert refusal(None, ("example.lv",), grant(), signal=True, minute=NOW) == "site"


@pytest.mark.parametrize("host", ["example.lv", "www.example.lv", "a.b.example.lv", "shop.example.com"])
def test_hosts_of_the_site(host: str) -> None:
    assert refusal(SITE, (host,), grant(), signal=False, minute=NOW) is None


@pytest.mark.parametrize(
    "host", ["", "null", "other.lv", "badexample.lv", "example.lv.evil.com", "example.lv:8080", "evil.shop.example.com"]
)
def test_hosts_of_others(host: str) -> None:
    assert refusal(SITE, ("example.lv", host), grant(), signal=False, minute=NOW) == "origin"


def test_every_reason_has_words() -> None:
    assert all(text.endswith(".") and len(text) > 20 for text in REASONS.values())
