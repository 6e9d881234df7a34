"""GET and POST /consent: what is asked, what is kept as proof, and what takes effect."""

import re
import shutil
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from collector.consent import NOTICES
from collector.notice_text import hash_of
from collector.services import of
from collector.sites import add_site, update_site
from tests.collector.installation import SITE, decision, kept, notice_of

DAY = 86_400
PAGE = {"Origin": "https://www.example.lv"}


def cookie(client: FlaskClient, name: str) -> str | None:
    found = client.get_cookie(name)
    return None if found is None else found.value


def said(answer: Any) -> Any:
    """The JSON in an answer."""
    return answer.json


def error(answer: Any) -> tuple[int, str]:
    assert set(said(answer)) == {"error"}
    assert set(said(answer)["error"]) == {"type", "message"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, said(answer)["error"]["type"]


def test_a_new_browser_is_asked_and_nothing_is_set(client: FlaskClient) -> None:
    answer = client.get(f"/consent?site={SITE}&language=lv-LV", headers=PAGE)
    assert answer.status_code == 200
    body = said(answer)
    assert (body["ask"], body["choice"], body["policy"], body["signals"]) == (True, None, 1, [])
    assert body["notice"]["accept"] == "Piekrist visām"
    assert body["notice"]["reject"] == "Noraidīt visas"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize(
    ("wished", "header", "given"),
    [
        ("en", "", "en"),
        ("en-GB", "lv", "en"),
        ("lt", "", "lt"),
        ("de", "", "lv"),
        ("", "en-US,lv;q=0.5", "en"),
        ("", "", "lv"),
    ],
)
def test_the_notice_is_in_the_language_of_the_page(client: FlaskClient, wished: str, header: str, given: str) -> None:
    answer = client.get(f"/consent?site={SITE}&language={wished}", headers={"Accept-Language": header})
    assert said(answer)["notice"]["language"] == given


def test_the_snapshot_of_a_notice_is_kept_and_its_hash_can_be_recomputed(app: Flask, client: FlaskClient) -> None:
    shown = notice_of(client)
    with of(app).database.session() as session:
        stored = session.execute(text("SELECT hash, site, language, version FROM notices")).all()
    assert [tuple(row) for row in stored] == [(shown, SITE, "lv", 1)]
    notice = app.extensions[NOTICES].find(shown)
    assert hash_of(notice.content) == shown
    assert notice.content == said(client.get(f"/consent?site={SITE}&language=lv"))["notice"]


def test_consent_is_proven_first_and_then_takes_effect(app: Flask, client: FlaskClient) -> None:
    before = time.time()
    shown = notice_of(client)
    answer = client.post("/consent", json=decision(client), headers=PAGE)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    receipt = said(answer)["receipt"]
    (row,) = kept(app, "consents")
    assert str(row["id"]) == receipt["id"]
    assert row["consent"] == receipt["consent_id"] != receipt["id"]
    assert row["choices"] == receipt["choices"] == {"statistics": True, "marketing": True}
    assert (row["site"], row["method"], row["language"], row["notice"]) == (SITE, "accept_all", "lv", shown)
    assert (row["policy_version"], row["signals"], row["supersedes"]) == (1, [], "")
    assert before <= row["decided"].timestamp() <= time.time()
    valid = row["valid_until"].timestamp() - row["decided"].timestamp()
    assert 180 * DAY - 1 <= valid <= 180 * DAY
    assert (row["expires"] - row["valid_until"].date()).days == 1096
    grant = of(app).consents.decode(SITE, said(answer)["consent"])
    assert grant is not None
    assert (grant.statistics, grant.marketing, grant.policy) == (True, True, 1)
    assert cookie(client, "consent") == said(answer)["consent"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    for base, secure in (("http://stats.example.lv", False), ("https://stats.example.lv", True)):
        answer = client.post("/consent", json=decision(client), base_url=base)
        (line,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("consent=")]
        parts = {part.strip() for part in line.split(";")}
        assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={180 * DAY}"} <= parts
        assert ("Secure" in parts) is secure
        assert not any(part.lower().startswith("domain") for part in parts)


@pytest.mark.parametrize("method", ["reject_all", "withdraw", "gpc"])
def test_a_refusal_is_remembered_without_any_id_and_deletes_the_visits(
    app: Flask, client: FlaskClient, method: str
) -> None:
    client.set_cookie("visit", "anything")
    answer = client.post("/consent", json=decision(client, method))
    receipt = said(answer)["receipt"]
    assert (receipt["id"], receipt["consent_id"]) == (None, None)
    (row,) = kept(app, "consents")
    assert row["consent"] == ""
    assert str(row["id"]) not in answer.text
    assert row["choices"] == {"statistics": False, "marketing": False}
    assert cookie(client, "visit") is None
    assert said(client.get(f"/consent?site={SITE}"))["ask"] is False


def test_a_selection_is_kept_as_made(app: Flask, client: FlaskClient) -> None:
    choices = {"statistics": False, "marketing": True}
    client.set_cookie("visit", "anything")
    answer = client.post("/consent", json=decision(client, "save_selection", choices=choices))
    assert said(answer)["receipt"]["choices"] == choices
    assert said(answer)["receipt"]["id"] is not None
    assert kept(app, "consents")[0]["choices"] == choices
    assert cookie(client, "visit") is None  # statistics are not allowed


def test_what_is_not_mentioned_is_refused(app: Flask, client: FlaskClient) -> None:
    client.post("/consent", json=decision(client, "save_selection", choices={"statistics": True}))
    assert kept(app, "consents")[0]["choices"] == {"statistics": True, "marketing": False}


def test_a_later_decision_names_the_record_it_replaces(app: Flask, client: FlaskClient) -> None:
    first = said(client.post("/consent", json=decision(client)))["receipt"]["id"]
    client.post("/consent", json=decision(client, "withdraw", supersedes=first))
    assert [row["supersedes"] for row in kept(app, "consents")] == ["", first]


def test_without_proof_consent_does_not_take_effect(app: Flask, client: FlaskClient) -> None:
    body = decision(client)
    shutil.rmtree(of(app).consent_spool.slot)
    answer = client.post("/consent", json=body, headers=PAGE)
    assert error(answer) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
    assert cookie(client, "consent") is None


def test_a_notice_that_cannot_be_kept_is_not_shown(app: Flask, client: FlaskClient) -> None:
    with of(app).database.session() as session:
        session.execute(text("DROP TABLE notices"))
    assert error(client.get(f"/consent?site={SITE}")) == (503, "unavailable")


def test_a_browser_that_chose_is_not_asked_again_and_gets_its_choice_back(client: FlaskClient) -> None:
    token = said(client.post("/consent", json=decision(client)))["consent"]
    body = said(client.get(f"/consent?site={SITE}"))
    assert body["ask"] is False
    assert body["choice"]["consent"] == token
    assert body["choice"]["choices"] == {"statistics": True, "marketing": True}
    assert body["choice"]["until"] > time.time() + 179 * DAY


def test_a_new_policy_asks_again_and_old_notices_give_no_consent(app: Flask, client: FlaskClient) -> None:
    old = decision(client)
    client.post("/consent", json=old)
    update_site(of(app).database, SITE, policy_version=2)
    of(app).sites.fresh_until = float("-inf")
    assert said(client.get(f"/consent?site={SITE}"))["ask"] is True
    assert error(client.post("/consent", json=old)) == (409, "notice")
    assert client.post("/consent", json=old | decision(client, "reject_all", notice=old["notice"])).status_code == 200


@pytest.mark.parametrize(("header", "name"), [("Sec-GPC", "gpc"), ("DNT", "dnt")])
def test_a_signal_means_no_question_and_is_counted(app: Flask, client: FlaskClient, header: str, name: str) -> None:
    body = said(client.get(f"/consent?site={SITE}", headers={header: "1"}))
    assert (body["ask"], body["signals"]) == (False, [name])
    assert [(row["site"], row["reason"], row["drops"]) for row in kept(app, "drops")] == [(SITE, "signal", 1)]


def test_who_opens_the_banner_in_spite_of_a_signal_can_choose_and_the_choice_holds(
    app: Flask, client: FlaskClient
) -> None:
    signal = {"Sec-GPC": "1"}
    assert said(client.get(f"/consent?site={SITE}&open=1", headers=signal))["notice"]
    client.post("/consent", json=decision(client), headers=signal)
    assert kept(app, "consents")[0]["signals"] == ["gpc"]
    assert said(client.get(f"/consent?site={SITE}", headers=signal))["choice"]["choices"]["statistics"] is True
    assert kept(app, "drops") == []


def test_a_signal_that_only_the_script_can_see_counts_too(client: FlaskClient) -> None:
    assert said(client.get(f"/consent?site={SITE}&signals=gpc"))["ask"] is False


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"site": "nobody.lv"}, (404, "site")),
        ({"method": "perhaps"}, (400, "invalid")),
        ({"method": 1}, (400, "invalid")),
        ({"choices": {"statistics": "yes"}}, (400, "invalid")),
        ({"choices": {"everything": True}}, (400, "invalid")),
        ({"choices": None}, (400, "invalid")),
        ({"choices": {"statistics": True}}, (400, "choices")),
        ({"method": "reject_all"}, (400, "choices")),
        ({"method": "withdraw"}, (400, "choices")),
        ({"notice": ""}, (400, "notice")),
        ({"notice": "0" * 64}, (400, "notice")),
        ({"notice": "no hash"}, (400, "invalid")),
        ({"supersedes": "x" * 36}, (400, "invalid")),
        ({"language": "l" * 36}, (400, "invalid")),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    app: Flask, client: FlaskClient, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert error(client.post("/consent", json=decision(client) | changes)) == expected
    assert kept(app, "consents") == []


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"{", "application/json", (400, "malformed")),
        (b"\xff\xfe", "text/plain", (400, "malformed")),
        (b"", "", (400, "malformed")),
        (b'{"other":' * 1500, "text/plain", (400, "malformed")),
        (b" " * 16_385, "text/plain", (413, "too_large")),
        (b"{}", "application/x-www-form-urlencoded", (415, "content_type")),
    ],
)
def test_broken_bodies_get_the_status_of_the_contract(
    client: FlaskClient, body: bytes, content_type: str, expected: tuple[int, str]
) -> None:
    answer = client.post("/consent", data=body, headers={"Content-Type": content_type})
    assert (answer.status_code, said(answer)["error"]["type"]) == expected


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://example.lv.evil.example"])
def test_pages_of_others_neither_ask_nor_decide(app: Flask, client: FlaskClient, origin: str) -> None:
    for answer in (
        client.get(f"/consent?site={SITE}", headers={"Origin": origin}),
        client.post("/consent", json=decision(client), headers={"Origin": origin}),
    ):
        assert error(answer) == (403, "origin")
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert kept(app, "consents") == []


