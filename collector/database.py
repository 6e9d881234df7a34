"""The relational store: sites, users, tokens and texts. SQLite by default, PostgreSQL for several machines."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from collector.config import ConfigError

MIGRATIONS = Path(__file__).parent / "migrations" / "database"
LAST_NUMBER = 2**31 - 1  # what an integer column takes everywhere; a number beyond it is asked for by mistake


class Base(DeclarativeBase):
    """Base of all table models, also those of the dashboards."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite alone would forget the time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Database:
    """An open relational database."""

    engine: Engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that commits at the end of the block, and rolls back when the block raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open without connecting. An SQLite file is made when needed, and so is its folder. Raises ConfigError."""
    parsed = make_url(url)
    try:
        if parsed.get_backend_name() != "sqlite":
            return Database(create_engine(parsed, pool_pre_ping=True))
    except NoSuchModuleError as error:
        raise ConfigError(f"SIKDATNE_DATABASE takes a URL of PostgreSQL or SQLite, not {parsed.drivername}") from error
    except ImportError as error:
        package = "psycopg[binary]" if error.name in (None, "psycopg") else error.name
        raise ConfigError(
            f"SIKDATNE_DATABASE names {parsed.drivername}, whose driver is not installed; "
            f"`.venv/bin/pip install '{package}'`, or name another one, like postgresql+psycopg://"
        ) from error
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(parsed)
    event.listen(engine, "connect", prepare_sqlite)
    return Database(engine)


def prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Several processes read and write: wait for a lock for 10 s, and let readers go on while one writes."""
    cursor = connection.cursor()
    for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def upgrade(database: Database) -> None:
    """Bring the tables to this version's form; doing it again changes nothing."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the tables have this version's form."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory(str(MIGRATIONS)).get_current_head()
