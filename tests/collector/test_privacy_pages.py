"""The policy, what this browser holds, and the buttons to withdraw and to delete; the scripts; the demo website."""

import re
import shutil
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Cookie

from collector.held import Held, as_data, visit_rows
from collector.policies import Publication, publish
from collector.rules import GoalRule, Rules
from collector.services import of
from collector.sites import Site, update_site
from collector.visit import Origin, State
from collector.wording import words
from tests.collector.installation import SITE, decision, kept
from tests.collector.links import Links

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def visit(client: FlaskClient, path: str = "/cenas") -> None:
    """Consent, and look at one page."""
    client.post("/consent", json=decision(client))
    answer = client.post("/beacon", json={"site": SITE, "url": f"https://example.lv{path}"}, headers=BROWSER)
    assert answer.status_code == 202


def cookies_of(client: FlaskClient) -> list[Cookie]:
    """All cookies that this browser holds, for whatever path."""
    return list((client._cookies or {}).values())


def held(client: FlaskClient) -> Any:
    return client.get(f"/privacy/{SITE}/me?format=json").json


LANGUAGES = {
    "lv": ("Privātuma politika", "Mani dati"),
    "en": ("Privacy policy", "My data"),
    "lt": ("Privatumo politika", "Mano duomenys"),
    "et": ("Privaatsuspoliitika", "Minu andmed"),
    "ru": ("Политика конфиденциальности", "Мои данные"),
}


def test_the_policy_is_there_in_five_languages_with_what_the_law_asks_for(app: Flask, client: FlaskClient) -> None:
    update_site(of(app).database, SITE, controller="SIA Piemērs", contact="dati@example.lv", detail_days=99)
    of(app).sites.fresh_until = float("-inf")
    for language, (title, mine) in LANGUAGES.items():
        page = client.get(f"/privacy/{SITE}", headers={"Accept-Language": language})
        assert page.status_code == 200
        text = page.text
        assert title in text
        for needed in ("SIA Piemērs", "dati@example.lv", "99", "pasts@dvi.gov.lv", "Elijas iela 17",
                       "Global Privacy Control", "sikdatne.consent", "sikdatne.visit", "180"):  # fmt: skip
            assert needed in text, needed
        assert f'<html lang="{language}" dir="ltr">' in text
        assert page.headers["Content-Language"] == language
        assert "script-src" not in page.headers["Content-Security-Policy"]
        assert mine in client.get(f"/privacy/{SITE}/me", headers={"Accept-Language": language}).text


def test_a_site_that_is_not_known_has_no_pages(client: FlaskClient) -> None:
    beyond = [f"/privacy/{SITE}/{number}" for number in (0, 2, 2**31, 10**30)]
    for path in ("/privacy/nobody.lv", "/privacy/nobody.lv/me", *beyond, *(f"{each}/changes" for each in beyond)):
        assert client.get(path).status_code == 404
    assert client.get(f"/privacy/{SITE}/1").status_code == 200


def test_what_the_pages_load_is_there(client: FlaskClient) -> None:
    for path in (f"/privacy/{SITE}", f"/privacy/{SITE}/me"):
        loaded = [link for link in Links(client.get(path).text).found if link.endswith((".css", ".js"))]
        assert loaded
        for link in loaded:
            assert client.get(link).mimetype in ("text/css", "text/javascript"), link


