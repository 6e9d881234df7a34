"""How an import reaches the spool exactly once, whenever it is killed.

A batch is written to the spool under a name that the shipper does not look at; then the progress of the import is
written down, this batch included; then the batch gets its real name. After a kill the progress tells which of the
prepared batches were meant, and up to which byte of the log all is delivered. Nothing of the log's content is kept: the
log is known again by keyed digests.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from collector.segment import is_counted, sync_directory, write_sealed
from collector.spool import COUNT, lock_slot, used_bytes

SLOT = "import"
WAIT_SECONDS = 0.5


class ImportFailed(Exception):
    """The log cannot be imported; the message says why in one line."""


class Progress(msgspec.Struct, frozen=True):
    """How far an import is: bytes of the log (uncompressed) and their digest, lines, batches, counted page views."""

    site: str
    days: int  # by which the log was moved
    offset: int = 0
    check: str = ""
    lines: int = 0
    batch: int = 0
    counted: int = 0


class Delivery:
    """Brings the batches of one import to the spool. Holds the slot of imports, so there is one at a time."""

    def __init__(self, data: Path, keys: tuple[bytes, ...], site: str, days: int, head: bytes) -> None:
        self.spool = data / "spool"
        self.slot = self.spool / SLOT
        self.folder = data / "imports"
        for folder in (self.slot, self.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = lock_slot(self.slot)
        if lock is None:
            raise ImportFailed("another import is running; start this one when it is done")
        self._lock = lock
        first_line = head.partition(b"\n")[0]
        names = [_digest(key, f"{site}\0{days}\0".encode() + first_line) for key in keys]
        known = (at for at, name in enumerate(names) if self._path(name).exists())
        at = next(known, 0)  # a log imported under an older secret is known by it
        self.name, self.key = names[at], keys[at]
        self.progress = Progress(site, days)
        if self._path(self.name).exists():
            self.progress = msgspec.json.decode(self._path(self.name).read_bytes(), type=Progress)
        self._settle()

    def deliver(self, payloads: list[bytes], progress: Progress) -> None:
        """Put a batch into the spool; `progress` is where the import is behind it, without its number."""
        counted = sum(map(is_counted, payloads))
        number = self.progress.batch + bool(payloads)
        name = f"{self.name}-{number:08d}-{counted}"
        prepared = self.slot / f"{name}.prepared"
        if payloads:
            write_sealed(prepared, bytes.fromhex(_digest(self.key, name.encode())), payloads)
        self.progress = msgspec.structs.replace(progress, batch=number, counted=self.progress.counted + counted)
        _write(self._path(self.name), msgspec.json.encode(self.progress))
        self._book()
        if payloads:
            self._publish(prepared)

    def wait_for_room(self, limit: int, wait: Callable[[float], None]) -> None:
        """Return when the spool is less than half full, so that an import never takes the room of beacons."""
        while used_bytes(self.spool) > limit // 2:
            wait(WAIT_SECONDS)

    def waiting(self) -> int:
        """Batches of this import that are not in the store yet."""
        return len(list(self.slot.glob(f"{self.name}-*.seg")))

    def close(self) -> None:
        os.close(self._lock)

    def _settle(self) -> None:
        """Finish what a killed import left: publish the batches it wrote down, drop those it did not."""
        for prepared in sorted(self.slot.glob(f"{self.name}-*.prepared")):
            if int(prepared.stem.split("-")[1]) <= self.progress.batch:
                self._publish(prepared)
            else:
                prepared.unlink()
        self._book()

    def _publish(self, prepared: Path) -> None:
        prepared.rename(prepared.with_suffix(".seg"))
        sync_directory(self.slot)

    def _book(self) -> None:
        """The spool's books want to know how much this slot ever accepted."""
        total = sum(
            msgspec.json.decode(path.read_bytes(), type=Progress).counted for path in self.folder.glob("*.json")
        )
        _write(self.slot / "accepted", COUNT.pack(total))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def _digest(key: bytes, text: bytes) -> str:
    return hmac.digest(key, text, hashlib.sha256)[:16].hex()


def _write(path: Path, data: bytes) -> None:
    """Replace a file so that it holds the old content or the new one, also after a power cut."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)
