"""The pages on which a site sets up its banner and declares its cookies."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from collector.banner import Banner, BannerTexts, banner_of
from collector.declared import Declared, declared
from collector.phrases import languages
from collector.services import of
from tests.dashboards.person import Clock, Person, installed, signed_in, words

BANNER, COOKIES = "/sites/example.lv/settings/banner", "/sites/example.lv/settings/cookies"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clickhouse: str, clock: Clock) -> Iterator[Flask]:
    with installed(tmp_path, clickhouse, clock) as app:
        yield app


@pytest.fixture
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def test_place_and_words_are_saved_a_language_at_a_time(app: Flask, anna: Person) -> None:
    fields = {"language": "lv", "position": "end", "floating": "on", "title": "Cepumi", "intro": "Rinda\r\nun rinda"}
    assert anna.submit(BANNER, **fields).status_code == 302
    assert anna.submit(BANNER, language="en", position="start", title="Biscuits", statistics="").status_code == 302
    assert banner_of(of(app).database, "example.lv") == Banner(
        "start", False, {"lv": BannerTexts(title="Cepumi", intro="Rinda un rinda"), "en": BannerTexts(title="Biscuits")}
    )
    assert "Cepumi" in anna.get(f"{BANNER}?language=lv").text
    assert "Biscuits" in anna.get(f"{BANNER}?language=en").text


@pytest.mark.parametrize(
    "more",
    [{"preticked": "statistics"}, {"reject": ""}, {"accept": "OK"}, {"hide_reject": "on"}, {"position": "center"},
     {"texts": "{}"}, {"size": "large"}, {"title": "x" * 81}],
    ids=str,
)  # fmt: skip
def test_a_form_that_asks_for_what_is_not_to_be_set_is_refused(app: Flask, anna: Person, more: dict[str, str]) -> None:
    fields = {"language": "lv", "position": "bottom", "title": "Cepumi"} | more
    answer = anna.submit(BANNER, **fields)
    assert answer.status_code == 400
    assert "The banner cannot be set up so" in words(answer) or "Title (lv) may have 80" in words(answer)
    assert banner_of(of(app).database, "example.lv") == Banner()
    assert anna.submit(BANNER, to=f"{BANNER}/preview", **fields).status_code == 400


@pytest.mark.parametrize("language", languages())
def test_the_preview_shows_the_form_and_keeps_nothing(app: Flask, anna: Person, language: str) -> None:
    fields = {"language": language, "position": "end", "floating": "on", "title": "<Cepumi & co>"}
    shown = anna.submit(BANNER, to=f"{BANNER}/preview?choices=1", **fields)
    assert shown.status_code == 200
    assert "&lt;Cepumi &amp; co&gt;" in shown.text
    assert 'class="end"' in shown.text
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in anna.get(BANNER).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in anna.get(BANNER).headers["Content-Security-Policy"]
    assert banner_of(of(app).database, "example.lv") == Banner()
    with of(app).database.session() as session:
        assert session.execute(text("SELECT count(*) FROM notices")).scalar() == 0
    standard = anna.get(f"{BANNER}/preview?language={language}")
    assert f'lang="{language}"' in standard.text
    assert anna.get(f"{BANNER}/style.css").mimetype == "text/css"


def test_cookies_are_declared_changed_and_removed(app: Flask, anna: Person) -> None:
    fields = {"name": "_ga_*", "purpose": "statistics", "provider": "Google", "third_party": "on", "amount": "2",
              "unit": "years", "text-lv": "Atšķir apmeklētājus", "text-en": "Tells visitors apart"}  # fmt: skip
    assert anna.submit(COOKIES, **fields).status_code == 302
    page = words(anna.get(COOKIES))
    assert "_ga_* Google · third party · 2 years Tells visitors apart" in page
    assert anna.submit(COOKIES, **fields | {"amount": "13", "unit": "months"}).status_code == 302
    expected = Declared(
        "_ga_*", "statistics", "Google", 13, "months", True,
        {"lv": "Atšķir apmeklētājus", "en": "Tells visitors apart"},
    )  # fmt: skip
    assert declared(of(app).database, "example.lv") == (expected,)
    form = anna.get(f"{COOKIES}?name=_ga_*").text
    assert 'value="Atšķir apmeklētājus"' in form
    assert 'value="13"' in form
    assert anna.submit(COOKIES, to=f"{COOKIES}/remove", name="_ga_*").status_code == 302
    assert declared(of(app).database, "example.lv") == ()


@pytest.mark.parametrize(
    "wrong",
    [{"name": "a b"}, {"name": "visit"}, {"purpose": "fun"}, {"unit": "weeks"}, {"amount": "0"}, {"amount": "-1"},
     {"provider": "", "third_party": "on"}],
    ids=str,
)  # fmt: skip
def test_a_declaration_that_says_too_little_comes_back_with_the_reason(
    app: Flask, anna: Person, wrong: dict[str, str]
) -> None:
    fields = {"name": "_fbp", "purpose": "marketing", "provider": "Meta", "amount": "90", "unit": "days"}
    answer = anna.submit(COOKIES, **fields | wrong)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert declared(of(app).database, "example.lv") == ()


def test_who_may_only_look_changes_nothing(app: Flask, clock: Clock) -> None:
    viewer = signed_in(app, clock, "viewer")
    for address in (BANNER, COOKIES, f"{COOKIES}/remove"):
        assert viewer.submit(BANNER, to=address, name="x").status_code == 403
    assert viewer.get(COOKIES).status_code == 200
    assert viewer.submit(BANNER, to=f"{BANNER}/preview", language="lv", position="end").status_code == 200


def test_strangers_see_none_of_it(app: Flask) -> None:
    stranger = Person(app.test_client())
    for path in (BANNER, COOKIES, f"{BANNER}/preview"):
        assert stranger.get(path).status_code == 302
