"""`sikdatne consent`: verify, export and keep, as an owner and an auditor use them."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.cli import cli
from collector.config import Settings
from collector.consent_export import COLUMNS
from collector.database import Database
from collector.sites import list_sites
from collector.store import Store
from tests.collector.consents import NOTICE, NOW, SITE, prepared, record, ship
from tests.running import KEY

Command = Callable[..., Result]
DAY = 86_400


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = prepared(settings)
    yield opened
    opened.close()


@pytest.fixture
def command(settings: Settings, store: Store, database: Database, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `sikdatne consent …` on a log of ten decisions, two a day."""
    days = [record(n, decided=NOW - (5 - n // 2) * DAY + n * 60) for n in range(10)]
    ship(settings, store, database, days[:5], days[5:])
    monkeypatch.setenv("SIKDATNE_DATA", str(settings.data))
    monkeypatch.setenv("SIKDATNE_SECRET_KEY", KEY)
    monkeypatch.setenv("SIKDATNE_CLICKHOUSE", store.address())
    return lambda *arguments: CliRunner().invoke(cli, ["consent", *map(str, arguments)])


def day(number: int) -> date:
    """The day of the `number`th decision."""
    return datetime.fromtimestamp(NOW - (5 - number // 2) * DAY + number * 60, UTC).date()


def test_a_whole_log_verifies(command: Command) -> None:
    done = command("verify", "--site", SITE)
    assert (done.exit_code, done.output) == (0, f"10 records of {SITE} are as they were written.\n")


def test_what_is_wrong_is_said_with_the_record_and_ends_with_1(command: Command, store: Store) -> None:
    wait = {"mutations_sync": 2}
    store.execute(f"ALTER TABLE consent_log UPDATE method = 'api' WHERE id = '{record(4).id}'", settings=wait)
    store.execute(f"ALTER TABLE consent_log DELETE WHERE id = '{record(6).id}'", settings=wait)
    done = command("verify", "--site", SITE)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0] == f"changed: record {record(4).id}: its hash is not that of its contents"
    assert lines[1] == f"removed: record {record(7).id}: number 7 before it is missing"
    assert "2 findings in 9 records" in lines[-1]


def test_an_unknown_site_is_said(command: Command) -> None:
    done = command("verify", "--site", "nobody.lv")
    assert done.exit_code == 1
    assert "there is no site nobody.lv" in done.output


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_holds_records_and_notices_and_verifies_by_itself(
    command: Command, tmp_path: Path, form: str
) -> None:
    done = command("export", "--site", SITE, "--format", form, tmp_path / "proof.zip")
    assert done.exit_code == 0, done.output
    assert "10 records and 1 notice " in done.output
    folder = unpacked(tmp_path / "proof.zip", tmp_path / "proof")
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {
        f"records.{form}", f"{NOTICE}.json", "manifest.json", "README.md", "verify.py",
    }  # fmt: skip
    assert check(folder) == (0, "Everything is as it was exported, and the chains are whole.\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["site"], manifest["records"], manifest["chains"][0]["sequence"]) == (SITE, 10, 10)


def unpacked(file: Path, folder: Path) -> Path:
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    return folder


def check(folder: Path) -> tuple[int, str]:
    """What the program in the export says; without anything of this project."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py")], capture_output=True, text=True, check=False, cwd="/"
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def test_both_formats_say_the_same(command: Command, tmp_path: Path) -> None:
    for form in ("csv", "jsonl"):
        command("export", "--site", SITE, "--format", form, tmp_path / f"{form}.zip")
    with zipfile.ZipFile(tmp_path / "jsonl.zip") as archive:
        lines = [json.loads(line) for line in archive.read("records.jsonl").splitlines()]
    with zipfile.ZipFile(tmp_path / "csv.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("records.csv").decode())))
    assert [set(line) for line in lines] == [set(COLUMNS)] * 10
    as_text = [
        {name: json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else str(value)
         for name, value in line.items()}
        for line in lines
    ]  # fmt: skip
    assert rows == as_text


def test_only_the_days_asked_for_are_in_it(command: Command, tmp_path: Path) -> None:
    done = command("export", "--site", SITE, "--from", day(2), "--to", day(5), tmp_path / "proof.zip")
    assert done.exit_code == 0, done.output
    folder = unpacked(tmp_path / "proof.zip", tmp_path / "proof")
    exported = [json.loads(line)["id"] for line in (folder / "records.jsonl").read_text().splitlines()]
    wanted = [n for n in range(10) if day(2) <= day(n) <= day(5)]
    assert exported == [record(n).id for n in wanted]
    assert check(folder)[0] == 0


def tamper_record(folder: Path) -> None:
    file = folder / "records.jsonl"
    file.write_text(file.read_text().replace('"method":"reject_all"', '"method":"accept_all"', 1))


def tamper_order(folder: Path) -> None:
    lines = (folder / "records.jsonl").read_text().splitlines(keepends=True)
    (folder / "records.jsonl").write_text("".join([*lines[:3], lines[4], lines[3], *lines[5:]]))


def tamper_removed(folder: Path) -> None:
    lines = (folder / "records.jsonl").read_text().splitlines(keepends=True)
    (folder / "records.jsonl").write_text("".join([*lines[:3], *lines[4:]]))


def tamper_cut(folder: Path) -> None:
    lines = (folder / "records.jsonl").read_text().splitlines(keepends=True)
    (folder / "records.jsonl").write_text("".join(lines[:-1]))


def tamper_twice(folder: Path) -> None:
    lines = (folder / "records.jsonl").read_text().splitlines(keepends=True)
    (folder / "records.jsonl").write_text("".join([*lines, lines[-1]]))


def tamper_notice(folder: Path) -> None:
    file = folder / "notices" / f"{NOTICE}.json"
    file.write_text(file.read_text().replace("skaitām", "pārdodam"))


def tamper_without_notice(folder: Path) -> None:
    (folder / "notices" / f"{NOTICE}.json").unlink()


@pytest.mark.parametrize(
    "tamper",
    [
        tamper_record, tamper_order, tamper_removed, tamper_cut, tamper_twice, tamper_notice, tamper_without_notice,
    ],
)  # fmt: skip
def test_an_export_that_was_tampered_with_does_not_verify(
    command: Command, tmp_path: Path, tamper: Callable[[Path], None]
) -> None:
    command("export", "--site", SITE, tmp_path / "proof.zip")
    folder = unpacked(tmp_path / "proof.zip", tmp_path / "proof")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    tamper(folder)
    assert before != {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    status, said = check(folder)
    assert status == 1
    assert "problems found" in said


def test_what_is_no_day_is_said(command: Command, tmp_path: Path) -> None:
    done = command("export", "--site", SITE, "--from", "yesterday", tmp_path / "proof.zip")
    assert done.exit_code == 1
    assert "'yesterday' is no day" in done.output


def test_how_long_records_are_kept_is_a_setting_of_the_site(command: Command, database: Database) -> None:
    done = command("keep", "--site", SITE, "--months", 60)
    assert done.exit_code == 0, done.output
    assert "60 months" in done.output
    assert [site.proof_months for site in list_sites(database)] == [60]
    assert command("keep", "--site", SITE, "--months", 0).exit_code == 2