def test_each_version_stays_and_tells_what_it_changed(app: Flask, client: FlaskClient) -> None:
    first = client.get(f"/privacy/{SITE}?language=en").text
    update_site(of(app).database, SITE, detail_days=77)
    wanted = Publication({"en": "# Newsletter\n\nWe send <b>one</b>."}, material=False, note="Newsletter told")
    publish(of(app).database, SITE, wanted, time.time())
    now = client.get(f"/privacy/{SITE}?language=en").text
    assert "<h2>Newsletter</h2>" in now
    assert "&lt;b&gt;one&lt;/b&gt;" in now
    assert "77 days" in now
    assert "180 days, for yes" in now
    old = client.get(f"/privacy/{SITE}/1?language=en").text
    assert "Detailed counts, by the hour: 180 days" in first
    assert "Detailed counts, by the hour: 180 days" in old
    assert "Newsletter</h2>" not in old
    assert "This is version 1" in old
    changes = client.get(f"/privacy/{SITE}/2/changes?language=en").text
    assert "<del>" in changes
    assert "180</del>" in changes
    assert "77</ins>" in changes
    assert "Newsletter told" in changes
    assert client.get(f"/privacy/{SITE}/1/changes").status_code == 404
    assert client.get(f"/privacy/{SITE}/3").status_code == 404
    listed = client.get(f"/privacy/{SITE}?format=json").json["versions"]  # type: ignore[index]
    assert [each["version"] for each in listed] == [2, 1]


def test_paragraphs_in_another_language_say_which_it_is(app: Flask, client: FlaskClient) -> None:
    publish(of(app).database, SITE, Publication({"lv": "Savs teksts"}, material=False), time.time())
    assert '<section lang="lv">' in client.get(f"/privacy/{SITE}?language=ru").text


def test_a_material_change_asks_again_and_another_one_does_not(app: Flask, client: FlaskClient) -> None:
    visit(client)
    for material in (False, True):
        publish(of(app).database, SITE, Publication({"lv": f"{material}"}, material=material), time.time())
        of(app).sites.fresh_until = float("-inf")
        assert held(client)["consent"]["in_force"] is not material
        assert client.get(f"/consent?site={SITE}").json["ask"] is material  # type: ignore[index]


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
    for shown in ("/cenas", "Firefox", "Linux", "computer", "directly", "Statistics allowed", "Europe/Riga"):
        assert shown in page.text


def test_times_are_those_of_the_site_and_codes_are_words() -> None:
    noon = 1_780_000_000 // 60  # 2026-05-28 20:26:40 UTC, 23:26 in Riga
    site = Site(SITE, rules=Rules((GoalRule(3, "Pasūtījums", "page", page="/paldies"),)))
    origin = Origin(entry="/", channel="Organic Search", country="LV", device="mobile", language="ru", screen="s")
    state = State(
        born=20_000, day=20_600, start=noon, seen=noon + 3, origin=origin, path="/x", goals=1 << 2, pages="AAAA",
        first=("EE", "desktop", "", "customer"), spent=((4, "EUR", 120_050), (0, "JPY", 300), (0, "EUR", 50)),
    )  # fmt: skip
    rows = dict(visit_rows(state, site, words("en")))
    assert rows["This visit began"] == "28 May 2026, 23:26"
    assert rows["First visit"] == "4 October 2024"
    assert rows["Goals reached in this visit"] == "Pasūtījums"
    assert (rows["Country"], rows["Language of the browser"], rows["Device"]) == ("Latvia", "Russian", "telephone")
    assert rows["How you came"] == "from a search engine"
    first = "First visit: country, device, channel and audience"
    assert rows[first] == "Estonia, computer, customer"
    assert rows["Paid in this visit"] == "€1,201.00, JP¥300"
    assert dict(visit_rows(state, site, words("lv")))["Samaksāts šajā apmeklējumā"] == "1\xa0201,00\xa0€, 300\xa0¥"
    unknown = msgspec.structs.replace(state, first=("", "", "", ""))
    assert dict(visit_rows(unknown, site, words("en")))[first] == "–"
    assert "23:26" in dict(visit_rows(state, site, words("lv")))["Šis apmeklējums sākās"]
    data = as_data(Held(None, state, []), site, 0)
    assert data["visit"]["visit_began"] == "2026-05-28T23:26+03:00"
    assert data["visit"]["stored"]["path"] == "/x"


