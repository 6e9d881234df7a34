"""Counts of login attempts in the relational database, so that all workers, and all machines, share one limit.

Keys are keyed hashes: neither an e-mail address nor a network can be read from the table.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from limits.storage import Storage
from sqlalchemy import bindparam, delete, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from collector.database import Base, Database, Instant

ADD = text("""
INSERT INTO attempts (key, count, expires) VALUES (:key, :amount, :expires)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN attempts.expires <= :now THEN :amount ELSE attempts.count + :amount END,
    expires = CASE WHEN attempts.expires <= :now THEN :expires ELSE attempts.expires END
RETURNING count
""").bindparams(bindparam("now", type_=Instant), bindparam("expires", type_=Instant))


class Attempt(Base):
    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires: Mapped[datetime] = mapped_column(Instant)


class DatabaseStorage(Storage):
    """A storage for flask-limiter. `secret` is a key of at least 32 bytes, `clock` gives epoch seconds."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012 - so named and typed by the library

    def __init__(
        self,
        uri: str | None = None,
        wrap_exceptions: bool = False,
        *,
        database: Database,
        secret: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(uri, wrap_exceptions)
        self.database = database
        self.secret = secret
        self.clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Adds to a count that begins anew after `expiry` seconds, and returns it."""
        now = self._now()
        with self.database.session() as session:
            session.execute(delete(Attempt).where(Attempt.expires <= now - timedelta(days=1)))
            values = {
                "key": self._hidden(key),
                "amount": amount,
                "expires": now + timedelta(seconds=expiry),
                "now": now,
            }
            return int(session.scalar(ADD, values) or 0)

    def get(self, key: str) -> int:
        with self.database.session() as session:
            found = session.get(Attempt, self._hidden(key))
        return found.count if found and found.expires > self._now() else 0

    def get_expiry(self, key: str) -> float:
        """When the count begins anew, in epoch seconds."""
        with self.database.session() as session:
            found = session.get(Attempt, self._hidden(key))
        return found.expires.timestamp() if found else self.clock()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with self.database.session() as session:
            session.execute(delete(Attempt))
        return None

    def clear(self, key: str) -> None:
        with self.database.session() as session:
            session.execute(delete(Attempt).where(Attempt.key == self._hidden(key)))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def _hidden(self, key: str) -> str:
        return hmac.digest(self.secret, key.encode(), hashlib.sha256).hex()
