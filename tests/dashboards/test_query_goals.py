"""Goals, revenue, properties and new visitors, counted as the collector counts them and asked for in many ways."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from collector.schema import apply_schema
from collector.store import Store, connect
from dashboards.query import QueryError, Result, parse, run
from tests.dashboards.conftest import Ask
from tests.dashboards.counting import at, count
from tests.dashboards.orders import HITS, NOW, SHOP
from tests.running import in_database


@pytest.fixture(scope="module")
def shop(clickhouse: str) -> Iterator[Store]:
    """A store that has counted HITS; tests only read it."""
    name = f"sikdatne_test_{secrets.token_hex(6)}"
    opened = connect(in_database(clickhouse, name))
    apply_schema(opened, time.time())
    count(opened, SHOP, HITS)
    yield opened
    opened.execute(f"DROP DATABASE {name}")
    opened.close()


@pytest.fixture
def ask(shop: Store) -> Ask:
    """Asks of 1 to 5 March."""

    def answer(*metrics: str, now: float = at(NOW), **rest: Any) -> Result:
        document = {"site_id": SHOP.domain, "metrics": list(metrics), "date_range": ["2026-03-01", "2026-03-05"]}
        return run(parse(document | rest), shop, SHOP, now)

    return answer


def table(result: Result) -> dict[str, tuple[object, ...]]:
    """Rows by their dimensions, joined with a bar."""
    return {"|".join(row.dimensions): row.metrics for row in result.rows}


ORDER = [["is", "event:goal", ["Order"]]]


def test_conversions_count_visits_and_rates_are_of_all_visits(ask: Ask) -> None:
    """Five visits: Anna's two orders are one conversion."""
    found = ask("conversions", "conversion_rate", "group_conversion_rate", dimensions=["event:goal"])
    assert table(found) == {
        "Cart": (3, 60.0, 60.0), "Order": (2, 40.0, 40.0), "Read": (2, 40.0, 40.0), "Gift order": (1, 20.0, 20.0),
    }  # fmt: skip
    assert ask("conversions").rows[0].metrics == (8,)
    assert ask("conversions", "conversion_rate", filters=ORDER).rows[0].metrics == (2, 40.0)


def test_rates_by_a_dimension_are_of_all_visits_or_of_those_alike(ask: Ask) -> None:
    found = ask("conversions", "conversion_rate", "group_conversion_rate", dimensions=["visit:country"], filters=ORDER)
    assert table(found) == {"EE": (1, 20.0, 33.33), "LV": (1, 20.0, 50.0)}
    both = ask("group_conversion_rate", dimensions=["event:goal", "visit:country"], order_by=[["event:goal", "asc"]])
    assert table(both) == {
        "Cart|LV": (100.0,), "Cart|EE": (33.33,), "Gift order|LV": (50.0,), "Order|LV": (50.0,), "Order|EE": (33.33,),
        "Read|EE": (66.67,),
    }  # fmt: skip
    filtered = ask("conversion_rate", filters=[*ORDER, ["is", "visit:country", ["EE"]]])
    assert filtered.rows[0].metrics == (33.33,)


def test_filters_joined_by_and_are_as_those_side_by_side(ask: Ask) -> None:
    """However deep: what must hold anyway is one goal, one page, and nothing that the visits are not asked for."""
    estonia, cart = ["is", "visit:country", ["EE"]], ["is", "event:page", ["/cart"]]
    few = ["is", "event:goal", ["Order", "Cart"]]
    for asked, side_by_side in (
        ([["and", [*ORDER, estonia]]], [*ORDER, estonia]),
        ([["and", [few, ["and", [estonia, ["and", ORDER]]]]]], [*ORDER, estonia]),
        ([["and", [few, *ORDER]], cart], [*ORDER, cart]),
    ):
        metrics = ("conversions", "visitors", "conversion_rate", "average_revenue")
        found = ask(*metrics, filters=asked)
        assert found.rows == ask(*metrics, filters=side_by_side).rows
        assert found.document()["query"]["filters"] == tuple(asked)
    assert ask("conversion_rate", filters=[["and", [*ORDER, estonia]]]).rows[0].metrics == (33.33,)


