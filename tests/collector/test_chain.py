"""The chain survives the death of the shipper at every moment, and whatever the store does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from collector import consent_log
from collector.backup import backup, restore
from collector.chain import Head
from collector.chain_heads import ChainWriter, heads_of, read_chains, saved_heads
from collector.config import Settings
from collector.database import Database, open_database
from collector.ledger import balance
from collector.notices import snapshot
from collector.rows import Batches, ConsentRecord
from collector.schema import apply_schema
from collector.shipper import Shipper
from collector.store import Store, StoreAwayError, StoreRejectedError, connect
from collector.verify import Check, Finding
from tests.collector.consents import NOW, SITE, TODAY, open_shipper, prepared, record, ship, spool
from tests.running import KEY, await_true, in_database


class Killed(Exception):
    """Stands for the death of the process: nothing after it runs."""


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = prepared(settings)
    yield opened
    opened.close()


def findings(settings: Settings, store: Store, database: Database) -> list[Finding]:
    check = Check(SITE, settings.key("consent-log"), lambda wanted: snapshot(database, wanted), TODAY)
    return list(check.run(store, lambda: heads_of(settings.data, database, SITE), lambda _n: None))


def logged(store: Store) -> list[ConsentRecord]:
    return list(consent_log.records(store, SITE, consent_log.windows(store, SITE)))


def die_before_writing_heads(shipper: Shipper) -> None:
    def keep() -> None:
        raise Killed

    shipper.chains.keep = keep  # type: ignore[method-assign]


def die_before_the_insert(shipper: Shipper) -> None:
    def insert(batches: Batches, token: str) -> None:
        raise Killed

    shipper.insert = insert  # type: ignore[method-assign]


def die_after_the_insert(shipper: Shipper) -> None:
    insert = shipper.insert

    def inserted(batches: Batches, token: str) -> None:
        insert(batches, token)
        raise Killed

    shipper.insert = inserted  # type: ignore[method-assign]


def die_before_confirming(shipper: Shipper) -> None:
    def confirm() -> None:
        raise Killed

    shipper.chains.confirm = confirm  # type: ignore[method-assign]


def die_before_telling(shipper: Shipper) -> None:
    def tell() -> None:
        raise Killed

    shipper.chains.tell_others = tell  # type: ignore[method-assign]


MOMENTS = [
    die_before_writing_heads, die_before_the_insert, die_after_the_insert, die_before_confirming, die_before_telling,
]  # fmt: skip


@pytest.mark.parametrize("die", MOMENTS)
def test_the_chain_goes_on_after_a_death_at_any_moment(
    settings: Settings, store: Store, database: Database, die: Callable[[Shipper], None]
) -> None:
    ship(settings, store, database, [record(1), record(2)])
    spool(settings.data, [record(3), record(4)])
    dying = open_shipper(settings, store, database)
    die(dying)
    with pytest.raises(Killed):
        dying.ship_all()
    os.close(dying.lock)
    ship(settings, store, database, [record(5)], [record(6)])
    assert [(each.sequence, each.id) for each in logged(store)] == [(n, record(n).id) for n in range(1, 7)]
    assert findings(settings, store, database) == []
    assert balance(settings.data / "spool", "consents") == (6, 6, 0, 0)


def test_a_segment_whose_answer_was_lost_comes_before_any_other(
    settings: Settings, store: Store, database: Database
) -> None:
    """Also before one that began earlier and was sealed later, by another process: places must not be given twice."""
    early = settings.data / "spool"
    spool(settings.data, [record(1)])
    (first,) = early.glob("consents-*/*.seg")
    spool(settings.data, [record(2)])
    hidden = first.with_suffix(".hidden")
    first.rename(hidden)
    shipper = open_shipper(settings, store, database)
    whole = shipper.insert

    def lost(batches: Batches, token: str) -> None:
        whole(batches, token)
        raise StoreAwayError("the answer was lost")

    shipper.insert = lost  # type: ignore[method-assign]
    with pytest.raises(StoreAwayError):
        shipper.ship_all()
    hidden.rename(first)
    shipper.insert = whole  # type: ignore[method-assign]
    shipper.ship_all()
    shipper.close()
    assert [each.id for each in logged(store)] == [record(2).id, record(1).id]
    assert findings(settings, store, database) == []


def test_what_the_store_refuses_for_good_leaves_no_gap(settings: Settings, store: Store, database: Database) -> None:
    ship(settings, store, database, [record(1)])
    spool(settings.data, [record(2)])
    shipper = open_shipper(settings, store, database)
    whole = shipper.insert

    def refuse(batches: Batches, token: str) -> None:
        raise StoreRejectedError("never")

    shipper.insert = refuse  # type: ignore[method-assign]
    shipper.ship_all()
    shipper.insert = whole  # type: ignore[method-assign]
    spool(settings.data, [record(3)])
    shipper.ship_all()
    shipper.close()
    assert [(each.sequence, each.id) for each in logged(store)] == [(1, record(1).id), (2, record(3).id)]
    assert findings(settings, store, database) == []
    assert balance(settings.data / "spool", "consents") == (3, 2, 0, 1)


def test_a_lost_segment_is_found(settings: Settings, store: Store, database: Database) -> None:
    """Its places were given; that its records are nowhere must show."""
    ship(settings, store, database, [record(1)])
    spool(settings.data, [record(2)])
    dying = open_shipper(settings, store, database)
    die_before_the_insert(dying)
    with pytest.raises(Killed):
        dying.ship_all()
    os.close(dying.lock)
    for segment in (settings.data / "spool").glob("consents-*/*.seg"):
        segment.unlink()
    ship(settings, store, database, [record(3)])
    assert [(finding.kind, finding.record) for finding in findings(settings, store, database)] == [
        ("removed", record(3).id)
    ]


def test_several_installations_share_a_store(
    settings: Settings, store: Store, database: Database, tmp_path: Path
) -> None:
    other = Settings.from_environment(
        {"SIKDATNE_DATA": str(tmp_path / "second"), "SIKDATNE_DATABASE": settings.database, "SIKDATNE_SECRET_KEY": KEY}
    )
    for number in (1, 3, 5):
        ship(settings, store, database, [record(number)])
        ship(other, store, database, [record(number + 1)])
    assert len({each.chain for each in logged(store)}) == 2
    for mine in (settings, other):
        assert findings(mine, store, database) == []
    store.execute(f"ALTER TABLE consent_log DELETE WHERE id = '{record(6).id}'", settings={"mutations_sync": 2})
    for mine in (settings, other):
        assert [finding.kind for finding in findings(mine, store, database)] == ["cut off"]


def test_while_the_database_is_away_records_are_logged_and_it_is_told_later(
    settings: Settings, store: Store, database: Database
) -> None:
    told: list[list[Head]] = []

    def tell(heads: object) -> None:
        told.append(list(heads))  # type: ignore[call-overload]
        if len(told) == 1:
            raise OperationalError("away", None, Exception())

    shipper = Shipper(settings.data, store, ChainWriter(settings.data, settings.key("consent-log")[0], tell))
    spool(settings.data, [record(1)])
    shipper.ship_all()
    shipper.ship_all()
    assert len(told) == 1, "a database that is away is not asked all the time"
    shipper.close()
    shipper = open_shipper(settings, store, database)
    shipper.ship_all()
    shipper.close()
    assert [head.sequence for head in saved_heads(database, SITE)] == [1]
    assert findings(settings, store, database) == []


def test_a_restored_log_verifies_and_goes_on_in_another_chain(
    settings: Settings, store: Store, database: Database, tmp_path: Path, clickhouse: str
) -> None:
    ship(settings, store, database, [record(1), record(2)])
    backup(settings, store, tmp_path / "backup", NOW)
    other = connect(in_database(clickhouse, store.database + "_restored"))
    fresh = Settings.from_environment({"SIKDATNE_DATA": str(tmp_path / "new"), "SIKDATNE_SECRET_KEY": KEY})
    apply_schema(other, NOW)
    try:
        restore(fresh, other, tmp_path / "backup", NOW)
        there = open_database(fresh.database)
        assert findings(fresh, other, there) == []
        ship(fresh, other, there, [record(3)])
        assert findings(fresh, other, there) == []
        assert [each.sequence for each in logged(other)] in ([1, 2, 1], [1, 1, 2])
        other.execute("ALTER TABLE consent_log DELETE WHERE sequence = 2", settings={"mutations_sync": 2})
        assert [finding.kind for finding in findings(fresh, other, there)] == ["cut off"]
        there.close()
    finally:
        other.execute(f"DROP DATABASE {other.database}")
        other.close()


def test_the_file_of_heads_is_for_its_owner_alone(settings: Settings, store: Store, database: Database) -> None:
    ship(settings, store, database, [record(1)])
    file = settings.data / "consent" / "chains.json"
    assert file.stat().st_mode & 0o077 == 0
    chains = read_chains(settings.data)
    assert chains is not None
    assert record(1).id not in file.read_text()


def test_a_shipper_killed_again_and_again_leaves_a_whole_chain(
    settings: Settings, store: Store, database: Database
) -> None:
    """Real processes, killed by the kernel at moments that nobody chose."""
    numbers = iter(range(1, 400))
    environment = os.environ | {
        "SIKDATNE_DATA": str(settings.data), "SIKDATNE_SECRET_KEY": KEY, "SIKDATNE_CLICKHOUSE": store.address(),
    }  # fmt: skip
    taken = 0
    for delay in (0.0, 0.005, 0.02, 0.05, 0.1):
        before = len(logged(store))
        for _ in range(12):
            spool(settings.data, [record(next(numbers)) for _ in range(3)])
            taken += 3
        child = subprocess.Popen([sys.executable, "-m", "collector", "ship"], env=environment)
        await_true(lambda before=before: len(logged(store)) > before, "the first segments")  # type: ignore[misc]
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
    ship(settings, store, database, [record(399)])
    kept = logged(store)
    assert [each.sequence for each in kept] == list(range(1, taken + 2))
    assert {each.id for each in kept} == {record(n).id for n in (*range(1, taken + 1), 399)}
    assert findings(settings, store, database) == []
