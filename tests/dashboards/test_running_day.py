"""A day that is not over is compared with as many hours of another one, or with nothing: over HTTP on a real store."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from collector.services import of
from collector.sites import add_site
from collector.store import Store
from tests.dashboards import shop
from tests.dashboards.counting import at
from tests.dashboards.person import Clock, Person, installed, signed_in
from tests.dashboards.test_pages import Tables
from tests.dashboards.test_reports import shop_store, text_of

__all__ = ["shop_store"]  # a fixture
EARLIER = "compare=custom&with_from=2026-03-02&with_to=2026-03-02"  # when all ten came first, from ten o'clock on


@pytest.fixture
def clock() -> Clock:
    return Clock(at("2026-03-09T11:10"))


@pytest.fixture
def app(tmp_path: Path, shop_store: Store, clock: Clock) -> Iterator[Flask]:
    with installed(tmp_path, shop_store.address(), clock) as made:
        add_site(of(made).database, shop.DOMAIN, now=clock.now)
        shop.set_up(of(made).database, clock.now)
        yield made


@pytest.fixture
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def today(person: Person, view: str, query: str = "") -> str:
    return person.get(f"/sites/{shop.DOMAIN}/{view}?period=day&{EARLIER}{query and '&' + query}").text


def test_goals_are_compared_with_as_many_hours(anna: Person, clock: Clock) -> None:
    """Until eleven o'clock four had come on the 2nd, of whom three filled their baskets and one ordered."""
    rows = Tables(today(anna, "goals")).rows["goals"]
    assert {row[0].split("Page")[0]: row[1:3] for row in rows[1:]}["Basket"] == ["0", "↓ 100%down by 100%"]
    early = text_of(today(anna, "goals", "goal=Basket"))
    assert "Conversions 0 ↓ 100% down by 100% was 3 Visitors 0 Conversion rate" in early, "visitors are not known so"
    clock.now = at("2026-03-10T00:00") - 1
    assert "Conversions 0 ↓ 100% down by 100% was 8 Visitors 0 " in text_of(today(anna, "goals", "goal=Basket"))


def test_over_days_are_compared_as_they_are(anna: Person) -> None:
    query = f"from=2026-03-08&to=2026-03-08&{EARLIER}&goal=Basket"
    text = text_of(anna.get(f"/sites/{shop.DOMAIN}/goals?{query}").text)
    assert "Conversions 0 ↓ 100% down by 100% was 8 Visitors 0 ↓ 100% down by 100% was 8" in text


def test_paths_are_compared_with_as_many_hours(anna: Person, clock: Clock) -> None:
    assert "was 4" in text_of(today(anna, "paths", "of=/guides/chain"))
    clock.now = at("2026-03-10T00:00") - 1
    assert "was 10" in text_of(today(anna, "paths", "of=/guides/chain"))


@pytest.mark.parametrize("view", ["funnels", "speed", "retention"])
def test_what_is_known_by_the_day_is_compared_when_the_day_is_over(anna: Person, view: str) -> None:
    said = "Today is not over, and this is known by whole days: it is compared with others tomorrow."
    running = "compare=custom&with_from=2026-03-02&with_to=2026-03-02"
    html = anna.get(f"/sites/{shop.DOMAIN}/{view}?period=day&{running}").text
    head = text_of(html.split('id="cohorts"')[0])
    assert " was " not in head
    monday = anna.get(f"/sites/{shop.DOMAIN}/{view}?from=2026-03-02&to=2026-03-02&{running}").text
    assert " was " in text_of(monday.split('id="cohorts"')[0])
    assert said not in text_of(monday)
    if view != "funnels":  # of which nobody entered yet: there is nothing to say
        assert said in head
        assert said not in text_of(anna.get(f"/sites/{shop.DOMAIN}/{view}?period=day&compare=none").text)


def test_a_funnel_of_today_has_its_rate_and_no_change(anna: Person, clock: Clock) -> None:
    clock.now = at("2026-03-02T23:50")
    text = text_of(today(anna, "funnels"))
    assert "37.5% of those who entered completed it Step Reached" in re.sub(r" 100% 8 .*? Step", " Step", text)
    assert "Today is not over, and this is known by whole days" in text
    clock.now = at("2026-03-03T09:00")
    over = text_of(anna.get(f"/sites/{shop.DOMAIN}/funnels?from=2026-03-02&to=2026-03-02&{EARLIER}").text)
    assert "completed it no change unchanged was 37.5%" in over


def test_stickiness_up_to_yesterday_is_compared_with_that_of_a_day_earlier(anna: Person, clock: Clock) -> None:
    """On the 9th five came again: the average day of the eight up to the 9th is not that of the seven before it."""
    clock.now = at("2026-03-10T09:00")
    text = text_of(anna.get(f"/sites/{shop.DOMAIN}/retention?period=day").text.split('id="stickiness"')[1])
    assert "1.9 Visitors on an average day" in text or "2 Visitors on an average day" in text
    assert "10 Visitors in these 8 days" in text
    assert text.count("no change") == 1, "the visitors are the same, the average day and the share are not"
