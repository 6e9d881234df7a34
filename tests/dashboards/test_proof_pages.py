"""The page of the proof of consent: find a receipt, take the log to an audit, say how long it is kept."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from collector.rows import DROP_COLUMNS
from collector.services import of
from collector.sites import list_sites
from collector.store import Store, connect
from dashboards.context import STORE
from tests.collector.consents import NOTICE, NOW, keep_notice, record, ship
from tests.dashboards.person import Clock, Person, installed, signed_in, words

PAGE = "/sites/example.lv/privacy/proof"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW + 3600)


@pytest.fixture
def app(tmp_path: Path, store: Store, clock: Clock) -> Iterator[Flask]:
    """With four decisions in the log; the fourth withdraws the first."""
    with installed(tmp_path, store.address(), clock) as made:
        database = of(made).database
        keep_notice(database)
        withdrawal = record(6, method="withdraw", supersedes=record(1).id)
        ship(of(made).settings, store, database, [record(1), record(2), record(3), withdrawal])
        yield made


@pytest.fixture
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def test_it_says_how_much_there_is_and_how_to_verify_it(anna: Person) -> None:
    said = words(anna.get(PAGE))
    assert "4 records, from" in said
    assert "sikdatne consent verify --site example.lv" in said
    assert "could not be written down" not in said


def test_a_receipt_is_found_by_its_id(anna: Person) -> None:
    for typed in (record(1).id, f" {record(1).id.upper()} ", record(1).id.replace("-", "")):
        said = words(anna.get(f"{PAGE}?receipt={typed}"))
        assert "Statistics allowed" in said
        assert "Marketing not allowed" in said
        assert "number 1 of chain" in said
        assert "Replaced" in said
        assert "withdrew" in said
        assert "Mēs skaitām apmeklējumus." in said
        assert "dpv-27560#receipt-eu-gdpr" in said


def test_the_record_of_a_refusal_is_found_too(anna: Person) -> None:
    said = words(anna.get(f"{PAGE}?receipt={record(3).id}"))
    assert "rejected all" in said
    assert "Statistics not allowed" in said


@pytest.mark.parametrize("typed", [str(UUID(int=5)), "nonsense", "'; DROP", "%00", "<script>alert(1)</script>"])
def test_what_is_not_there_is_said_to_be_not_there(anna: Person, typed: str) -> None:
    answer = anna.get(f"{PAGE}?receipt={typed}")
    assert answer.status_code == 200
    assert "There is no such record of this site" in words(answer)
    assert "<script>alert" not in answer.text


def test_records_of_another_site_are_not_shown(anna: Person) -> None:
    answer = anna.get(f"/sites/new.lv/privacy/proof?receipt={record(1).id}")
    assert "There is no such record of this site" in words(answer)
    assert "No visitor has decided yet" in words(answer)


def test_a_missing_notice_is_said(app: Flask, anna: Person) -> None:
    with of(app).database.session() as session:
        session.execute(text("DELETE FROM notices"))
    assert "The text that was shown is missing" in words(anna.get(f"{PAGE}?receipt={record(1).id}"))


def test_the_download_is_an_export(anna: Person) -> None:
    answer = anna.get(f"{PAGE}.zip?format=jsonl")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=consent-example.lv-")
    content = answer.data
    answer.close()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert f"notices/{NOTICE}.json" in archive.namelist()
        ids = [json.loads(line)["id"] for line in archive.read("records.jsonl").splitlines()]
    assert ids == [record(n).id for n in (1, 2, 3, 6)]


@pytest.mark.parametrize("query", ["format=pdf", "from=yesterday", "to=2026-13-01"])
def test_what_cannot_be_downloaded_is_refused(anna: Person, query: str) -> None:
    assert anna.get(f"{PAGE}.zip?{query}").status_code == 400


def test_how_long_records_are_kept_is_changed_by_an_admin(app: Flask, anna: Person) -> None:
    assert anna.submit(PAGE, months="60").status_code == 303
    assert {site.domain: site.proof_months for site in list_sites(of(app).database)} == {"example.lv": 60, "new.lv": 36}
    for wrong in ("0", "241", "-1", "many", ""):
        answer = anna.submit(PAGE, months=wrong)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text


def test_a_viewer_looks_receipts_up_but_takes_nothing_away(app: Flask, clock: Clock) -> None:
    berta = signed_in(app, clock, "viewer")
    page = berta.get(f"{PAGE}?receipt={record(1).id}")
    assert "Statistics allowed" in words(page)
    assert "For an audit" not in words(page)
    assert berta.get(f"{PAGE}.zip").status_code == 403


def test_without_login_there_is_nothing(app: Flask) -> None:
    for path in (PAGE, f"{PAGE}.zip"):
        assert app.test_client().get(path).status_code == 302


def test_decisions_that_did_not_take_effect_are_at_the_top(anna: Person, store: Store) -> None:
    minute = (NOW - 86_400) // 60 * 60
    rows = [("example.lv",), (minute,), ("unrecorded",), (7,)]
    store.insert_columns("drops", DROP_COLUMNS, rows, "lost")
    said = words(anna.get(PAGE))
    assert "7 decisions could not be written down and did not take effect." in said


def test_while_the_store_is_away_it_says_so(app: Flask, anna: Person) -> None:
    app.extensions[STORE] = connect("clickhouse://127.0.0.1:1/sikdatne")
    answer = anna.get(f"{PAGE}?receipt={record(1).id}")
    assert answer.status_code == 200
    assert "The log is away just now" in words(answer)