def test_a_listed_origin_may(client: FlaskClient) -> None:
    answer = client.options("/consent", headers={"Origin": "https://shop.example.com"})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example.com"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    answer = client.post("/consent", json=decision(client), headers={"Origin": "https://shop.example.com"})
    assert answer.status_code == 200


def test_a_notice_of_another_site_gives_no_consent(app: Flask, client: FlaskClient) -> None:
    add_site(of(app).database, "other.lv", now=time.time())
    of(app).sites.fresh_until = float("-inf")
    other = said(client.get("/consent?site=other.lv&language=lv"))["hash"]
    assert error(client.post("/consent", json=decision(client) | {"notice": other})) == (400, "notice")


def test_the_record_holds_no_address_and_no_user_agent(app: Flask, client: FlaskClient) -> None:
    client.post("/consent", json=decision(client), headers={"User-Agent": "Telltale/1.0"},
                environ_base={"REMOTE_ADDR": "203.0.113.77"})  # fmt: skip
    assert len(kept(app, "consents")) == 1
    of(app).close()  # nothing is renamed while it is read
    written = b"".join(path.read_bytes() for path in of(app).settings.data.rglob("*") if path.is_file())
    assert not re.search(rb"Telltale|203\.0\.113|\xcb\x00\x71\x4d", written)


def test_the_consent_id_never_meets_a_counter(app: Flask, client: FlaskClient) -> None:
    answer = client.post("/consent", json=decision(client))
    token = said(answer)["consent"]
    grant = of(app).consents.decode(SITE, token)
    assert grant is not None
    for name in ("id", "consent_id"):
        assert said(answer)["receipt"][name] not in repr(grant)
