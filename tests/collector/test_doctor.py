"""Doctor finds what is wrong and says how to mend it."""

import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from collector.config import Settings
from collector.database import open_database, upgrade
from collector.doctor import Finding, check_clock, examine
from collector.ledger import SpoolReader
from collector.spool import SpoolWriter
from collector.store import Store
from tests.running import KEY


@pytest.fixture
def environment(tmp_path: Path, store: Store) -> Mapping[str, str]:
    values = {
        "SIKDATNE_DATA": str(tmp_path / "data"),
        "SIKDATNE_SECRET_KEY": KEY,
        "SIKDATNE_CLICKHOUSE": store.address(),
        "SIKDATNE_PORT": "1",
    }
    database = open_database(Settings.from_environment(values).database)
    upgrade(database)
    database.close()
    return values


def findings(environment: Mapping[str, str], level: str) -> list[Finding]:
    return [finding for finding in examine(environment) if finding.level == level]


def texts(found: list[Finding]) -> str:
    return "\n".join(f"{finding.what} → {finding.mend}" for finding in found)


def test_a_sound_installation_has_no_problem(environment: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    assert findings(environment, "problem") == []
    sound = texts(findings(environment, "ok"))
    assert "Python" in sound
    assert "GiB free" in sound
    assert "the store answers" in sound
    assert "sites and users can be read" in sound


def test_every_finding_says_how_to_mend_it(environment: Mapping[str, str]) -> None:
    wrong = dict(environment) | {"SIKDATNE_CLICKHOUSE": "clickhouse://127.0.0.1:1/sikdatne", "SIKDATNE_PROT": "1"}
    found = [finding for finding in examine(wrong) if finding.level != "ok"]
    assert len(found) >= 3
    assert all(finding.mend for finding in found)


def test_a_wrong_setting_is_the_whole_answer(environment: Mapping[str, str]) -> None:
    found = findings(dict(environment) | {"SIKDATNE_WORKERS": "many"}, "problem")
    assert len(found) == 1
    assert "SIKDATNE_WORKERS takes" in found[0].what


def test_a_misspelt_setting_is_named(environment: Mapping[str, str]) -> None:
    assert "SIKDATNE_PROT is no setting" in texts(findings(dict(environment) | {"SIKDATNE_PROT": "1"}, "warning"))


def test_a_store_that_is_away_is_named(environment: Mapping[str, str]) -> None:
    wrong = dict(environment) | {"SIKDATNE_CLICKHOUSE": "clickhouse://127.0.0.1:1/sikdatne"}
    assert "the store does not answer" in texts(findings(wrong, "problem"))


def test_a_secret_that_others_can_read_is_named(environment: Mapping[str, str], tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret_key"
    path.write_text("s" * 64)
    path.chmod(0o644)
    assert f"chmod 600 {path}" in texts(findings(environment, "problem"))


def test_another_program_on_the_port_is_named(environment: Mapping[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def answer() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"SSH-2.0-something\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        port = str(other.getsockname()[1])
        assert "another program" in texts(findings(dict(environment) | {"SIKDATNE_PORT": port}, "problem"))
        thread.join()


def test_a_location_database_that_is_none_is_named(environment: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "broken.mmdb").write_bytes(b"not a database")
    wrong = dict(environment) | {"SIKDATNE_GEOIP": str(tmp_path / "broken.mmdb")}
    assert "SIKDATNE_GEOIP" in texts([finding for finding in examine(wrong) if finding.level != "ok"])


def test_what_was_put_aside_and_what_waits_is_named(environment: Mapping[str, str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    for _ in range(2):
        writer = SpoolWriter.open(data / "spool")
        writer.append(b"b nothing that can be stored")
        writer.close()
    reader = SpoolReader(data / "spool", data / "quarantine")
    reader.quarantine(reader.sealed()[0], "because")
    late = texts(
        [finding for finding in examine(environment, lambda: time.time() + 3600) if finding.level == "warning"]
    )
    assert "1 of beacons could not be stored" in late
    assert "have waited for 36" in late


def test_a_clock_that_differs_is_named(store: Store) -> None:
    assert list(check_clock(store, time.time)) == []
    assert "differs" in texts(list(check_clock(store, lambda: time.time() + 60)))
    assert "years behind" in texts(list(check_clock(store, lambda: 0.0)))
