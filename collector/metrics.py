"""What operators ask: metrics for Prometheus, and whether the service is ready. Read from files, never from the store.

A scrape reaches any one of the web processes, so what they count lies in files that all of them can read.
"""

import fcntl
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from collector.config import Settings
from collector.ledger import SOURCES, balance
from collector.spool import disk_full, used_bytes

ENTRY = struct.Struct("<32sQ")
ENTRIES = 64
WRITERS = 256


class Outcomes:
    """Counts what became of beacons, by a closed list of names, in a file that outlives the process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.handle = self._first_free(folder)
        size = os.fstat(self.handle).st_size
        # Zeros, not a hole: writing into a hole that the disk has no room for ends the process by SIGBUS.
        os.pwrite(self.handle, bytes(max(ENTRY.size * ENTRIES - size, 0)), size)
        self.memory = mmap.mmap(self.handle, ENTRY.size * ENTRIES)
        self.lock = threading.Lock()
        self.offsets = {name: index * ENTRY.size for index, (name, _) in enumerate(read_entries(self.memory[:]))}

    @staticmethod
    def _first_free(folder: Path) -> int:
        for number in range(WRITERS):
            handle = os.open(folder / f"outcomes-{number:02d}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            return handle
        raise OSError(f"{WRITERS} processes count in {folder} already")

    def count(self, name: str) -> None:
        """One more of this outcome."""
        with self.lock:
            offset = self.offsets.get(name)
            if offset is None:
                offset = self._add(name)
            key, value = ENTRY.unpack_from(self.memory, offset)
            ENTRY.pack_into(self.memory, offset, key, value + 1)

    def _add(self, name: str) -> int:
        if len(self.offsets) >= ENTRIES:
            raise ValueError(f"no room for the outcome {name!r}")
        offset = self.offsets[name] = len(self.offsets) * ENTRY.size
        ENTRY.pack_into(self.memory, offset, name.encode()[:32], 0)
        return offset

    def close(self) -> None:
        if self.memory.closed:
            return
        self.memory.close()
        os.close(self.handle)


def read_entries(data: bytes) -> Iterator[tuple[str, int]]:
    for name, value in ENTRY.iter_unpack(data[: len(data) // ENTRY.size * ENTRY.size]):
        if name[0]:
            yield name.rstrip(b"\0").decode(), value


def outcomes(folder: Path) -> dict[str, int]:
    """The sums over all processes, dead ones too."""
    sums: dict[str, int] = {}
    for path in folder.glob("outcomes-*"):
        for name, value in read_entries(path.read_bytes()):
            sums[name] = sums.get(name, 0) + value
    return sums


class Metrics:
    """Collects all metrics of an installation at the time of a scrape."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.spool = settings.data / "spool"

    def collect(self) -> Iterator[Metric]:
        yield from self.books()
        held = GaugeMetricFamily("sikdatne_spool_bytes", "Bytes in the spool")
        held.add_metric([], used_bytes(self.spool) if self.spool.is_dir() else 0)
        yield held
        limit = GaugeMetricFamily("sikdatne_spool_limit_bytes", "Bytes the spool may hold before beacons are refused")
        limit.add_metric([], self.settings.spool_limit)
        yield limit
        age = GaugeMetricFamily("sikdatne_spool_oldest_seconds", "Age of the oldest segment that waits to be shipped")
        age.add_metric([], oldest_seconds(self.spool, time.time()))
        yield age
        became = CounterMetricFamily("sikdatne_beacon_outcomes", "What became of beacons", labels=["outcome"])
        counted = {"counted": balance(self.spool, "beacons").accepted}  # the spool knows; nobody else counts them
        for name, value in sorted((outcomes(self.settings.data / "metrics") | counted).items()):
            became.add_metric([name], value)
        yield became

    def books(self) -> Iterator[Metric]:
        """accepted = stored + spooled + quarantined"""
        books = {source: balance(self.spool, source) for source in SOURCES}
        for name, text in (
            ("accepted", "Beacons and decisions answered as accepted"),
            ("stored", "Accepted and confirmed by the store"),
            ("quarantined", "Accepted and put aside, because they cannot be stored"),
        ):
            counter = CounterMetricFamily(f"sikdatne_{name}", text, labels=["source"])
            for source, book in books.items():
                counter.add_metric([source], getattr(book, name))
            yield counter
        spooled = GaugeMetricFamily("sikdatne_spooled", "Accepted and waiting in the spool", labels=["source"])
        for source, book in books.items():
            spooled.add_metric([source], book.spooled)
        yield spooled


def render(settings: Settings) -> tuple[bytes, str]:
    """All metrics in Prometheus' text format, with its content type. Process metrics are those of this process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Metrics(settings))
    ProcessCollector(registry=registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST


def readiness(settings: Settings, now: float) -> list[str]:
    """What keeps the service from taking beacons; nothing when it is ready. The store may be away meanwhile."""
    spool = settings.data / "spool"
    if not os.access(spool, os.W_OK):
        return [f"the spool {spool} cannot be written"]
    if disk_full(spool):
        return [f"the disk of {spool} is full"]
    used = used_bytes(spool)
    if used >= settings.spool_limit:
        late = round(oldest_seconds(spool, now))
        return [f"the spool is full: {used} of {settings.spool_limit} bytes; the oldest has waited for {late} s"]
    return []


def oldest_seconds(spool: Path, now: float) -> float:
    """How long the oldest sealed segment has waited, in seconds."""
    ages = [0.0]
    for path in spool.glob("*/*.seg"):
        try:
            ages.append(now - path.stat().st_mtime)
        except FileNotFoundError:
            continue  # shipped meanwhile
    return max(ages)
