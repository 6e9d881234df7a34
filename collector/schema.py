"""Brings a store to the schema of this release: schema.sql, and numbered changes to tables that exist already."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from collector.store import Store, StoreError

SCHEMA = Path(__file__).parent / "schema.sql"  # a link to the top of the repository
MIGRATIONS = Path(__file__).parent / "migrations" / "store"
FIRST_VERSION = 1
log = logging.getLogger(__name__)
PIECE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.|'')*'|`[^`]*`|;|[^-/'`;]+|.", re.DOTALL)


class SchemaError(StoreError):
    """The store has a schema that this release cannot work with."""


def statements(sql: str) -> Iterator[str]:
    """The statements of a script, without comments; a semicolon in a string ends none."""
    text = ""
    for piece in PIECE.findall(sql):
        if piece == ";":
            if text.strip():
                yield text.strip()
            text = ""
        elif not piece.startswith(("--", "/*")):
            text += piece
    if text.strip():
        yield text.strip()


def migrations(folder: Path = MIGRATIONS) -> dict[int, Path]:
    """Changes to existing tables by their number: 0002_what_it_does.sql and so on."""
    return {int(path.name.split("_")[0]): path for path in sorted(folder.glob("[0-9]*_*.sql"))}


def newest(folder: Path = MIGRATIONS) -> int:
    """The version of the schema that this release declares."""
    return max(migrations(folder), default=FIRST_VERSION)


def apply_schema(store: Store, now: float, folder: Path = MIGRATIONS) -> None:
    """Make or change what is missing; doing it again changes nothing. Raises StoreError."""
    create_database(store)
    found = current(store)
    if found > newest(folder):
        raise SchemaError(f"the store has schema {found}, this release knows {newest(folder)}; install a newer release")
    for number, path in sorted(migrations(folder).items()):
        if 0 < found < number:
            log.info(
                "bringing the store to schema %s (%s); this may take a minute for a million page views",
                number,
                path.stem,
            )
            for statement in statements(path.read_text("utf-8")):
                store.execute(statement)
            record(store, number, now)
    for statement in statements(SCHEMA.read_text("utf-8")):
        store.execute(statement)
    if found == 0:  # a new store: schema.sql is the newest version already
        record(store, newest(folder), now)


def current(store: Store) -> int:
    """The version of the store's schema; 0 when there is none yet."""
    known = store.execute(
        "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'schema_versions'"
    )
    return int(store.execute("SELECT max(version) FROM schema_versions")[0][0]) if known[0][0] else 0


def record(store: Store, number: int, now: float) -> None:
    row = ((number,), (datetime.fromtimestamp(now, UTC),), (version("sikdatne"),))
    store.insert_columns("schema_versions", ("version", "applied", "release"), row, token=f"schema {number}")


def create_database(store: Store) -> None:
    """Make the database of the store's address, unless it is there: then no right to make one is needed."""
    with store.client(database="system") as client:
        name = store.database
        if not client.execute("SELECT count() FROM databases WHERE name = {name:String}", {"name": name})[0][0]:
            client.execute(f"CREATE DATABASE IF NOT EXISTS `{name}`")
