"""Backup of everything an installation cannot make again: counters, consent log, sites and users, the secret key.

The store is read and written through its ordinary connection, so a backup made of the embedded engine can be restored
into a ClickHouse server and the other way round. A table is a gzip file of JSON lines: first its columns with their
types, then blocks of rows, column by column.
"""

import gzip
import zlib
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from collector.backup_files import (
    SECRET_FILE,
    copy_imports,
    copy_secret,
    copy_sqlite,
    kept_elsewhere,
    restore_imports,
    ship_first,
    spooled,
    sqlite_file,
)
from collector.config import Settings
from collector.schema import apply_schema, current
from collector.shipper import paused_by_backup
from collector.store import Store

BLOCK_ROWS = 20_000
MANIFEST, RELATIONAL = "manifest.json", "sikdatne.db"
NUMBERS = {f"{sign}Int{bits}": int for sign in ("", "U") for bits in (8, 16, 32, 64)} | {
    "Float32": float,
    "Float64": float,
}
TYPES = NUMBERS | {
    "Date": date,
    "DateTime": datetime,
    "DateTime64": datetime,
    "UUID": UUID,
    "String": str,
    "Bool": bool,
}


class BackupError(Exception):
    """Nothing was backed up or restored; the message says why in one line."""


class Manifest(msgspec.Struct):
    """What a backup holds. `tables` are rows by table."""

    release: str
    schema: int
    made: str
    tables: dict[str, int]
    left_out: list[str] = []  # in words, for the person who keeps the backup


def backup(settings: Settings, store: Store, target: Path, now: float) -> Manifest:
    """Write a backup into the folder `target`, which must be empty or not there. The service may go on meanwhile.

    What waits in the spool is stored first. Raises BackupError and StoreError.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(f"{target} is there already and not empty; a backup takes a folder of its own")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    spool = settings.data / "spool"
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    ship_first(settings, store)
    with paused_by_backup(spool):
        left_out = spooled(spool) + copy_imports(settings.data, target)
        counts = {table: write_table(store, table, target / f"{table}.jsonl.gz") for table in tables(store)}
        schema = current(store)
        source = sqlite_file(settings)
        if source and source.exists():  # at the same moment: it knows where the chains of the consent log end
            copy_sqlite(source, target / RELATIONAL)
    if (settings.data / SECRET_FILE).exists():
        copy_secret(settings.data, target)
    left_out += kept_elsewhere(settings)
    manifest = Manifest(version("sikdatne"), schema, datetime.fromtimestamp(now, UTC).isoformat(), counts, left_out)
    (target / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")  # last: it is complete
    return manifest


def restore(settings: Settings, store: Store, source: Path, now: float) -> Manifest:
    """Bring a backup into an empty installation. Raises BackupError when there is anything to overwrite."""
    manifest = read_manifest(source)
    relational = sqlite_file(settings)
    if relational and relational.exists() and (source / RELATIONAL).exists():
        raise BackupError(f"{relational} is there already; restore into an empty SIKDATNE_DATA")
    verify(manifest, source)
    apply_schema(store, now)
    if manifest.schema > current(store):
        raise BackupError(f"the backup is of a newer release ({manifest.release}); install that one")
    for table in tables(store):
        if store.execute(f"SELECT count() FROM {table}") != [(0,)]:  # noqa: S608 - a name of the schema
            raise BackupError(f"the table {table} of the store has rows already; restore into an empty store")
    for table in manifest.tables:
        read_table(store, table, source / f"{table}.jsonl.gz", manifest.made)
    if relational and (source / RELATIONAL).exists():
        copy_sqlite(source / RELATIONAL, relational)
    if (source / SECRET_FILE).exists():
        copy_secret(source, settings.data)
    restore_imports(source, settings.data)
    return manifest


def verify(manifest: Manifest, source: Path) -> None:
    """Read every table of the backup before anything is written. Raises BackupError."""
    for table, count in manifest.tables.items():
        path = source / f"{table}.jsonl.gz"
        try:
            with gzip.open(path, "rb") as file:
                file.readline()
                found = sum(len(msgspec.json.decode(line)[0]) for line in file)
        except (OSError, EOFError, zlib.error, msgspec.DecodeError) as error:
            raise BackupError(f"{path} is missing or damaged, and nothing was restored; take another backup") from error
        if found != count:
            raise BackupError(f"{path} has {found} rows instead of {count}, and nothing was restored")


def read_manifest(source: Path) -> Manifest:
    try:
        return msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(f"{source} is no complete backup: its {MANIFEST} cannot be read") from error


def tables(store: Store) -> list[str]:
    """The tables that hold rows of their own; the schema's versions are written anew by a restore."""
    rows = store.execute(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
        " AND name NOT LIKE '.%' AND name != 'schema_versions' ORDER BY name"
    )
    return [row[0] for row in rows]


def write_table(store: Store, table: str, path: Path) -> int:
    columns = dict(store.execute(
        "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String}"
        " AND default_kind IN ('', 'DEFAULT') ORDER BY position", {"table": table}
    ))  # fmt: skip
    count = 0
    with gzip.open(path, "wb", compresslevel=5) as file, store.client() as client:
        file.write(msgspec.json.encode(columns) + b"\n")
        sql = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - names of the schema
        for block in client.execute_iter(sql, chunk_size=BLOCK_ROWS):
            count += len(block)
            file.write(msgspec.json.encode(list(zip(*block, strict=True))) + b"\n")
    return count


def read_table(store: Store, table: str, path: Path, token: str) -> int:
    """Insert what the file holds and return the number of rows."""
    count = 0
    with gzip.open(path, "rb") as file:
        columns = msgspec.json.decode(file.readline(), type=dict[str, str])
        decoder = msgspec.json.Decoder(tuple[tuple(list[python_type(kind)] for kind in columns.values())])  # type: ignore[misc]
        for number, line in enumerate(file):
            data = decoder.decode(line)
            count += len(data[0])
            store.insert_columns(table, list(columns), data, f"restore {token} {table} {number}")
    return count


def python_type(kind: str) -> Any:
    """The Python type of values of a ClickHouse type, as the driver takes it and JSON gives it back."""
    outer, _, inner = kind.removesuffix(")").partition("(")
    if outer in ("LowCardinality", "SimpleAggregateFunction"):
        return python_type(inner.rpartition(", ")[2])
    if outer == "Nullable":
        return python_type(inner) | None
    if outer == "Array":
        return list[python_type(inner)]  # type: ignore[misc]
    if outer == "Map":
        key, _, value = inner.rpartition(", ")
        return dict[python_type(key), python_type(value)]  # type: ignore[misc]
    if outer in TYPES:
        return TYPES[outer]
    raise BackupError(f"a column of type {kind} cannot be backed up")
