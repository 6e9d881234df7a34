"""The stats API over HTTP: who may ask, what is refused and how, and what an answer looks like."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import dashboards
from collector.app import create_app
from collector.config import Settings
from collector.database import open_database, upgrade
from collector.services import of
from collector.sites import add_site
from collector.store import Store
from dashboards.accounts import ApiToken, digest
from dashboards.commands import query_command, token_group
from dashboards.tokens import add_token
from tests.dashboards.counting import at
from tests.dashboards.website import NOW
from tests.running import KEY

QUESTION = {"site_id": "example.lv", "metrics": ["visitors"], "date_range": ["2026-03-01", "2026-03-05"]}


def environment(folder: Path, store: Store) -> dict[str, str]:
    return {
        "SIKDATNE_DATA": str(folder / "data"), "SIKDATNE_SECRET_KEY": KEY, "SIKDATNE_CLICKHOUSE": store.address(),
    }  # fmt: skip


@pytest.fixture
def app(tmp_path: Path, counted: Store) -> Iterator[Flask]:
    """The whole application, with two sites, of which example.lv has numbers."""
    settings = Settings.from_environment(environment(tmp_path, counted))
    database = open_database(settings.database)
    upgrade(database)
    for domain in ("example.lv", "other.lv"):
        add_site(database, domain, now=at(NOW))
    database.close()
    made = create_app(settings)
    dashboards.init_app(made)
    made.config["CLOCK"] = lambda: at(NOW)
    store: Store = made.extensions[dashboards.context.STORE]
    yield made
    store.close()
    of(made).close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def token(app: Flask) -> str:
    return add_token(of(app).database, "example.lv", at(NOW))


def post(client: FlaskClient, token: str, question: Any = QUESTION) -> TestResponse:
    body = question if isinstance(question, bytes) else json.dumps(question).encode()
    return client.post("/api/v2/query", data=body, headers={"Authorization": f"Bearer {token}"})


def refused(response: TestResponse, status: int) -> str:
    """The message of an error in the contract's shape."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    body = response.get_json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"type", "message"}
    return str(body["error"]["message"])


def test_an_answer_has_plausibles_shape(client: FlaskClient, token: str) -> None:
    question = QUESTION | {
        "metrics": ["visitors", "bounce_rate"], "dimensions": ["visit:source"],
        "filters": [["is_not", "visit:country", ["FR"]]], "include": {"imports": True, "total_rows": True},
        "pagination": {"limit": 2},
    }  # fmt: skip
    response = post(client, token, question)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json() == {
        "results": [
            {"metrics": [2, 33.3], "dimensions": ["Google"]},
            {"metrics": [1, 66.7], "dimensions": ["newsletter"]},
        ],
        "meta": {"imports_included": False, "total_rows": 3},
        "query": {
            "site_id": "example.lv",
            "metrics": ["visitors", "bounce_rate"],
            "date_range": ["2026-03-01T00:00:00+02:00", "2026-03-05T23:59:59+02:00"],
            "dimensions": ["visit:source"],
            "filters": [["is_not", "visit:country", ["FR"]]],
            "order_by": [["visitors", "desc"]],
            "include": {"imports": True, "total_rows": True},
            "pagination": {"limit": 2, "offset": 0},
        },
    }


def test_unknown_values_have_plausibles_names(client: FlaskClient, token: str) -> None:
    question = QUESTION | {"metrics": ["visits"], "dimensions": ["visit:source", "visit:utm_medium"]}
    rows = post(client, token, question).get_json()["results"]
    assert {"metrics": [2], "dimensions": ["Direct / None", "(not set)"]} in rows


def test_without_a_token_nothing_is_told(client: FlaskClient) -> None:
    response = client.post("/api/v2/query", json=QUESTION)
    assert "Bearer" in refused(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["nonsense", "sik_" + "A" * 43, "\u00fc" * 8, "x" * 5000])
def test_an_unknown_token_opens_nothing(client: FlaskClient, token: str) -> None:
    header = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    refused(client.post("/api/v2/query", json=QUESTION, headers=header), 401)


def test_other_schemes_open_nothing(client: FlaskClient, token: str) -> None:
    refused(client.post("/api/v2/query", json=QUESTION, headers={"Authorization": f"Basic {token}"}), 401)


