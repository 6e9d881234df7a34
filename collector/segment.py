"""A segment file of the spool: a header, then frames of length, CRC32C and payload.

Header: 8 bytes of magic, 16 random bytes that identify the segment (its token in the store), 8 bytes with the number of
beacons its writer had accepted before. An open segment is `<time>.open`; a sealed one says how many it holds:
`<time>-<count>.seg`.
"""

import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from google_crc32c import value as crc32c

MAGIC = b"SIKDATN1"
HEADER = struct.Struct("<8s16sQ")
FRAME = struct.Struct("<II")
MAX_PAYLOAD = 1 << 20  # bytes; a longer length is damage
COUNTED_KINDS = b"bc"  # kinds of payload that stand for an accepted beacon or decision


class Damaged(Exception):
    """The file is no segment, or a part of it cannot be read."""


def frame(payload: bytes) -> bytes:
    """`payload` as it stands in a segment."""
    return FRAME.pack(len(payload), crc32c(payload)) + payload


def is_counted(payload: bytes) -> bool:
    """Whether the payload stands for an accepted beacon or decision."""
    return payload[0] in COUNTED_KINDS


@dataclass(frozen=True)
class Contents:
    """What could be read of a segment. `end` is the offset behind the last good frame."""

    payloads: list[bytes]
    end: int
    damaged: bool  # something in the middle is unreadable, while frames behind it are good
    torn: bool  # the file ends in an unreadable rest, or in room that was reserved and not needed

    @property
    def counted(self) -> int:
        """Beacons or decisions among the good frames."""
        return sum(map(is_counted, self.payloads))


def read_header(data: bytes, name: str) -> tuple[bytes, int]:
    """Identity and base count in the first bytes of a segment. Raises Damaged."""
    if len(data) < HEADER.size:
        raise Damaged(f"{name}: shorter than a header")
    magic, identity, base = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise Damaged(f"{name}: not a segment of this spool")
    return identity, base


def read_contents(data: bytes) -> Contents:
    """The frames of a segment, skipping what is unreadable."""
    payloads: list[bytes] = []
    end = HEADER.size
    bad = damaged = False
    for at, payload in _frames(data):
        if payload is None:
            bad = True
            continue
        damaged = damaged or bad
        payloads.append(payload)
        end = at
    return Contents(payloads, end, damaged, torn=end < len(data))


def _frames(data: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Offsets behind frames, with their payloads, or None where a frame is unreadable."""
    at = HEADER.size
    while at < len(data):
        if at + FRAME.size > len(data):
            yield len(data), None
            return
        length, crc = FRAME.unpack_from(data, at)
        stop = at + FRAME.size + length
        if not 0 < length <= MAX_PAYLOAD or stop > len(data):
            yield len(data), None
            return
        payload = data[at + FRAME.size : stop]
        yield stop, payload if crc32c(payload) == crc else None
        at = stop


@dataclass(frozen=True)
class Segment:
    """A sealed segment, waiting to be shipped."""

    path: Path

    @property
    def source(self) -> str:
        """Where it comes from: `beacons`, `consents` or `import`."""
        return self.path.parent.name.partition("-")[0]

    @property
    def counted(self) -> int:
        """Beacons or decisions in it, by its name."""
        return int(self.path.stem.rpartition("-")[2])

    @property
    def name(self) -> str:
        """The file's name without count and suffix."""
        return self.path.stem.rpartition("-")[0]

    @property
    def title(self) -> str:
        """Slot and name: the same for a segment, however many of its records can be read."""
        return f"{self.path.parent.name}/{self.name}"

    def read(self) -> tuple[str, Contents]:
        """Its token and its contents. Raises Damaged when even the header is unreadable."""
        data = self.path.read_bytes()
        identity, _ = read_header(data, str(self.path))
        return identity.hex(), read_contents(data)


def write_sealed(path: Path, identity: bytes, payloads: Iterable[bytes], base: int = 0) -> None:
    """Write a whole segment to `path` so that it is there completely or not at all, and safe on disk."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(HEADER.pack(MAGIC, identity, base))
        file.writelines(map(frame, payloads))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make new and renamed names in `directory` survive a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
