"""Rows and bytes on disk of a page view after merging, of a real log and by the load model, and times of questions.

Ten million page views took 1.6 GB of memory at most, the processes of the benchmark included, and 0.4 GB of disk; with
two cores, and a batch in memory for each.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import questions
from bench.filling import Load, fill
from bench.processes import ROOT, running, wait_until
from bench.real_log import import_log
from bench.table import Cell, table
from bench.traffic import scratch, settings_for
from collector.schema import apply_schema
from collector.store import Store, StoreError, connect, open_store

MILLION, MONTH = 1_000_000, 30
LOG = ROOT.parent / "shared" / "data" / "apache-access.log.gz"  # the real one; whoever has another, names it
PATIENCE = "?send_receive_timeout=3600"  # merging everything is one statement for each table
DETAILED = (  # kept for detail_days
    "counters", "conversions", "goal_exits", "goal_events", "funnel_steps", "properties", "cohort_details",
)  # fmt: skip
NOT_COUNTED = ["minutes", "drops", "networks", "consent_log", "schema_versions"]  # kept for a day, or apart
SIZES = """
SELECT table, sum(rows), sum(bytes_on_disk)
FROM system.parts WHERE active AND database = currentDatabase() AND table NOT IN {left_out:Array(String)}
GROUP BY table ORDER BY sum(bytes_on_disk) DESC
"""


class Size(NamedTuple):
    """A table of counters, or several together."""

    name: str
    rows: int
    bytes: int


class Figures(NamedTuple):
    """What so many page views take: everything, and the daily tables alone."""

    what: str
    views: int
    all: Size
    daily: Size


def measure(loads: Sequence[Load], log: Path | None = None) -> Iterator[str]:
    """Tables of each load's storage and, without leaves, of questions; of the log; and one of all of them."""
    found: list[Figures] = []
    if log is not None and log.is_file():
        yield measure_log(log, found)
    elif log is not None:
        yield f"### On disk: a real log\n\nSkipped: there is no {log}; `--log FILE` names another one.\n"
    for load in loads:
        yield measure_load(load, found)
    yield summary(found)


def load_of(views: int, *, leaves: bool = False) -> Load:
    """So many page views over 30 days; fewer than a million at the density of a million."""
    days = max(round(MONTH * min(views / MILLION, 1)), 1)
    return Load(views, days, int(time.time()) // 86_400 * 86_400, leaves)


def measure_log(log: Path, found: list[Figures]) -> str:
    with scratch() as folder, running_engine(Path(folder) / "data") as store:
        report = import_log(log, Path(folder) / "data", store, time.time())
        counted = report.outcomes["counted"]
        what = f"of {report.outcomes.total():,} requests in a real log"
        return sizes_table(store, what, counted, f"Imported as from {report.first} to {report.last}", found)


def measure_load(load: Load, found: list[Figures]) -> str:
    with scratch() as folder, running_engine(Path(folder) / "data") as store:
        seconds = fill(store, load)
        what = f"over {load.days} days" + ", each with a report when it is left" * load.leaves
        how = f"{load.beacons:,} beacons generated, counted and inserted in {seconds:.0f} s"
        text = sizes_table(store, what, load.views, how, found)
        return text if load.leaves else text + "\n" + questions.measure(store, load.days, load.end)


def sizes_table(store: Store, what: str, views: int, how: str, found: list[Figures]) -> str:
    """Merge everything, and show table by table what is there; the sums are added to `found`."""
    begun = time.monotonic()
    sizes = merged_sizes(store)
    note = f"{how}; merged in {time.monotonic() - begun:.1f} s."
    daily = together("all daily tables together", [size for size in sizes if size.name not in DETAILED])
    found.append(Figures(what, views, together("everything", sizes), daily))
    shown: list[list[Cell]] = [
        [size.name, size.rows, size.rows / views, size.bytes, size.bytes / views]
        for size in (*sizes, daily, found[-1].all)
    ]
    header = ("table", "rows", "rows a page view", "bytes", "bytes a page view")
    return table(f"On disk: {views:,} page views {what}", header, shown, note)


def together(name: str, sizes: Sequence[Size]) -> Size:
    return Size(name, sum(size.rows for size in sizes), sum(size.bytes for size in sizes))


def summary(found: Sequence[Figures]) -> str:
    """A line for each measurement: with all detail, and once only the daily tables remain."""
    shown: list[list[Cell]] = [
        [
            f"{one.views:,} {one.what}", one.all.rows / one.views, one.all.bytes / one.views,
            one.daily.rows / one.views, one.daily.bytes / one.views,
        ]
        for one in found
    ]  # fmt: skip
    header = ("page views", "rows, all detail", "bytes, all detail", "rows, daily tables", "bytes, daily tables")
    return table("On disk, for a page view", header, shown)


@contextmanager
def running_engine(data: Path) -> Iterator[Store]:
    """An engine of its own with the schema, and the store in it."""

    def ready() -> bool:
        try:
            apply_schema(store, time.time())
        except StoreError:
            return False
        return True

    with running(("engine",), data, path="") as server:
        store = open_store(settings_for(data))
        wait_until(ready, server)
        address = store.address()
        store.close()
        store = connect(address + PATIENCE)
        yield store
        store.close()


def merged_sizes(store: Store) -> list[Size]:
    """Each table of counters, largest first, after merging everything."""
    for (name,) in store.execute(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
    ):
        store.execute(f"OPTIMIZE TABLE {name} FINAL")
    return [
        Size(str(name), int(rows), int(size)) for name, rows, size in store.execute(SIZES, {"left_out": NOT_COUNTED})
    ]