def test_the_browser_knows_its_decisions_and_nobody_else_does(client: FlaskClient) -> None:
    client.post("/consent", json=decision(client, "reject_all"))
    assert held(client)["history"] == []  # who only refuses leaves no list
    receipt = client.post("/consent", json=decision(client)).json["receipt"]  # type: ignore[index]
    notes = [cookie for cookie in cookies_of(client) if cookie.key.startswith("decision-")]
    assert [note.path for note in notes] == [f"/privacy/{SITE}"]
    client.post(f"/privacy/{SITE}/me/withdraw")
    history = held(client)["history"]
    assert {"accept_all", "withdraw"} >= {past["method"] for past in history}
    assert history[-1]["choices"]["marketing"] is False
    assert held(client)["consent"]["choices"]["marketing"] is False
    found = [past["receipt"] for past in history if past["receipt"]]
    assert found in ([], [receipt_id(receipt)])


def receipt_id(receipt: dict[str, Any]) -> str:
    """The id of the record, wherever the receipt has it."""
    for value in json_values(receipt):
        if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
            return value
    raise AssertionError(receipt)


def json_values(value: Any) -> Iterator[Any]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    yield value
    for child in children:
        yield from json_values(child)


def test_the_page_of_a_foreign_domain_hands_over_the_notes_it_keeps(app: Flask, client: FlaskClient) -> None:
    note = client.post("/consent", json=decision(client)).json["decision"]  # type: ignore[index]
    form = {"decisions": f"{note} forged.{'0' * 32}"}
    history = app.test_client().post(f"/privacy/{SITE}/me?format=json", data=form).json["history"]  # type: ignore[index]
    assert [(past["method"], past["choices"]["statistics"]) for past in history] == [("accept_all", True)]


def test_one_click_objects_to_marketing_and_leaves_statistics_as_they_were(app: Flask, client: FlaskClient) -> None:
    visit(client)
    before = held(client)
    answer = client.post(f"/privacy/{SITE}/me/object?language=en")
    assert answer.status_code == 303
    after = held(client)
    assert after["consent"]["choices"] == {"statistics": True, "marketing": False}
    assert after["consent"]["valid_until"] == before["consent"]["valid_until"]  # never extended
    assert after["visit"] == before["visit"]
    rows = kept(app, "consents")
    assert [(row["method"], row["choices"]) for row in rows][-1] == ("object", {"statistics": True, "marketing": False})
    assert "Your objection holds" in client.get(answer.headers["Location"]).text
    client.post(f"/privacy/{SITE}/me/object")  # once is enough
    assert len(kept(app, "consents")) == len(rows)


def test_who_never_decided_can_object_too(app: Flask, client: FlaskClient) -> None:
    client.post(f"/privacy/{SITE}/me/object")
    assert held(client)["consent"]["choices"] == {"statistics": False, "marketing": False}
    assert [row["method"] for row in kept(app, "consents")] == ["object"]


def test_an_objection_is_no_way_to_consent(client: FlaskClient) -> None:
    choices = {"statistics": True, "marketing": False}
    body = {"site": SITE, "choices": choices, "method": "object", "language": "lv"}
    assert client.post("/consent", json=body).status_code == 400


def test_the_page_says_only_what_was_done(client: FlaskClient) -> None:
    visit(client)
    for said in ("withdrawn", "deleted", "objected", "<script>"):
        assert 'role="status"' not in client.get(f"/privacy/{SITE}/me?done={said}").text


def test_deleting_leaves_nothing_but_the_refusal(client: FlaskClient) -> None:
    visit(client)
    client.post(f"/privacy/{SITE}/me/delete")
    data = held(client)
    assert (data["visit"], data["history"]) == (None, [])
    assert [cookie.key for cookie in cookies_of(client)] == ["consent"]


def test_a_consent_no_longer_in_force_is_deleted_too(app: Flask, client: FlaskClient) -> None:
    visit(client)
    publish(of(app).database, SITE, Publication({}, material=True), time.time())
    of(app).sites.fresh_until = float("-inf")
    answer = client.post(f"/privacy/{SITE}/me/delete")
    assert [cookie.key for cookie in cookies_of(client)] == []
    assert 'role="status"' in client.get(answer.headers["Location"]).text


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
    for button in ("withdraw", "delete", "object"):
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
