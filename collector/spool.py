"""The writing side of the spool: every accepted beacon is in a file before its answer goes out.

Each writer owns a slot, a directory `<kind>-NN` under `DATA/spool` that it holds by a lock, and appends frames to one
open segment there. A segment is sealed when it is large or a second old; the shipper takes it from there. What a dead
writer leaves is sealed by `recover_slot`, by the next writer of the slot or by the shipper, whoever comes first.
"""

import errno
import fcntl
import logging
import mmap
import os
import shutil
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from collector.open_segment import ROOM, OpenSegment, written_bytes
from collector.segment import MAX_PAYLOAD, Damaged, is_counted, read_contents, read_header, sync_directory

LARGE_BYTES = ROOM // 2
SEGMENT_SECONDS = 1.0
SLOTS = 256
RESERVED_BYTES = 8 << 20  # stay free on the disk: with none at all, the shipper could not write its books and free any
COUNT = struct.Struct("<Q")

Durability = Literal["process", "disk"]
log = logging.getLogger(__name__)


class SpoolFull(Exception):
    """Nothing more can be written: the disk or the spool's limit is reached. Nothing of the beacon was kept."""


class SpoolWriter:
    """Appends payloads durably. Safe to be shared by the threads of one process; one process, one writer.

    `durability` "process" survives the death of any process, "disk" also a power cut: `append` then returns only after
    the file is synced, together with what other threads wrote meanwhile.
    """

    def __init__(self, slot: Path, lock: int, durability: Durability, limit: int) -> None:
        self.slot = slot
        self._lock_handle = lock
        self._sync = durability == "disk"
        self._limit = limit
        self._write_lock = threading.Lock()
        self._seal_lock = threading.Lock()  # taken before the write lock, never inside it
        self._segment: OpenSegment | None = None
        self._written = self._synced = 0
        self._last_name = 0
        self._full = is_full(slot.parent, limit)
        self._count = _open_count(slot)
        self.accepted = COUNT.unpack_from(self._count)[0]
        self._stop = threading.Event()
        self._large = threading.Event()
        self.tend: Callable[[], None] = nothing  # what else is to be done a few times a second
        self._sealer = threading.Thread(target=self._seal_regularly, name=f"seal {slot.name}", daemon=True)
        self._sealer.start()

    @classmethod
    def open(
        cls, directory: Path, kind: str = "beacons", *, durability: Durability = "process", limit: int = 1 << 30
    ) -> "SpoolWriter":
        """A writer on the first free slot of `kind` under the spool `directory`. Seals what a dead one left."""
        for number in range(SLOTS):
            slot = directory / f"{kind}-{number:02d}"
            slot.mkdir(parents=True, exist_ok=True)
            lock = lock_slot(slot)
            if lock is not None:
                recover_slot(slot)
                return cls(slot, lock, durability, limit)
        raise OSError(errno.EAGAIN, f"all {SLOTS} slots of the spool are taken", str(directory))

    def append(self, payload: bytes, *, sync: bool | None = None) -> None:
        """Keep `payload`. `sync` overrides the writer's durability. Raises SpoolFull; nothing is kept then."""
        if self._full:
            raise SpoolFull(f"the spool holds its limit of {self._limit} bytes, or the disk is full")
        if len(payload) > MAX_PAYLOAD:
            raise ValueError(f"a payload holds at most {MAX_PAYLOAD} bytes, not {len(payload)}")
        while not (ticket := self._put(payload)):
            self.seal()  # it has no room for this one
        if self._sync if sync is None else sync:
            self._commit(ticket)

    def _put(self, payload: bytes) -> int:
        """The number of the frame, for `_commit`; 0 when it does not fit into the open segment."""
        with self._write_lock:
            segment = self._segment or self._begin()
            if not segment.put(payload):
                return 0
            if is_counted(payload):
                segment.counted += 1
                self.accepted += 1
                COUNT.pack_into(self._count, 0, self.accepted)
            if segment.size >= LARGE_BYTES:
                self._large.set()
            self._written += 1
            return self._written

    def _begin(self) -> OpenSegment:
        if self._stop.is_set():
            raise SpoolFull("the spool is closed: the process ends")
        self._last_name = max(time.time_ns(), self._last_name + 1)
        try:
            self._segment = OpenSegment(self.slot / f"{self._last_name:020d}.open", self.accepted)
        except OSError as error:
            raise SpoolFull(f"no segment can be opened: {error.strerror}") from error
        return self._segment

    def _commit(self, ticket: int) -> None:
        """Wait until the frame with this number is on disk; one sync serves all who wait."""
        with self._seal_lock:
            if self._synced >= ticket:
                return
            with self._write_lock:
                segment, written = self._segment, self._written
            if segment is not None:
                try:
                    segment.sync()
                    if not segment.synced_name:
                        sync_directory(self.slot)
                except OSError as error:
                    raise SpoolFull(f"the disk does not take what was written: {error.strerror}") from error
                segment.synced_name = True
            self._synced = written

    def seal(self) -> None:
        """Seal the open segment, if there is one, so that it can be shipped."""
        with self._seal_lock:
            with self._write_lock:
                segment, written = self._segment, self._written
                self._segment = None
            if segment is None:
                return
            try:
                self._settle(segment)
            except OSError as error:  # it has its name or keeps the old one; whoever opens this slot next seals it
                log.error("a segment was not sealed: %s", error.strerror, extra={"segment": segment.path.name})
            else:
                self._synced = max(self._synced, written)
        self._full = is_full(self.slot.parent, self._limit)

    def _settle(self, segment: OpenSegment) -> None:
        """Give a segment that takes no more frames the name by which the shipper finds it."""
        try:
            segment.finish()
        finally:
            segment.path.rename(segment.path.with_name(f"{segment.path.stem}-{segment.counted}.seg"))
        sync_directory(self.slot)

    def _seal_regularly(self) -> None:
        while not self._stop.is_set():
            self._large.wait(SEGMENT_SECONDS / 4)
            self._large.clear()
            try:
                self.tend()
                segment = self._segment
                if segment is not None and is_due(segment):
                    self.seal()
                elif self._full:
                    self._full = is_full(self.slot.parent, self._limit)
            except OSError as error:  # the next round tries again; without this thread nothing would be shipped
                log.error("the spool cannot be read: %s", error)

    def close(self) -> None:
        """Seal what is open and give the slot back. Doing it again changes nothing."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._large.set()  # the sealer need not wait for its next round
        self._sealer.join()
        self.seal()
        self._count.close()
        os.close(self._lock_handle)


def nothing() -> None:
    """What there is to tend until somebody says so."""


def is_due(segment: OpenSegment) -> bool:
    """Whether a segment is to be sealed: it is a second old, or large."""
    return segment.size >= LARGE_BYTES or time.monotonic() - segment.born >= SEGMENT_SECONDS


def lock_slot(slot: Path) -> int | None:
    """The lock of a slot as an open handle, or None while a living writer holds it. The kernel frees a dead one's."""
    handle = os.open(slot / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def recover_slot(slot: Path) -> None:
    """Seal what a dead writer left in `slot`, whose lock the caller holds. A torn tail is cut: it was never answered.

    What was answered and cannot be read stays in the sealed file, for the shipper to put aside.
    """
    left = sorted(slot.glob("*.open"))
    for path in left:
        _recover(path, is_last=path == left[-1])
    sync_directory(slot)


def _recover(path: Path, is_last: bool) -> None:
    data = path.read_bytes()
    try:
        _, base = read_header(data, str(path))
    except Damaged:
        path.unlink()  # died before its first frame: the header is written before any frame is
        return
    contents = read_contents(data)
    # A beacon is added to the slot's count behind its frame, so what is missing in the file was lost there.
    lost = max(_read_count(path.parent) - base - contents.counted, 0) if is_last else 0
    with path.open("r+b") as file:
        if contents.torn and not lost:
            file.truncate(contents.end)
        os.fsync(file.fileno())
    counted = contents.counted + lost
    if is_last:
        _write_count(path.parent, base + counted)
    if contents.payloads or contents.damaged or lost:
        path.rename(path.with_name(f"{path.stem}-{counted}.seg"))
    else:
        path.unlink()


def is_full(directory: Path, limit: int) -> bool:
    """Whether the spool `directory` may take nothing more: its limit in bytes is reached, or the disk is full."""
    return used_bytes(directory) > limit or disk_full(directory)


def disk_full(directory: Path) -> bool:
    """Whether only the reserve is left on the disk of `directory`."""
    return shutil.disk_usage(directory).free < RESERVED_BYTES


def used_bytes(directory: Path) -> int:
    """Bytes of all segments under the spool `directory`."""
    return sum(_slot_bytes(Path(slot.path)) for slot in os.scandir(directory) if slot.is_dir())


def _slot_bytes(slot: Path) -> int:
    """Bytes of the segments of a slot. One that is sealed while we look is seen once, whichever name it shows."""
    sizes: dict[str, int] = {}
    for entry in os.scandir(slot):
        name = entry.name.partition("-")[0].removesuffix(".open")
        with suppress(FileNotFoundError):  # shipped or sealed meanwhile
            is_open = entry.name.endswith(".open")
            sizes[name] = written_bytes(entry.path) if is_open else entry.stat().st_size
        if name not in sizes:
            with suppress(FileNotFoundError, ValueError):
                (sealed,) = slot.glob(f"{name}-*.seg")
                sizes[name] = sealed.stat().st_size
    return sum(sizes.values())


def _open_count(slot: Path) -> mmap.mmap:
    path = slot / "accepted"
    if not path.exists():
        _write_count(slot, 0)
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), COUNT.size)


def _read_count(slot: Path) -> int:
    try:
        return int(COUNT.unpack((slot / "accepted").read_bytes())[0])
    except FileNotFoundError:
        return 0


def _write_count(slot: Path, count: int) -> None:
    path = slot / "accepted"
    temporary = path.with_name(".accepted.tmp")
    temporary.write_bytes(COUNT.pack(count))
    temporary.replace(path)
