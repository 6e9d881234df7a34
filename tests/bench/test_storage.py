"""What the storage tables are made of: the load in the store, a log in it, and the sums that are shown."""

import time
from itertools import islice
from pathlib import Path

from bench.filling import Load, fill
from bench.history import payloads
from bench.load import read_model, views
from bench.real_log import import_log
from bench.storage import DETAILED, Figures, load_of, measure, merged_sizes, sizes_table, summary
from collector.location import UNKNOWN
from collector.store import Store

END = 1_767_225_600  # the first of January 2026
VIEWS = 3_000
LOG = Path(__file__).parents[1] / "data" / "access.log"


def test_parts_together_are_the_whole() -> None:
    def made(part: tuple[int, int]) -> list[bytes]:
        return list(payloads(VIEWS, 2, END, lambda address: UNKNOWN, True, part))

    first, second, third = (made((part, 3)) for part in range(3))
    assert min(map(len, (first, second, third))) > VIEWS // 2
    assert sorted([*first, *second, *third]) == sorted(made((0, 1)))


def test_several_processes_store_the_load(store: Store) -> None:
    end = int(time.time()) // 86_400 * 86_400
    assert fill(store, Load(VIEWS, 2, end, leaves=True), processes=2) > 0
    new = sum(view.is_new for view in islice(views(read_model()), VIEWS))
    assert store.execute("SELECT sum(pageviews), sum(depths) FROM counters") == [(VIEWS, VIEWS)]
    unique = "SELECT sum(visitors) FROM rollup_site WHERE gap > day - (SELECT min(day) FROM rollup_site)"
    assert store.execute(unique) == [(new,)]


def test_a_log_is_imported_as_of_yesterday(store: Store, tmp_path: Path) -> None:
    now = time.time()
    report = import_log(LOG, tmp_path, store, now)
    counted = report.outcomes["counted"]
    assert counted > 0
    last = store.execute("SELECT sum(pageviews), max(toUnixTimestamp(hour)) FROM counters")
    assert last[0][0] == counted
    assert now - 3 * 86_400 < last[0][1] < now


def test_sizes_are_those_of_the_tables(store: Store, tmp_path: Path) -> None:
    counted = import_log(LOG, tmp_path, store, time.time()).outcomes["counted"]
    found: list[Figures] = []
    text = sizes_table(store, "of a log", counted, "Imported", found)
    sizes = {size.name: size for size in merged_sizes(store)}
    ((rows,),) = store.execute("SELECT count() FROM counters")
    assert sizes["counters"].rows == rows
    (figures,) = found
    detailed = sum(size.bytes for name, size in sizes.items() if name in DETAILED)
    assert figures.all.bytes - figures.daily.bytes == detailed > 0
    assert figures.daily.rows == sum(size.rows for name, size in sizes.items() if name not in DETAILED) > 0
    assert f"| everything | {figures.all.rows:,} |" in text
    assert f"| {counted:,} of a log |" in summary(found)


def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    text = next(measure([], tmp_path / "none.gz"))
    assert "Skipped" in text
    assert "none.gz" in text


def test_ten_million_are_ten_times_as_dense() -> None:
    assert [load_of(views).days for views in (50_000, 1_000_000, 10_000_000)] == [2, 30, 30]
    assert load_of(50_000, leaves=True).beacons == 100_000
