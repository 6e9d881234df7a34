"""From the body of a beacon to the hit that is counted, with nothing of a person in it."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.body import decode
from collector.hit import hit_of
from collector.money import major_units, minor_units
from collector.state import Hit
from collector.vitals import value_of


def hit(marketing: bool = False, **fields: object) -> Hit:
    payload = decode(msgspec.json.encode({"site": "example.lv", "url": "https://example.lv/a", **fields}))
    return hit_of(payload, "/a", marketing)


def test_a_topic_counts_with_consent_to_marketing_only() -> None:
    assert hit(topic="cars").topic == ""
    assert hit(marketing=True, topic=" cars\n").topic == "cars"
    assert hit(marketing=True, topic="of bob@example.com").topic == "(removed)"
    assert hit(marketing=True, kind="event", name="Signup", topic="cars").topic == ""


def test_properties_become_short_texts() -> None:
    props = {
        "plan": "pro", "yearly": True, "trial": False, "seats": 3, "price": 19.99, "whole": 3.0, "tiny": 1e-7,
        "nothing": None, "empty": "", " ": "x", "long": "ā" * 100, "k" * 64: "v",
    }  # fmt: skip
    assert dict(hit(kind="event", name="Signup", props=props).props) == {
        "plan": "pro", "yearly": "true", "trial": "false", "seats": "3", "price": "19.99", "whole": "3",
        "tiny": "1e-07", "long": "ā" * 32, "k" * 64: "v",
    }  # fmt: skip


@pytest.mark.parametrize(
    "value", ["bob@example.com", "call +37126000000", "203.0.113.77", "010190-12345", 37126000000, "2001:db8:0:1::77"]
)
def test_personal_data_is_taken_out_of_names_and_values(value: object) -> None:
    kept = hit(kind="event", name=f"Signup {value}", props={"who": value, f"of {value}": "x"})
    assert kept.name == "(removed)"
    assert dict(kept.props) == {"who": "(removed)", "(removed)": "x"}


def test_only_events_carry_properties_and_revenue() -> None:
    for kind in ("pageview", "leave"):
        found = hit(kind=kind, name="x", props={"a": "b"}, revenue={"amount": 5, "currency": "EUR"})
        assert (found.name, found.props, found.revenue, found.currency) == ("", (), 0, "")


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        (19.99, "EUR", 1999), (0.1, "eur", 10), (1.005, "EUR", 101), (-5, "EUR", -500), (500, "JPY", 500),
        (1.2345, "KWD", 1235), (0, "EUR", 0), (1e12, "EUR", 100_000_000_000_000),
    ],
)  # fmt: skip
def test_revenue_is_in_minor_units(amount: float, currency: str, units: int) -> None:
    found = hit(kind="event", name="Buy", revenue={"amount": amount, "currency": currency})
    assert (found.revenue, found.currency) == (units, currency.upper())


@pytest.mark.parametrize("currency", ["EUX", "abc", "XXX", "XTS", "BTC"])
def test_revenue_in_no_currency_is_left_out(currency: str) -> None:
    found = hit(kind="event", name="Buy", props={"plan": "pro"}, revenue={"amount": 5, "currency": currency})
    assert (found.name, found.props, found.revenue, found.currency) == ("Buy", (("plan", "pro"),), 0, "")


@given(st.integers(-(10**11), 10**11), st.sampled_from(["EUR", "JPY", "KWD", "CLF", "XXX"]))
def test_minor_units_become_the_amount_again(units: int, currency: str) -> None:
    amount = major_units(units, currency)
    assert isinstance(amount, Decimal)
    assert minor_units(float(amount), currency) == units


def test_vitals_are_classes_of_the_metrics_that_were_measured() -> None:
    found = hit(kind="vitals", vitals={"lcp": 2500, "cls": 0.1, "inp": None, "unknown": 5})
    assert [metric for metric, _ in found.vitals] == ["lcp", "cls"]
    assert [value_of(*each) for each in found.vitals] == [pytest.approx(2500, rel=0.05), pytest.approx(0.1, rel=0.05)]


def test_a_leave_is_rounded() -> None:
    left = hit(kind="leave", seconds=9.6, depth=49.5)
    assert (left.seconds, left.depth) == (10, 50)
    assert hit(kind="leave").depth is None
