"""Imports an access log into a site: reads it, counts it, and hands it to the spool in batches, each exactly once."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from collector.access_log.delivery import Delivery, ImportFailed, Progress
from collector.access_log.file import BLOCK, Check, LogFile
from collector.access_log.lines import LineReader
from collector.access_log.views import Outcome, PageViews, Shift, kept_days
from collector.clock import LocalClock, day_date, day_number
from collector.location import Location
from collector.sites import Site

BATCH_BYTES = 2 << 20


@dataclass(frozen=True)
class Place:
    """Where an import goes, and what it may use."""

    data: Path
    keys: tuple[bytes, ...]
    limit: int  # of the spool, in bytes
    locate: Callable[[str], Location]
    batch_bytes: int = BATCH_BYTES
    block_bytes: int = BLOCK


@dataclass
class Report:
    """What became of the lines, of how many visitors they were, and how many were counted by an earlier run."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    visitors: int = 0
    before: int = 0
    first: date | None = None
    last: date | None = None
    damaged: bool = False


@dataclass
class Import:
    """One import of one log. `now` is in seconds since the epoch; `at` is told the position in the file."""

    path: Path
    site: Site
    place: Place
    now: float
    shift_to: date | None = None
    at: Callable[[int], None] = lambda position: None
    wait: Callable[[float], None] = lambda seconds: None

    def __post_init__(self) -> None:
        self.clock = LocalClock(self.site.timezone)
        self.keeps = kept_days(self.site, self.clock, self.now)

    def run(self) -> Report:
        """Import what of the log was not imported before. Raises ImportFailed and OSError."""
        file = LogFile(self.path, self.place.block_bytes)
        scan = file.scan()
        head, tail = self._days(scan.head), self._days(scan.tail)
        if not head or not tail:
            raise ImportFailed(f"{self.path} has no line in the combined format of Apache and nginx")
        # The last line says which day is the last one, unless it is a straggler: at midnight the order may be mixed.
        first, last = head[0], tail[-1] + (tail[-1] + 1 in tail)
        days = self._shift_days(last)
        report = Report(first=day_date(first + days), last=day_date(last + days))
        if last + days < self.keeps.first:
            raise self._too_old(report)
        self.delivery = Delivery(self.place.data, self.place.keys, self.site.domain, days, scan.head)
        try:
            report.before = self.delivery.progress.lines
            mark = self.delivery.progress.offset
            if mark and file.digest(mark, self.delivery.key) != self.delivery.progress.check:
                raise ImportFailed(f"{self.path} begins like a log that was imported before, but goes on differently")
            if scan.size > mark:
                self._run(file, Shift(self.clock.zone, days), report)
            return report
        finally:
            self.delivery.close()

    def waiting(self) -> int:
        """Batches that are on their way to the store, after `run`."""
        return self.delivery.waiting()

    def _run(self, file: LogFile, shift: Shift, report: Report) -> None:
        delivery = self.delivery
        views = PageViews(self.site, self.place.locate, shift, self.clock, self.keeps)
        mark, check = delivery.progress.offset, Check(delivery.key)
        progress = delivery.progress
        lines, size = 0, 0
        payloads: list[bytes] = []
        for block in file.blocks(mark, check):
            found = views.take(block.lines)
            lines += sum(map(bool, block.lines))
            self.at(block.position)
            if block.end <= mark:  # read again only for what the visitors' states are
                views.outcomes.clear()
                continue
            payloads += found
            size += sum(map(len, found))
            progress = Progress(self.site.domain, shift.days, block.end, check.digest(), lines)
            if size >= self.place.batch_bytes:
                delivery.wait_for_room(self.place.limit, self.wait)
                delivery.deliver(payloads, progress)
                payloads, size = [], 0
        report.outcomes, report.visitors, report.damaged = views.outcomes, len(views.visitors), file.damaged
        if not mark and set(views.outcomes) <= {"old", "broken"}:
            raise self._too_old(report)
        delivery.deliver(payloads, progress)

    def _shift_days(self, last: int) -> int:
        """Days by which a log whose last day is `last` has to be moved."""
        if self.shift_to is None:
            return 0
        wanted = day_number(self.shift_to)
        if wanted > self.keeps.last:
            raise ImportFailed(
                f"--shift-to {self.shift_to} lies in the future; the last day of a log can move to today"
            )
        return wanted - last

    def _days(self, part: bytes) -> list[int]:
        """The days of the requests in a part of the log, line by line."""
        reader = LineReader()
        return [self.clock.hour(line.time)[1] for line in map(reader.read, part.split(b"\n")) if line is not None]

    def _too_old(self, report: Report) -> ImportFailed:
        return ImportFailed(
            f"{self.path} reaches from {report.first} to {report.last}, but {self.site.domain} keeps only what is not "
            f"older than {day_date(self.keeps.first)} (rollup_months: {self.site.rollup_months}); to try the log out, "
            f"move it in time: --shift-to {day_date(self.keeps.last)}"
        )
