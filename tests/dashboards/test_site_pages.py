"""The list of sites, adding one, and its tag."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from collector.services import of
from collector.sites import SiteDirectory, add_site
from collector.store import Store
from tests.dashboards.person import Clock, Person, installed, signed_in, words


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, counted: Store, clock: Clock) -> Iterator[Flask]:
    with installed(tmp_path, counted.address(), clock) as made:
        yield made


@pytest.fixture
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def test_the_list_of_sites(anna: Person) -> None:
    text = words(anna.get("/"))
    assert "example.lv 1 visitor today" in text
    assert "new.lv Waiting for the first visit" in text


@pytest.mark.parametrize(("group", "first"), [("settings", "/settings/goals"), ("privacy", "/privacy/consent")])
def test_a_group_of_pages_leads_to_its_first_one(anna: Person, group: str, first: str) -> None:
    assert anna.get(f"/sites/new.lv/{group}").headers["Location"].endswith(f"/sites/new.lv{first}")


def test_a_site_without_data_shows_the_tag(anna: Person) -> None:
    page = anna.get("/sites/new.lv")
    tag = '<script async src="http://localhost/pixel.js" data-site="new.lv"></script>'
    assert tag in words_of_code(page.text)
    assert "Waiting for the first visit" in words(page)
    assert anna.get("/sites/new.lv/live?period=year").json["arrived"] is False  # type: ignore[index]


def test_the_tag_of_a_site_with_visits_waits_for_nothing(anna: Person) -> None:
    page = anna.get("/sites/example.lv/install")
    assert 'data-site="example.lv"' in words_of_code(page.text)
    assert "data-waiting" not in page.text
    assert "data-waiting" in anna.get("/sites/new.lv/install").text


def test_a_site_that_another_process_added_is_there_at_once(anna: Person, app: Flask, clock: Clock) -> None:
    assert anna.get("/sites/other.lv/install").status_code == 404
    add_site(of(app).database, "other.lv", now=clock.now)
    assert anna.get("/sites/other.lv/install").status_code == 200


def test_the_demo_website_is_a_click_away(anna: Person, app: Flask, clock: Clock) -> None:
    add_site(of(app).database, "demo", now=clock.now)
    assert 'href="/demo/"' in anna.get("/sites/demo").text
    assert 'href="/demo/"' not in anna.get("/sites/new.lv").text


def words_of_code(html: str) -> str:
    return unescape("".join(re.findall(r"<code[^>]*>(.*?)</code>", html)))


def test_a_site_can_be_added(anna: Person, app: Flask, clock: Clock) -> None:
    answer = anna.submit("/sites/new", "/sites", domain="https://www.Third.lv/about", timezone="Europe/Vilnius")
    assert answer.location == "/sites/third.lv/install"
    assert 'data-site="third.lv"' in words_of_code(anna.get(answer.location).text)
    site = SiteDirectory(of(app).database).get("third.lv", clock.now)
    assert site is not None
    assert site.timezone == "Europe/Vilnius"


def test_a_domain_in_latvian_letters_is_known_as_browsers_send_it(anna: Person) -> None:
    answer = anna.submit("/sites/new", "/sites", domain="https://mājas.lv/", timezone="Europe/Riga")
    assert answer.location == "/sites/xn--mjas-qsa.lv/install"


@pytest.mark.parametrize(
    ("domain", "timezone", "message"),
    [
        ("no domain", "Europe/Riga", "is not a domain"),
        ("third.lv", "Mars/Base", "is not a time zone"),
        ("example.lv", "Europe/Riga", "exists already"),
    ],
)
def test_a_site_that_cannot_be_added(anna: Person, domain: str, timezone: str, message: str) -> None:
    answer = anna.submit("/sites/new", "/sites", domain=domain, timezone=timezone)
    assert answer.status_code == 400
    assert message in words(answer)
