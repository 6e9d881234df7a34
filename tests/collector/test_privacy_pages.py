"""The policy, what this browser holds, and the buttons to withdraw and to delete; the scripts; the demo website."""

import gzip
import shutil
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from collector.config import Settings
from collector.demo import PAGES
from collector.scripts import STATIC
from collector.services import of
from collector.sites import add_site, update_site
from tests.collector.installation import SITE, decision, installed, kept

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with installed(settings) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def visit(client: FlaskClient, path: str = "/cenas") -> None:
    """Consent, and look at one page."""
    client.post("/consent", json=decision(client))
    answer = client.post("/beacon", json={"site": SITE, "url": f"https://example.lv{path}"}, headers=BROWSER)
    assert answer.status_code == 202


def held(client: FlaskClient) -> Any:
    return client.get(f"/privacy/{SITE}/me?format=json").json


class Links(HTMLParser):
    """Addresses in the links and forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src", "action") and value]


def test_the_policy_is_there_in_both_languages_with_what_the_law_asks_for(app: Flask, client: FlaskClient) -> None:
    update_site(of(app).database, SITE, controller="SIA Piemērs", contact="dati@example.lv", detail_days=99)
    of(app).sites.fresh_until = float("-inf")
    for language, title in (("lv", "Privātuma politika"), ("en", "Privacy policy")):
        page = client.get(f"/privacy/{SITE}", headers={"Accept-Language": language})
        assert page.status_code == 200
        text = page.text
        assert title in text
        for needed in ("SIA Piemērs", "dati@example.lv", "99", "pasts@dvi.gov.lv", "Elijas iela 17",
                       "Global Privacy Control", "sikdatne.consent", "sikdatne.visit", "180"):  # fmt: skip
            assert needed in text, needed
        assert f'lang="{language}"' in text


def test_a_site_that_is_not_known_has_no_pages(client: FlaskClient) -> None:
    for path in ("/privacy/nobody.lv", "/privacy/nobody.lv/me", f"/privacy/{SITE}/2"):
        assert client.get(path).status_code == 404
    assert client.get(f"/privacy/{SITE}/1").status_code == 200


def test_a_name_given_by_the_owner_is_text_and_no_markup(app: Flask, client: FlaskClient) -> None:
    update_site(of(app).database, SITE, controller="<script>alert(1)</script>")
    of(app).sites.fresh_until = float("-inf")
    assert "<script" not in client.get(f"/privacy/{SITE}").text


def test_a_browser_that_holds_nothing_is_told_so(client: FlaskClient) -> None:
    assert (held(client)["consent"], held(client)["visit"]) == (None, None)
    assert "nekas netiek skaitīts" in client.get(f"/privacy/{SITE}/me").text


def test_everything_that_is_held_is_shown_as_a_page_and_as_json(client: FlaskClient) -> None:
    visit(client)
    data = held(client)
    assert data["consent"]["choices"] == {"statistics": True, "marketing": True}
    assert data["consent"]["in_force"] is True
    assert data["visit"]["page"] == "/cenas"
    assert data["visit"]["pageviews"] == 1
    assert data["visit"]["origin"]["browser"] == "Firefox"
    assert client.get(f"/privacy/{SITE}/me", headers={"Accept": "application/json"}).json == data
    page = client.get(f"/privacy/{SITE}/me?language=en")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Security-Policy"].endswith("script-src 'self'")
    for shown in ("/cenas", "Firefox", "Linux", "computer"):
        assert shown in page.text


def test_what_a_page_keeps_in_its_own_storage_can_be_handed_over(client: FlaskClient) -> None:
    visit(client)
    tokens: dict[str, str] = {}
    for name in ("consent", "visit"):
        found = client.get_cookie(name)
        assert found is not None
        tokens[name] = found.value
        client.delete_cookie(name)
    page = client.post(f"/privacy/{SITE}/me?language=en", data=tokens)
    assert "/cenas" in page.text
    assert "Cookie settings" in page.text
    assert "/cenas" not in client.get(f"/privacy/{SITE}/me").text


def test_forged_and_foreign_tokens_are_nothing(client: FlaskClient) -> None:
    for token in ("x", "x.y", "ÿ", "a" * 5000):
        data = client.post(f"/privacy/{SITE}/me?format=json", data={"consent": token, "visit": token}).json
        assert data is not None
        assert (data["consent"], data["visit"]) == (None, None)


@pytest.mark.parametrize("button", ["withdraw", "delete"])
def test_one_click_without_login_withdraws_and_deletes(app: Flask, client: FlaskClient, button: str) -> None:
    visit(client)
    answer = client.post(f"/privacy/{SITE}/me/{button}?language=en")
    assert answer.status_code == 303
    assert client.get_cookie("visit") is None
    assert held(client)["consent"]["choices"] == {"statistics": False, "marketing": False}
    assert [row["method"] for row in kept(app, "consents")] == ["accept_all", "withdraw"]
    assert 'role="status"' in client.get(answer.headers["Location"]).text
    beacon = client.post("/beacon", json={"site": SITE, "url": "https://example.lv/"}, headers=BROWSER)
    assert (beacon.status_code, beacon.headers["X-Not-Recorded"]) == (204, "consent")


def test_a_withdrawal_here_beats_the_consent_that_a_page_still_remembers(client: FlaskClient) -> None:
    token = client.post("/consent", json=decision(client)).json["consent"]  # type: ignore[index]
    client.post(f"/privacy/{SITE}/me/withdraw")
    body = {"site": SITE, "url": "https://example.lv/", "consent": token}
    assert client.post("/beacon", json=body, headers=BROWSER).headers["X-Not-Recorded"] == "consent"


def test_nothing_is_logged_when_there_is_nothing_to_withdraw(app: Flask, client: FlaskClient) -> None:
    client.post(f"/privacy/{SITE}/me/withdraw")
    client.post(f"/privacy/{SITE}/me/delete")
    assert kept(app, "consents") == []
    assert client.get_cookie("consent") is None


def test_another_website_cannot_press_the_buttons(client: FlaskClient) -> None:
    visit(client)
    for button in ("withdraw", "delete"):
        answer = client.post(f"/privacy/{SITE}/me/{button}", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
    assert held(client)["visit"] is not None


def test_a_withdrawal_that_cannot_be_recorded_says_so(app: Flask, client: FlaskClient) -> None:
    visit(client)
    kept(app, "consents")  # seals, so that the next record needs a new segment
    shutil.rmtree(of(app).consent_spool.slot)
    assert client.post(f"/privacy/{SITE}/me/withdraw").status_code == 503


def test_global_privacy_control_is_announced(client: FlaskClient) -> None:
    answer = client.get("/.well-known/gpc.json")
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    assert answer.json["gpc"] is True


@pytest.mark.parametrize(("name", "budget"), [("pixel.js", 1000), ("banner.js", 4096)])
def test_the_scripts_are_small_and_carry_nothing_to_recognise_a_browser_by(
    client: FlaskClient, name: str, budget: int
) -> None:
    packed = client.get(f"/{name}", headers={"Accept-Encoding": "gzip"})
    plain = client.get(f"/{name}")
    assert packed.status_code == plain.status_code == 200
    assert gzip.decompress(packed.data) == plain.data == (STATIC / name).read_bytes()
    assert len(packed.data) <= budget
    for answer in (packed, plain):
        assert answer.mimetype == "text/javascript"
        assert "ETag" not in answer.headers
        assert "Last-Modified" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert "max-age" in answer.headers["Cache-Control"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_pixel_brings_no_banner_with_it(client: FlaskClient) -> None:
    assert b"dialog" not in client.get("/pixel.js").data


def test_the_demo_is_there_only_with_its_site(app: Flask, client: FlaskClient) -> None:
    assert client.get("/demo/").status_code == 404
    add_site(of(app).database, "demo", now=time.time())
    of(app).sites.fresh_until = float("-inf")
    addresses = [f"/demo/{path}" for path in PAGES] + ["/demo/en/", "/demo/pieraksts", "/demo/pieraksts/laiks"]
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200, address
        assert 'src="/pixel.js" data-site="demo"' in page.text
        assert "data-consent-open" in page.text
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        for link in Links(page.text).found:
            if link.startswith("/"):
                with client.get(link) as target:
                    assert target.status_code == 200, f"{link} on {address}"
