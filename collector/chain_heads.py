"""Where the chains of consent end: in a file that is on disk before the records it speaks of are in the store.

The shipper of a data folder is the only writer of its chains. It gives the records of a segment their places, writes
the new heads down together with those before, and then inserts. When it dies in between, the same segment gets the same
places again; when the store refuses the segment for good, the heads before come back. What the store has confirmed is
also told to the relational database, for those who verify elsewhere or after a restore.
"""

import logging
import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import BigInteger, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from collector.chain import Head, linked, sign_head
from collector.config import ConfigError
from collector.database import Base, Database
from collector.rows import ConsentRecord
from collector.segment import sync_directory

FILE = Path("consent") / "chains.json"
TELL_AGAIN_SECONDS = 60.0
log = logging.getLogger(__name__)


class HeadRow(Base):
    """The end of a chain as the store confirmed it."""

    __tablename__ = "consent_heads"

    site: Mapped[str] = mapped_column(primary_key=True)
    chain: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]
    expires: Mapped[int]
    signature: Mapped[str]


class Pending(msgspec.Struct):
    """A segment whose records have places, but are not confirmed; `before` are the heads of its sites before it."""

    segment: str
    before: dict[str, list[Head]]


class Chains(msgspec.Struct):
    """All chains of an installation: by site, in the order in which they began."""

    installation: str
    heads: dict[str, list[Head]] = {}
    pending: Pending | None = None

    def confirmed(self) -> list[Head]:
        """The heads that the store has confirmed."""
        known = self.heads | (self.pending.before if self.pending else {})
        return [head for heads in known.values() for head in heads]


class ChainWriter:
    """Gives records their places. For the shipper alone; `tell` is given the confirmed heads, and may raise."""

    def __init__(self, data: Path, key: bytes, tell: Callable[[Sequence[Head]], None]) -> None:
        self.path = data / FILE
        self.key = key
        self.tell = tell
        self.chains = read_chains(data) or Chains(secrets.token_hex(6))
        self._told_until = float("-inf")
        self._untold = bool(self.chains.heads)

    @property
    def pending(self) -> str:
        """The segment that has to be shipped before any other."""
        return self.chains.pending.segment if self.chains.pending else ""

    def linker(self, segment: str) -> Callable[[ConsentRecord], ConsentRecord]:
        """Gives one record of this segment after another its place; the same ones when the segment comes again."""
        pending = self.chains.pending
        if pending is not None and pending.segment == segment:
            self.chains.heads |= pending.before
        self.chains.pending = None  # another segment: the shipper has seen to it that the one before is confirmed

        def link(record: ConsentRecord) -> ConsentRecord:
            known = self.chains.heads.get(record.site, [])
            if self.chains.pending is None:
                self.chains.pending = Pending(segment, {})
            self.chains.pending.before.setdefault(record.site, known)
            placed, head = linked(record, known, self.chains.installation, self.key)
            kept = [each for each in known if each.chain != head.chain]
            self.chains.heads[record.site] = [*kept, sign_head(self.key, head)]
            return placed

        return link

    def keep(self) -> None:
        """Have the new heads on disk, before their records are sent to the store."""
        if self.chains.pending is not None:
            self._write()

    def confirm(self) -> None:
        """The store has the records of the last segment, and the segment is gone: it cannot come again."""
        if self.chains.pending is not None:
            self.chains.pending = None
            self._untold = True
            self._write()

    def take_back(self) -> None:
        """The records of the last segment will never be in the store."""
        pending = self.chains.pending
        if pending is not None:
            self.chains.heads |= pending.before
            self.chains.pending = None
            self._write()

    def tell_others(self) -> None:
        """Tell the relational database how far the chains are; when it is away, a minute later."""
        if not self._untold or time.monotonic() < self._told_until:
            return
        try:
            self.tell(self.chains.confirmed())
        except (SQLAlchemyError, ConfigError) as error:
            log.warning("the ends of the consent chains could not be told to the database: %s", error)
            self._told_until = time.monotonic() + TELL_AGAIN_SECONDS
        else:
            self._untold = False

    def _write(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(self.chains))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)
        sync_directory(self.path.parent)


def read_chains(data: Path) -> Chains | None:
    """The chains of the installation with this data folder; None before the first record."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Chains)
    except FileNotFoundError:
        return None


def save_heads(database: Database, heads: Sequence[Head]) -> None:
    """Write confirmed heads into the relational database."""
    with database.session() as session:
        for head in heads:
            session.merge(HeadRow(**msgspec.structs.asdict(head)))


def saved_heads(database: Database, site: str) -> list[Head]:
    """The heads of a site's chains, of all installations that share this database."""
    with database.session() as session:
        found = session.scalars(select(HeadRow).where(HeadRow.site == site).order_by(HeadRow.chain))
        return [Head(*(getattr(row, name) for name in Head.__struct_fields__)) for row in found]


def heads_of(data: Path, database: Database, site: str) -> list[Head]:
    """All that is known of where a site's chains end: by this installation's file and by the relational database."""
    chains = read_chains(data)
    here = [head for head in chains.confirmed() if head.site == site] if chains else []
    return here + saved_heads(database, site)
