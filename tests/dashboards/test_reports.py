"""The reports beside the overview, over HTTP on a real store: goals, funnels, paths, retention, speed, audience."""

import secrets
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from collector.schema import apply_schema
from collector.services import of
from collector.sites import add_site
from collector.store import Store, connect
from tests.dashboards import shop
from tests.dashboards.counting import at, count
from tests.dashboards.person import Clock, Person, installed, signed_in, words
from tests.dashboards.test_pages import Tables
from tests.running import in_database

MARCH = "from=2026-03-02&to=2026-03-29"


@pytest.fixture(scope="module")
def shop_store(clickhouse: str) -> Iterator[Store]:
    name = f"sikdatne_test_{secrets.token_hex(6)}"
    opened = connect(in_database(clickhouse, name))
    apply_schema(opened, time.time())
    count(opened, shop.SHOP, shop.hits())
    yield opened
    opened.execute(f"DROP DATABASE {name}")
    opened.close()


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(at(shop.NOW))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, shop_store: Store, clock: Clock) -> Iterator[Flask]:
    with installed(tmp_path_factory.mktemp("shop"), shop_store.address(), clock) as made:
        database = of(made).database
        add_site(database, shop.DOMAIN, now=clock.now)
        shop.set_up(database, clock.now)
        yield made


@pytest.fixture(scope="module")
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def page(person: Person, view: str, query: str = "") -> str:
    answer = person.get(f"/sites/{shop.DOMAIN}/{view}?{MARCH}{query and '&' + query}")
    assert answer.status_code == 200
    return answer.text


def said(person: Person, view: str, query: str = "") -> str:
    return words(person.get(f"/sites/{shop.DOMAIN}/{view}?{MARCH}{query and '&' + query}"))


def test_goals_with_their_conversions_rates_and_revenue(anna: Person) -> None:
    rows = Tables(page(anna, "goals")).rows["goals"]
    assert rows == [
        ["Goal", "Conversions", "Change", "Rate", "Revenue"],
        ["Read to the end80% of /guides/** scrolled", "10", "", "40%", ""],
        ["BasketPage /basket", "8", "", "32%", ""],
        ["AddressPage /basket/address", "5", "", "20%", ""],
        ["OrderEvent “Order”", "3", "", "12%", "€50 + $40"],
        ["Pro orderEvent “Order” with plan = pro", "1", "", "4%", "€25"],
    ]
