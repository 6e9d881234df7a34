"""For tests of the import: what it wrote, and the same log counted by hand."""

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from collector import rows
from collector.access_log.lines import Line
from collector.access_log.pages import left_out, split_target
from collector.bot import is_bot
from collector.importer import Import, Place, Report
from collector.location import Location
from collector.segment import Segment
from collector.sites import Site

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