def test_a_token_opens_one_site(client: FlaskClient, token: str) -> None:
    refused(post(client, token, QUESTION | {"site_id": "other.lv"}), 403)
    refused(post(client, token, QUESTION | {"site_id": "nowhere.lv"}), 403)


def test_a_site_that_is_gone_is_not_found(app: Flask, client: FlaskClient, token: str) -> None:
    of(app).sites.all(at(NOW))
    of(app).sites.sites.pop("example.lv")
    refused(post(client, token), 404)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (b"{", "truncated"),
        (b"\xff\xfe", "malformed"),
        (b"", "truncated"),
        (b"[" * 30_000, "nested too deeply"),
        (b'{"filters":' + b'["not",' * 5_000 + b"1" + b"]" * 5_000 + b"}", "nested too deeply"),
        ([], "object"),
        ({"metrics": ["visitors"], "date_range": "7d"}, "site_id"),
        (QUESTION | {"metrics": ["happiness"]}, "happiness"),
        (QUESTION | {"metrics": []}, "metrics"),
        (QUESTION | {"date_range": "fortnight"}, "fortnight"),
        (QUESTION | {"surprise": 1}, "surprise"),
        (QUESTION | {"filters": [["is", "visit:country", "LV"]]}, "list"),
        (QUESTION | {"filters": [["matches", "visit:browser", ["("]]]}, "regular expression"),
        (QUESTION | {"dimensions": ["visit:exit_page"]}, "exit_page"),
    ],
)
def test_a_wrong_query_is_told_why(client: FlaskClient, token: str, question: Any, reason: str) -> None:
    assert reason in refused(post(client, token, question), 400)


def test_too_large_a_query_is_refused(client: FlaskClient, token: str) -> None:
    response = post(client, token, b" " * 70_000)
    assert response.status_code in (400, 413)


def test_too_many_queries_are_refused(app: Flask, client: FlaskClient, token: str) -> None:
    app.config["API_QUERIES_PER_MINUTE"] = 3
    statuses = [post(client, token).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert refused(post(client, token), 429)
    assert post(client, token).headers["Retry-After"] == "60"


def test_other_methods_are_refused_in_the_same_shape(client: FlaskClient) -> None:
    refused(client.get("/api/v2/query"), 405)
    refused(client.post("/api/v2/nothing"), 404)


def test_only_a_digest_of_a_token_is_kept(app: Flask, client: FlaskClient, token: str) -> None:
    post(client, token)
    with of(app).database.session() as session:
        kept = session.query(ApiToken).one()
    assert kept.digest == digest(token)
    assert str(kept.last_used) == "2026-03-05"
    assert token not in repr(vars(kept))


def test_the_store_away_is_said(app: Flask, client: FlaskClient, token: str) -> None:
    app.extensions[dashboards.context.STORE] = Store(lambda: "clickhouse://nobody@127.0.0.1:1/none")
    response = post(client, token)
    refused(response, 503)
    assert response.headers["Retry-After"]


def test_commands(app: Flask, tmp_path: Path, counted: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(tmp_path, counted).items():
        monkeypatch.setenv(name, value)
    # Two years later nothing would be kept of those days.
    monkeypatch.setattr("dashboards.commands.time", SimpleNamespace(time=lambda: at(NOW)))
    made = CliRunner().invoke(token_group, ["add", "--site", "example.lv"])
    assert made.exit_code == 0, made.output
    assert post(app.test_client(), made.output.removesuffix("\n")).status_code == 200
    assert CliRunner().invoke(token_group, ["add", "--site", "nowhere.lv"]).exit_code != 0
    asked = CliRunner().invoke(query_command, input=io.BytesIO(json.dumps(QUESTION).encode()))
    assert json.loads(asked.output)["results"] == [{"metrics": [3], "dimensions": []}]
    report = {"report": "stickiness", "site_id": "example.lv", "date_range": ["2026-03-01", "2026-03-05"]}
    told = CliRunner().invoke(query_command, input=io.BytesIO(json.dumps(report).encode()))
    assert json.loads(told.output)["results"] == [{"daily": 1.4, "visitors": 3, "share": 46.7, "days": 5}]
    wrong = CliRunner().invoke(query_command, input=io.BytesIO(b"{"))
    assert wrong.exit_code == 1
    assert "cannot be answered" in wrong.output
