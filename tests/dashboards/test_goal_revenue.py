"""What a goal earned, by every dimension, over HTTP on a real store: currency by currency, never summed."""

import re
from html import unescape

from tests.dashboards.person import Person
from tests.dashboards.test_pages import Tables
from tests.dashboards.test_reports import anna, app, clock, page, said, shop_store

__all__ = ["anna", "app", "clock", "shop_store"]  # fixtures


def test_each_row_tells_its_revenue_in_each_currency(anna: Person) -> None:
    """Two orders of 25 EUR, from Google and from the newsletter, and one of 40 USD by somebody who came directly."""
    html = page(anna, "goals", "goal=Order")
    rows = Tables(html).rows
    assert rows["devices"] == [
        ["Device", "Conversions", "Rate", "Revenue"], ["Desktop", "2", "10.5%", "€25$40"],
        ["Mobile", "1", "16.7%", "€25"],
    ]  # fmt: skip
    assert "<span>€25</span> <span>$40</span>" in html
    assert sorted(row[3] for row in rows["places"][1:]) == ["$40", "€25", "€25"]


def test_rows_are_ordered_by_the_revenue_in_one_currency(anna: Person) -> None:
    html = page(anna, "goals", "goal=Order&order=USD")
    first, *others = Tables(html).rows["sources"][1:]
    assert first == ["Direct", "1", "11.1%", "$40"]
    assert [row[3] for row in others] == ["€25", "€25"]
    assert Tables(page(anna, "goals", "goal=Order&order=EUR")).rows["sources"][-1] == first
    bars = [
        int(width) for width in re.findall(r'<rect width="(\d+)"', html.split('id="sources"')[1].split("</section>")[0])
    ]
    assert bars == [100, 0, 0]


def test_the_orders_that_can_be_chosen(anna: Person) -> None:
    html = page(anna, "goals", "goal=Order&country=LV")
    assert orders(html) == {"Conversions": True, "Revenue": False}, "only one currency from Latvia"
    html = page(anna, "goals", "goal=Order")
    assert orders(html) == {"Conversions": True, "Revenue in EUR": False, "Revenue in USD": False}
    link = re.search(r'href="([^"]*order=USD[^"]*)#order"', html)
    assert link
    there = anna.get(unescape(link[1])).text
    assert orders(there) == {"Conversions": False, "Revenue in EUR": False, "Revenue in USD": True}
    assert "order=USD" in there.split('id="devices"')[1].split("</section>")[0], "rows and tabs keep the order"
    assert orders(page(anna, "goals", "goal=Order&order=GBP"))["Conversions"]


def test_where_visits_ended_that_reached_the_goal(anna: Person) -> None:
    """What they paid goes with them."""
    for order in ("", "&order=USD"):
        html = page(anna, "goals", f"goal=Order&pages=exit{order}")
        assert Tables(html).rows["pages"] == [
            ["Exit page", "Conversions", "Rate", "Revenue"], ["/basket/address", "3", "60%", "€50$40"],
        ]  # fmt: skip
    told = said(anna, "goals", "goal=Order&pages=exit&page=/basket/address")
    assert "This is not known of single pages" in told


def test_what_the_events_carried_that_reached_the_goal(anna: Person) -> None:
    html = page(anna, "goals", "goal=Order&property=plan")
    assert Tables(html).rows["carried"] == [
        ["plan", "Conversions", "Share", "Revenue"], ["basic", "2", "67%", "€25$40"], ["pro", "1", "33%", "€25"],
    ]  # fmt: skip
    assert Tables(page(anna, "goals", "goal=Order&property=plan&order=USD")).rows["carried"][1][0] == "basic"
    assert [row[:2] for row in Tables(page(anna, "goals", "goal=Order&property=items&country=LV")).rows["carried"]] == [
        ["items", "Conversions"], ["1", "1"],
    ]  # fmt: skip
    assert Tables(page(anna, "goals", "goal=Pro order&property=plan")).rows["carried"][1:] == [
        ["pro", "1", "100%", "€25"]
    ]
    assert "carried" not in Tables(page(anna, "goals", "goal=Basket")).rows, "a page carries nothing"


def test_a_goal_without_revenue_has_no_such_column(anna: Person) -> None:
    html = page(anna, "goals", "goal=Basket&order=EUR")
    assert Tables(html).rows["devices"][0] == ["Device", "Conversions", "Rate"]
    assert orders(html) == {}
    assert "remove the filters" not in said(anna, "goals", "goal=Basket&order=EUR")


def test_revenue_is_known_where_rates_are_not(anna: Person) -> None:
    rows = Tables(page(anna, "goals", "goal=Order&page=/basket/address")).rows
    assert ["Desktop", "2", "€25$40"] in [[row[0], row[1], row[-1]] for row in rows["devices"]]


def orders(html: str) -> dict[str, bool]:
    """The choices, and whether they are the current one."""
    found = re.search(r'<nav class="tabs" aria-labelledby="order-name">.*?</nav>', html)
    links = re.findall(r"<a href=[^>]*?data-swap([^>]*)>([^<]+)</a>", found[0]) if found else []
    return {label: "current" in rest for rest, label in links}
