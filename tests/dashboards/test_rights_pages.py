"""The pages of the privacy policy and of the register of requests, as the owner of a site uses them."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from collector import policies, register
from collector.services import of
from dashboards.reports import today
from tests.dashboards.person import Clock, Person, installed, signed_in, words

POLICY, REQUESTS = "/sites/example.lv/privacy/policy", "/sites/example.lv/privacy/requests"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clickhouse: str, clock: Clock) -> Iterator[Flask]:
    with installed(tmp_path, clickhouse, clock) as app:
        yield app


@pytest.fixture
def owner(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def day(app: Flask, clock: Clock) -> date:
    site = of(app).sites.get("example.lv", clock.now)
    assert site is not None
    return today(site, clock.now)


def settings(**changes: str) -> dict[str, str]:
    given = {"what": "settings", "controller": "SIA Piemērs", "contact": "dati@example.lv"}
    numbers = {"detail_days": "90", "rollup_months": "25", "proof_months": "36", "request_months": "24"}
    return given | numbers | changes


def test_nobody_sees_them_without_logging_in(app: Flask) -> None:
    stranger = Person(app.test_client())
    for path in (POLICY, REQUESTS, f"{REQUESTS}.csv"):
        assert stranger.get(path).status_code == 302
        assert stranger.post(path.removesuffix(".csv")).status_code in (400, 403)


def test_a_viewer_sees_but_changes_nothing(app: Flask, clock: Clock) -> None:
    viewer = signed_in(app, clock, "viewer")
    for path in (POLICY, REQUESTS):
        assert "<textarea" not in viewer.get(path).text
        assert viewer.submit("/sites/example.lv", path, what="add", kind="access").status_code == 403


def test_a_preview_shows_paragraphs_and_changes_and_publishes_nothing(app: Flask, owner: Person) -> None:
    shown = owner.submit(POLICY, **{"what": "preview", "own-lv": "# Veikals\n\n<script>x</script> *cenas*"})
    assert shown.status_code == 200
    assert "<h2>Veikals</h2>" in shown.text
    assert "&lt;script&gt;" in shown.text
    assert "<em>cenas</em>" in shown.text
    assert "<ins>" in shown.text
    assert "Veikals" not in owner.get("/privacy/example.lv").text


def test_publishing_makes_a_version_that_visitors_read(app: Flask, owner: Person) -> None:
    owner.get(POLICY)
    done = owner.submit(POLICY, **{"what": "publish", "own-lv": "Mūsu veikals", "note": "Veikals pielikts"})
    assert done.status_code == 303
    page = owner.get("/privacy/example.lv").text
    assert "Mūsu veikals" in page
    assert "Veikals pielikts" in page
    assert "Version 2" in words(owner.get(POLICY))
    assert policies.versions(of(app).database, "example.lv")[0].material is False


def test_a_version_has_the_day_it_was_at_the_site(app: Flask, owner: Person) -> None:
    late = datetime(2026, 3, 5, 22, 30, tzinfo=UTC)  # half past midnight in Riga
    policies.current(of(app).database, "example.lv", late.timestamp())
    assert "Version 1 6 Mar 2026" in words(owner.get(POLICY))


def test_a_material_change_has_to_be_ticked(app: Flask, owner: Person) -> None:
    owner.get(POLICY)
    owner.submit(POLICY, **{"what": "publish", "own-lv": "Jauns nolūks", "material": "yes"})
    assert policies.versions(of(app).database, "example.lv")[0].material is True
    assert "visitors were asked again" in words(owner.get(POLICY))


def test_what_cannot_be_published_comes_back_with_what_was_typed(owner: Person) -> None:
    refused = owner.submit(POLICY, **{"what": "publish", "own-lv": "Mans teksts", "note": "n" * 301})
    assert refused.status_code == 400
    assert "Mans teksts" in refused.text
    assert 'role="alert"' in refused.text


def test_the_settings_of_the_policy_are_told_at_once(owner: Person) -> None:
    assert "does not say who the controller is" in words(owner.get(POLICY))
    assert owner.submit(POLICY, **settings()).status_code == 303
    page = owner.get("/privacy/example.lv?language=en").text
    for told in ("SIA Piemērs", "mailto:dati@example.lv", "90 days", "24 months"):
        assert told in page, told


@pytest.mark.parametrize("wrong", [{"detail_days": "0"}, {"proof_months": "x"}, {"request_months": "999"}])
def test_terms_that_cannot_be_are_refused(owner: Person, wrong: dict[str, str]) -> None:
    refused = owner.submit(POLICY, **settings(**wrong))
    assert refused.status_code == 400
    assert f'value="{next(iter(wrong.values()))}"' in refused.text


def test_a_request_is_entered_extended_answered_and_taken_away(app: Flask, owner: Person, clock: Clock) -> None:
    now = day(app, clock)
    assert owner.submit(REQUESTS, kind="access", reference="mail 14", received=now.isoformat()).status_code == 303
    page = words(owner.get(REQUESTS))
    assert "Access (Article 15)" in page
    assert "mail 14" in page
    owner.submit(REQUESTS, what="extend", number="1", reason="a large archive")
    assert "extended: a large archive" in words(owner.get(REQUESTS))
    done = owner.submit(REQUESTS, what="answer", number="1", outcome="partly", done="=sent a copy", day=now.isoformat())
    assert done.status_code == 303
    assert "Done in part" in words(owner.get(REQUESTS))
    exported = owner.get(f"{REQUESTS}.csv")
    assert exported.headers["Content-Disposition"].startswith("attachment")
    row = next(csv.DictReader(io.StringIO(exported.text.removeprefix("\ufeff"))))
    assert (row["kind"], row["extension"], row["outcome"]) == ("access", "a large archive", "partly")
    assert row["done"] == "'=sent a copy"  # no formula


def test_overdue_requests_stand_out(app: Flask, owner: Person, clock: Clock) -> None:
    now = day(app, clock)
    register.add(of(app).database, "example.lv", "erasure", "letter 1", now - timedelta(days=40), now)
    register.add(of(app).database, "example.lv", "access", "letter 2", now, now)
    page = owner.get(REQUESTS)
    assert "One request is overdue." in words(page)
    assert page.text.index("letter 1") < page.text.index("letter 2")
    assert page.text.count('class="request overdue"') == 1
    for path in ("/sites/example.lv", POLICY):
        assert re.search(r'/privacy/\w+"[^>]*>Privacy <span class="late">1<', owner.get(path).text)
    register.answer(of(app).database, "example.lv", 1, "done", "deleted", now)
    assert 'class="late"' not in owner.get("/sites/example.lv").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "curiosity"},
        {"kind": "access", "reference": "anna@example.lv"},
        {"kind": "access", "received": "yesterday"},
        {"kind": "access", "received": "2999-01-01"},
        {"what": "answer", "number": "7", "outcome": "done", "done": "x"},
        {"what": "answer", "number": "9" * 30, "outcome": "done", "done": "x"},
        {"what": "extend", "number": "x", "reason": "x"},
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(owner: Person, wrong: dict[str, str]) -> None:
    owner.submit(REQUESTS, kind="access", reference="mail 1")
    refused = owner.submit(REQUESTS, **wrong)
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text


def test_requests_of_another_site_are_out_of_reach(app: Flask, owner: Person, clock: Clock) -> None:
    number = register.add(of(app).database, "new.lv", "access", "theirs", day(app, clock), day(app, clock)).id
    refused = owner.submit(REQUESTS, what="answer", number=str(number), outcome="done", done="x")
    assert refused.status_code == 400
    assert "theirs" not in owner.get(REQUESTS).text
