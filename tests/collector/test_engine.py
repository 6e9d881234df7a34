"""The embedded engine is a ClickHouse whose users can do what they need and nothing else."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector import engine
from collector.config import Settings
from collector.engine import EngineError, addresses, check_disk, choose_port, explained, load_query
from collector.engine_files import VIEWS
from collector.schema import apply_schema
from collector.store import StoreAwayError, StoreError, connect, open_store
from tests.running import await_true, start_engine

ACCESS_DENIED = 497


@dataclass
class Engine:
    process: subprocess.Popen[bytes]
    settings: Settings


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    process, settings = start_engine(tmp_path_factory.mktemp("own engine ē"))
    store = open_store(settings)
    apply_schema(store, time.time())
    store.close()
    yield Engine(process, settings)
    process.kill()
    process.wait()


def command(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "collector", "engine"],
        env={"SIKDATNE_DATA": str(data), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_private_function_of_the_wheel_is_still_there() -> None:
    """When this fails, the wheel was changed: read collector/engine.py before pinning another version."""
    code = "from collector.engine import load_query; q = load_query(); print(q('SELECT 6 * 7', 'CSV').bytes())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "42" in done.stdout
    assert callable(load_query)


def test_each_user_logs_in_with_a_password_of_its_own(running: Engine) -> None:
    for user in ("collector", "dashboards", "analyst"):
        store = open_store(running.settings, user)
        assert store.execute("SELECT currentUser()") == [(user,)]
        store.close()
    found = addresses(running.settings)
    wrong = connect(found.analyst.replace("analyst:", "collector:", 1))
    with pytest.raises(StoreError, match="password is incorrect"):
        wrong.execute("SELECT 1")


def test_the_passwordless_user_cannot_be_used(running: Engine) -> None:
    port = addresses(running.settings).collector.rpartition(":")[2].partition("/")[0]
    for user in ("default", "default:"):
        stranger = connect(f"clickhouse://{user}@127.0.0.1:{port}/system")
        for statement in ("SELECT 1", "SYSTEM STOP LISTEN TCP", "SELECT * FROM sikdatne.counters"):
            with pytest.raises(StoreError, match="session count"):
                stranger.execute(statement)
        stranger.close()


@pytest.mark.parametrize("user", ["dashboards", "analyst"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM file('/etc/passwd', 'RawBLOB')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'RawBLOB')",
        "SELECT * FROM system.users",
        "SELECT * FROM system.query_log",
        "DROP TABLE sikdatne.counters",
        "INSERT INTO sikdatne.drops (drops) SELECT 1",
        "CREATE TABLE sikdatne.mine (a Int32) ENGINE = MergeTree ORDER BY a",
        "CREATE USER somebody",
        "SYSTEM STOP LISTEN TCP",
    ],
)
def test_readers_can_only_read(running: Engine, user: str, statement: str) -> None:
    store = open_store(running.settings, user)
    with pytest.raises(StoreError):
        store.execute(statement)
    store.close()


def test_analysts_read_the_views_of_the_contract_and_no_table(running: Engine) -> None:
    analyst, collector = open_store(running.settings, "analyst"), open_store(running.settings)
    there = {row[0]: row[1] for row in collector.execute(
        "SELECT name, engine FROM system.tables WHERE database = 'sikdatne'"
    )}  # fmt: skip
    for table in there:
        if table in VIEWS:
            continue
        with pytest.raises(StoreError) as caught:
            analyst.execute(f"SELECT * FROM {table}")
        assert caught.value.code == ACCESS_DENIED, table
    for view in sorted(set(there) & set(VIEWS) - {"unique_visitors"}):
        analyst.execute(f"SELECT * FROM {view}")
    analyst.close()
    collector.close()


def test_secrets_are_private_and_kept(running: Engine) -> None:
    folder = running.settings.data / "engine"
    for name in ("passwords.json", "users.xml", "config.xml", "port"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
    passwords = json.loads((folder / "passwords.json").read_text())
    assert len(set(passwords.values())) == 3
    assert not any(password in (folder / "users.xml").read_text() for password in passwords.values())
    assert "Addresses()" in repr(addresses(running.settings))


def test_it_listens_on_loopback_only(running: Engine) -> None:
    port = int((running.settings.data / "engine" / "port").read_text())
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = {line[1].split(":")[0] for line in listening if line[3] == "0A" and int(line[1].split(":")[1], 16) == port}
    assert ours == {"0100007F"}


def test_a_second_engine_on_the_same_folder_is_refused(running: Engine) -> None:
    done = command(running.settings.data)
    assert done.returncode == 1
    assert f"in use by another engine (process {running.process.pid})" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_is_confirmed_survives_kill(tmp_path: Path) -> None:
    process, settings = start_engine(tmp_path)
    store = open_store(settings)
    apply_schema(store, time.time())
    row = (("example.lv",), (int(time.time()),), ("bot",), (7,))
    store.insert_columns("drops", ("site", "minute", "reason", "drops"), row, "one")
    before = addresses(settings)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not store.answers()
    again, _ = start_engine(tmp_path)
    assert addresses(settings) == before
    store.insert_columns("drops", ("site", "minute", "reason", "drops"), row, "one")
    assert store.execute("SELECT sum(drops) FROM drops") == [(7,)]
    store.close()
    again.send_signal(signal.SIGTERM)
    assert again.wait(60) == 0


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-m', 'collector', 'engine', '--parent', str(os.getpid())])\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    environment = {"SIKDATNE_DATA": str(tmp_path), "PATH": os.environ["PATH"]}
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    assert parent.stdout
    child = int(parent.stdout.readline())
    settings = Settings.from_environment({"SIKDATNE_DATA": str(tmp_path)})
    await_true((tmp_path / "engine" / "port").exists, "the port")
    store = open_store(settings)
    await_true(store.answers, "the engine")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await_true(lambda: not is_running(child), "the end of the engine")
    store.close()


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_taken_port_is_left_for_another_one(tmp_path: Path) -> None:
    file = tmp_path / "port"
    first = choose_port(file)
    assert choose_port(file) == first
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        other.listen()
        assert choose_port(file) not in (0, first)


def test_before_the_first_start_the_message_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(EngineError, match="sikdatne serve"):
        addresses(settings)
    with pytest.raises(StoreAwayError, match="sikdatne serve"):
        open_store(settings).execute("SELECT 1")


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LEAST_FREE_BYTES", shutil.disk_usage(tmp_path).total * 2)
    with pytest.raises(EngineError, match="is full"):
        check_disk(tmp_path)


def test_a_missing_wheel_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['chdb'] = None\n"
        "from collector.cli import main\n"
        "sys.argv = ['sikdatne', 'engine']; main()\n"
    )
    environment = {"SIKDATNE_DATA": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "no embedded engine for" in done.stderr
    assert "SIKDATNE_CLICKHOUSE" in done.stderr


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("Code: 210. DB::Exception: Listen [127.0.0.1]:1 failed: Address already in use", "port 9 was taken"),
        ("std::exception: No space left on device", "is full"),
        ("Code: 999. DB::Exception: something new\nStack trace", "something new"),
        ("", "did not say why"),
    ],
)
def test_the_last_words_of_the_engine_are_explained(tmp_path: Path, words: str, meaning: str) -> None:
    message = str(explained(words, 9, tmp_path))
    assert meaning in message
    assert "\n" not in message