def test_rates_over_time_are_of_the_visits_of_each_bucket(ask: Ask) -> None:
    found = ask("conversions", "conversion_rate", dimensions=["time:day"], filters=ORDER)
    assert table(found) == {"2026-03-01": (1, 50.0), "2026-03-04": (1, 100.0)}
    hours = ask(
        "conversions",
        "conversion_rate",
        dimensions=["time:hour"],
        filters=ORDER,
        date_range=["2026-03-01", "2026-03-01"],
    )
    assert table(hours) == {"2026-03-01 10:00:00": (1, 100.0)}


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("visit:source", {"letter": 3, "Google": 2}),
        ("visit:browser", {"Chrome": 3, "Firefox": 2}),
        ("visit:connection", {"3g": 3, "4g": 2}),
        ("visit:language", {"et": 3, "lv": 2}),
        ("visit:entry_page", {"/": 3, "/blog/a": 1, "/blog/b": 1}),
    ],
)
def test_conversions_beside_visits_by_every_dimension(ask: Ask, dimension: str, expected: dict[str, int]) -> None:
    found = table(ask("visits", "conversions", dimensions=[dimension], filters=[]))
    assert {value: metrics[0] for value, metrics in found.items()} == expected
    assert sum(int(str(metrics[1])) for metrics in found.values()) == 8


def test_conversions_by_the_page_where_they_happened(ask: Ask) -> None:
    found = ask("conversions", "conversion_rate", dimensions=["event:page"], filters=ORDER)
    assert table(found) == {"/cart": (1, 20.0), "/thanks": (1, 20.0)}
    assert table(ask("pageviews", "conversions", dimensions=["event:page"])) == {
        "/": (4, 0), "/blog/a": (3, 1), "/cart": (3, 5), "/blog/b": (1, 1), "/thanks": (0, 1),
    }  # fmt: skip


def test_visitors_of_a_goal_are_counted_once_a_day(ask: Ask) -> None:
    found = ask("visitors", "conversions", dimensions=["event:goal"])
    assert table(found) == {"Cart": (3, 3), "Order": (2, 2), "Read": (2, 2), "Gift order": (1, 1)}
    assert found.meta["metric_warnings"]["visitors"]["warning"].startswith("visitors of a goal are exact for a day")
    assert ask("visitors", filters=ORDER).rows[0].metrics == (2,)
    days = ask("visitors", filters=ORDER, dimensions=["time:day"])
    assert table(days) == {"2026-03-01": (1,), "2026-03-04": (1,)}
    assert "metric_warnings" not in days.meta
    by_country = ask("visitors", dimensions=["visit:country"], filters=ORDER)
    assert table(by_country) == {"EE": (1,), "LV": (1,)}


def test_visitors_of_a_goal_by_the_page_on_which_they_reached_it(ask: Ask) -> None:
    """Carmen ordered on a page that she did not see: no page has her."""
    found = table(ask("visitors", dimensions=["event:goal", "event:page"]))
    assert found == {
        "Cart|/cart": (3,), "Gift order|/cart": (1,), "Order|/cart": (1,), "Order|": (1,), "Read|/blog/a": (1,),
        "Read|/blog/b": (1,),
    }  # fmt: skip
    blog = ["contains", "event:page", ["/blog/"]]
    assert ask("visitors", filters=[["is", "event:goal", ["Read"]], blog]).rows[0].metrics == (2,)


