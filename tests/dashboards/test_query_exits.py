"""Conversions and revenue by the page on which the visits ended."""

from tests.dashboards.conftest import Ask
from tests.dashboards.test_query_goals import ORDER, ask, shop, table

__all__ = ["ask", "shop"]  # fixtures


def test_conversions_by_the_page_on_which_the_visits_ended(ask: Ask) -> None:
    """Three of the five visits ended in the cart: Carmen thanked for her order there without a page view."""
    asked = ("conversions", "conversion_rate", "group_conversion_rate")
    assert table(ask(*asked, dimensions=["event:goal", "visit:exit_page"])) == {
        "Cart|/cart": (3, 60.0, 100.0), "Gift order|/cart": (1, 20.0, 33.33), "Order|/cart": (2, 40.0, 66.67),
        "Read|/": (1, 20.0, 100.0), "Read|/blog/a": (1, 20.0, 100.0),
    }  # fmt: skip
    assert table(ask("visits", "conversions", dimensions=["visit:exit_page"])) == {
        "/cart": (3, 6), "/": (1, 1), "/blog/a": (1, 1),
    }  # fmt: skip
    cart = ["is", "visit:exit_page", ["/cart"]]
    assert ask(*asked, filters=[*ORDER, cart]).rows[0].metrics == (2, 66.67, 66.67)
    by_day = ask(*asked[:2], dimensions=["time:day"], filters=[*ORDER, cart])
    assert table(by_day) == {"2026-03-01": (1, 50.0), "2026-03-04": (1, 100.0)}
    by_hour = ask("conversions", dimensions=["time:hour"], filters=[*ORDER, cart], date_range=["2026-03-04"] * 2)
    assert table(by_hour) == {"2026-03-04 12:00:00": (1,)}
    by_country = ask("conversions", "group_conversion_rate", dimensions=["visit:country"], filters=[*ORDER, cart])
    assert table(by_country) == {"EE": (1, 100.0), "LV": (1, 50.0)}
    others = ask("conversions", filters=[["not", cart], ["is_not", "event:goal", ["Cart"]]])
    assert others.rows[0].metrics == (2,)


def test_revenue_by_the_page_on_which_the_visits_ended(ask: Ask) -> None:
    """Of one goal, of all events, in each currency; Carmen paid in two, thanked for nothing, and ended in the cart."""
    exit_page = "visit:exit_page"
    found = ask("conversions", "revenue", "average_revenue", dimensions=["event:goal", exit_page])
    assert table(found)["Order|/cart"] == (2, {"EUR": 20.0, "USD": 5.0}, None)
    assert table(found)["Gift order|/cart"][1] == {"EUR": 19.99}
    assert table(found)["Gift order|/cart"][2]["value"] == 19.99  # type: ignore[index]
    assert table(found)["Read|/"] == (1, {}, None)
    assert table(ask("revenue", dimensions=[exit_page])) == {"/cart": ({"EUR": 20.0, "JPY": 300.0, "USD": 5.0},)}
    by_currency = ask("total_revenue", dimensions=[exit_page, "event:currency"])
    assert [(row.dimensions[1], row.metrics[0]["value"]) for row in by_currency.rows] == [
        ("EUR", 20.0), ("USD", 5.0), ("JPY", 300.0),
    ]  # fmt: skip
    cart, euros = ["is", exit_page, ["/cart"]], ["is", "event:currency", ["EUR"]]
    by_country = ask("revenue", dimensions=["visit:country"], filters=[*ORDER, cart, euros])
    assert table(by_country) == {"LV": ({"EUR": 20.0},)}
    by_hour = ask("revenue", dimensions=["time:hour"], filters=[*ORDER, cart], date_range=["2026-03-04"] * 2)
    assert table(by_hour) == {"2026-03-04 12:00:00": ({"USD": 5.0},)}
