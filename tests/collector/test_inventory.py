"""POST /cookies: names of cookies from visitors who agreed to statistics, and from nobody else."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from collector import rows
from collector.clock import LocalClock, day_date
from collector.config import Settings
from collector.inventory import CookieReport
from collector.ledger import SpoolReader
from collector.services import of, spool_directory
from collector.tallies import COOKIE_COLUMNS
from tests.collector.installation import SITE, decision, installed
from tests.privacy.known import USER_AGENTS

URL = f"https://{SITE}/kontakti?id=7#a"
PATIENT = options(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
reports = st.dictionaries(st.sampled_from(CookieReport.__struct_fields__), anything) | anything | st.binary(max_size=50)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with installed(settings) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def consent(app: Flask, **changes: Any) -> str:
    """A consent token from a browser of its own."""
    client = app.test_client()
    body = decision(client, **changes)
    return str(client.post("/consent", json=body).json["consent"])  # type: ignore[index]


def send(client: FlaskClient, headers: dict[str, str] | None = None, **body: Any) -> TestResponse:
    report = {"site": SITE, "url": URL, "before": ["_ga"], "after": ["_gid"]} | body
    sent = {"User-Agent": USER_AGENTS[0]} | (headers or {})
    return client.post("/cookies", data=json.dumps(report), headers=sent, content_type="text/plain")


def seen(app: Flask) -> list[dict[str, Any]]:
    """The rows in the spool."""
    shared = of(app)
    shared.spool.seal()
    directory = spool_directory(shared.settings.data)
    sealed = SpoolReader(directory, directory / "quarantine").sealed()
    batches = rows.columns(payload for segment in sealed for payload in segment.read()[1].payloads)
    found = [batch for batch in batches.extras if batch.table == "cookies_seen"]
    return [dict(zip(COOKIE_COLUMNS, row, strict=True)) for batch in found for row in zip(*batch.data, strict=True)]


def test_names_are_counted_by_page_before_and_after_consent(app: Flask, client: FlaskClient) -> None:
    token = consent(app)
    first = send(client, consent=token, after=["_gid", "_hjSession_123456", "_ga"])
    send(client, consent=token, before=[], after=["_hjSession_654321"])
    assert (first.status_code, first.json) == (202, {"names": 3})
    assert "Set-Cookie" not in first.headers
    kept = seen(app)
    today = day_date(LocalClock("Europe/Riga").hour(int(time.time()))[1])
    assert {(row["name"], row["moment"], row["page"], row["seen"]) for row in kept} == {
        ("_ga", "before", "/kontakti", 1),
        ("_gid", "after", "/kontakti", 1),
        ("_hjSession_*", "after", "/kontakti", 2),
    }
    assert {(row["site"], row["day"]) for row in kept} == {(SITE, today)}
    assert all((row["expires"] - today).days in range(750, 775) for row in kept), "25 months"


def test_own_cookies_are_not_reported(app: Flask, client: FlaskClient) -> None:
    own = ["consent", "visit", "sikdatne.visit", "decision-1764000000"]
    assert send(client, consent=consent(app), before=own, after=own).json == {"names": 0}
    assert seen(app) == []


@pytest.mark.parametrize("token", ["", "forged.token", "other"])
def test_without_consent_nothing_is_kept(app: Flask, client: FlaskClient, token: str) -> None:
    given_token = consent(app, method="reject_all") if token == "other" else token
    answer = send(client, consent=given_token)
    assert (answer.status_code, answer.headers["X-Not-Recorded"]) == (204, "consent")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert seen(app) == []


def test_consent_to_marketing_alone_is_not_enough(app: Flask, client: FlaskClient) -> None:
    token = consent(app, method="save_selection", choices={"statistics": False, "marketing": True})
    assert send(client, consent=token).headers["X-Not-Recorded"] == "consent"
    assert seen(app) == []


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ({}, {"site": "nobody.lv"}, "site"),
        ({}, {"url": "https://elsewhere.example.org/"}, "origin"),
        ({}, {"url": "no address"}, "origin"),
        ({"Origin": "https://elsewhere.example.org"}, {}, "origin"),
        ({"Sec-GPC": "1"}, {"consent": ""}, "signal"),
        ({"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}, {}, "bot"),
    ],
)
def test_what_the_gate_refuses(
    app: Flask, client: FlaskClient, headers: dict[str, str], body: dict[str, str], reason: str
) -> None:
    answer = send(client, headers, **{"consent": consent(app)} | body)
    assert (answer.status_code, answer.headers["X-Not-Recorded"]) == (204, reason)
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    assert allowed is None
    assert seen(app) == []


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", "application/json", (400, "malformed")),
        (b"\xff\xfe", "text/plain", (400, "malformed")),
        (b"[" * 9000, "text/plain", (400, "invalid")),
        (b"[]", "text/plain", (400, "invalid")),
        (b'{"site": "example.lv"}', "text/plain", (400, "invalid")),
        (b'{"site": "example.lv", "url": "/", "before": "_ga"}', "text/plain", (400, "invalid")),
        (b'{"site": "example.lv", "url": "/", "before": [1]}', "text/plain", (400, "invalid")),
        (b'{"site": "example.lv", "url": "/", "after": ["' + b"x" * 257 + b'"]}', "text/plain", (400, "invalid")),
        (b'{"site": "example.lv", "url": "/", "after": [' + b'"a",' * 100 + b'"a"]}', "text/plain", (400, "invalid")),
        (b" " * 16385, "text/plain", (413, "too_large")),
        (b"{}", "text/html", (415, "content_type")),
    ],
)
def test_wrong_bodies_get_the_error_of_the_contract(
    app: Flask, client: FlaskClient, body: bytes, kind: str, expected: tuple[int, str]
) -> None:
    answer = client.post("/cookies", data=body, content_type=kind)
    assert (answer.status_code, answer.json["error"]["type"]) == expected  # type: ignore[index]
    assert answer.json["error"]["message"]  # type: ignore[index]
    assert seen(app) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    answer = client.open("/cookies", method=method)
    assert (answer.status_code, answer.json["error"]["type"]) == (405, "method_not_allowed")  # type: ignore[index]


def test_pages_of_the_site_may_read_the_answer(app: Flask, client: FlaskClient) -> None:
    answer = send(client, {"Origin": "https://shop.example.com"}, url="https://shop.example.com/", consent=consent(app))
    assert answer.status_code == 202
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example.com"
    asked = client.options("/cookies", headers={"Origin": "https://shop.example.com"})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Methods"]) == (204, "POST")


@PATIENT
@given(body=reports)
def test_whatever_is_sent_is_answered_and_without_consent_never_kept(client: FlaskClient, body: Any) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post("/cookies", data=data, content_type="application/json")
    assert answer.status_code in (204, 400)
    assert answer.headers["Cache-Control"] == "no-store"
    if answer.status_code == 400:
        assert set(answer.json["error"]) == {"type", "message"}  # type: ignore[index]
    assert seen(client.application) == []
