"""A backup brings everything back into an empty installation, and overwrites nothing."""

import stat
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from collector.access_log.delivery import Progress
from collector.backup import MANIFEST, BackupError, backup, restore, tables
from collector.config import Settings
from collector.database import open_database, upgrade
from collector.ledger import balance
from collector.rows import BEACON_COLUMNS, columns
from collector.schema import apply_schema
from collector.sites import add_site, list_sites
from collector.spool import SpoolWriter
from collector.store import Store, connect
from tests.collector.test_shipper import CONSENT, PAGEVIEW
from tests.running import KEY, in_database

NOW = time.time()


def contents(store: Store) -> dict[str, list[str]]:
    return {table: sorted(map(repr, store.execute(f"SELECT * FROM {table} FINAL"))) for table in tables_final(store)}


def tables_final(store: Store) -> list[str]:
    return [table for table in tables(store) if table != "consent_log"]


def fill(settings: Settings, store: Store) -> None:
    database = open_database(settings.database)
    upgrade(database)
    add_site(database, "example.lv", now=NOW)
    database.close()
    (settings.data / "secret_key").write_text("s" * 64)
    store.insert_columns("beacons", BEACON_COLUMNS, columns([PAGEVIEW] * 50).beacons, "one")
    record = {
        "id": UUID(CONSENT.id), "consent": "c", "site": "example.lv", "choices": {"statistics": True},
        "decided": datetime(2026, 1, 2, 3, 4, 5, 678000, UTC), "signals": ["gpc"],
        "expires": date(2099, 1, 1),
    }  # fmt: skip
    store.insert_columns("consent_log", list(record), [(value,) for value in record.values()], "two")


def test_everything_comes_back(settings: Settings, store: Store, clickhouse: str, tmp_path: Path) -> None:
    fill(settings, store)
    manifest = backup(settings, store, tmp_path / "backup", NOW)
    assert manifest.tables["consent_log"] == 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "backup").glob("secret_key")} == {0o600}

    other = connect(in_database(clickhouse, store.database + "_restored"))
    empty = Settings.from_environment({"SIKDATNE_DATA": str(tmp_path / "new"), "SIKDATNE_SECRET_KEY": KEY})
    apply_schema(other, NOW)
    try:
        restore(empty, other, tmp_path / "backup", NOW)
        assert contents(other) == contents(store)
        assert other.execute("SELECT * FROM consent_log") == store.execute("SELECT * FROM consent_log")
        assert other.execute("SELECT sum(pageviews) FROM counters") == [(50,)]
        assert (empty.data / "secret_key").read_text() == "s" * 64
        database = open_database(empty.database)
        assert [site.domain for site in list_sites(database)] == ["example.lv"]
        database.close()
    finally:
        other.execute(f"DROP DATABASE {other.database}")
        other.close()


def test_what_waits_is_stored_first_and_what_is_elsewhere_is_named(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    fill(settings, store)
    writer = SpoolWriter.open(settings.data / "spool")
    writer.append(PAGEVIEW)
    writer.close()
    manifest = backup(settings, store, tmp_path / "backup", NOW)
    assert store.execute("SELECT sum(pageviews) FROM counters") == [(51,)]
    assert balance(settings.data / "spool").stored == 1
    assert [text.partition(":")[0] for text in manifest.left_out] == ["the secret key"]
    elsewhere = replace(settings, database="postgresql://server/sites")
    assert any("postgresql" in text for text in backup(elsewhere, store, tmp_path / "other", NOW).left_out)


def test_a_log_that_was_imported_is_known_after_a_restore(settings: Settings, store: Store, tmp_path: Path) -> None:
    (settings.data / "imports").mkdir(parents=True)
    for name in ("done", "onitsway"):
        (settings.data / "imports" / f"{name}.json").write_bytes(
            msgspec.json.encode(Progress("example.lv", 0, counted=7))
        )
    (settings.data / "spool" / "import").mkdir(parents=True)
    (settings.data / "spool" / "import" / "onitsway-00000001-7.prepared").touch()
    target = tmp_path / "backup"
    manifest = backup(settings, store, target, NOW)
    assert any("how far 1 imports are" in text for text in manifest.left_out)
    empty = Settings.from_environment({"SIKDATNE_DATA": str(tmp_path / "new"), "SIKDATNE_SECRET_KEY": KEY})
    restore(empty, store, target, NOW)
    (path,) = (empty.data / "imports").iterdir()
    assert msgspec.json.decode(path.read_bytes(), type=Progress) == Progress("example.lv", 0)


def test_a_damaged_backup_is_refused_before_anything_is_written(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    target = tmp_path / "backup"
    backup(settings, store, target, NOW)
    damaged = target / "counters.jsonl.gz"
    damaged.write_bytes(damaged.read_bytes()[:-12])
    empty = Settings.from_environment({"SIKDATNE_DATA": str(tmp_path / "new"), "SIKDATNE_SECRET_KEY": KEY})
    with pytest.raises(BackupError, match=r"counters\.jsonl\.gz is missing or damaged"):
        restore(empty, store, target, NOW)


def test_nothing_is_overwritten(settings: Settings, store: Store, tmp_path: Path) -> None:
    fill(settings, store)
    target = tmp_path / "backup"
    backup(settings, store, target, NOW)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    with pytest.raises(BackupError, match="not empty"):
        backup(settings, store, target, NOW)
    with pytest.raises(BackupError, match="is there already"):
        restore(settings, store, target, NOW)
    Path(settings.data / "sikdatne.db").unlink()
    with pytest.raises(BackupError, match="has rows already"):
        restore(settings, store, target, NOW)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_half_a_backup_is_refused(settings: Settings, store: Store, tmp_path: Path) -> None:
    backup(settings, store, tmp_path / "backup", NOW)
    (tmp_path / "backup" / MANIFEST).unlink()
    with pytest.raises(BackupError, match="no complete backup"):
        restore(settings, store, tmp_path / "backup", NOW)
