"""An imported log is counted as beacons would be, exactly once, and leaves nothing of its lines behind."""

import gzip
import re
import shutil
import subprocess
import sys
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from collector import rows
from collector.access_log.delivery import ImportFailed
from collector.access_log.lines import Line
from collector.access_log.pages import left_out, split_target
from collector.bot import is_bot
from collector.database import open_database, upgrade
from collector.import_command import import_group
from collector.importer import Import, Place, Report
from collector.ledger import balance
from collector.location import Location
from collector.segment import Segment
from collector.sites import Site, add_site

SMALL = Path(__file__).parents[1] / "data" / "access.log"
REAL = Path(__file__).parents[3] / "shared" / "data" / "apache-access.log.gz"
SITE = Site("example.lv")
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC).timestamp()
RIGA = ZoneInfo("Europe/Riga")
PLAIN = re.compile(r'^(\S+) .*?\[(.{26})\] "([A-Z]+) (\S+)[^"]*" (\d+) \S+ "((?:\\.|[^"])*)" "((?:\\.|[^"])*)"')


Table = list[dict[str, Any]]  # rows of `beacons`, by column


def locate(address: str) -> Location:
    return Location("LV", "Riga", "Riga") if address.startswith("203.") else Location()


def place_at(data: Path, **more: int) -> Place:
    return Place(data, (b"k" * 32,), 1 << 30, locate, **more)


def import_it(path: Path, data: Path, site: Site = SITE, shift_to: date | None = None, now: float = NOW) -> Report:
    return Import(path, site, place_at(data), now, shift_to).run()


def segments(data: Path) -> list[Segment]:
    return [Segment(path) for path in sorted((data / "spool" / "import").glob("*.seg"))]


