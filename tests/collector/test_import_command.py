"""`sikdatne import access-log` says what it did, and what is wrong."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.database import open_database, upgrade
from collector.import_command import import_group
from collector.sites import add_site
from tests.collector.importing import (
    NOW,
    RIGA,
    SMALL,
    segments,
)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a site in it."""
    monkeypatch.setenv("SIKDATNE_DATA", str(tmp_path))
    database = open_database(f"sqlite:///{tmp_path / 'sikdatne.db'}")
    upgrade(database)
    add_site(database, "example.lv", now=NOW)
    database.close()
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(import_group, ["access-log", *arguments])
    return result.exit_code, result.output


def test_the_command_says_what_it_did(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.import_run.PATIENCE", 0.1)
    today = datetime.now(RIGA).date()
    log = installed / "today.log"
    log.write_bytes(b"\n".join(SMALL.read_bytes().splitlines()[:20]) + b"\n")
    code, output = run(str(log), "--site", "example.lv", "--shift-to", str(today))
    assert code == 0
    assert f"20 lines read, {today} to {today} (Europe/Riga)." in output
    assert "5 page views counted, of 3 visitors." in output
    assert "3  left out: robots" in output
    assert "appears on the dashboard as soon as" in output
    code, output = run(str(log), "--site", "example.lv", "--shift-to", str(today))
    assert code == 0
    assert "Imported before, nothing new to count: 20 lines" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-", "--site", "example.lv"), "not from standard input"),
        (("missing.log", "--site", "example.lv"), ""),
        ((str(SMALL), "--site", "example.com"), "there is no site example.com"),
        ((str(SMALL), "--site", "example.lv", "--shift-to", "2999-01-01"), "lies in the future"),
        ((str(SMALL), "--site", "example.lv", "--shift-to", "tomorrow"), "Invalid value"),
        ((str(SMALL),), "--site"),
    ],
)
def test_the_command_fails_clearly(installed: Path, arguments: tuple[str, ...], message: str) -> None:
    code, output = run(*arguments)
    assert code != 0
    assert message in output
    assert not segments(installed)


def test_a_damaged_log_is_told(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.import_run.PATIENCE", 0.1)
    today = datetime.now(RIGA)
    line = SMALL.read_bytes().splitlines()[0].replace(b"05/Jan/2026", today.strftime("%d/%b/%Y").encode())
    path = installed / "cut.gz"
    path.write_bytes(gzip.compress(line + b"\n" + b"\n".join(b"%d" % (n**9) for n in range(9_000)))[:-20_000])
    code, output = run(str(path), "--site", "example.lv")
    assert code == 1
    assert "1 page views counted" in output
    assert "damaged or cut off" in output
