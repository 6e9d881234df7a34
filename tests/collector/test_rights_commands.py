"""`sikdatne policy` and `sikdatne request`, and the deletion of old requests while the service runs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.cli import cli
from collector.config import Settings
from collector.database import Database, open_database, upgrade
from collector.register import add, answer, requests
from collector.serve import tidy
from collector.sites import add_site
from tests.running import KEY

SITE = "example.lv"


@pytest.fixture
def database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("SIKDATNE_DATA", str(settings.data))
    monkeypatch.setenv("SIKDATNE_SECRET_KEY", KEY)
    opened = open_database(settings.database)
    upgrade(opened)
    add_site(opened, SITE, now=0)
    yield opened
    opened.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.usefixtures("database")
def test_a_policy_is_shown_published_and_listed(tmp_path: Path) -> None:
    assert "Datu valsts inspekcija" in said("policy", "show", "--site", SITE)
    own = tmp_path / "own.md"
    own.write_text("# Shop\n\nOrders.\n", "utf-8")
    published = said("policy", "publish", "--site", SITE, "--own", f"en={own}", "--note", "Shop told")
    assert published == "Version 2 is in force.\n"
    assert "Nothing changed" in said("policy", "publish", "--site", SITE)  # what is not given stays
    assert "every visitor is asked again" in said("policy", "publish", "--site", SITE, "--material")
    assert "# Shop" in said("policy", "show", "--site", SITE, "--language", "en")
    assert "# Shop" not in said("policy", "show", "--site", SITE, "--language", "en", "--version", "1")
    rows = [line.split("\t") for line in said("policy", "list", "--site", SITE).splitlines()]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("3", "asked again", ""), ("2", "-", "Shop told"), ("1", "-", "generated"),
    ]  # fmt: skip


@pytest.mark.usefixtures("database")
def test_a_request_goes_its_way() -> None:
    made = said("request", "add", "--site", SITE, "--kind", "access", "--reference", "mail 14")
    assert made.startswith("Request 1 is due on ")
    assert "due on" in said("request", "extend", "1", "--site", SITE, "--reason", "a large archive")
    said("request", "add", "--site", SITE, "--kind", "erasure", "--received", "2020-01-31")
    assert said("request", "list", "--site", SITE).splitlines()[0].split("\t")[:3] == ["2", "OVERDUE", "due 2020-02-29"]
    answered = said("request", "answer", "2", "--site", SITE, "--outcome", "nothing_held", "--done", "told so")
    assert answered.startswith("Request 2 is answered on")
    assert said("request", "list", "--site", SITE, "--csv").splitlines()[0].startswith("id,kind,reference,received")


@pytest.mark.usefixtures("database")
def test_what_cannot_be_ends_with_one_line_and_an_error() -> None:
    for arguments in (
        ("request", "add", "--site", SITE, "--kind", "access", "--reference", "anna@example.lv"),
        ("request", "answer", "9", "--site", SITE, "--done", "x"),
        ("request", "list", "--site", "nobody.lv"),
        ("policy", "show", "--site", SITE, "--version", "9"),
        ("policy", "publish", "--site", SITE, "--note", "n" * 301),
    ):
        result = run(*arguments)
        assert result.exit_code == 1, arguments
        assert result.output.count("\n") == 1, result.output


def test_the_running_service_deletes_old_requests(database: Database) -> None:
    long_ago = date(2020, 1, 1)
    number = add(database, SITE, "access", "", long_ago, long_ago).id
    answer(database, SITE, number, "done", "sent", long_ago)
    add(database, SITE, "access", "open", long_ago, long_ago)
    kept = datetime(2023, 1, 1, tzinfo=UTC)
    tidy(database, kept.timestamp())
    assert len(requests(database, SITE, long_ago)) == 2
    tidy(database, (kept + timedelta(days=1)).timestamp())
    assert [each.reference for each in requests(database, SITE, long_ago)] == ["open"]