def test_a_rate_by_page_is_of_the_visitors_of_the_page(ask: Ask) -> None:
    """Three visitors of a day saw the cart, and three the first article, of whom one read it to its end."""
    rate = ask("group_conversion_rate", "conversion_rate", "conversions", dimensions=["event:goal", "event:page"])
    assert table(rate) == {
        "Cart|/cart": (100.0, 60.0, 3), "Gift order|/cart": (33.33, 20.0, 1), "Order|/cart": (33.33, 20.0, 1),
        "Order|/thanks": (0.0, 20.0, 1), "Order|": (0.0, 0.0, 0), "Read|/blog/a": (33.33, 20.0, 1),
        "Read|/blog/b": (100.0, 20.0, 1),
    }  # fmt: skip
    assert rate.meta["metric_warnings"]["group_conversion_rate"]["code"] == "summed_over_days"
    assert "conversion_rate" not in rate.meta["metric_warnings"]
    cart: list[object] = ["is", "event:page", ["/cart"]]
    one = ask("conversion_rate", "group_conversion_rate", "visitors", filters=[*ORDER, cart])
    assert one.rows[0].metrics == (33.33, 33.33, 1)
    assert one.meta["metric_warnings"]["conversion_rate"]["code"] == "summed_over_days"
    by_country = ask("conversion_rate", "group_conversion_rate", dimensions=["visit:country"], filters=[*ORDER, cart])
    assert table(by_country) == {"LV": (33.33, 50.0)}
    google = ask("conversion_rate", filters=[*ORDER, cart, ["is", "visit:source", ["Google"]]])
    assert google.rows[0].metrics == (50.0,)
    by_day = ask("conversion_rate", dimensions=["time:day"], filters=[["is", "event:goal", ["Cart"]], cart])
    assert table(by_day) == {"2026-03-01": (100.0,), "2026-03-04": (100.0,)}
    with_page = ask("conversion_rate", "group_conversion_rate", dimensions=["event:page"], filters=[*ORDER, cart])
    assert table(with_page) == {"/cart": (33.33, 33.33)}


@pytest.mark.parametrize("metric", ["visitors", "conversion_rate"])
def test_visitors_of_goals_are_not_known_by_the_hour(ask: Ask, metric: str) -> None:
    with pytest.raises(QueryError, match="known by the day"):
        ask(metric, dimensions=["time:hour"], filters=[*ORDER, ["is", "event:page", ["/cart"]]])


def test_revenue_by_goal_and_of_all_events(ask: Ask) -> None:
    """An event that reaches two goals is revenue of both, and once of the whole."""
    found = ask("revenue", "total_revenue", "average_revenue", dimensions=["event:goal"])
    rows = table(found)
    assert rows["Gift order"][0] == {"EUR": 19.99}
    assert rows["Order"] == ({"EUR": 20.0, "USD": 5.0}, None, None)
    assert rows["Gift order"][1] == {"value": 19.99, "currency": "EUR", "short": "€19.99", "long": "€19.99"}
    assert rows["Cart"] == rows["Read"] == ({}, None, None)
    assert set(table(ask("revenue", dimensions=["event:goal"]))) == {"Order", "Gift order"}
    assert found.meta["metric_warnings"]["total_revenue"]["code"] == "no_single_currency"
    assert ask("revenue").rows[0].metrics == ({"EUR": 20.0, "JPY": 300.0, "USD": 5.0},)
    by_country = table(ask("revenue", "total_revenue", dimensions=["visit:country"]))
    assert by_country["LV"][1] == {"value": 20.0, "currency": "EUR", "short": "€20", "long": "€20.00"}
    assert by_country["EE"] == ({"JPY": 300.0, "USD": 5.0}, None)
    none = ask("revenue", "total_revenue", "average_revenue", filters=[["is", "event:goal", ["Read"]]])
    assert none.rows[0].metrics == ({}, None, None)


def test_revenue_by_currency_has_a_sum_and_an_order(ask: Ask) -> None:
    found = ask(
        "total_revenue", "average_revenue", "conversions", dimensions=["event:currency"], filters=ORDER,
        order_by=[["average_revenue", "asc"]],
    )  # fmt: skip
    assert [(row.dimensions, row.metrics[0]["value"], row.metrics[1]["value"]) for row in found.rows] == [
        (("USD",), 5.0, 5.0), (("EUR",), 20.0, 20.0),
    ]  # fmt: skip
    days = ask("revenue", dimensions=["time:day"], order_by=[["revenue", "desc"]])
    assert [row.dimensions[0] for row in days.rows] == ["2026-03-01", "2026-03-04"]


