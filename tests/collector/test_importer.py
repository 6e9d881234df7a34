"""An imported log is counted as beacons would be, exactly once, and leaves nothing of its lines behind."""

import gzip
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collector import rows
from collector.access_log.delivery import ImportFailed
from collector.importer import Import, Place
from collector.sites import Site
from tests.collector.importing import (
    NOW,
    REAL,
    RIGA,
    SITE,
    SMALL,
    check_against_hand,
    deltas,
    import_it,
    locate,
    segments,
    total,
)


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
