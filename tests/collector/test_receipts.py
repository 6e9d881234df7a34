"""Receipts: in the shape of ISO/IEC TS 27560, handed to the visitor, and found again by their id."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from collector.cli import cli
from collector.config import Settings
from collector.consent import STORE
from collector.receipt import receipt_of
from collector.services import of
from collector.sites import Site
from collector.store import Store, connect
from tests.collector.consents import open_shipper, record
from tests.collector.installation import SITE, decision, installed, kept
from tests.running import KEY

PAGE = {"Origin": "https://www.example.lv"}


@pytest.fixture
def app(settings: Settings, store: Store) -> Iterator[Flask]:
    with installed(settings) as app:
        app.extensions[STORE] = store
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def decide(client: FlaskClient, method: str = "accept_all", **changes: Any) -> dict[str, Any]:
    """The receipt in the answer to a decision."""
    answer = client.post("/consent", json=decision(client, method, **changes), headers=PAGE)
    assert answer.status_code == 200
    return dict(answer.json["receipt"])  # type: ignore[index]


def log_all(app: Flask, store: Store) -> None:
    """What was decided goes into the log."""
    shared = of(app)
    shared.consent_spool.seal()
    shipper = open_shipper(shared.settings, store, shared.database)
    shipper.ship_all()
    shipper.close()


def test_the_receipt_has_the_shape_of_the_standard(client: FlaskClient) -> None:
    receipt = decide(client, "save_selection", choices={"statistics": True, "marketing": False})
    assert receipt["dct:conformsTo"].endswith("dpv-27560#receipt-eu-gdpr")
    assert receipt["@type"] == "dpv:ConsentReceipt"
    assert receipt["dct:identifier"] == receipt["id"]
    assert receipt["schema:recipient"] == "dpv:DataSubject"
    assert {"dpv", "dct", "schema", "eu-gdpr"} <= set(receipt["@context"])
    activity = receipt["dpv:hasRecordOfActivity"]
    assert activity["@type"] == "dpv:ConsentRecord"
    assert activity["dct:identifier"] == receipt["id"]
    assert activity["dpv:hasDataSubject"]["dct:identifier"] == receipt["consent_id"]
    assert activity["dpv:hasDataController"]["dpv:hasName"] == SITE
    assert activity["dpv:hasNotice"]["dct:identifier"] == f"sha256:{receipt['notice']}"
    statistics, marketing = activity["dpv:hasProcess"]
    assert (statistics["dpv:hasPurpose"], marketing["dpv:hasPurpose"]) == (
        "dpv:ServiceUsageAnalytics", "dpv:TargetedAdvertising",
    )  # fmt: skip
    assert (statistics["dpv:hasConsentStatus"], marketing["dpv:hasConsentStatus"]) == (
        "dpv:ConsentGiven", "dpv:ConsentRefused",
    )  # fmt: skip
    assert {each["dpv:hasLegalBasis"] for each in (statistics, marketing)} == {"eu-gdpr:A6-1-a"}


def test_every_prefix_in_a_receipt_is_declared() -> None:
    receipt = receipt_of(record(1), Site(SITE, contact="a@example.lv"), record(3, method="withdraw"))
    terms = set(strings(receipt)) - set(strings(receipt["@context"]))
    prefixes = {term.split(":")[0] for term in terms if term.startswith(("dpv", "dct", "eu-gdpr", "schema"))}
    assert prefixes == set(receipt["@context"])


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def test_a_receipt_is_found_again_by_its_id(app: Flask, client: FlaskClient, store: Store) -> None:
    receipt = decide(client)
    log_all(app, store)
    answer = client.get(f"/consent/receipt/{receipt['id']}", headers=PAGE)
    assert answer.status_code == 200
    assert answer.json == receipt
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
    stranger = client.get(f"/consent/receipt/{receipt['id']}", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers


def test_a_receipt_tells_what_became_of_it(app: Flask, client: FlaskClient, store: Store) -> None:
    receipt = decide(client)
    decide(client, "withdraw", supersedes=receipt["id"])
    log_all(app, store)
    again: Any = client.get(f"/consent/receipt/{receipt['id']}").json
    assert again["replaced"]["method"] == "withdraw"
    for process in again["dpv:hasRecordOfActivity"]["dpv:hasProcess"]:
        assert process["dpv:hasConsentStatus"] == "dpv:ConsentWithdrawn"
        assert [event["@type"] for event in process["dpv:hasConsentEvent"]] == [
            "dpv:ConsentGiven", "dpv:ConsentWithdrawn",
        ]  # fmt: skip


def test_a_refusal_has_a_receipt_without_any_id_that_nobody_can_look_up(
    app: Flask, client: FlaskClient, store: Store
) -> None:
    receipt = decide(client, "reject_all")
    (row,) = kept(app, "consents")
    assert (receipt["id"], receipt["consent_id"]) == (None, None)
    assert str(row["id"]) not in json.dumps(receipt)
    assert "@id" not in receipt
    assert receipt["dpv:hasRecordOfActivity"]["dpv:hasDataSubject"] == {"@type": "dpv:User"}
    log_all(app, store)
    assert client.get(f"/consent/receipt/{row['id']}").status_code == 404


@pytest.mark.parametrize("wrong", ["0190c3a0-0000-7000-8000-000000000001", "x", "1", "%00", "'--", "a" * 5000])
def test_an_unknown_id_gets_the_error_of_the_contract(client: FlaskClient, wrong: str) -> None:
    answer = client.get(f"/consent/receipt/{wrong}", headers=PAGE)
    assert answer.status_code == 404
    assert set(answer.json) == {"error"}  # type: ignore[arg-type]
    assert answer.json["error"]["type"] == "receipt"  # type: ignore[index]


def test_while_the_log_is_away_it_says_so(app: Flask, client: FlaskClient) -> None:
    app.extensions[STORE] = connect("clickhouse://127.0.0.1:1/sikdatne")
    answer = client.get("/consent/receipt/0190c3a0-0000-7000-8000-000000000001")
    assert (answer.status_code, answer.json["error"]["type"]) == (503, "unavailable")  # type: ignore[index]
    assert int(answer.headers["Retry-After"]) > 0


def test_the_owner_finds_every_record_by_its_id(
    app: Flask, client: FlaskClient, store: Store, clickhouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(client)
    decide(client, "reject_all")
    rows = {row["method"]: str(row["id"]) for row in kept(app, "consents")}
    log_all(app, store)
    monkeypatch.setenv("SIKDATNE_DATA", str(of(app).settings.data))
    monkeypatch.setenv("SIKDATNE_SECRET_KEY", KEY)
    monkeypatch.setenv("SIKDATNE_CLICKHOUSE", store.address())
    for method, wanted in rows.items():
        done = CliRunner().invoke(cli, ["consent", "show", wanted])
        assert done.exit_code == 0, done.output
        shown = json.loads(done.output)
        assert (shown["id"], shown["method"]) == (wanted, method)
    done = CliRunner().invoke(cli, ["consent", "show", "0190c3a0-0000-7000-8000-000000000001"])
    assert done.exit_code == 1
    assert "there is no record" in done.output