def test_conversions_and_revenue_by_the_event_that_reached_the_goal(ask: Ask) -> None:
    """Anna's first order was a gift, so her conversion is of a gift; what each order brought is of its own kind."""
    asked = ("conversions", "visitors", "conversion_rate", "group_conversion_rate", "revenue")
    assert table(ask(*asked, dimensions=["event:goal", "event:name"])) == {
        "Order|Order": (2, 2, 40.0, 40.0, {"EUR": 20.0, "USD": 5.0}),
        "Gift order|Order": (1, 1, 20.0, 20.0, {"EUR": 19.99}),
    }
    assert table(ask(*asked, dimensions=["event:props:gift"], filters=ORDER)) == {
        "yes": (1, 1, 20.0, 20.0, {"EUR": 19.99}), "no": (1, 1, 20.0, 20.0, {"EUR": 0.01, "USD": 5.0}),
    }  # fmt: skip
    plain = ["is", "event:props:gift", ["no"]]
    assert ask(*asked, filters=[*ORDER, plain]).rows[0].metrics == (1, 1, 20.0, 20.0, {"EUR": 0.01, "USD": 5.0})
    in_estonia = ["is", "visit:country", ["EE"]]
    assert ask("conversion_rate", filters=[*ORDER, plain, in_estonia]).rows[0].metrics == (33.33,)
    by_country = ask("group_conversion_rate", dimensions=["event:props:gift", "visit:country"], filters=ORDER)
    assert table(by_country) == {"yes|LV": (50.0,), "no|EE": (33.33,)}
    gift = ask("average_revenue", dimensions=["event:name"], filters=[["is", "event:goal", ["Gift order"]]])
    assert gift.rows[0].metrics[0]["value"] == 19.99


def test_events_that_reached_goals_by_page_hour_and_currency(ask: Ask) -> None:
    named: list[object] = ["is", "event:name", ["Order"]]
    by_page = ask("conversions", "revenue", dimensions=["event:page", "event:props:size"], filters=[*ORDER, named])
    assert table(by_page) == {"/cart|L": (1, {"EUR": 20.0}), "/thanks|L": (1, {"USD": 5.0})}
    by_hour = ask("conversions", dimensions=["time:hour"], filters=[*ORDER, named], date_range=["2026-03-04"] * 2)
    assert table(by_hour) == {"2026-03-04 12:00:00": (1,)}
    dollars = ["is", "event:currency", ["USD"]]
    assert ask("conversions", filters=[*ORDER, named, dollars]).rows[0].metrics == (1,)
    assert ask("conversions", filters=[*ORDER, ["is", "event:name", ["Tip"]]]).rows[0].metrics == (0,)
    cart = ["is", "event:page", ["/cart"]]
    assert ask("conversion_rate", "visitors", filters=[*ORDER, named, cart]).rows[0].metrics == (33.33, 1)


def test_revenue_of_all_events_by_their_names_and_properties(ask: Ask) -> None:
    assert table(ask("events", "revenue", dimensions=["event:name"])) == {
        "pageview": (11, {}), "Order": (3, {"EUR": 20.0, "USD": 5.0}), "Tip": (1, {"JPY": 300.0}),
    }  # fmt: skip
    by_kind = {row.dimensions[0]: row.metrics for row in ask("total_revenue", dimensions=["event:props:gift"]).rows}
    assert by_kind["yes"][0]["value"] == 19.99
    assert by_kind["no"] == (None,), "in two currencies"


def test_revenue_compared(ask: Ask) -> None:
    include = {"comparisons": {"mode": "custom", "date_range": ["2026-03-01", "2026-03-02"]}}
    row = ask(
        "revenue",
        "total_revenue",
        "conversions",
        filters=ORDER,
        date_range=["2026-03-04", "2026-03-05"],
        include=include,
    ).rows[0]
    assert row.comparison is not None
    assert row.comparison.metrics[0] == {"EUR": 20.0}
    assert row.comparison.change == ({"EUR": -100, "USD": 100}, None, 0)
    nothing = {"comparisons": {"mode": "custom", "date_range": ["2026-03-02", "2026-03-02"]}}
    by_goal = ask("revenue", "total_revenue", dimensions=["event:goal"], filters=ORDER, include=nothing).rows[0]
    assert by_goal.comparison == (("Order",), ({}, None), ({"EUR": 100, "USD": 100}, None))


