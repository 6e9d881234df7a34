"""Logs are read line by line, whatever stands in them, and page views are told from everything else."""

import gzip
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.access_log.file import LONGEST_LINE, Check, LogFile
from collector.access_log.lines import Line, LineReader
from collector.access_log.pages import left_out, split_target
from collector.access_log.visitors import NOWHERE, Visitors
from collector.clock import LocalClock
from collector.visit import State

START = b'203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 2326 "https://a.example/" "Mozilla/5.0"'
KEY = b"k" * 32


def read(line: bytes) -> Line | None:
    return LineReader().read(line)


def test_the_combined_format() -> None:
    time = int(datetime(2015, 5, 17, 10, 5, 3, tzinfo=UTC).timestamp())
    assert read(START) == Line("203.0.113.7", time, "GET", "/", 200, "https://a.example/", "Mozilla/5.0")


@pytest.mark.parametrize(
    ("old", "new", "field", "expected"),
    [
        (b"+0000", b"+0300", "time", 1431846303),
        (b"+0000", b"-0430", "time", 1431873303),
        (b"203.0.113.7", b"2001:db8::1", "address", "2001:db8::1"),
        (b"- - [", b"- Anna Maria [", "address", "203.0.113.7"),
        (b'"https://a.example/"', b'"-"', "referrer", ""),
        (b'"https://a.example/"', rb'"https://a.example/\"x\""', "referrer", r"https://a.example/\"x\""),
        (b"Mozilla/5.0", b"-", "user_agent", ""),
        (b'5.0"', b'5.0" "198.51.100.1" 0.002', "user_agent", "Mozilla/5.0"),
        (b'5.0"', b'5.0"\r', "user_agent", "Mozilla/5.0"),
        (b"GET / ", rb"GET /caf\xC3\xA9 ", "target", "/caf%C3%A9"),
        (b" HTTP/1.1", b" HTTP/2.0", "target", "/"),
        (b" HTTP/1.1", b"", "target", "/"),
    ],
)
def test_variants(old: bytes, new: bytes, field: str, expected: object) -> None:
    line = read(START.replace(old, new))
    assert line is not None
    assert getattr(line, field) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"May", b"Foo"), (b"17/", b"32/"), (b"10:05", b"25:05"), (b"+0000", b"+9900"), (b"2015", b"0000"),
        (b"GET / HTTP/1.1", b"-"), (b"GET / HTTP/1.1", b"\\x16\\x03\\x01"), (b" 200 ", b" two "), (b'5.0"', b"5.0"),
        (START, b""), (START, b"\x00" * 100), (START, b"half a li"),
    ],
)  # fmt: skip
def test_broken_lines(old: bytes, new: bytes) -> None:
    assert read(START.replace(old, new)) is None


@given(st.binary(max_size=300) | st.binary(max_size=20).map(lambda data: START.replace(b"/ HTTP", data)))
def test_no_bytes_are_an_error(data: bytes) -> None:
    line = read(data)
    if line is not None:
        left_out(line, *split_target(line.target))


@pytest.mark.parametrize(
    ("target", "method", "status", "expected"),
    [
        ("/", "GET", 200, None),
        ("/", "GET", 304, None),
        ("/cenas?x=a.png", "GET", 200, None),
        ("/blog/node.html", "GET", 200, None),
        ("/user/john.doe", "GET", 200, None),
        ("/index.php?page=2", "GET", 200, None),
        ("http://example.lv/cenas", "GET", 200, None),
        ("/", "POST", 200, "method"),
        ("/", "HEAD", 200, "method"),
        ("/", "GET", 301, "redirect"),
        ("/", "GET", 404, "error"),
        ("/", "GET", 500, "error"),
        ("/", "GET", 204, "error"),
        ("/a.css", "GET", 200, "asset"),
        ("/a.JPG?v=3", "GET", 304, "asset"),
        ("/robots.txt", "GET", 200, "asset"),
        ("/favicon.ico", "GET", 200, "asset"),
        ("/data.xml", "GET", 200, "asset"),
        ("/feed", "GET", 200, "feed"),
        ("/blog/feed/", "GET", 200, "feed"),
        ("/atom.xml", "GET", 200, "feed"),
        ("/sitemap-2.xml", "GET", 200, "feed"),
        ("/?flav=rss20", "GET", 200, "feed"),
        ("/wp-json/wp/v2/posts", "GET", 200, "feed"),
        ("/.well-known/security", "GET", 200, "feed"),
        ("/feedback", "GET", 200, None),
    ],
)
def test_page_views(target: str, method: str, status: int, expected: str | None) -> None:
    line = Line("203.0.113.7", 0, method, target, status, "", "")
    assert left_out(line, *split_target(target)) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/a?b=c#d", ("/a", "b=c")),
        ("http://example.lv", ("/", "")),
        ("http://example.lv/a/b?c", ("/a/b", "c")),
        ("*", ("/*", "")),
        ("//a", ("//a", "")),
    ],
)
def test_targets(target: str, expected: tuple[str, str]) -> None:
    assert split_target(target) == expected


@given(
    lines=st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=30),
    block=st.integers(1, 50),
    data=st.data(),
)
def test_blocks_hold_every_line_once_and_end_at_the_mark(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], block: int, data: st.DataObject
) -> None:
    text = b"\n".join([b"a log", *lines])  # what begins as gzip would be taken for it
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_bytes(gzip.compress(text) if data.draw(st.booleans()) else text)
    ends = [0] + [at + 1 for at, byte in enumerate(text) if byte == 10] + [len(text)]
    mark = data.draw(st.sampled_from(ends))
    check, found, digests = Check(KEY), list[bytes](), {0: Check(KEY).digest()}
    for part in LogFile(path, block).blocks(mark, check):
        found += part.lines
        digests[part.end] = check.digest()
    assert b"\n".join(found).rstrip(b"\n") == text.rstrip(b"\n")
    assert digests[mark] == LogFile(path, 17).digest(mark, KEY)


def test_a_line_without_end_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "zeros.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(60):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    longest = max(len(line) for part in LogFile(path).blocks(0, Check(KEY)) for line in part.lines)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert longest < LONGEST_LINE + (2 << 20)
    assert peak < 20 << 20


def test_a_log_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    whole = gzip.compress(b"".join(b"%064d\n" % (number * 7919**5) for number in range(20_000)))
    path.write_bytes(whole[: len(whole) // 2])
    file = LogFile(path)
    lines = [line for part in file.blocks(0, Check(KEY)) for line in part.lines]
    assert file.damaged
    assert len(lines) > 5_000


def test_visitors_of_past_days_are_small_and_still_known() -> None:
    clock = LocalClock("Europe/Riga")
    visitors = Visitors(clock)
    minute = 30_000_000
    tracemalloc.start()
    for day in range(100):
        for number in range(200):
            key = visitors.key(f"203.0.113.{number}", f"browser {day}")
            now = minute + day * 1440 + number
            today = clock.hour(now * 60)[1]
            visitors.remember(
                key, State(today, today, now, now, NOWHERE, "/a/long/path" * 10 + str(number), pages="x" * 160)
            )
        visitors.sweep(minute + day * 1440)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(visitors) == 20_000
    assert used / 20_000 < 220
    known = visitors.state(visitors.key("203.0.113.5", "browser 3"))
    assert known is not None
    assert (known.seen, known.born) == (minute + 3 * 1440 + 5, clock.hour((minute + 3 * 1440 + 5) * 60)[1])
    assert visitors.state(visitors.key("203.0.113.5", "another")) is None
