"""How often the banner was shown and what became of it: counted on the server, by no person."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from collector import rows
from collector.config import Settings
from collector.ledger import SpoolReader
from collector.services import of, spool_directory
from collector.tallies import BANNER_COLUMNS
from tests.collector.installation import SITE, decision, installed
from tests.privacy.known import USER_AGENTS

DESKTOP, ANDROID, IPHONE = USER_AGENTS[:3]
Counted = dict[tuple[str, str, str], int]


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with installed(settings) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def counted(app: Flask) -> Counted:
    """The sums in the spool, by dimension, value and outcome."""
    shared = of(app)
    shared.spool.seal()
    directory = spool_directory(shared.settings.data)
    sealed = SpoolReader(directory, directory / "quarantine").sealed()
    batches = rows.columns(payload for segment in sealed for payload in segment.read()[1].payloads)
    found: Counted = {}
    for batch in batches.extras:
        assert batch.table == "banner_counts"
        for row in zip(*batch.data, strict=True):
            fields = dict(zip(BANNER_COLUMNS, row, strict=True))
            found[fields["dimension"], fields["value"], fields["outcome"]] = fields["times"]
    return found


def ask(client: FlaskClient, query: str = "", **headers: str) -> Any:
    """What the banner asks for when a page is opened."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(f"/consent?site={SITE}&language=lv&page=/kontakti{query}", headers=sent).json


def answer(client: FlaskClient, method: str, asked: int = 1, **changes: Any) -> None:
    body = decision(client, method, **changes)
    taken = client.post(f"/consent?page=/kontakti&asked={asked}", json=body, headers={"User-Agent": IPHONE})
    assert taken.status_code == 200


def test_a_banner_that_is_shown_is_counted_by_each_dimension_for_itself(app: Flask, client: FlaskClient) -> None:
    assert ask(client, User_Agent=DESKTOP)["shown"] is True
    assert counted(app) == {
        ("", "", "shown"): 1,
        ("language", "lv", "shown"): 1,
        ("device", "desktop", "shown"): 1,
        ("page", "/kontakti", "shown"): 1,
    }


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"User_Agent": DESKTOP}, "desktop"),
        ({"User_Agent": ANDROID}, "mobile"),
        ({"User_Agent": IPHONE}, "mobile"),
        ({"User_Agent": DESKTOP, "Sec_CH_UA_Mobile": "?1"}, "mobile"),
        ({"User_Agent": ANDROID, "Sec_CH_UA_Mobile": "?0"}, "desktop"),
        ({"User_Agent": DESKTOP, "Sec_CH_UA_Mobile": "nonsense"}, "desktop"),
    ],
)
def test_the_device_is_one_of_two_words(
    app: Flask, client: FlaskClient, headers: dict[str, str], expected: str
) -> None:
    ask(client, **headers)
    assert ("device", expected, "shown") in counted(app)


@pytest.mark.parametrize(
    ("method", "choices", "outcome"),
    [
        ("accept_all", {"statistics": True, "marketing": True}, "accepted"),
        ("reject_all", {"statistics": False, "marketing": False}, "refused"),
        ("save_selection", {"statistics": True, "marketing": False}, "customised"),
    ],
)
def test_the_answer_is_counted_once(
    app: Flask, client: FlaskClient, method: str, choices: dict[str, bool], outcome: str
) -> None:
    answer(client, method, choices=choices)
    sums = counted(app)
    assert {key for key in sums if key[2] != "shown"} == {
        ("", "", outcome), ("language", "lv", outcome), ("device", "mobile", outcome), ("page", "/kontakti", outcome),
    }  # fmt: skip
    assert {sums[key] for key in sums if key[2] != "shown"} == {1}


def test_who_changes_a_decision_or_withdraws_it_is_counted_no_more(app: Flask, client: FlaskClient) -> None:
    answer(client, "accept_all")
    before = counted(app)
    assert ask(client, "&open=1")["shown"] is False
    answer(client, "withdraw", asked=0)
    answer(client, "withdraw", asked=1)
    answer(client, "accept_all", asked=0)
    assert {key: sum_ for key, sum_ in counted(app).items() if key[2] != "shown"} == {
        key: sum_ for key, sum_ in before.items() if key[2] != "shown"
    }


def test_nobody_is_asked_who_is_not_shown_the_banner(app: Flask, client: FlaskClient) -> None:
    assert ask(client, Sec_GPC="1")["shown"] is False
    assert ask(client, "&notice=embed")["shown"] is False
    assert ask(client, "&notice=klaro&open=1")["shown"] is False
    for robot in ("Googlebot/2.1 (+http://www.google.com/bot.html)", ""):
        ask(client, User_Agent=robot)
    assert counted(app) == {}
    assert ask(client, "&open=1", Sec_GPC="1")["shown"] is True, "who opens it sees it"


def test_paths_are_cleaned(app: Flask, client: FlaskClient) -> None:
    for page in ("/klienti/anna@pasts.lv", "/a%3Fb=anna", "kontakti", "/%2B37126543217", "/" + "x" * 3000):
        client.get("/consent", query_string={"site": SITE, "page": page})
    pages = {value for dimension, value, _outcome in counted(app) if dimension == "page"}
    assert pages == {"/klienti/(removed)", "/a", "/kontakti", "/(removed)", "/" + "x" * 143}
    assert client.get(f"/consent?site={SITE}&page=").status_code == 200
