"""An import of any size takes little memory, and one that is killed at any moment counts each line once."""

import shutil
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from random import Random, SystemRandom

import pytest

from collector.access_log.delivery import ImportFailed
from collector.importer import Import
from collector.ledger import balance
from collector.segment import Segment
from collector.sites import Site
from tests.collector.importing import (
    NOW,
    SITE,
    SMALL,
    check_against_hand,
    deltas,
    import_it,
    long_log,
    place_at,
    segments,
)


def test_memory_grows_with_visitors_and_not_with_lines(tmp_path: Path) -> None:
    used: list[int] = []
    for lines in (2_000, 2_000, 12_000):  # the first run fills caches
        log = tmp_path / f"{lines}.log"
        long_log(log, 500, lines)
        data = tmp_path / f"data-{len(used)}"
        tracemalloc.start()
        Import(log, SITE, place_at(data, batch_bytes=50_000, block_bytes=50_000), NOW).run()
        used.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        shutil.rmtree(data)
    assert used[2] < used[1] * 1.3


KILLED = """
import sys
from pathlib import Path
from collector.importer import Import, Place
from collector.location import Location
from collector.sites import Site
place = Place(Path(sys.argv[2]), (b"k" * 32,), 1 << 30, lambda address: Location(), 10_000, 10_000)
job = Import(Path(sys.argv[1]), Site("example.lv"), place, float(sys.argv[3]))
print("begins", flush=True)
job.run()
print("ends", flush=True)
"""


def test_killed_at_any_moment_it_counts_exactly_once(tmp_path: Path) -> None:
    """Between the kills a shipper empties the spool, as a running service would."""
    seed = SystemRandom().getrandbits(32)
    random = Random(seed)
    print(f"seed {seed}")  # noqa: T201 - shown when it fails
    log, data, shipped = tmp_path / "log", tmp_path / "data", tmp_path / "shipped"
    shipped.mkdir()
    long_log(log, 200, 1_500)
    kills = 0
    for patience in range(40):
        command = [sys.executable, "-c", KILLED, str(log), str(data), str(NOW)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begins\n"
            time.sleep(random.uniform(0, patience * 0.1))  # the first one is killed wherever it is
            process.kill()
            ended = process.stdout.read() == "ends\n"
        kills += not ended
        for segment in segments(data):
            if random.random() < 0.7:
                assert not (shipped / segment.path.name).exists(), "stored twice"
                segment.path.rename(shipped / segment.path.name)
        if ended:
            break
    assert ended
    assert kills >= 1
    everything = [Segment(path) for path in shipped.glob("*.seg")] + segments(data)
    assert len({segment.read()[0] for segment in everything}) == len(everything) > 10
    check_against_hand(log, deltas(everything))
    assert import_it(log, data).outcomes.total() == 0


def test_a_batch_that_was_written_down_but_not_published_is_published(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path)
    (segment,) = segments(tmp_path)
    prepared = segment.path.rename(segment.path.with_suffix(".prepared"))
    stale = prepared.with_name(prepared.name.replace("-00000001-", "-00000002-"))
    shutil.copy(prepared, stale)  # written, but killed before it was written down
    assert import_it(SMALL, tmp_path).outcomes.total() == 0
    assert segments(tmp_path) == [segment]
    assert not stale.exists()


def test_the_books_hold(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path)
    import_it(SMALL, tmp_path, Site("example.com"))
    assert balance(tmp_path / "spool", "import") == (28, 0, 28, 0)


def test_two_imports_at_a_time_are_refused(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    tried: list[int] = []

    def second(position: int) -> None:
        tried.append(position)
        with pytest.raises(ImportFailed, match="another import is running"):
            import_it(SMALL, tmp_path)

    Import(SMALL, SITE, place_at(tmp_path), NOW, at=second).run()
    assert tried
