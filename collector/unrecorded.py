"""Decisions that could not be recorded, for the owner to see: they did not take effect."""

import threading
from collections import Counter

from collector import rows
from collector.spool import SpoolFull, SpoolWriter

REASON = "unrecorded"
MOST = 10_000  # minutes of sites held in memory while nothing can be written


class Unrecorded:
    """Counts them by site and minute; in memory until the spool can be written again. Threads may share it."""

    def __init__(self, spool: SpoolWriter) -> None:
        self._spool = spool
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, int]] = Counter()

    def count(self, site: str, minute: int) -> None:
        """One more decision of this minute (seconds since the epoch)."""
        with self._lock:
            if len(self._waiting) < MOST:
                self._waiting[site, minute] += 1
        self.settle()

    def settle(self) -> None:
        """Write down what waits, if that is possible now."""
        if not self._waiting:
            return
        with self._lock:
            while self._waiting:
                site, minute = next(iter(self._waiting))
                try:
                    self._spool.append(rows.encode_drop(site, minute, REASON))
                except SpoolFull:
                    return
                self._waiting[site, minute] -= 1
                self._waiting += Counter()  # without those that have come to nothing
