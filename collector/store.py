"""ClickHouse over the native protocol. Whatever reads or writes counters does it through a Store."""

import logging
import queue
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from clickhouse_driver import Client
from clickhouse_driver import errors as driver
from clickhouse_driver.util.helpers import parse_url

from collector.config import Settings
from collector.engine import EngineError, addresses

# The server says that these rows can never be stored, however often they are sent.
REJECTED = frozenset(
    {
        getattr(driver.ErrorCodes, name)
        for name in (
            "CANNOT_PARSE_TEXT",
            "CANNOT_PARSE_QUOTED_STRING",
            "CANNOT_PARSE_INPUT_ASSERTION_FAILED",
            "CANNOT_PARSE_DATE",
            "CANNOT_PARSE_DATETIME",
            "CANNOT_PARSE_NUMBER",
            "CANNOT_PARSE_UUID",
            "CANNOT_CONVERT_TYPE",
            "TYPE_MISMATCH",
            "ARGUMENT_OUT_OF_BOUND",
            "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE",
            "CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN",
            "TOO_LARGE_ARRAY_SIZE",
            "TOO_LARGE_STRING_SIZE",
            "INCORRECT_DATA",
            "NUMBER_OF_COLUMNS_DOESNT_MATCH",
        )
    }
    | {469}
)  # 469: a constraint of the table is violated; the driver has no name for it
# The driver cannot even encode them.
UNENCODABLE = (
    driver.TypeMismatchError, driver.CannotParseUuidError, driver.CannotParseDomainError,
    struct.error, TypeError, ValueError, OverflowError, AttributeError, KeyError,
)  # fmt: skip
TIMEOUTS = {"connect_timeout": 5, "send_receive_timeout": 120, "sync_request_timeout": 10}
INSERT_SETTINGS = {
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "max_partitions_per_insert_block": 0,  # an import may span years
    "async_insert": 0,
}

logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)  # it logs a traceback for each refused connection


class StoreError(Exception):
    """The store answered with an error; `code` is ClickHouse's number, 0 when there is none."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class StoreAwayError(StoreError):
    """The store did not do it now; trying again can help."""


class StoreRejectedError(StoreError):
    """The store will never take these rows."""


class Store:
    """A ClickHouse database. Threads share it: each borrows a connection for one statement."""

    def __init__(self, address: Callable[[], str]) -> None:
        """`address` answers with the URL each time a connection is made: the engine may come back on another port."""
        self.address = address
        self.idle: queue.LifoQueue[Client] = queue.LifoQueue(maxsize=16)

    @property
    def database(self) -> str:
        return urlsplit(self.address()).path.strip("/") or "default"

    def execute(
        self, sql: str, params: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows. Values go in as `{name:Type}` in `sql` and are never part of its text.

        Raises StoreError, or StoreAwayError when the store cannot be reached or is overloaded.
        """
        try:
            return self._execute(sql, params, settings)
        except Stale:
            return self._execute(sql, params, settings)

    def _execute(self, sql: str, params: Mapping[str, Any] | None, settings: Mapping[str, Any] | None) -> list[Any]:
        with self.client() as client:
            answer = client.execute(sql, dict(params or {}), settings=dict(settings or {}))
        return answer if isinstance(answer, list) else []

    def insert_columns(self, table: str, columns: Sequence[str], data: Sequence[Sequence[Any]], token: str) -> None:
        """Insert columns of equal length as one INSERT. The same `token` again changes nothing.

        Raises StoreRejectedError when the rows can never be stored, else StoreAwayError.
        """
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES"  # names of the schema, never of a user
        settings = INSERT_SETTINGS | {"insert_deduplication_token": token}
        try:
            with self.client() as client:
                client.execute(sql, list(data), columnar=True, settings=settings)  # types_check would cut numbers
        except UNENCODABLE as error:
            raise StoreRejectedError(f"{table}: {type(error).__name__}: {error}") from error
        except StoreAwayError:
            raise
        except StoreError as error:
            kind = StoreRejectedError if error.code in REJECTED else StoreAwayError
            raise kind(f"{table}: {error}", error.code) from error

    def answers(self) -> bool:
        """Whether the store can be reached and lets us in; its database need not be there yet."""
        try:
            with self.client(database="system") as client:
                return bool(client.execute("SELECT 1"))
        except StoreAwayError:
            return False

    @contextmanager
    def client(self, database: str | None = None) -> Iterator[Client]:
        """A connection for one statement. One that failed in any way is not used again."""
        client, used = self._borrow(database)
        try:
            yield client
        except driver.ServerException as error:
            client.disconnect()
            raise StoreError(first_line(error), error.code or 0) from error
        except (driver.NetworkError, driver.SocketTimeoutError, EOFError, OSError) as error:
            client.disconnect()
            kind = Stale if used else StoreAwayError
            raise kind(f"the store cannot be reached: {first_line(error)}") from error
        except driver.Error as error:
            client.disconnect()
            if isinstance(error, UNENCODABLE):
                raise
            raise StoreAwayError(f"the store cannot be understood: {first_line(error)}") from error
        except BaseException:
            client.disconnect()
            raise
        else:
            self._return(client, database)

    def _borrow(self, database: str | None) -> tuple[Client, bool]:
        if database is None:
            try:
                return self.idle.get_nowait(), True
            except queue.Empty:
                pass
        try:
            url = self.address()
        except EngineError as error:
            raise StoreAwayError(str(error)) from error
        if database is not None:
            url = urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
        host, options = parse_url(url)
        options["settings"] = options.get("settings", {}) | {"server_side_params": True}
        return Client(host, **TIMEOUTS | options), False

    def _return(self, client: Client, database: str | None) -> None:
        try:
            if database is None:
                self.idle.put_nowait(client)
                return
        except queue.Full:
            pass
        client.disconnect()

    def close(self) -> None:
        while not self.idle.empty():
            self.idle.get_nowait().disconnect()


class Stale(StoreAwayError):
    """A kept connection was dead; a new one may work at once."""


def connect(url: str) -> Store:
    """The store at `clickhouse://user:password@host:port/database`. Connects at the first statement."""
    return Store(lambda: url)


def open_store(settings: Settings, user: str = "collector") -> Store:
    """The store of this installation as `collector`, `dashboards` or `analyst`."""
    return Store(lambda: str(getattr(addresses(settings), user)))


def first_line(error: BaseException) -> str:
    """An error of the driver without its stack trace and the whole statement; its first line is only a number."""
    text = str(getattr(error, "message", "") or error).split("Stack trace:")[0].replace("DB::Exception: ", "")
    return " ".join(text.partition(" In scope ")[0].split())[:500]
