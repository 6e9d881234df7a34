"""Beacons accepted in a second through the whole path, beside applications that do nothing."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.processes import BenchError, Running, running, wait_until
from bench.table import Cell, table
from bench.traffic import CONNECTIONS, Run, add_bench_site, run_wrk, scratch, settings_for, write_choices
from collector.ledger import balance
from collector.store import open_store

WARM_UP_SECONDS = 2


@dataclass(frozen=True)
class Target:
    """A server to be loaded."""

    name: str
    arguments: tuple[str, ...]
    durability: str = "process"

    @property
    def is_floor(self) -> bool:
        return self.arguments[0].startswith("floor:")


TARGETS = (
    Target("empty Flask view, as granian starts it", ("floor:bench.floors:empty_flask", "512")),
    Target("empty Flask view, one thread", ("floor:bench.floors:empty_flask", "1")),  # where it is fastest
    Target("bare WSGI callable that reads the body, one thread", ("floor:bench.floors:bare_wsgi", "1")),
    Target("beacons, web processes alone", ("web",)),
    Target("beacons, web processes alone, interpreted", ("web", "--interpreted")),
    Target("beacons, web processes alone, `disk`", ("web",), "disk"),
    Target("beacons, whole service: web, shipper, engine", ("serve",)),
)
HEADER = (
    "server", "workers", "requests/s", "× empty Flask view", "× with one thread", "p50 ms", "p99 ms", "not 202",
)  # fmt: skip


@dataclass
class Loaded:
    """A running server and what was measured of it; the first run is its warm-up."""

    target: Target
    server: Running
    runs: list[Run] = field(default_factory=list)

    def load(self, choices: Path, seconds: int) -> None:
        self.runs.append(run_wrk(self.server, choices, seconds))
        if self.target.arguments == ("serve",):  # what it still has to ship must not slow down the next one
            spool = self.server.data / "spool"
            wait_until(lambda: balance(spool).spooled == 0, self.server, 120)

    def middle(self, name: str) -> float:
        """The median of a figure over the runs."""
        return float(median(getattr(run, name) for run in self.runs[1:]))

    def check(self) -> None:
        """Every answer was 202, and the books hold as many beacons as were answered. Raises BenchError."""
        bad = [run for run in self.runs if run.other or run.errors]
        if bad:
            raise BenchError(f"{self.target.name}: {bad[0].other} other answers than 202, like {bad[0].example!r}")
        if self.target.is_floor:
            return
        answered = sum(run.accepted for run in self.runs)
        books = balance(self.server.data / "spool")
        # wrk hangs up at the end of a run: each connection may have had one beacon on its way.
        if not books.holds or not 0 <= books.accepted - answered <= CONNECTIONS * len(self.runs):
            raise BenchError(f"{self.target.name}: {answered} beacons were answered, the books say {books}")
        if self.target.arguments == ("serve",):
            self.check_store(books.stored)

    def check_store(self, stored: int) -> None:
        store = open_store(settings_for(self.server.data))
        counted = store.execute("SELECT sum(pageviews) FROM counters")[0][0]
        store.close()
        if counted != stored:
            raise BenchError(f"{stored} page views were shipped, the store holds {counted}")


def measure(workers: Sequence[int] = (1, 2), rounds: int = 3, seconds: int = 5) -> str:
    """The table of throughput: interleaved rounds over all servers, medians of the rounds."""
    rows = [row for count in workers for row in measure_with(count, rounds, seconds)]
    note = (
        f"{CONNECTIONS} connections, the load generator on the same cores, medians of {rounds} interleaved runs of "
        f"{seconds} s. `disk`: each beacon is synced to disk before its answer (SIKDATNE_DURABILITY). After the runs "
        "the books of the spool and the store were compared with the answers."
    )
    return table("Throughput", HEADER, rows, note)


def measure_with(workers: int, rounds: int, seconds: int, targets: Sequence[Target] = TARGETS) -> list[list[Cell]]:
    with scratch() as folder, ExitStack() as stack:
        choices = Path(folder) / "choices.lua"
        write_choices(choices, time.time())
        loaded = [
            stack.enter_context(started(target, Path(folder) / str(number), workers))
            for number, target in enumerate(targets)
        ]
        for one in loaded:
            one.load(choices, WARM_UP_SECONDS)
        for _ in range(rounds):
            for one in loaded:
                one.load(choices, seconds)
        for one in loaded:
            one.check()
        floor, one_thread = (one.middle("rate") for one in loaded[:2])
        return [
            [
                one.target.name, workers, one.middle("rate"), one.middle("rate") / floor,
                one.middle("rate") / one_thread, one.middle("p50"), one.middle("p99"),
                sum(run.other for run in one.runs),
            ]
            for one in loaded
        ]  # fmt: skip


@contextmanager
def started(target: Target, data: Path, workers: int) -> Iterator[Loaded]:
    if not target.is_floor:
        data.mkdir()
        add_bench_site(data)
    path = "/" if target.is_floor else "/healthz"
    with running(target.arguments, data, path, workers=workers, durability=target.durability) as server:
        yield Loaded(target, server)
