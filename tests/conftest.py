"""Fixtures for all tests: the real store, on the embedded engine or on what SIKDATNE_CLICKHOUSE names."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from collector.config import Settings
from collector.engine import EngineError, addresses
from collector.schema import apply_schema
from collector.store import Store, StoreAwayError, connect

KEY = "for-tests-only-and-long-enough-to-be-a-key"


def await_true(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Wait until the condition holds; fail with `what` when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


def answers(store: Store) -> bool:
    """Whether the store can be reached; its database need not be there yet."""
    try:
        with store.client(database="system") as client:
            return bool(client.execute("SELECT 1"))
    except StoreAwayError:
        return False


def in_database(url: str, name: str) -> str:
    """The same address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def start_engine(data: Path) -> tuple[subprocess.Popen[bytes], Settings]:
    """A running embedded engine on this data folder, and settings to reach it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIKDATNE_")}
    environment["SIKDATNE_DATA"] = str(data)
    settings = Settings.from_environment({"SIKDATNE_DATA": str(data), "SIKDATNE_SECRET_KEY": KEY})
    command = [sys.executable, "-m", "collector", "engine", "--parent", str(os.getpid())]
    process = subprocess.Popen(command, env=environment)

    def ready() -> bool:
        assert process.poll() is None, "the engine ended; its message is above"
        try:
            store = connect(addresses(settings).collector)
        except EngineError:
            return False
        try:
            return answers(store)
        finally:
            store.close()

    await_true(ready, "the engine")
    return process, settings


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ClickHouse for this session, with a user that may make databases named sikdatne_test_…"""
    given = os.environ.get("SIKDATNE_CLICKHOUSE")
    if given:
        yield given
        return
    process, settings = start_engine(tmp_path_factory.mktemp("engine"))
    yield addresses(settings).collector
    process.kill()
    process.wait()


@pytest.fixture
def store(clickhouse: str) -> Iterator[Store]:
    """A store with the whole schema and nothing in it, in a database of this test's own."""
    name = f"sikdatne_test_{secrets.token_hex(6)}"
    opened = connect(in_database(clickhouse, name))
    apply_schema(opened, time.time())
    yield opened
    opened.execute(f"DROP DATABASE {name}")
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Default settings on an empty data folder."""
    return Settings.from_environment({"SIKDATNE_DATA": str(tmp_path / "data"), "SIKDATNE_SECRET_KEY": KEY})
