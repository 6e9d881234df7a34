"""The books of the spool: accepted = stored + spooled + quarantined, each side counted on its own.

Writers count what they accept, in a file of their slot. The shipper counts what the store confirmed and what it put
aside, in `DATA/spool/ledger.json`. What lies between is counted from the segments themselves.
"""

from pathlib import Path
from typing import NamedTuple

import msgspec

from collector.segment import HEADER, Contents, Damaged, Segment, read_header, sync_directory, write_sealed
from collector.spool import COUNT, lock_slot, recover_slot

SOURCES = ("beacons", "consents", "import")


class Books(msgspec.Struct):
    """What the shipper wrote down, by source. `last` is the segment it wrote down last."""

    stored: dict[str, int] = {}
    quarantined: dict[str, int] = {}
    last: str = ""


class Balance(NamedTuple):
    """Beacons (or decisions) accepted, and where they are now."""

    accepted: int
    stored: int
    spooled: int
    quarantined: int

    @property
    def holds(self) -> bool:
        """Whether nothing is missing and nothing is there twice."""
        return self.accepted == self.stored + self.spooled + self.quarantined


class SpoolReader:
    """The reading side of the spool, for the shipper alone. `quarantine` is a directory for what the store rejects."""

    def __init__(self, directory: Path, quarantine: Path) -> None:
        self.directory = directory
        self.quarantine_directory = quarantine
        directory.mkdir(parents=True, exist_ok=True)
        self._ledger = directory / "ledger.json"
        self.books = read_books(directory)

    def recover(self) -> None:
        """Seal what dead writers left open."""
        for slot in sorted(self.directory.iterdir()):
            if slot.is_dir() and any(slot.glob("*.open")):
                lock = lock_slot(slot)
                if lock is not None:
                    with open(lock, closefd=True):  # noqa: PTH123 - a handle, not a path
                        recover_slot(slot)

    def sealed(self) -> list[Segment]:
        """Segments waiting to be shipped: oldest first, imports behind beacons."""
        return [Segment(path) for path in sorted(self.directory.glob("*/*.seg"), key=_shipping_order)]

    def done(self, segment: Segment) -> None:
        """The store confirmed the segment: write it down, then delete it."""
        self._book(segment, stored=segment.counted)
        segment.path.unlink()

    def quarantine(self, segment: Segment, reason: str) -> None:
        """Put the segment aside with the reason, where a person can look at it."""
        self._put_aside(segment, reason)
        self._book(segment, quarantined=segment.counted)
        segment.path.unlink()

    def split_damage(self, segment: Segment, token: str, contents: Contents) -> Segment:
        """Keep the good frames of a damaged segment under the same token and put the damaged original aside.

        Returns the segment that holds the good frames.
        """
        self._put_aside(segment, f"{segment.path}: damaged; {contents.counted} good records were kept")
        healed = segment.path.with_name(f"{segment.name}-{contents.counted}.seg")
        lost = segment.counted - contents.counted
        write_sealed(healed, bytes.fromhex(token), contents.payloads)
        if healed != segment.path:
            segment.path.unlink()
        if lost > 0:
            self._book(segment, quarantined=lost, marker="")
        return Segment(healed)

    def _put_aside(self, segment: Segment, reason: str) -> None:
        self.quarantine_directory.mkdir(parents=True, exist_ok=True)
        target = self.quarantine_directory / f"{segment.path.parent.name}-{segment.path.name}"
        target.with_suffix(".txt").write_text(reason + "\n", encoding="utf-8")
        target.write_bytes(segment.path.read_bytes())
        sync_directory(self.quarantine_directory)

    def _book(self, segment: Segment, stored: int = 0, quarantined: int = 0, marker: str | None = None) -> None:
        """Add to the books, once for a segment: a crash between booking and deleting must not book it again."""
        name = segment.title if marker is None else marker
        if name and self.books.last == name:
            return
        source = segment.source
        self.books.stored[source] = self.books.stored.get(source, 0) + stored
        self.books.quarantined[source] = self.books.quarantined.get(source, 0) + quarantined
        self.books.last = name
        temporary = self._ledger.with_suffix(".tmp")
        temporary.write_bytes(msgspec.json.encode(self.books))
        temporary.replace(self._ledger)


def read_books(directory: Path) -> Books:
    """The shipper's books of the spool `directory`; empty ones before the first segment."""
    try:
        return msgspec.json.decode((directory / "ledger.json").read_bytes(), type=Books)
    except FileNotFoundError:
        return Books()


def balance(directory: Path, source: str = "beacons") -> Balance:
    """The books of one source, read from the files of the spool `directory`."""
    accepted = spooled = 0
    for slot in directory.glob(f"{source}*"):
        count = _accepted(slot)
        accepted += count
        spooled += sum(Segment(path).counted for path in slot.glob("*.seg"))
        first_open = min((path for path in slot.glob("*.open")), default=None)
        if first_open is not None:
            spooled += count - _base(first_open, count)
    books = read_books(directory)
    return Balance(accepted, books.stored.get(source, 0), spooled, books.quarantined.get(source, 0))


def _accepted(slot: Path) -> int:
    try:
        return int(COUNT.unpack((slot / "accepted").read_bytes())[0])
    except FileNotFoundError:
        return 0


def _base(path: Path, otherwise: int) -> int:
    try:
        with path.open("rb") as file:
            return read_header(file.read(HEADER.size), str(path))[1]
    except (FileNotFoundError, Damaged):
        return otherwise


def _shipping_order(path: Path) -> tuple[bool, str]:
    return path.parent.name == "import", path.name
