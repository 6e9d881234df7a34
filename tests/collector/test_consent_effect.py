"""What a decision does on the server: for each purpose, against the policy in force, until it expires."""

import base64
import json
import shutil
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from collector.cookies import domains_of
from collector.gate import in_force, refusal
from collector.services import of, spool_directory
from collector.sites import Site, update_site
from collector.spool import SpoolFull
from collector.tokens import ConsentGrant
from tests.collector.installation import SITE, decision, kept

DAY = 86_400
PAGE = {"Origin": "https://www.example.lv", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}


def beacon(client: FlaskClient, **headers: str) -> TestResponse:
    return client.post("/beacon", json={"site": SITE, "url": "https://www.example.lv/"}, headers=PAGE | headers)


def decide(client: FlaskClient, method: str = "accept_all", **changes: Any) -> Any:
    answer = client.post("/consent", json=decision(client, method, **changes), headers=PAGE)
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize("marketing", [True, False])
@pytest.mark.parametrize("statistics", [True, False])
def test_only_consent_to_statistics_lets_a_visit_be_counted(
    app: Flask, client: FlaskClient, statistics: bool, marketing: bool
) -> None:
    decide(client, "save_selection", choices={"statistics": statistics, "marketing": marketing})
    answer = beacon(client)
    assert answer.status_code == (202 if statistics else 204)
    assert answer.headers.get("X-Not-Recorded") == (None if statistics else "consent")
    assert len(kept(app, "beacons")) == statistics


def test_consent_to_an_older_policy_counts_no_more(app: Flask, client: FlaskClient) -> None:
    decide(client)
    assert beacon(client).status_code == 202
    update_site(of(app).database, SITE, policy_version=2)
    of(app).sites.fresh_until = float("-inf")
    assert beacon(client).headers["X-Not-Recorded"] == "consent"
    decide(client)
    assert beacon(client).status_code == 202


def test_yes_and_no_hold_for_the_same_180_days_to_the_minute(app: Flask, client: FlaskClient) -> None:
    site = of(app).sites.get(SITE, time.time())
    assert site is not None
    for method in ("accept_all", "reject_all", "withdraw"):
        grant = of(app).consents.decode(SITE, decide(client, method)["consent"])
        assert grant is not None
        assert grant.until - grant.decided == 180 * DAY // 60
        assert in_force(grant, site, grant.until - 1)
        assert not in_force(grant, site, grant.until)
        expired = refusal(site, (SITE,), grant, signal=False, minute=grant.until)
        assert expired == "consent"


def test_asking_and_counting_never_extend_a_decision(app: Flask, client: FlaskClient) -> None:
    token = decide(client)["consent"]
    answers = [client.get(f"/consent?site={SITE}", headers=PAGE), beacon(client), beacon(client)]
    assert not [
        line for answer in answers for line in answer.headers.getlist("Set-Cookie") if line.startswith("consent=")
    ]
    assert answers[0].json["choice"]["consent"] == token  # type: ignore[index]


def test_an_expired_decision_is_asked_for_again(app: Flask, client: FlaskClient) -> None:
    minute = int(time.time()) // 60
    for until, asked in ((minute + 2, False), (minute, True)):
        grant = ConsentGrant(SITE, 1, False, False, minute - 180 * 1440, until)
        client.set_cookie("consent", of(app).consents.encode(grant))
        assert client.get(f"/consent?site={SITE}").json["ask"] is asked  # type: ignore[index]


def test_an_explicit_choice_wins_over_a_signal_and_a_withdrawal_over_the_choice(client: FlaskClient) -> None:
    signal = {"Sec-GPC": "1", "DNT": "1"}
    assert beacon(client, **signal).headers["X-Not-Recorded"] == "signal"
    decide(client)
    assert beacon(client, **signal).status_code == 202
    decide(client, "withdraw")
    assert beacon(client, **signal).headers["X-Not-Recorded"] == "consent"


