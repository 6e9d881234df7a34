"""What GET /consent gives beside the banner: other notices, a packed answer, and a place to report what got lost."""

import gzip
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from collector.consent import NOTICES
from collector.notice_text import KINDS
from tests.collector.installation import SITE, decision, kept


@pytest.mark.parametrize("kind", KINDS)
def test_each_place_where_consent_is_given_has_a_notice_of_its_own(app: Flask, client: FlaskClient, kind: str) -> None:
    body = client.get(f"/consent?site={SITE}&language=lv&notice={kind}").get_json()
    kept_notice = app.extensions[NOTICES].find(body["hash"])
    assert kept_notice.content == body["notice"]
    assert body["notice"]["site"] == SITE
    body = decision(client, "save_selection", notice=body["hash"], choices={"statistics": False, "marketing": True})
    assert client.post("/consent", json=body).status_code == 200


def test_a_notice_that_does_not_exist_is_an_error(client: FlaskClient) -> None:
    answer = client.get(f"/consent?site={SITE}&notice=another")
    assert answer.status_code == 400
    assert answer.get_json()["error"]["type"] == "notice"


def test_a_decision_that_got_lost_on_its_way_is_counted_for_the_owner(app: Flask, client: FlaskClient) -> None:
    assert client.get(f"/consent?site={SITE}&failed=1").status_code == 202
    assert client.get("/consent?site=other.lv&failed=1").status_code == 404
    assert [(row["site"], row["reason"]) for row in kept(app, "drops")] == [(SITE, "unrecorded")]


def test_the_answer_is_packed_unless_it_holds_a_token(client: FlaskClient) -> None:
    path = f"/consent?site={SITE}&language=lv"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert json.loads(gzip.decompress(packed.data)) == plain.get_json()
    assert client.post("/consent", json=decision(client)).status_code == 200
    known = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert known.get_json()["choice"]["consent"]
    assert "Content-Encoding" not in known.headers
