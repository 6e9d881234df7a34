"""What a page view takes on disk after merging, how fast rows go in, and how fast the overview's questions are."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from bench import questions
from bench.history import payloads
from bench.processes import running, wait_until
from bench.table import Cell, table
from bench.traffic import scratch, settings_for
from collector import rows
from collector.config import Settings
from collector.location import open_locator
from collector.schema import apply_schema
from collector.store import Store, StoreError, open_store

BATCH = 20_000  # beacons in one INSERT
MILLION, MONTH = 1_000_000, 30
DETAILED = ("counters", "flows", "conversions", "funnel_steps", "properties")  # kept for detail_days
NOT_COUNTED = ["minutes", "drops", "networks", "consent_log", "schema_versions"]  # kept for a day, or apart
SIZES = """
SELECT table, sum(rows), sum(bytes_on_disk)
FROM system.parts WHERE active AND database = currentDatabase() AND table NOT IN {left_out:Array(String)}
GROUP BY table ORDER BY sum(bytes_on_disk) DESC
"""


def measure(count: int = MILLION) -> str:
    """Tables of storage and of queries, after `count` page views at the density of a million in 30 days."""
    days = max(round(MONTH * min(count / MILLION, 1)), 1)
    end = int(time.time()) // 86_400 * 86_400
    parts = [measure_storage(count, days, end, leaves=False), measure_storage(count, days, end, leaves=True)]
    return "\n".join(parts)


def measure_storage(count: int, days: int, end: int, *, leaves: bool) -> str:
    with scratch() as folder, running_engine(Path(folder) / "data") as store:
        beacons, speed, seconds = fill(store, count, days, end, leaves)
        begun = time.monotonic()
        sizes = merged_sizes(store)
        merged = time.monotonic() - begun
        what = "page views, each with a report when it is left" if leaves else "page views"
        shown: list[list[Cell]] = [[name, rows, size, size / count, size / beacons] for name, rows, size in sizes]
        daily = [line for line in shown if line[0] not in DETAILED]
        for name, lines in (("all daily tables together", daily), ("everything", shown)):
            total = sum(int(line[2]) for line in lines)
            shown = [*shown, [name, sum(int(line[1]) for line in lines), total, total / count, total / beacons]]
        note = (
            f"{beacons:,} beacons over {days} days; generated, counted and inserted in {seconds:.0f} s in batches of "
            f"{BATCH:,}; the INSERTs alone {speed:,.0f} rows/s into all tables; merged in {merged:.1f} s."
        )
        header = ("table", "rows", "bytes", "bytes a page view", "bytes a beacon")
        text = table(f"On disk: {count:,} {what}", header, shown, note)
        return text if leaves else text + "\n" + questions.measure(store, days, end)


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
        yield store
        store.close()


def fill(store: Store, count: int, days: int, end: int, leaves: bool) -> tuple[int, float, float]:
    """Insert page views as the shipper does. Returns beacons, rows inserted in a second, and seconds for all of it."""
    begun = time.monotonic()
    beacons = inserted = 0
    inserting = 0.0
    locate = open_locator(Settings.from_environment({"SIKDATNE_SECRET_KEY": "0" * 64}).geoip)
    for number, batch in enumerate(batches(payloads(count, days, end, locate, leaves))):
        made = rows.columns(batch)
        started = time.monotonic()
        for table_name, columns, data in (*made.extras, ("beacons", rows.BEACON_COLUMNS, made.beacons)):
            store.insert_columns(table_name, columns, data, f"batch {number}")
            inserted += len(data[0])
        inserting += time.monotonic() - started
        beacons += len(batch)
    return beacons, inserted / inserting, time.monotonic() - begun


def batches(source: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(source)
    while batch := list(islice(rest, BATCH)):
        yield batch


def merged_sizes(store: Store) -> list[tuple[str, int, int]]:
    """Name, rows and bytes on disk of each table of counters, largest first, after merging everything."""
    for (name,) in store.execute(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
    ):
        store.execute(f"OPTIMIZE TABLE {name} FINAL")
    return [(str(name), int(count), int(size)) for name, count, size in store.execute(SIZES, {"left_out": NOT_COUNTED})]
