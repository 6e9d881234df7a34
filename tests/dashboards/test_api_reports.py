"""The reports of the stats API over HTTP, on the small website."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.query.vitals import BY
from tests.dashboards.test_api import app, client, refused, token

__all__ = ["app", "client", "token"]  # fixtures

DAYS = ["2026-03-01", "2026-03-05"]
QUESTION = {"site_id": "example.lv", "date_range": DAYS}


def post(client: FlaskClient, token: str, **question: Any) -> TestResponse:
    return client.post("/api/v2/report", json=QUESTION | question, headers={"Authorization": f"Bearer {token}"})


def results(client: FlaskClient, token: str, **question: Any) -> Any:
    response = post(client, token, **question)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()["results"]


def test_an_answer_says_what_was_asked(client: FlaskClient, token: str) -> None:
    response = post(client, token, report="cohorts")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json()["query"] == {
        "report": "cohorts", "site_id": "example.lv", "unit": "week", "filters": [],
        "date_range": ["2026-03-01T00:00:00+02:00", "2026-03-05T23:59:59+02:00"],
    }  # fmt: skip


def test_cohorts_and_stickiness(client: FlaskClient, token: str) -> None:
    """1 March is a Sunday: Anna and Bruno began in the week before Carmen."""
    first, second = results(client, token, report="cohorts", unit="week")
    assert first == {
        "first": "2026-02-23", "visitors": 2, "complete": True,
        "returns": [{"number": 1, "period": "2026-03-02", "visitors": 2, "rate": 100.0, "complete": False}],
    }  # fmt: skip
    assert (second["first"], second["visitors"]) == ("2026-03-02", 1)
    assert results(client, token, report="stickiness") == [{"daily": 1.4, "visitors": 3, "share": 46.7, "days": 5}]


def test_flows(client: FlaskClient, token: str) -> None:
    (flow,) = results(client, token, report="flows", page="/", depth=2)
    assert (flow["flows"], flow["ends"], flow["direction"]) == (5, 3, "forward")
    assert flow["nodes"] == [
        {
            "page": "/prices", "flows": 2, "share": 40.0, "visitors": 2, "ends": 1,
            "nodes": [{"page": "/", "flows": 1, "share": 50.0, "visitors": None, "ends": None, "nodes": []}],
        }
    ]  # fmt: skip


def test_what_was_not_counted_is_empty(client: FlaskClient, token: str) -> None:
    for by in BY:
        assert results(client, token, report="vitals", by=by, metric="lcp") == []
    assert results(client, token, report="topics") == []


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({}, "report is one of funnel, flows"),
        ({"report": "happiness"}, "report is one of"),
        ({"report": "funnel"}, "funnel"),
        ({"report": "funnel", "funnel": "None such"}, "there is no funnel 'None such'"),
        ({"report": "funnel", "funnel": "None such", "dimension": "visit:source"}, "there is no funnel"),
        ({"report": "flows", "page": "/", "direction": "sideways"}, "sideways"),
        ({"report": "flows", "page": "/", "depth": 9}, "steps deep"),
        ({"report": "topics", "surprise": 1}, "surprise"),
        ({"report": "topics", "date_range": "fortnight"}, "fortnight"),
        ({"report": "topics", "date_range": "24h"}, "whole days"),
        ({"report": "stickiness", "date_range": "24h"}, "whole days"),
        ({"report": "vitals", "limit": 0}, "limit"),
        ({"report": "vitals", "by": "browser"}, "by page, device, country, day, week, month"),
        ({"report": "vitals", "filters": [["is", "visit:os", ["iOS"]]]}, "vitals are filtered by"),
        ({"report": "funnel", "funnel": "Shop", "dimension": "visit:shoe"}, "unknown dimension"),
        ({"report": "funnel", "funnel": "Shop", "dimension": "time:day"}, "a funnel is known by"),
        ({"report": "funnel", "funnel": "Shop", "filters": [["matches", "visit:os", ["("]]]}, "regular expression"),
    ],
)
def test_a_wrong_question_is_told_why(client: FlaskClient, token: str, question: dict[str, Any], reason: str) -> None:
    assert reason in refused(post(client, token, **question), 400)


def test_who_may_ask(app: Flask, client: FlaskClient, token: str) -> None:
    refused(client.post("/api/v2/report", json=QUESTION | {"report": "topics"}), 401)
    refused(post(client, token, report="topics", site_id="other.lv"), 403)
    refused(client.post("/api/v2/report", data=b"{", headers={"Authorization": f"Bearer {token}"}), 400)
    app.config["API_QUERIES_PER_MINUTE"] = 1
    assert post(client, token, report="topics").status_code == 200
    refused(post(client, token, report="topics"), 429)