def deltas(found: Iterable[Segment]) -> Table:
    """All rows that the segments would store."""
    payloads = [payload for segment in found for payload in segment.read()[1].payloads]
    columns = rows.columns(payloads).beacons
    return [dict(zip(rows.BEACON_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]


def total(table: Table, name: str) -> int:
    return sum(int(row[name]) for row in table)


def by_hand(path: Path, days: int = 0) -> tuple[dict[int, set[str]], int, int, int]:
    """Visitors of each day, visits, page views and bounces, without any of the code that is tested here."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    views: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in text.decode("utf-8", "replace").split("\n"):
        match = PLAIN.match(line)
        try:
            when = datetime.strptime(match[2], "%d/%b/%Y:%H:%M:%S %z").astimezone(RIGA) if match else None
        except ValueError:
            continue
        if match is None or when is None or not 2015 <= when.year <= 2026:
            continue
        request = Line("", 0, match[3], match[4], int(match[5]), "", "")
        if left_out(request, *split_target(match[4])) or is_bot(match[7]):
            continue
        who, minute, day = f"{match[1]} {match[7]}", int(when.timestamp()) // 60, when.date().toordinal() + days
        if views[who] and minute < views[who][-1][0]:  # a little out of order: as if at the same time
            if minute < views[who][-1][0] - 10:
                continue
            minute, day = views[who][-1]
        views[who].append((minute, day))
    visitors: dict[int, set[str]] = defaultdict(set)
    visits = bounces = 0
    for who, times in views.items():
        begins = [0] + [at for at, (a, b) in enumerate(pairwise(times), 1) if b[0] - a[0] >= 30] + [len(times)]
        visits += len(begins) - 1
        bounces += sum(end - begin == 1 for begin, end in pairwise(begins))
        for _, day in times:
            visitors[day].add(who)
    return dict(visitors), visits, sum(map(len, views.values())), bounces


def check_against_hand(path: Path, table: Table, days: int = 0) -> None:
    visitors, visits, pageviews, bounces = by_hand(path, days)
    found = (total(table, "visits"), total(table, "pageviews"), total(table, "bounces"))
    assert found == (visits, pageviews, bounces)
    assert (total(table, "entries"), total(table, "exits")) == (visits, visits)
    for first in visitors:
        for last in (day for day in visitors if day >= first):
            expected = len(set().union(*(visitors[day] for day in visitors if first <= day <= last)))
            unique = sum(
                int(row["visitors"])
                for row in table
                if first <= row["day"].toordinal() <= last and row["gap"] > row["day"].toordinal() - first
            )
            assert unique == expected, (date.fromordinal(first), date.fromordinal(last))


def test_the_small_log_is_counted_as_by_hand(tmp_path: Path) -> None:
    report = import_it(SMALL, tmp_path)
    assert report.outcomes == {
        "counted": 14, "asset": 4, "feed": 2, "bot": 3, "method": 2, "redirect": 1, "error": 2, "broken": 5,
        "order": 1, "old": 1, "future": 1,
    }  # fmt: skip
    assert report.visitors == 6
    table = deltas(segments(tmp_path))
    assert (total(table, "visits"), total(table, "pageviews"), total(table, "bounces")) == (10, 14, 6)
    days: Counter[object] = Counter()
    for row in table:
        days[row["day"]] += int(row["visitors"])
    assert {day: count for day, count in days.items() if count} == {
        date(2026, 1, 5): 5, date(2026, 1, 6): 2, date(2026, 1, 9): 2,
    }  # fmt: skip
    check_against_hand(SMALL, table)


def test_where_visits_came_from_and_with_what(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path)
    visits = [row for row in deltas(segments(tmp_path)) if row["visits"]]
    seen = Counter((row["channel"], row["source"], row["entry"], row["country"], row["device"]) for row in visits)
    assert seen[("Organic Search", "Google", "/", "LV", "desktop")] == 1
    assert seen[("Email", "Newsletter", "/akcija", "", "mobile")] == 1
    assert seen[("Referral", "blog.example.org", "/café", "", "desktop")] == 1
    assert seen[("Organic Social", "Facebook", "/", "", "mobile")] == 1
    assert seen[("Email", "Gmail", "/", "LV", "desktop")] == 1
    assert {row["campaign"] for row in visits} == {"", "(removed)"}
    assert {row["hits"] for row in visits} == {0}  # nobody of a log is on the site now


def test_robots_are_counted_as_not_recorded(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path)
    payloads = [payload for segment in segments(tmp_path) for payload in segment.read()[1].payloads]
    sites, _, reasons, counts = rows.columns(payloads).drops
    assert (set(sites), set(reasons), sum(counts)) == ({"example.lv"}, {"bot"}, 3)


def test_the_real_log_is_counted_as_by_hand(tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip(f"{REAL} is not there")
    last = date(2026, 1, 10)
    report = import_it(REAL, tmp_path, shift_to=last)
    assert report.outcomes.total() == 10_000
    assert (report.first, report.last) == (date(2026, 1, 6), last)
    assert report.outcomes["counted"] > 1_000
    check_against_hand(REAL, deltas(segments(tmp_path)), last.toordinal() - date(2015, 5, 21).toordinal())


def test_nothing_of_the_log_is_left_behind(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path)
    found = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    lines = SMALL.read_bytes()
    addresses = set(re.findall(rb"^(\d+\.\d+\.\d+\.\d+|2001:\S+) ", lines, re.MULTILINE))
    assert len(addresses) > 5
    for secret in (
        *addresses,
        b"shop.example.net",
        b"Mozilla",
        b"utm_",
        b"fbclid",
        b"berta",
        b"john",
        b"quoted",
        b"Anna",
    ):
        assert secret not in found
    assert b"blog.example.org" in found  # the search would find what is kept


def test_a_second_import_counts_nothing(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path)
    before = segments(tmp_path)
    packed = tmp_path / "access.log.1.gz"
    packed.write_bytes(gzip.compress(SMALL.read_bytes()))
    for path in (SMALL, packed):  # rotated and compressed it is still the same log
        report = import_it(path, tmp_path)
        assert (report.outcomes.total(), report.before) == (0, 36)
    assert segments(tmp_path) == before


def test_the_same_log_may_count_for_another_site(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path)
    assert import_it(SMALL, tmp_path, Site("example.com")).outcomes["counted"] == 14


def test_a_log_that_grew_is_counted_on(tmp_path: Path) -> None:
    lines = SMALL.read_bytes().splitlines(keepends=True)
    path = tmp_path / "growing.log"
    for end in (4, 5, 20, 25, len(lines)):
        path.write_bytes(b"".join(lines[:end]))
        import_it(path, tmp_path)
    check_against_hand(SMALL, deltas(segments(tmp_path)))
    assert len(segments(tmp_path)) == 5


def test_a_log_that_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "changed.log"
    path.write_bytes(SMALL.read_bytes())
    import_it(path, tmp_path)
    path.write_bytes(SMALL.read_bytes().replace(b"/cenas", b"/prices"))
    with pytest.raises(ImportFailed, match="goes on differently"):
        import_it(path, tmp_path)


def test_a_log_is_known_after_the_secret_changed(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path)
    newer = Place(tmp_path, (b"n" * 32, b"k" * 32), 1 << 30, locate)
    assert Import(SMALL, SITE, newer, NOW).run().outcomes.total() == 0


def test_what_the_site_no_longer_keeps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"2026-01-05 to .* not older than 2027-12-02 .*--shift-to 2030-01-01"):
        import_it(SMALL, tmp_path, now=datetime(2030, 1, 1, 12, tzinfo=UTC).timestamp())
    assert segments(tmp_path) == []


def test_days_after_today_are_no_place_for_a_log(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="lies in the future"):
        import_it(SMALL, tmp_path, shift_to=date(2026, 1, 11))


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(ImportFailed, match="no line in the combined format"):
        import_it(path, tmp_path)


def test_moving_keeps_the_time_of_day(tmp_path: Path) -> None:
    """From winter into summer time: the hour of the clock stays."""
    path = tmp_path / "log"
    path.write_bytes(SMALL.read_bytes().splitlines()[0] + b"\n")
    import_it(path, tmp_path, shift_to=date(2026, 7, 1), now=datetime(2026, 7, 2, tzinfo=UTC).timestamp())
    (row,) = deltas(segments(tmp_path))
    assert datetime.fromtimestamp(row["minute"], RIGA) == datetime(2026, 7, 1, 10, 0, tzinfo=RIGA)


def test_retention_goes_with_the_rows(tmp_path: Path) -> None:
    import_it(SMALL, tmp_path, Site("example.lv", detail_days=30, rollup_months=2))
    for row in deltas(segments(tmp_path)):
        # A correction of the day before is kept with the rows of the day.
        assert (row["detail_expires"] - row["day"]).days in (31, 32)
        assert (row["expires"] - row["day"]).days in (62, 63)


def test_an_import_waits_while_the_spool_is_half_full(tmp_path: Path) -> None:
    beacons = tmp_path / "spool" / "beacons-00"
    beacons.mkdir(parents=True)
    (beacons / "1.seg").write_bytes(bytes(600_000))
    waited = []

    def ship(seconds: float) -> None:
        waited.append(seconds)
        assert segments(tmp_path) == []
        (beacons / "1.seg").unlink()

    place = Place(tmp_path, (b"k" * 32,), 1_000_000, locate, batch_bytes=1)
    job = Import(SMALL, SITE, place, NOW, wait=ship)
    job.run()
    assert len(waited) == 1
    assert len(segments(tmp_path)) == 1


def long_log(path: Path, visitors: int, lines: int) -> None:
    """Page views of some visitors over three days, in order."""
    random = Random(7)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko/20100101 Firefox/{}.0"
    with path.open("w") as file:
        for number in range(lines):
            second = 1_767_600_000 + number * 259_200 // lines
            when = datetime.fromtimestamp(second, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
            who = random.randrange(visitors)
            version = 100 + who % 20
            file.write(
                f'198.51.{who // 256}.{who % 256} - - [{when}] "GET /page/{random.randrange(50)} HTTP/1.1" 200 1 "-" '
                f'"{agent.format(version, version)}"\n'
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
    random = Random()
    log, data, shipped = tmp_path / "log", tmp_path / "data", tmp_path / "shipped"
    shipped.mkdir()
    long_log(log, 200, 1_500)
    kills = 0
    for patience in range(40):
        command = [sys.executable, "-c", KILLED, str(log), str(data), str(NOW)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begins\n"
            time.sleep(random.uniform(0, 0.1 + patience * 0.1))
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


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a site in it."""
    monkeypatch.setenv("SIKDATNE_DATA", str(tmp_path))
    database = open_database(f"sqlite:///{tmp_path / 'sikdatne.db'}")
    upgrade(database)
    add_site(database, "example.lv", now=NOW)
    database.close()
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(import_group, ["access-log", *arguments])
    return result.exit_code, result.output


def test_the_command_says_what_it_did(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.import_run.PATIENCE", 0.1)
    today = datetime.now(RIGA).date()
    log = installed / "today.log"
    log.write_bytes(b"\n".join(SMALL.read_bytes().splitlines()[:20]) + b"\n")
    code, output = run(str(log), "--site", "example.lv", "--shift-to", str(today))
    assert code == 0
    assert f"20 lines read, {today} to {today} (Europe/Riga)." in output
    assert "5 page views counted, of 3 visitors." in output
    assert "3  left out: robots" in output
    assert "appears on the dashboard as soon as" in output
    code, output = run(str(log), "--site", "example.lv", "--shift-to", str(today))
    assert code == 0
    assert "Imported before, nothing new to count: 20 lines" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-", "--site", "example.lv"), "not from standard input"),
        (("missing.log", "--site", "example.lv"), ""),
        ((str(SMALL), "--site", "example.com"), "there is no site example.com"),
        ((str(SMALL), "--site", "example.lv", "--shift-to", "2999-01-01"), "lies in the future"),
        ((str(SMALL), "--site", "example.lv", "--shift-to", "tomorrow"), "Invalid value"),
        ((str(SMALL),), "--site"),
    ],
)
def test_the_command_fails_clearly(installed: Path, arguments: tuple[str, ...], message: str) -> None:
    code, output = run(*arguments)
    assert code != 0
    assert message in output
    assert not segments(installed)


def test_a_damaged_log_is_told(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.import_run.PATIENCE", 0.1)
    today = datetime.now(RIGA)
    line = SMALL.read_bytes().splitlines()[0].replace(b"05/Jan/2026", today.strftime("%d/%b/%Y").encode())
    path = installed / "cut.gz"
    path.write_bytes(gzip.compress(line + b"\n" + b"\n".join(b"%d" % (n**9) for n in range(9_000)))[:-20_000])
    code, output = run(str(path), "--site", "example.lv")
    assert code == 1
    assert "1 page views counted" in output
    assert "damaged or cut off" in output
