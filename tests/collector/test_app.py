"""What operators and browsers ask besides beacons: liveness, readiness, metrics, preflight, and errors in one shape."""

import shutil
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from collector.app import create_app
from collector.config import Settings
from collector.database import open_database, upgrade
from collector.services import of


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    database = open_database(settings.database)
    upgrade(database)
    database.close()
    app = create_app(settings)
    yield app.test_client()
    of(app).close()


def test_the_process_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.data) == (200, b"ok\n")


def test_ready_while_the_spool_can_be_written(client: FlaskClient, settings: Settings) -> None:
    assert client.get("/readyz").json == {"ready": True, "problems": []}
    shutil.rmtree(settings.data / "spool")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "spool" in answer.json["problems"][0]


def test_metrics_show_the_books_and_the_outcomes(client: FlaskClient) -> None:
    client.post("/beacon", data=b"{", content_type="text/plain")
    text = client.get("/metrics").text
    for name in ("accepted_total", "stored_total", "spooled", "quarantined_total"):
        assert f'sikdatne_{name}{{source="beacons"}} 0.0' in text
    assert 'sikdatne_beacon_outcomes_total{outcome="refused"}' in text


def test_a_preflight_is_answered_for_any_page(client: FlaskClient) -> None:
    answer = client.options("/beacon", headers={"Origin": "https://example.lv"})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://example.lv"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_say_what_a_beacon_is(client: FlaskClient, method: str) -> None:
    answer = getattr(client, method)("/beacon")
    assert (answer.status_code, answer.json["error"]["type"]) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_an_unknown_address_is_an_error_of_the_contract(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]["type"]) == (404, "not_found")
    assert answer.headers["Cache-Control"] == "no-store"
