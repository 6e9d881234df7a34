"""How figures are written: money in columns that can be compared, points in their number."""

from collections.abc import Iterator

import pytest
from flask import Flask

from dashboards import figures
from tests.dashboards.test_reports import app, clock, shop_store

__all__ = ["app", "clock", "shop_store"]  # fixtures


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def test_whole_amounts_have_cents_where_one_beside_them_has() -> None:
    column = ({"EUR": 2748.0}, {"EUR": 11_865.5, "USD": 49.0})
    cents = figures.broken(column)
    assert [figures.amounts(each, cents=cents) for each in column] == [("€2,748.00",), ("€11,865.50", "$49.00")]
    assert figures.money(column[1], cents=cents) == "€11,865.50 + $49.00"
    assert not figures.broken(column[:1])
    assert figures.money(column[0], cents=False) == "€2,748"
    assert figures.amounts({"JPY": 300.0}, cents=True) == ("¥300",), "a currency that has none"


def test_one_point_is_one() -> None:
    def text(now: float, before: float) -> str:
        change = figures.moved(now, before, "percent", digits=1)
        return change.text if change else ""

    assert [text(34, 33), text(33, 34), text(34.2, 33), text(30, 33)] == ["1 pt", "1 pt", "1.2 pts", "3 pts"]