def test_a_withdrawal_deletes_the_visits_of_this_host_and_of_its_domains(client: FlaskClient) -> None:
    body = decision(client, "withdraw")
    answer = client.post("/consent", json=body, base_url="https://stats.example.lv", headers=PAGE)
    deleted = [line for line in answer.headers.getlist("Set-Cookie") if "=;" in line.partition(" ")[0]]
    lines = [line for line in deleted if line.startswith("visit=;")]
    assert [line.replace("visit-left=;", "visit=;") for line in deleted if line not in lines] == lines
    parts = [{part.strip() for part in line.split(";")} for line in lines]
    assert all({"Max-Age=0", "Path=/", "Secure"} <= each for each in parts)
    domains = {part for each in parts for part in each if part.startswith("Domain=")}
    assert domains == {"Domain=stats.example.lv", "Domain=example.lv"}
    assert any(not any(part.startswith("Domain=") for part in each) for each in parts)


@pytest.mark.parametrize(
    ("host", "domains"),
    [
        ("stats.example.lv:8000", ["stats.example.lv", "example.lv"]),
        ("example.lv", ["example.lv"]),
        ("localhost:8000", []), ("192.0.2.1:80", []), ("[2001:db8::1]:80", []), ("[2001:db8::1]", []),
    ],
)  # fmt: skip
def test_domains_that_a_cookie_may_have(host: str, domains: list[str]) -> None:
    assert domains_of(host) == domains


def test_the_ids_of_a_consent_never_travel_with_a_beacon_and_never_meet_a_counter(
    app: Flask, client: FlaskClient
) -> None:
    said = decide(client)
    ids = [said["receipt"]["id"], said["receipt"]["consent_id"]]
    sent = {cookie.key: cookie.value for cookie in (client._cookies or {}).values() if cookie.path == "/"}
    assert set(sent) == {"consent"}
    counted = beacon(client)
    kept(app, "beacons")
    visit = counted.json["visit"]  # type: ignore[index]
    spools = spool_directory(of(app).settings.data)
    frames = b"".join(path.read_bytes() for path in spools.glob("beacons-*/*") if path.is_file())
    assert b"example.lv" in frames
    for each in ids:
        raw = bytes.fromhex(each.replace("-", ""))
        for text in (*map(readable, (sent["consent"], visit)), frames, counted.data):
            assert each.encode() not in text
            assert raw not in text


def readable(token: str) -> bytes:
    """What a token says."""
    encoded = token.partition(".")[0]
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def test_the_ids_are_random(client: FlaskClient) -> None:
    receipts = [decide(client)["receipt"] for _ in range(20)]
    ids = {receipt[name] for receipt in receipts for name in ("id", "consent_id")}
    assert len(ids) == 40
    assert all(each[14] == "4" for each in ids)  # version 4: of random numbers alone


def test_the_owner_sees_decisions_that_could_not_be_recorded(app: Flask, client: FlaskClient) -> None:
    body = decision(client)
    shutil.rmtree(of(app).consent_spool.slot)
    for _ in range(3):
        assert client.post("/consent", json=body, headers=PAGE).status_code == 503
    assert beacon(client).headers["X-Not-Recorded"] == "consent"
    drops = {row["reason"]: row["drops"] for row in kept(app, "drops")}
    assert drops == {"unrecorded": 3, "consent": 1}


def test_what_cannot_be_counted_either_is_counted_later(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise SpoolFull("full")

    body = json.dumps(decision(client))
    shared = of(app)
    with monkeypatch.context() as broken:
        broken.setattr(shared.consent_spool, "append", full)
        broken.setattr(shared.spool, "append", full)
        for _ in range(2):
            answer = client.post("/consent", data=body, headers=PAGE | {"Content-Type": "text/plain"})
            assert answer.status_code == 503
            assert "consent" not in {cookie.key for cookie in (client._cookies or {}).values()}
    assert kept(app, "drops") == []
    decide(client)
    assert [(row["reason"], row["drops"]) for row in kept(app, "drops")] == [("unrecorded", 2)]


def test_records_are_kept_for_as_long_as_the_site_says(app: Flask, client: FlaskClient) -> None:
    decide(client)
    update_site(of(app).database, SITE, proof_months=60)
    of(app).sites.fresh_until = float("-inf")
    decide(client)
    kept_days = [(row["expires"] - row["valid_until"].date()).days for row in kept(app, "consents")]
    assert kept_days == [1096, 1826]
    assert Site(SITE).proof_months == 36
