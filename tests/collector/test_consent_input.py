"""Whatever is sent to the endpoints of consent gets an answer of the contract, and nothing wrong is kept."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from collector.config import Settings
from collector.decision import Decision
from tests.collector.installation import SITE, decision, installed, kept

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = Decision.__struct_fields__
REFUSALS = {400, 403, 404, 409, 413, 415}
QUERY = ("site", "language", "signals", "open", "notice")
PATIENT = options(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(answer: TestResponse, statuses: set[int] = REFUSALS) -> None:
    """The error of the contract."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    assert answer.mimetype == "application/json"
    body: Any = answer.json
    assert set(body) == {"error"}
    assert set(body["error"]) == {"type", "message"}
    assert all(isinstance(text, str) and text for text in body["error"].values())
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/consent", "/consent/receipt/x"])
def test_other_methods_are_refused(settings: Settings, method: str, path: str) -> None:
    with installed(settings) as app:
        check(app.test_client().open(path, method=method), {405})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (404, "site")),
        ("site=", (404, "site")),
        ("site=nobody.lv", (404, "site")),
        ("site=EXAMPLE.LV.", (404, "site")),
        (f"site={SITE}&notice=nothing", (400, "notice")),
        ("site=%00", (404, "site")),
        ("site=%ff%fe", (404, "site")),
        ("site=" + "x" * 5000, (404, "site")),
    ],
)
def test_asking_wrongly(settings: Settings, query: str, expected: tuple[int, str]) -> None:
    with installed(settings) as app:
        answer = app.test_client().get(f"/consent?{query}")
        check(answer)
        assert (answer.status_code, answer.json["error"]["type"]) == expected  # type: ignore[index]


@pytest.mark.parametrize("length", ["-1", "x", "99999999999", "65537"])
def test_a_length_that_is_not_true_does_no_harm(settings: Settings, length: str) -> None:
    with installed(settings) as app:
        answer = app.test_client().post(
            "/consent", data=b"{}", headers={"Content-Type": "text/plain"}, environ_overrides={"CONTENT_LENGTH": length}
        )
        check(answer)


def test_whatever_is_sent_gets_an_answer_of_the_contract(settings: Settings) -> None:
    with installed(settings) as app:
        client = app.test_client()
        valid = decision(client)
        client.set_cookie("consent", "forged.token")

        @PATIENT
        @given(st.binary(max_size=200))
        def bytes_are_refused(body: bytes) -> None:
            check(client.post("/consent", data=body, headers={"Content-Type": "text/plain"}))

        @PATIENT
        @given(anything)
        def other_json_is_refused(body: object) -> None:
            check(client.post("/consent", json=body))

        @PATIENT
        @given(st.dictionaries(st.sampled_from(FIELDS), anything, min_size=1))
        def changed_fields_are_refused_or_make_sense(changes: dict[str, object]) -> None:
            judge(client, valid | changes)

        @PATIENT
        @given(st.sets(st.sampled_from(FIELDS), min_size=1), anything)
        def missing_and_unknown_fields(missing: set[str], extra: object) -> None:
            judge(client, {name: value for name, value in valid.items() if name not in missing} | {"extra": extra})

        bytes_are_refused()
        other_json_is_refused()
        assert kept(app, "consents") == []
        changed_fields_are_refused_or_make_sense()
        missing_and_unknown_fields()
        for row in kept(app, "consents"):
            assert row["site"] == SITE
            assert row["method"] in ("accept_all", "save_selection", "api")


def judge(client: FlaskClient, body: dict[str, object]) -> None:
    """Either the error of the contract, or a decision that says exactly what was sent."""
    answer = client.post("/consent", data=json.dumps(body), headers={"Content-Type": "application/json"})
    if answer.status_code != 200:
        check(answer)
        return
    receipt: Any = answer.json["receipt"]  # type: ignore[index]
    assert receipt["site"] == body["site"] == SITE
    assert receipt["method"] == body["method"]
    sent: Any = body["choices"]
    assert receipt["choices"] == {name: sent.get(name, False) for name in ("statistics", "marketing")}


def test_whatever_is_asked_gets_an_answer_of_the_contract(settings: Settings) -> None:
    with installed(settings) as app:
        client = app.test_client()

        @PATIENT
        @given(st.dictionaries(st.sampled_from(QUERY), st.text(max_size=50)))
        def asking(query: dict[str, str]) -> None:
            answer = client.get("/consent", query_string=query)
            if answer.status_code != 200:
                check(answer)

        @PATIENT
        @given(st.text(max_size=60), st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=60))
        def asking_with_odd_headers(language: str, header: str) -> None:
            odd = dict.fromkeys(("Accept-Language", "Origin", "Sec-GPC", "DNT", "Cookie"), header)
            answer = client.get("/consent", query_string={"site": SITE, "language": language}, headers=odd)
            if answer.status_code != 200:
                check(answer)

        asking()
        asking_with_odd_headers()