def test_filters_on_goals(ask: Ask) -> None:
    def conversions(*filters: object) -> object:
        return ask("conversions", filters=list(filters)).rows[0].metrics[0]

    assert conversions(["contains", "event:goal", ["order"], {"case_sensitive": False}]) == 3
    assert conversions(["is_not", "event:goal", ["Cart"]]) == 5
    assert conversions(["matches", "event:goal", ["^(Cart|Read)$"]]) == 5
    assert conversions(["or", [["is", "event:goal", ["Cart"]], ["is", "visit:country", ["LV"]]]]) == 5
    assert conversions(["not", ["is", "visit:country", ["LV"]]], ["is", "event:page", ["/cart"]]) == 1
    assert conversions(["is", "event:goal", ["Cart"]], ["is", "visit:connection", ["4g"]]) == 2


def test_properties_of_events(ask: Ask) -> None:
    assert table(ask("events", dimensions=["event:props:gift"])) == {"no": (2,), "yes": (1,)}
    assert table(ask("events", dimensions=["event:props:size", "event:name"])) == {"L|Order": (3,)}
    gifts = ask("events", dimensions=["visit:country"], filters=[["is_not", "event:props:gift", ["yes"]]])
    assert table(gifts) == {"EE": (1,), "LV": (1,)}
    by_day = ask("events", dimensions=["event:props:gift", "time:day"], filters=[["is", "event:name", ["Order"]]])
    assert table(by_day) == {"no|2026-03-01": (1,), "no|2026-03-04": (1,), "yes|2026-03-01": (1,)}
    assert table(ask("events", dimensions=["event:props:colour"])) == {}


def test_properties_are_counted_by_the_day(ask: Ask) -> None:
    with pytest.raises(QueryError, match="hour"):
        ask("events", dimensions=["event:props:gift", "time:hour"])


def test_new_and_returning_visitors(ask: Ask) -> None:
    """Dora was here in February. Carmen comes back within the range, in which she is new."""
    asked = ("visitors", "new_visitors", "returning_visitors")
    assert ask(*asked).rows[0].metrics == (4, 3, 1)
    assert table(ask(*asked, dimensions=["time:day"])) == {
        "2026-03-01": (2, 2, 0), "2026-03-02": (1, 1, 0), "2026-03-03": (1, 0, 1), "2026-03-04": (1, 0, 1),
    }  # fmt: skip
    assert table(ask(*asked, dimensions=["visit:country"])) == {"LV": (2, 2, 0), "EE": (2, 1, 1)}
    hours = ask(*asked, date_range=["2026-03-04T12:00:00", "2026-03-04T12:59:59"])
    assert hours.rows[0].metrics == (1, 0, 1)


def test_visitors_of_events_are_exact_for_a_day(ask: Ask) -> None:
    found = ask("events", "visitors", dimensions=["event:name"])
    assert table(found) == {"pageview": (11, None), "Order": (3, 2), "Tip": (1, 1)}
    assert found.meta["metric_warnings"]["visitors"]["code"] == "summed_over_days"
    one = ask("visitors", filters=[["is", "event:name", ["Order"]]], dimensions=["time:day"])
    assert table(one) == {"2026-03-01": (1,), "2026-03-04": (1,)}
    assert "metric_warnings" not in one.meta
    with pytest.raises(QueryError, match="known by the day"):
        ask("visitors", filters=[["is", "event:name", ["Order"]]], dimensions=["time:hour"])


def test_goals_of_old_days_remain_without_their_detail(shop: Store) -> None:
    site = msgspec.structs.replace(SHOP, detail_days=30)
    document = {
        "site_id": "shop.lv", "metrics": ["conversions"], "date_range": ["2026-03-01", "2026-03-05"],
        "dimensions": ["event:goal"],
    }  # fmt: skip
    later = at("2026-06-01T12:00")
    assert run(parse(document), shop, site, later).rows[0].metrics == (3,)
    by_country = document | {"dimensions": ["event:goal", "visit:country"]}
    with pytest.raises(QueryError, match="keeps for 30 days"):
        run(parse(by_country), shop, site, later)


def test_rows_are_paged_and_counted(ask: Ask) -> None:
    asked = {"dimensions": ["event:goal"], "include": {"total_rows": True}, "pagination": {"limit": 1, "offset": 1}}
    found = ask("conversions", "conversion_rate", **asked)
    assert [row.dimensions for row in found.rows] == [("Order",)]
    assert found.meta["total_rows"] == 4
