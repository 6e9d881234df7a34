"""Fixtures for all tests: the real store, on the embedded engine or on what SIKDATNE_CLICKHOUSE names."""

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from collector.config import Settings
from collector.engine import addresses
from collector.schema import apply_schema
from collector.store import Store, connect
from tests.running import KEY, in_database, start_engine

# Where tests take longest. They come first, so that at the end no worker waits for the other one's last long file.
LONG = ("crash", "privacy", "browser", "flow")
# How long an example takes says how busy the machine is, and nothing about the example.
hypothesis.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
hypothesis.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first; otherwise the order stays."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(here).parts[0] not in LONG)


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
