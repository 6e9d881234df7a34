"""The page of one goal over HTTP on a real store: the line that its tiles choose, and tables that hide nothing."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from collector.services import of
from collector.sites import add_site
from collector.store import Store
from tests.dashboards import shop
from tests.dashboards.counting import Seen, at, insert, payloads
from tests.dashboards.person import Clock, Person, installed, signed_in
from tests.dashboards.test_pages import Tables
from tests.dashboards.test_reports import clock, shop_store, text_of

__all__ = ["clock", "shop_store"]  # fixtures
JANUARY = "from=2026-01-01&to=2026-01-31"
MARCH = "from=2026-03-02&to=2026-03-15"
CITIES, PLANS = 1003, 60


def january() -> Iterator[Seen]:
    """Many orders of a day, each from a city of its own, in as many plans as are counted."""
    for number in range(CITIES):
        begun = at("2026-01-08T10:00") + number
        yield Seen(("city", number), begun, "/", origin={"city": f"City {number:04}", "country": "LV"})
        props = {"plan": f"plan {number % PLANS:02}"}
        yield Seen(("city", number), begun + 5, "/", "event", "Order", props=props, revenue=101, currency="EUR")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, shop_store: Store, clock: Clock) -> Iterator[Flask]:
    insert(shop_store, payloads(shop.SHOP, january()), "january")
    with installed(Path(tmp_path_factory.mktemp("goal")), shop_store.address(), clock) as made:
        add_site(of(made).database, shop.DOMAIN, now=clock.now)
        shop.set_up(of(made).database, clock.now)
        yield made


@pytest.fixture(scope="module")
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def goal(person: Person, query: str, days: str = MARCH) -> str:
    answer = person.get(f"/sites/{shop.DOMAIN}/goals?{days}&goal=Order&{query}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("line", "name", "first"),
    [
        ("", "Conversions", "3"),
        ("visitors", "Visitors", "3"),
        ("rate", "Conversion rate", "30%"),
        ("EUR", "Revenue in EUR", "€50"),
        ("USD", "Revenue in USD", "$40"),
        ("GBP", "Conversions", "3"),
    ],
)
def test_the_tiles_choose_the_line(anna: Person, line: str, name: str, first: str) -> None:
    html = goal(anna, f"line={line}")
    assert Tables(html).rows["goal"][:2] == [["Day", name, "Period before"], ["Mon 2 Mar 2026", first, ""]]
    tiles = re.findall(r'<a href="([^"]+)" data-swap="goal"( aria-current="true")?>', html)
    assert len(tiles) == 5
    assert [bool(current) for _url, current in tiles].count(True) == 1
    assert sum(f"line={line}" in unescape(url) for url, _current in tiles) == 1 or line in ("", "GBP")


def test_the_line_of_revenue_has_its_cents(anna: Person) -> None:
    rows = Tables(goal(anna, "line=EUR&interval=week", JANUARY)).rows["goal"]
    assert rows[2][:2] == ["5 – 11 Jan 2026", "€1,013.03"]


def test_what_is_not_known_by_the_hour_is_no_line(anna: Person) -> None:
    html = goal(anna, "line=visitors", "from=2026-03-02&to=2026-03-02")
    assert Tables(html).rows["goal"][0][:2] == ["Hour", "Conversions"]
    assert "line=visitors" not in html.split('class="tiles')[1].split("</ul>")[0]
    assert Tables(goal(anna, "line=rate", "from=2026-03-02&to=2026-03-02")).rows["goal"][11][:2] == [
        "Mon 2 Mar, 10:00", "25%",
    ]  # fmt: skip


def test_no_row_is_left_out_without_a_word(anna: Person) -> None:
    html = goal(anna, "places=city", JANUARY)
    assert len(Tables(html).rows["places"]) == 1 + 9
    url = re.search(r'<a href="([^"]+)" data-swap="places">All</a>', html)
    assert url
    whole = anna.get(unescape(url[1])).text
    assert len(Tables(whole).rows["places"]) == 1 + 1000
    assert "The first 1,000; there are more." in text_of(whole)
    assert len(Tables(whole).rows["carried"]) == 1 + 9, "the other tables stay short"
    assert 'data-swap="places">Fewer</a>' in whole
    ordered = Tables(goal(anna, "places=city&order=EUR&rows=places", JANUARY)).rows["places"]
    assert len(ordered) == 1 + 1000
    assert 'data-swap="devices">All' not in html
    plans = goal(anna, "rows=carried", JANUARY)
    assert len(Tables(plans).rows["carried"]) == 1 + PLANS
    assert "there are more" not in text_of(plans)


def test_no_property_of_an_event_is_left_out_either(anna: Person) -> None:
    found = anna.get(f"/sites/{shop.DOMAIN}/goals?{JANUARY}&event=Order").text
    rows = Tables(found).rows["properties"]
    assert len(rows) == 1 + 50
    assert rows[1] == ["plan 00", "17", "2%", "€17.17"], "the share is of all, not of those shown"
    url = re.search(r'<a href="([^"]+)" data-swap="properties">All</a>', found)
    assert url
    assert len(Tables(anna.get(unescape(url[1])).text).rows["properties"]) == 1 + PLANS


def test_the_exit_tab_says_what_it_counts(anna: Person) -> None:
    said = "Conversions and revenue of the visits that ended on a page, on the day they ended"
    assert said in text_of(goal(anna, "pages=exit"))
    assert said not in text_of(goal(anna, "pages=entry"))
