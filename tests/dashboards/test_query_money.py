"""Averages of revenue where a visit earned in two currencies or on two pages, counted as the collector counts them."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest

from collector.schema import apply_schema
from collector.store import Store, connect
from dashboards.query import Result, parse, run
from dashboards.query.money import money
from tests.dashboards.conftest import Ask
from tests.dashboards.counting import Seen, at, count
from tests.dashboards.orders import LV, NOW, SHOP
from tests.running import in_database

DAY = "2026-03-02"
ORDER = [["is", "event:goal", ["Order"]]]


def order(visitor: str, time_of_day: str, page: str, revenue: int, currency: str) -> Seen:
    begun = at(f"{DAY}T{time_of_day}")
    return Seen(visitor, begun, page, "event", "Order", origin=LV, revenue=revenue, currency=currency)


# Each visit is one conversion, in the currency and on the page of its first order.
HITS = [
    order("Anna", "10:00", "/cart", 2000, "EUR"),
    order("Anna", "10:05", "/gifts", 1000, "USD"),
    order("Bruno", "11:00", "/cart", 4000, "EUR"),
]


@pytest.fixture(scope="module")
def shop(clickhouse: str) -> Iterator[Store]:
    name = f"sikdatne_test_{secrets.token_hex(6)}"
    opened = connect(in_database(clickhouse, name))
    apply_schema(opened, time.time())
    count(opened, SHOP, HITS)
    yield opened
    opened.execute(f"DROP DATABASE {name}")
    opened.close()


@pytest.fixture
def ask(shop: Store) -> Ask:
    def answer(*metrics: str, **rest: Any) -> Result:
        document = {"site_id": SHOP.domain, "metrics": list(metrics), "date_range": [DAY, DAY], "filters": ORDER}
        return run(parse(document | rest), shop, SHOP, at(NOW))

    return answer


def values(result: Result) -> dict[str, tuple[float | None, ...]]:
    """Amounts without their currencies, by the values of the dimension."""
    return {row.dimensions[0]: tuple(map(value, row.metrics)) for row in result.rows}


def value(metric: Any) -> float | None:
    found: float | None = metric["value"] if isinstance(metric, dict) else metric
    return found


def test_the_second_currency_of_a_visit_has_a_sum_and_says_why_it_has_no_average(ask: Ask) -> None:
    found = ask("total_revenue", "average_revenue", "conversions", dimensions=["event:currency"])
    assert values(found) == {"EUR": (60.0, 30.0, 2), "USD": (10.0, None, 0)}
    warnings = found.meta["metric_warnings"]
    assert warnings.keys() == {"average_revenue"}, "the sums are all known"
    assert warnings["average_revenue"]["code"] == "no_conversion"
    assert "counted where it first reached the goal" in warnings["average_revenue"]["warning"]


def test_an_average_in_one_currency_needs_no_warning(ask: Ask) -> None:
    found = ask("average_revenue", dimensions=["event:currency"], filters=[*ORDER, ["is", "event:currency", ["EUR"]]])
    assert values(found) == {"EUR": (30.0,)}
    assert "metric_warnings" not in found.meta


def test_several_currencies_together_have_no_sum(ask: Ask) -> None:
    found = ask("total_revenue", "average_revenue")
    assert found.rows[0].metrics == (None, None)
    assert {each["code"] for each in found.meta["metric_warnings"].values()} == {"no_single_currency"}


def test_what_a_visit_earned_on_a_second_page_has_no_average_there(ask: Ask) -> None:
    found = ask("total_revenue", "average_revenue", "conversions", dimensions=["event:page"])
    assert values(found) == {"/cart": (60.0, 30.0, 2), "/gifts": (10.0, None, 0)}
    assert "no conversion was counted" in found.meta["metric_warnings"]["average_revenue"]["warning"]


def test_the_change_of_an_average_that_is_not_known_is_not_known(ask: Ask) -> None:
    compared = {"comparisons": {"mode": "custom", "date_range": ["2026-03-01", "2026-03-01"]}}
    found = ask("average_revenue", dimensions=["event:currency"], include=compared)
    assert [row.comparison and row.comparison.change for row in found.rows] == [(None,), (None,)]


def test_amounts_are_rounded_to_what_the_currency_has() -> None:
    average = money({"EUR": 1000}, 3)
    assert average
    assert (average["value"], average["long"]) == (3.33, "€3.33")
    assert money({"EUR": 1000}, 0) is None
    assert money({"EUR": 1000, "USD": 1}) is None
    assert money({}, 3) is None
