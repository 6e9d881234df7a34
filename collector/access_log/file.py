"""A log file, plain or gzipped, read in blocks of whole lines; never more than a block of it is in memory."""

import gzip
import hmac
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BLOCK = 1 << 20  # bytes
LONGEST_LINE = 64 * 1024  # bytes; what is longer is no line of a log
TAIL = 256 * 1024  # bytes at either end in which the first and the last time are looked for
GZIP = b"\x1f\x8b"


class Block(NamedTuple):
    """Whole lines. `end` is the offset behind them in the log, `position` the one in the file (compressed)."""

    lines: list[bytes]
    end: int
    position: int


class Scan(NamedTuple):
    """What a first reading of the whole log finds out. `size` is in bytes, uncompressed."""

    size: int
    head: bytes
    tail: bytes


class LogFile:
    """The log at `path`. Raises OSError from any method when it cannot be read."""

    def __init__(self, path: Path, block: int = BLOCK) -> None:
        self.path = path
        self.block = block
        with path.open("rb") as file:
            self.compressed = file.read(2) == GZIP
        self.bytes = path.stat().st_size
        self.damaged = False  # the compressed data ends early or cannot be decompressed; set while reading

    def scan(self) -> Scan:
        """Read all of it once, without looking at lines."""
        size, head, tail = 0, b"", b""
        for data, _ in self._read(0):
            size += len(data)
            head = head if len(head) >= TAIL else head + data
            tail = (tail + data)[-TAIL:]
        return Scan(size, head[:TAIL], tail)

    def digest(self, mark: int, key: bytes) -> str:
        """The digest of the log up to `mark`; empty when it is shorter."""
        check, done = Check(key), 0
        for data, _ in self._read(mark):
            if done >= mark:
                break
            check.add(data, 0)
            done += len(data)
        return check.digest() if done == mark else ""

    def blocks(self, mark: int, check: "Check") -> Iterator[Block]:
        """All lines. A block ends exactly at offset `mark`, and `check` sees every byte up to the end of each block."""
        rest, end = b"", 0
        for data, position in self._read(mark):
            *lines, rest = (rest + data).split(b"\n")
            passed = sum(map(len, lines)) + len(lines)
            if rest and (len(rest) > LONGEST_LINE or end + passed + len(rest) == mark):
                lines.append(rest)
                passed, rest = passed + len(rest), b""
            end += passed
            check.add(data, len(rest))
            yield Block(lines, end, position)
        if rest:
            check.add(b"", 0)
            yield Block([rest], end + len(rest), self.bytes)

    def _read(self, mark: int) -> Iterator[tuple[bytes, int]]:
        """The log in pieces, one of them ending at `mark`, each with the position in the file behind it."""
        done = 0
        with self.path.open("rb") as raw:
            # read1 gives what was decompressed so far; read would lose it when the data ends early.
            read = gzip.GzipFile(fileobj=raw).read1 if self.compressed else raw.read
            while True:
                try:
                    data = read(min(self.block, mark - done) if done < mark else self.block)
                except (EOFError, zlib.error, gzip.BadGzipFile):
                    self.damaged = True
                    return
                if not data:
                    return
                done += len(data)
                yield data, raw.tell()


class Check:
    """A keyed digest of the log so far, to know a log again without keeping anything of it."""

    def __init__(self, key: bytes) -> None:
        self._hash = hmac.new(key, digestmod="sha256")
        self._held = b""

    def add(self, data: bytes, keep: int) -> None:
        """Take in `data`, but for its last `keep` bytes: they belong to a line that goes on."""
        data = self._held + data
        self._hash.update(data[: len(data) - keep])
        self._held = data[len(data) - keep :]

    def digest(self) -> str:
        return self._hash.hexdigest()
