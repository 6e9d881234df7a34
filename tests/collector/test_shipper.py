"""The shipper brings every accepted beacon into the store exactly once, or says where it is."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collector.chain_heads import ChainWriter
from collector.ledger import balance
from collector.network import network_prefix, pack
from collector.rows import ConsentRecord, columns, encode_beacon, encode_consent, encode_drop, encode_networks
from collector.segment import HEADER, write_sealed
from collector.shipper import Shipper, ShipperError, paused_by_backup
from collector.spool import SpoolWriter
from collector.state import Delta, Extra, Origin
from collector.store import Store, StoreAwayError, connect
from tests.running import await_true

NOW = int(time.time())
TODAY, MINUTE, HOUR = NOW // 86400, NOW // 60 * 60, NOW // 3600 * 3600
DELTA = Delta(TODAY, HOUR, "/", "", 65535, 65535, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0)
PAGEVIEW = encode_beacon("example.lv", (TODAY + 9, TODAY + 99), Origin(entry="/"), MINUTE, 65535, [DELTA])
NOT_STORABLE = encode_beacon(
    "example.lv", (TODAY + 9, TODAY + 99), Origin(), MINUTE, 65535, [msgspec.structs.replace(DELTA, gap=70000)]
)
CONSENT = ConsentRecord(
    id="0190c3a0-0000-7000-8000-000000000001",
    consent="c" * 22,
    site="example.lv",
    choices={"statistics": True, "marketing": False},
    method="save_selection",
    decided=NOW + 0.25,
    policy_version=1,
    language="lv",
    notice="ab" * 32,
    signals=["dnt"],
    valid_until=NOW + 1000,
    supersedes="",
    expires=TODAY + 99,
)

STORED = {
    "conversions": ("LV", "4g", "Buy", "EUR", 3, 5997, 3, TODAY + 9),
    "rollup_goals": ("Buy", "EUR", 3, 5997, 3, TODAY + 99),
    "goal_exits": ("LV", "4g", "/b", "Buy", "EUR", 3, 5997, TODAY + 9),
    "rollup_goal_exits": ("/b", "Buy", "EUR", 3, 5997, TODAY + 99),
    "goal_events": ("LV", "4g", "/a", "Buy", "EUR", "Buy", 3, 5997, 3, TODAY + 9),
    "rollup_goal_events": ("Buy", "EUR", "Buy", "pro", 3, 5997, 3, TODAY + 99),
    "funnel_steps": ("LV", "4g", "Way", 2, 3, TODAY + 9),
    "rollup_funnels": ("Way", 2, 3, TODAY + 99),
    "cohort_details": ("week", TODAY - 7, TODAY, "LV", "mobile", "Email", "other", 3, TODAY + 9),
    "cohorts": ("week", TODAY - 7, TODAY, 3, TODAY + 99),
    "properties": ("LV", "4g", "Buy", "plan", "pro", 3, TODAY + 9),
    "rollup_properties": ("Buy", "plan", "pro", 3, TODAY + 99),
    "vitals": ("mobile", "LV", "/a", "lcp", 80, 3, TODAY + 99),
    "topics": ("cars", 3, TODAY + 99),
}


def chains(data: Path) -> ChainWriter:
    return ChainWriter(data, b"k" * 32, lambda _heads: None)


@pytest.fixture
def shipper(tmp_path: Path, store: Store) -> Iterator[Shipper]:
    made = Shipper(tmp_path, store, chains(tmp_path))
    yield made
    made.close()


def spool(data: Path, *payloads: bytes, kind: str = "beacons") -> None:
    writer = SpoolWriter.open(data / "spool", kind)
    for payload in payloads:
        writer.append(payload)
    writer.close()


def pageviews(store: Store) -> int:
    found = {store.execute(f"SELECT sum(pageviews) FROM {table}")[0][0] for table in ("counters", "rollup_site")}
    assert len(found) == 1, "the tables disagree"
    return int(found.pop())


def test_what_was_accepted_is_stored_and_leaves_the_spool(tmp_path: Path, shipper: Shipper, store: Store) -> None:
    spool(tmp_path, *[PAGEVIEW] * 5, encode_drop("example.lv", MINUTE, "bot"), encode_drop("example.lv", MINUTE, "bot"),
          encode_networks(TODAY, [(network_prefix(pack("203.0.113.7")), 3, 1)]))  # fmt: skip
    assert shipper.ship_all() == 1
    assert shipper.ship_all() == 0
    assert pageviews(store) == 5
    assert store.execute("SELECT site, reason, sum(drops) FROM drops GROUP BY ALL") == [("example.lv", "bot", 2)]
    assert store.execute("SELECT network, requests, refused FROM networks") == [("203.0.113.0/24", 3, 1)]
    assert balance(tmp_path / "spool") == (5, 5, 0, 0)


def test_consent_records_arrive_as_they_were_given(tmp_path: Path, shipper: Shipper, store: Store) -> None:
    spool(tmp_path, encode_consent(CONSENT), kind="consents")
    shipper.ship_all()
    row: tuple[Any, ...] = store.execute(
        "SELECT toString(id), choices, signals, toUnixTimestamp64Milli(decided), toUnixTimestamp(valid_until), method"
        " FROM consent_log"
    )[0]
    assert row == (CONSENT.id, CONSENT.choices, ["dnt"], NOW * 1000 + 250, NOW + 1000, "save_selection")
    assert balance(tmp_path / "spool", "consents") == (1, 1, 0, 0)


def test_what_is_shipped_twice_is_counted_once(tmp_path: Path, shipper: Shipper, store: Store) -> None:
    """As when the shipper or the store dies between the INSERT and its answer."""
    spool(tmp_path, *[PAGEVIEW] * 3)
    segment = shipper.reader.sealed()[0]
    kept = segment.path.read_bytes()
    shipper.ship_all()
    for _ in range(2):
        segment.path.write_bytes(kept)
        token, contents = segment.read()
        shipper.insert(columns(contents.payloads), token)
    assert pageviews(store) == 3


def test_what_hits_add_beside_their_deltas_arrives_once_in_every_table(
    tmp_path: Path, shipper: Shipper, store: Store
) -> None:
    extras: list[Extra] = [
        ("g", TODAY, HOUR, "/a", "Buy", "EUR", 1, 1999, 1), ("x", TODAY, HOUR, "/b", "Buy", "EUR", 1, 1999),
        ("s", TODAY, "Way", 2, 1),
        ("c", "week", TODAY - 7, TODAY, "LV", "mobile", "Email", "other", 1),
        ("p", TODAY, "Buy", "plan", "pro", 1), ("v", TODAY, "/a", "lcp", 80, 1),
        ("t", TODAY, "cars", 1),
    ]  # fmt: skip
    origin, event = Origin("/a", country="LV", device="mobile", connection="4g"), Delta(TODAY, HOUR, "/a", "Buy")
    spool(tmp_path, *[encode_beacon("a.lv", (TODAY + 9, TODAY + 99), origin, MINUTE, 0, [event], extras)] * 3)
    segment = shipper.reader.sealed()[0]
    kept = segment.path.read_bytes()
    shipper.ship_all()
    segment.path.write_bytes(kept)
    token, contents = segment.read()
    shipper.insert(columns(contents.payloads), token)
    for table, sums in {
        "conversions": "country, connection, goal, currency, sum(conversions), sum(revenue), sum(goal_visitors)",
        "rollup_goals": "goal, currency, sum(conversions), sum(revenue), sum(goal_visitors)",
        "goal_exits": "country, connection, page, goal, currency, sum(exits), sum(revenue)",
        "rollup_goal_exits": "page, goal, currency, sum(exits), sum(revenue)",
        "goal_events": "country, connection, page, goal, currency, name, sumIf(conversions, key = ''),"
        " sumIf(revenue, key = ''), sumIf(goal_visitors, key = '')",
        "rollup_goal_events": "goal, currency, name, anyIf(value, key = 'plan'), sumIf(conversions, key = 'plan'),"
        " sumIf(revenue, key = 'plan'), sumIf(goal_visitors, key = 'plan')",
        "funnel_steps": "country, connection, funnel, step, sum(reached)",
        "rollup_funnels": "funnel, step, sum(reached)",
        "cohort_details": "unit, toUInt16(born), toUInt16(period), country, device, channel, audience, sum(visitors)",
        "cohorts": "unit, toUInt16(born), toUInt16(period), sum(visitors)",
        "properties": "country, connection, name, key, value, sum(events)",
        "rollup_properties": "name, key, value, sum(events)",
        "vitals": "device, country, page, metric, bucket, sum(samples)",
        "topics": "topic, sum(visitors)",
    }.items():
        assert store.execute(f"SELECT site, {sums}, toUInt16(any(expires)) FROM {table} GROUP BY ALL") == [
            ("a.lv", *STORED[table])
        ], table


def test_a_death_between_booking_and_deleting_books_once(tmp_path: Path, store: Store) -> None:
    spool(tmp_path, *[PAGEVIEW] * 3)
    (tmp_path / "spool" / "import").mkdir()
    write_sealed(tmp_path / "spool" / "import" / "history-0001-2.seg", b"h" * 16, [PAGEVIEW] * 2)
    first = Shipper(tmp_path, store, chains(tmp_path))
    imported = first.reader.sealed()[1]
    kept = imported.path.read_bytes()
    first.ship_all()
    first.close()
    imported.path.write_bytes(kept)  # booked, but still there
    spool(tmp_path, PAGEVIEW)  # and shipped before imports
    second = Shipper(tmp_path, store, chains(tmp_path))
    second.ship_all()
    second.close()
    assert pageviews(store) == 6
    assert second.reader.books.stored == {"beacons": 4, "import": 2}


def test_what_can_never_be_stored_is_put_aside_and_the_rest_goes_on(
    tmp_path: Path, shipper: Shipper, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    spool(tmp_path, NOT_STORABLE)
    spool(tmp_path, b"b" + b"no such shape")
    spool(tmp_path, PAGEVIEW)
    with caplog.at_level(logging.ERROR):
        shipper.ship_all()
    assert pageviews(store) == 1
    assert balance(tmp_path / "spool") == (3, 1, 0, 2)
    reasons = sorted(path.read_text() for path in (tmp_path / "quarantine").glob("*.txt"))
    assert len(reasons) == 2
    assert any("beacons:" in reason for reason in reasons)
    assert caplog.text.count("put aside") == 2


def test_damage_loses_only_what_is_damaged(tmp_path: Path, shipper: Shipper, store: Store) -> None:
    spool(tmp_path, *[PAGEVIEW] * 4)
    path = shipper.reader.sealed()[0].path
    data = bytearray(path.read_bytes())
    data[HEADER.size + 20] ^= 0xFF  # in the payload of the first frame
    path.write_bytes(data)
    shipper.ship_all()
    assert pageviews(store) == 3
    assert balance(tmp_path / "spool") == (4, 3, 0, 1)
    assert len(list((tmp_path / "quarantine").glob("*.seg"))) == 1


def test_a_segment_without_a_header_is_put_aside(tmp_path: Path, shipper: Shipper, store: Store) -> None:
    spool(tmp_path, *[PAGEVIEW] * 2)
    shipper.reader.sealed()[0].path.write_bytes(b"nothing of ours")
    shipper.ship_all()
    assert balance(tmp_path / "spool") == (2, 0, 0, 2)
    assert pageviews(store) == 0


def test_while_the_store_is_away_everything_stays(tmp_path: Path) -> None:
    spool(tmp_path, *[PAGEVIEW] * 2)
    shipper = Shipper(tmp_path, connect("clickhouse://127.0.0.1:1/sikdatne"), chains(tmp_path))
    with pytest.raises(StoreAwayError):
        shipper.ship_all()
    shipper.close()
    assert balance(tmp_path / "spool") == (2, 0, 2, 0)


def test_it_waits_for_the_store_and_then_ships(tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    there = threading.Event()

    def address() -> str:
        return store.address() if there.is_set() else "clickhouse://127.0.0.1:1/sikdatne"

    spool(tmp_path, PAGEVIEW)
    with running(Shipper(tmp_path, Store(address), chains(tmp_path)), caplog):
        await_true(lambda: "the store is away" in caplog.text, "the first try")
        assert pageviews(store) == 0
        there.set()
        await_true(lambda: balance(tmp_path / "spool").stored == 1, "the beacon")
        assert pageviews(store) == 1
    assert caplog.text.count("the store is away") == 1
    assert "the store is back" in caplog.text


def test_what_a_dead_writer_left_open_is_shipped(
    tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    spool(tmp_path, *[PAGEVIEW] * 3)
    sealed = next((tmp_path / "spool").glob("*/*.seg"))
    sealed.rename(sealed.with_name(sealed.name.rpartition("-")[0] + ".open"))
    with running(Shipper(tmp_path, store, chains(tmp_path)), caplog):
        await_true(lambda: balance(tmp_path / "spool").stored == 3, "the beacons")
        assert pageviews(store) == 3
    assert balance(tmp_path / "spool") == (3, 3, 0, 0)


def test_when_stopped_it_ships_what_is_there(tmp_path: Path, shipper: Shipper, store: Store) -> None:
    spool(tmp_path, *[PAGEVIEW] * 3)
    stopped = threading.Event()
    stopped.set()
    shipper.run(stopped)
    assert pageviews(store) == 3


def test_there_is_one_shipper_at_a_time(tmp_path: Path, shipper: Shipper) -> None:
    with pytest.raises(ShipperError, match="being shipped by another process"):
        Shipper(tmp_path, shipper.store, chains(tmp_path))


def test_it_pauses_while_a_backup_reads(tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    shipper = Shipper(tmp_path, store, chains(tmp_path))
    with running(shipper, caplog):
        with paused_by_backup(tmp_path / "spool"):
            spool(tmp_path, PAGEVIEW)
            time.sleep(0.6)  # three polls
            assert balance(tmp_path / "spool").spooled == 1
        await_true(lambda: balance(tmp_path / "spool").stored == 1, "the beacon")
        assert pageviews(store) == 1


class running:  # noqa: N801 - used like a function
    """A shipper at work in a thread."""

    def __init__(self, shipper: Shipper, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        self.shipper, self.stop = shipper, threading.Event()
        self.thread = threading.Thread(target=shipper.run, args=(self.stop,))

    def __enter__(self) -> Callable[[], None]:
        self.thread.start()
        return self.stop.set

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()
        self.shipper.close()
