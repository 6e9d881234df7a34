"""Ships sealed segments into the store: one segment, one INSERT for each table it has rows for, each with its token."""

import fcntl
import logging
import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from collector import rows
from collector.chain import PURPOSE, Head
from collector.chain_heads import ChainWriter, save_heads
from collector.config import Settings
from collector.database import open_database
from collector.ledger import SpoolReader
from collector.schema import apply_schema
from collector.segment import Damaged, Segment
from collector.store import Store, StoreError, StoreRejectedError

POLL_SECONDS = 0.2
RECOVER_SECONDS = 5.0
FIRST_DELAY, LONGEST_DELAY = 0.2, 10.0
log = logging.getLogger(__name__)


class ShipperError(Exception):
    """This process cannot ship; the message says why in one line."""


class Shipper:
    """Empties the spool of one data folder. There is one at a time: it holds a lock from `open` to `close`."""

    def __init__(self, data: Path, store: Store, chains: ChainWriter) -> None:
        self.spool = data / "spool"
        self.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.lock = take_lock(self.spool / "ship.lock")
        self.reader = SpoolReader(self.spool, data / "quarantine")
        self.store = store
        self.chains = chains
        self.finish_last()

    def finish_last(self) -> None:
        """Delete the segment that was booked but not deleted when the last shipper died."""
        for segment in self.reader.sealed():
            if segment.title == self.reader.books.last:
                self.reader.done(segment)

    def ship_all(self) -> int:
        """Ship what is sealed now and return the number of segments. Raises StoreError when the store is away."""
        segments = self.reader.sealed()
        segments.sort(key=lambda segment: segment.title != self.chains.pending)
        for segment in segments:
            with paused_by_backup(self.spool):
                self.ship(segment)
        self.chains.tell_others()
        return len(segments)

    def ship(self, segment: Segment) -> None:
        """Store one segment, or put it aside when it can never be stored."""
        try:
            token, contents = segment.read()
            if contents.damaged or contents.torn:
                log.error("a segment is damaged; its good records are kept", extra={"segment": segment.path.name})
                segment = self.reader.split_damage(segment, token, contents)
            batches = rows.columns(contents.payloads, self.chains.linker(segment.title))
            self.chains.keep()
            self.insert(batches, token)
        except (Damaged, ValueError, StoreRejectedError) as error:
            log.error("a segment is put aside: %s", error, extra={"segment": segment.path.name})
            self.chains.take_back()
            self.reader.quarantine(segment, str(error))
        else:
            self.reader.done(segment)
            self.chains.confirm()

    def insert(self, batches: rows.Batches, token: str) -> None:
        """The tables of what is counted come last: when another one rejects its rows, nothing of these is stored."""
        for table, columns, data in (
            ("networks", rows.NETWORK_COLUMNS, batches.networks),
            ("drops", rows.DROP_COLUMNS, batches.drops),
            ("consent_log", rows.CONSENT_COLUMNS, batches.consents),
            *batches.extras,
            ("beacons", rows.BEACON_COLUMNS, batches.beacons),
        ):
            if data and data[0]:
                self.store.insert_columns(table, columns, data, token)

    def run(self, stop: threading.Event) -> None:
        """Ship until `stop` is set, then once more what is there. While the store is away, wait and try again."""
        patience = Patience()
        prepared = False
        recovered = float("-inf")
        while not stop.is_set():
            if time.monotonic() - recovered >= RECOVER_SECONDS:
                self.reader.recover()
                recovered = time.monotonic()
            try:
                if not prepared:
                    apply_schema(self.store, time.time())
                    prepared = True
                self.ship_all()
            except StoreError as error:
                stop.wait(patience.lost(error))
                prepared = False  # it may come back as another, empty one
            else:
                patience.found()
                stop.wait(POLL_SECONDS)
        self.reader.recover()
        try:
            self.ship_all()
        except StoreError as error:
            log.warning("the store is away; what is left stays in the spool: %s", error)

    def close(self) -> None:
        self.store.close()
        os.close(self.lock)


def open_shipper(settings: Settings, store: Store) -> Shipper:
    """The shipper of an installation. The relational database may be away. Raises ShipperError."""

    def tell(heads: Sequence[Head]) -> None:
        database = open_database(settings.database)
        try:
            save_heads(database, heads)
        finally:
            database.close()

    return Shipper(settings.data, store, ChainWriter(settings.data, settings.key(PURPOSE)[0], tell))


class Patience:
    """How long to wait before the next try: from 0.2 to 10 seconds, a little different each time. Logs only changes."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.since = 0.0

    def lost(self, error: StoreError) -> float:
        if not self.delay:
            self.since = time.monotonic()
            log.warning("the store is away, the spool keeps everything until it is back: %s", error)
        self.delay = min(max(FIRST_DELAY, self.delay * 2), LONGEST_DELAY)
        return self.delay * random.uniform(0.8, 1.2)  # noqa: S311 - no secret

    def found(self) -> None:
        if self.delay:
            log.info("the store is back", extra={"seconds": round(time.monotonic() - self.since, 1)})
        self.delay = 0.0


def take_lock(path: Path) -> int:
    """Hold the lock file for this process. Raises ShipperError when another one has it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise ShipperError(
            f"{path.parent} is being shipped by another process (`sikdatne serve` or `ship`); stop that one "
            "first, or set another SIKDATNE_DATA"
        ) from error
    return handle


@contextmanager
def paused_by_backup(spool: Path) -> Iterator[None]:
    """Held while a segment is shipped, and by a backup for as long as it reads: so it sees no segment half stored."""
    handle = os.open(spool / "pause.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
