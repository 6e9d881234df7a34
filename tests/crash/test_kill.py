"""A beacon answered 202 is counted exactly once, whatever is killed at whatever moment."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.store import Store, open_store
from tests.crash.load import Load, assert_exactly_once, books, kill, settings_of
from tests.running import await_true, start_engine
from tests.service import Service, running

SEED = int(os.environ.get("SIKDATNE_TEST_SEED", "2026"))
PARTS = ("worker", "ship", "engine", "web", "worker", "ship", "engine", "worker", "ship", "engine", "worker", "worker")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path) as started:
        started.command("site", "add", "example.lv")
        yield started


@pytest.fixture
def store(service: Service) -> Iterator[Store]:
    opened = open_store(settings_of(service))
    yield opened
    opened.close()


def test_kill_9_at_random_moments(service: Service, store: Store) -> None:
    chance = random.Random(SEED)
    rounds = chance.sample(PARTS, len(PARTS))
    with Load(service, settings_of(service)) as load:
        for part in rounds:
            accepted = len(load.answered)
            await_true(lambda: len(load.answered) > accepted + 50, "beacons to be accepted again")  # noqa: B023
            time.sleep(chance.uniform(0, 1.5))
            await_true(lambda: kill(service, part, chance), f"a process to kill: {part}")  # noqa: B023
        accepted = len(load.answered)
        await_true(lambda: len(load.answered) > accepted + 50, "beacons after the last kill")
    assert set(load.statuses) <= {0, 202}, f"seed {SEED}: answers {load.statuses}"
    assert_exactly_once(load, service, store)


def test_kill_9_of_everything_and_a_stop_by_sigterm(service: Service, store: Store) -> None:
    with Load(service, settings_of(service)) as load:
        await_true(lambda: len(load.answered) > 300, "beacons")
        service.kill()
        service.start()
        await_true(lambda: len(load.answered) > 600, "beacons after the kill")
        assert service.stop() == 0
        stopped = books(service)
        assert stopped.holds, stopped
        assert stopped.spooled == 0, "what was accepted before the stop was not shipped"
        service.start()
    assert_exactly_once(load, service, store)


def test_beacons_are_accepted_while_the_store_is_away_and_arrive_later(tmp_path: Path) -> None:
    engine, settings = start_engine(tmp_path / "elsewhere")
    store = open_store(settings)
    with running(tmp_path, CLICKHOUSE=store.address(), DURABILITY="disk") as service:
        service.command("site", "add", "example.lv")
        with Load(service, settings_of(service)) as load:
            await_true(lambda: books(service).stored > 100, "the first beacons")
            engine.kill()
            engine.wait()
            accepted = books(service).accepted
            await_true(lambda: books(service).accepted > accepted + 500, "beacons while the store is away")
            assert service.request("GET", "/readyz").status == 200
            assert books(service).spooled > 400
            engine, _ = start_engine(tmp_path / "elsewhere")
            await_true(lambda: books(service).stored > accepted, "beacons that waited")
        assert set(load.statuses) == {202}
        assert_exactly_once(load, service, store)
    store.close()
    engine.kill()
    engine.wait()


def test_a_full_spool_refuses_and_loses_nothing(tmp_path: Path) -> None:
    engine, settings = start_engine(tmp_path / "elsewhere")
    store = open_store(settings)
    with running(tmp_path, CLICKHOUSE=store.address(), SPOOL_LIMIT=str(1 << 20)) as service:
        service.command("site", "add", "example.lv")
        with Load(service, settings_of(service)) as load:
            engine.kill()
            engine.wait()
            await_true(lambda: 503 in load.statuses, "a full spool", 300)
            await_true(lambda: service.request("GET", "/readyz").status == 503, "that the service says so")
            engine, _ = start_engine(tmp_path / "elsewhere")
            before = load.statuses[202]
            await_true(lambda: load.statuses[202] > before + 100, "room in the spool")
        assert set(load.statuses) == {202, 503}
        assert_exactly_once(load, service, store)
        assert service.request("GET", "/readyz").status == 200
    store.close()
    engine.kill()
    engine.wait()
