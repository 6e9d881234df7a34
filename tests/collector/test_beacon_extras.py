"""Beacons with more than a page view in them, from the body to the rows of the spool."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import rows
from collector.config import Settings
from collector.database import upgrade
from collector.extras import Batch
from collector.goal_checks import Goal
from collector.goals import add_funnel, add_goal
from collector.ledger import SpoolReader
from collector.services import open_services, spool_directory
from collector.sites import add_site, list_sites
from collector.stored import table
from collector.vitals import value_of
from tests.collector.test_endpoint import Visitor

SITE, SHOP, THANKS = "example.lv", "https://example.lv/shop", "https://example.lv/thanks"


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    """Someone who consented to everything, on a site with goals and a funnel."""
    services = open_services(Settings.from_environment({"SIKDATNE_DATA": str(tmp_path)}))
    upgrade(services.database)
    now = time.time()
    add_site(services.database, SITE, now=now)
    add_goal(services.database, SITE, Goal("Shop", "page", page="/shop"), now=now)
    add_goal(services.database, SITE, Goal("Order", "event", event="Order", props=(("paid", "true"),)), now=now)
    add_goal(services.database, SITE, Goal("Read", "scroll", page="/thanks", threshold=80), now=now)
    add_funnel(services.database, SITE, "Buy", ["Shop", "Order"], now=now)
    one = Visitor(services)
    one.consents(marketing=True)
    yield one
    services.close()


def extras(visitor: Visitor) -> dict[str, list[dict[str, Any]]]:
    """Rows beside those of `beacons`, by table."""
    visitor.services.spool.seal()
    directory = spool_directory(visitor.services.settings.data)
    segments = SpoolReader(directory, directory / "quarantine").sealed()
    batches: list[Batch] = rows.columns(
        payload for segment in segments for payload in segment.read()[1].payloads
    ).extras
    return {
        batch.table: [dict(zip(batch.columns, row, strict=True)) for row in zip(*batch.data, strict=True)]
        for batch in batches
    }


def pick(found: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found]


def test_goals_a_funnel_revenue_and_properties_of_a_purchase(visitor: Visitor) -> None:
    visitor.post(url=SHOP + "?utm_source=news", connection="4g")
    visitor.post(kind="event", name="Order", url=SHOP, props={"paid": False})
    paid: dict[str, Any] = {"kind": "event", "name": "Order", "url": SHOP, "props": {"paid": True, "items": 2}}
    visitor.post(**paid, revenue={"amount": 19.99, "currency": "eur"})
    visitor.post(url=THANKS)
    visitor.post(kind="leave", url=THANKS, depth=81, seconds=5)
    found = extras(visitor)
    goals = pick(
        found["goal_hits"], "goal", "page", "source", "connection", "currency", "conversions", "revenue",
        "goal_visitors",
    )  # fmt: skip
    assert sorted(goals) == [
        ("", "/shop", "news", "4g", "EUR", 0, 1999, 0), ("Order", "/shop", "news", "4g", "EUR", 1, 1999, 1),
        ("Read", "/thanks", "news", "4g", "", 1, 0, 1), ("Shop", "/shop", "news", "4g", "", 1, 0, 1),
    ]  # fmt: skip
    assert pick(found["funnel_hits"], "funnel", "step", "reached") == [("Buy", 1, 1), ("Buy", 2, 1)]
    assert pick(found["property_hits"], "name", "key", "value", "events") == [
        ("Order", "paid", "false", 1), ("Order", "paid", "true", 1), ("Order", "items", "2", 1),
    ]  # fmt: skip


def test_vitals_are_booked_with_device_and_without_a_hit(visitor: Visitor) -> None:
    vitals: dict[str, Any] = {"kind": "vitals", "url": SHOP, "vitals": {"lcp": 1800.5, "cls": 0.02}}
    first = visitor.post(**vitals)
    assert (first.status, first.headers["X-Not-Recorded"]) == (204, "no_visit")
    visitor.post(url=SHOP)
    before = len(visitor.rows())
    assert visitor.post(**vitals).status == 202
    assert len(visitor.rows()) == before
    found = extras(visitor)["vitals"]
    assert pick(found, "metric", "page", "device", "samples") == [
        ("lcp", "/shop", "desktop", 1), ("cls", "/shop", "desktop", 1),
    ]  # fmt: skip
    values = [value_of(row["metric"], row["bucket"]) for row in found]
    assert values == [pytest.approx(1800, rel=0.05), pytest.approx(0.02, rel=0.05)]


def test_topics_are_counted_with_consent_to_marketing_only(visitor: Visitor) -> None:
    visitor.post(url=SHOP, topic="shoes")
    visitor.post(url=THANKS, topic="shoes")
    visitor.consents(marketing=False)
    visitor.post(url="https://example.lv/hats", topic="hats")
    assert pick(extras(visitor)["topics"], "topic", "visitors") == [("shoes", 1)]


def test_a_connection_that_is_none_is_unknown(visitor: Visitor) -> None:
    visitor.post(url=SHOP, connection="carrier pigeon")
    assert {row["connection"] for row in visitor.rows()} == {""}


def test_a_first_visit_is_of_a_cohort(visitor: Visitor) -> None:
    visitor.post(url=SHOP)
    found = extras(visitor)["cohort_hits"]
    assert {(row["unit"], row["born"] == row["period"], row["visitors"]) for row in found} == {
        ("week", True, 1), ("month", True, 1),
    }  # fmt: skip


def test_what_is_written_to_its_table_directly_is_kept_as_long_as_the_policy_says(visitor: Visitor) -> None:
    visitor.post(url=SHOP, topic="shoes")
    visitor.post(url=THANKS)
    visitor.post(kind="vitals", url=THANKS, vitals={"lcp": 1800.5})
    found = {name: written for name, written in extras(visitor).items() if not name.endswith("_hits")}
    assert set(found) == {"vitals", "topics"}
    (site,) = list_sites(visitor.services.database)
    today = found["vitals"][0]["day"]
    terms = {"rollup": rows.expiry(today, site.rollup_months)}
    for name, written in found.items():
        assert {row["expires"] for row in written} == {terms[table(name).kept]}, name


def test_an_event_in_no_currency_is_counted_without_its_revenue_and_noted(visitor: Visitor) -> None:
    visitor.consents()
    assert visitor.post(kind="event", name="Buy", revenue={"amount": 5, "currency": "EUR"}).status == 202
    assert visitor.drops() == {}
    assert visitor.post(kind="event", name="Buy", revenue={"amount": 5, "currency": "EUX"}).status == 202
    assert visitor.drops() == {"currency": 1}
    assert sum(row["events"] for row in visitor.rows()) == 2
