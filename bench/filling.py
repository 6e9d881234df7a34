"""Page views of the load model on their way into a store, by as many processes as there are cores.

Each process makes the same stream of page views, counts those of its own visitors, and inserts them as the shipper
does: so what is stored does not depend on their number. Each holds one batch in memory, however many there are.
"""

import gc
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context
from typing import Any, NamedTuple

from tqdm import tqdm

from bench.history import payloads
from bench.processes import SECRET
from collector import rows
from collector.config import Settings
from collector.location import open_locator
from collector.store import Store, connect

BATCH = 50_000  # beacons in one INSERT of each process
POLL_SECONDS = 0.5

_progress: Any = None  # in a filling process: the number of beacons stored by all of them, shared


class Load(NamedTuple):
    """`views` page views over the `days` before `end` (seconds since the epoch), if wanted each with a leave."""

    views: int
    days: int
    end: int
    leaves: bool = False

    @property
    def beacons(self) -> int:
        return self.views * (1 + self.leaves)


def fill(store: Store, load: Load, processes: int = 0) -> float:
    """Insert the load and return the seconds it took. Progress goes to standard error, where that is a terminal."""
    begun = time.monotonic()
    processes = processes or os.cpu_count() or 1
    context = get_context("spawn")
    done = context.Value("q", 0)
    with (
        ProcessPoolExecutor(processes, context, _share, (done,)) as pool,
        tqdm(total=load.beacons, unit=" beacons", unit_scale=True, disable=None) as bar,
    ):
        work = [pool.submit(insert_part, store.address(), load, (part, processes)) for part in range(processes)]
        left: set[Future[None]] = set(work)
        while left:
            _, left = wait(left, POLL_SECONDS)
            bar.update(done.value - bar.n)
    for part in work:
        part.result()  # raises what went wrong there
    return time.monotonic() - begun


def _share(done: Any) -> None:
    global _progress  # noqa: PLW0603 - shared memory reaches a process only when it starts
    _progress = done


def insert_part(address: str, load: Load, part: tuple[int, int]) -> None:
    """Insert the page views of one visitor in so many; `part` is which of how many."""
    gc.disable()  # nothing here refers to itself, and looking for it takes a third of the time that columns take
    store = connect(address)
    locate = open_locator(Settings.from_environment({"SIKDATNE_SECRET_KEY": SECRET}).geoip)
    for number, batch in enumerate(batches(payloads(*load[:3], locate, load.leaves, part))):
        made = rows.columns(batch)
        for table, columns, data in (*made.extras, ("beacons", rows.BEACON_COLUMNS, made.beacons)):
            store.insert_columns(table, columns, data, f"part {part[0]} batch {number}")
        if _progress is not None:
            with _progress.get_lock():
                _progress.value += len(batch)
    store.close()


def batches(source: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(source)
    while batch := list(islice(rest, BATCH)):
        yield batch
