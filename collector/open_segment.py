"""The segment that is being written: a file whose room is reserved on the disk, and written through memory.

Putting a frame there copies it into the page cache, which outlives the process as a `write` does, and takes a tenth of
its time. The room is reserved before anything is mapped: writing into a hole that the disk has no room for would end
the process by SIGBUS. Behind the last frame stand zeros, until the segment is sealed at its true size.
"""

import mmap
import os
import secrets
import time
from pathlib import Path

from google_crc32c import value as crc32c

from collector.segment import FRAME, HEADER, MAGIC

ROOM = 2 << 20  # bytes of a whole segment


class OpenSegment:
    """A new segment at `path`. `base` is the number of beacons its writer accepted before. Raises OSError."""

    def __init__(self, path: Path, base: int) -> None:
        self.path = path
        self.born = time.monotonic()
        self.size = HEADER.size
        self.counted = 0
        self.synced_name = False
        self.handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(self.handle, 0, ROOM)
            # Not through memory: a file with half a header would be taken for one of another base.
            os.pwrite(self.handle, HEADER.pack(MAGIC, secrets.token_bytes(16), base), 0)
            self._memory = mmap.mmap(self.handle, ROOM)
        except OSError:
            os.close(self.handle)
            path.unlink()
            raise

    def put(self, payload: bytes) -> bool:
        """Append a frame; False, and nothing happened, when it does not fit."""
        start = self.size + FRAME.size
        end = start + len(payload)
        if end > ROOM:
            return False
        # The length comes last: without it, what a dying process left behind the last frame is no frame.
        self._memory[start:end] = payload
        FRAME.pack_into(self._memory, self.size, len(payload), crc32c(payload))
        self.size = end
        return True

    def sync(self) -> None:
        """Bring what was put here to the disk."""
        os.fdatasync(self.handle)

    def finish(self) -> None:
        """Give back the room that was not needed and bring the rest to the disk. Nothing may be put here any more."""
        self._memory.close()
        try:
            os.ftruncate(self.handle, self.size)
            os.fdatasync(self.handle)
        finally:
            os.close(self.handle)


def written_bytes(path: str) -> int:
    """About how much of an open segment is written, in bytes; where the file system cannot tell, all of its room."""
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.lseek(handle, 0, os.SEEK_HOLE) if os.fstat(handle).st_size else 0
    finally:
        os.close(handle)
