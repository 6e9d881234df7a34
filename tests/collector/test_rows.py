"""From payloads of the spool to the columns of the schema."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from collector import extras, rows
from collector.clock import LocalClock, day_number
from collector.network import network_prefix, pack
from collector.state import Delta, Extra, Hit, Origin
from collector.visit import advance

SCHEMA = (Path(__file__).parents[2] / "schema.sql").read_text("utf-8")


def columns_of(table: str) -> set[str]:
    """Column names of a table, as schema.sql declares them."""
    body = SCHEMA.split(f"CREATE TABLE IF NOT EXISTS {table}\n(\n")[1].split("\n)\n")[0]
    return set(re.findall(r"^    (?!INDEX )(\w+) ", body, re.MULTILINE))


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("beacons", rows.BEACON_COLUMNS),
        ("drops", rows.DROP_COLUMNS),
        ("networks", rows.NETWORK_COLUMNS),
        ("consent_log", rows.CONSENT_COLUMNS),
        *((shape.table, (*shape.columns,)) for shape in extras.SHAPES.values()),
    ],
)
def test_the_columns_are_those_of_the_schema(table: str, columns: tuple[str, ...]) -> None:
    assert set(columns) == columns_of(table)
    assert len(columns) == len(set(columns))


def test_a_beacon_becomes_its_rows_and_one_of_them_is_the_hit() -> None:
    clock, origin = LocalClock("Europe/Riga"), Origin(entry="/a", country="LV")
    first = advance(None, Hit("pageview", "/a"), 1_793_016_000, clock, lambda: origin)
    assert first is not None
    second = advance(first.state, Hit("pageview", "/b"), 1_793_016_120, clock, lambda: origin)
    assert second is not None
    payload = rows.encode_beacon("example.lv", (21_000, 22_000), origin, 1_793_016_120, second.idle, second.deltas)
    batches = rows.columns([payload])
    assert batches.counted == 1
    table = dict(zip(rows.BEACON_COLUMNS, batches.beacons, strict=True))
    assert list(table["hits"]) == [1, 0]
    assert list(table["idle"]) == [2, 0]
    assert list(table["page"]) == ["/b", "/a"]
    assert list(table["exits"]) == [1, -1]
    assert list(table["country"]) == ["LV", "LV"]
    assert table["day"][0] == date(2026, 10, 26)


def test_frames_of_the_release_before_are_read() -> None:
    old = ("a.lv", 21_000, 22_000, ["/a", *[""] * 16, "customer"], 1_793_016_000, 5, [[20_750, 0, "/a", "", *[0] * 15]])
    batches = rows.columns([rows.BEACON + msgspec.msgpack.encode(old)])
    table = dict(zip(rows.BEACON_COLUMNS, batches.beacons, strict=True))
    assert (table["entry"], table["audience"], table["connection"], table["idle"]) == (
        ("/a",),
        ("customer",),
        ("",),
        (5,),
    )
    assert batches.extras == []


def test_a_frame_of_a_release_before_knows_the_way_to_its_page_and_no_first_visit() -> None:
    """Which wrote the way beside the deltas, and of a cohort only when it came."""
    view, left = [20_750, 0, "/b", "", *[0] * 9, 1, *[0] * 5], [20_750, 0, "/a", "", *[0] * 8, -1, *[0] * 6]
    extras = [["f", 20_750, "/b", "/a", "/", "", 1, 1], ["c", "week", 20_740, 20_747, 1]]
    old = ("a.lv", 21_000, 22_000, ["/", *[""] * 18], 1_793_016_000, 5, [view, left], extras)
    batches = rows.columns([rows.BEACON + msgspec.msgpack.encode(old)])
    table = dict(zip(rows.BEACON_COLUMNS, batches.beacons, strict=True))
    found = [table[name] for name in ("page", "before1", "before2", "before3", "pageviews", "flow_visitors", "exits")]
    assert found == [("/b", "/a"), ("/a", ""), ("/", ""), ("", ""), (1, 0), (1, 0), (0, -1)]
    ((name, columns, data),) = batches.extras
    cohort = {column: values[0] for column, values in zip(columns, data, strict=True)}
    assert (name, cohort["visitors"], cohort["channel"], cohort["country"]) == ("cohort_hits", 1, "", "")


def test_a_leave_is_no_hit() -> None:
    clock = LocalClock("UTC")
    first = advance(None, Hit("pageview", "/"), 1_793_016_000, clock, Origin)
    assert first is not None
    left = advance(first.state, Hit("leave", "/", seconds=9), 1_793_016_010, clock, Origin)
    assert left is not None
    batches = rows.columns([rows.encode_beacon("a.lv", (1, 1), Origin(), 0, left.idle, left.deltas)])
    assert list(dict(zip(rows.BEACON_COLUMNS, batches.beacons, strict=True))["hits"]) == [0]


def test_extras_are_summed_within_a_segment_by_what_they_are_of() -> None:
    def frame(country: str, *more: Extra) -> bytes:
        origin = Origin(country=country, device="mobile")
        return rows.encode_beacon("a.lv", (20_100, 20_500), origin, 20_000 * 86_400, -1, [], more)

    topic, goal = ("t", 20_000, "cars", 1), ("g", 20_000, 0, "/b", "Buy", "EUR", 1, 250)
    newer = (*goal, 1)  # a release before wrote no visitors of goals
    batches = rows.columns([frame("LV", topic, newer), frame("EE", topic, goal), frame("EE", newer)])
    assert batches.counted == 3
    assert batches.beacons[0] == ()
    found = {table: dict(zip(columns, data, strict=True)) for table, columns, data in batches.extras}
    assert set(found) == {"topics", "goal_hits"}
    assert [list(found["topics"][name]) for name in ("topic", "visitors", "expires")] == [
        ["cars"],
        [2],
        [date(2026, 2, 16)],
    ]
    goals = found["goal_hits"]
    assert [list(goals[name]) for name in ("country", "conversions", "revenue", "goal_visitors")] == [
        ["LV", "EE"], [1, 2], [250, 500], [1, 1],
    ]  # fmt: skip
    assert goals["detail_expires"][0] == date(2025, 1, 12)
    assert goals["day"][0] == date(2024, 10, 4)


def test_what_an_event_reached_is_also_of_its_name_and_of_each_of_its_properties() -> None:
    def frame(name: str, *more: Extra) -> bytes:
        deltas = [Delta(20_000, 0, "/b", events=1), Delta(20_000, 0, "/b", name, events=1)]
        return rows.encode_beacon("a.lv", (20_100, 20_500), Origin("/b"), 20_000 * 86_400, 0, deltas, more)

    props = [("p", 20_000, "Buy", "plan", "pro", 1), ("p", 20_000, "Buy", "seats", "3", 1)]
    older = ("g", 20_000, 0, "/b", "Order", "EUR", 1, 250)  # a release before wrote no visitors of goals
    spooled = [frame("Buy", *props, (*older, 1)), frame("Buy", *props[:1], older), frame("", (*older, 1))]
    ((columns, data),) = [(names, data) for table, names, data in rows.columns(spooled).extras if "event" in table]
    found = [dict(zip(columns, row, strict=True)) for row in zip(*data, strict=True)]
    names = ("entry", "page", "name", "goal", "currency", "key", "value", "conversions", "revenue", "goal_visitors")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("/b", "/b", "Buy", "Order", "EUR", "", "", 2, 500, 1),
        ("/b", "/b", "Buy", "Order", "EUR", "plan", "pro", 2, 500, 1),
        ("/b", "/b", "Buy", "Order", "EUR", "seats", "3", 1, 250, 1),
    ]


def test_a_step_of_a_funnel_is_kept_as_long_as_the_day_it_is_booked_on() -> None:
    late = ("s", 19_900, "way", 2, 1)  # the funnel was entered a hundred days ago
    now = 20_000 * 86_400
    payload = rows.encode_beacon("a.lv", (20_100, 20_500), Origin(), now, -1, [], [late, ("s", 20_000, "way", 1, 1)])
    ((_, columns, data),) = rows.columns([payload]).extras
    table = dict(zip(columns, data, strict=True))
    assert [(kept - day).days for kept, day in zip(table["detail_expires"], table["day"], strict=True)] == [101, 100]


@pytest.mark.parametrize("extra", [("v", 1), ("z", 1, 2), ("t", 20_000, "cars", "one"), ("t", "today", "cars", 1), ()])
def test_extras_of_unknown_shape_are_refused(extra: Extra) -> None:
    payload = rows.encode_beacon("a.lv", (20_100, 20_500), Origin(), 0, -1, [], [extra])
    with pytest.raises(ValueError, match=r"unknown|not enough"):
        rows.columns([payload])


def test_drops_and_networks_are_summed() -> None:
    drop = rows.encode_drop("a.lv", 60, "bot")
    networks = rows.encode_networks(
        20_000, [(network_prefix(pack("203.0.113.7")), 2, 1), (network_prefix(pack("2001:db8:1::7")), 1, 0)]
    )
    batches = rows.columns([drop, drop, networks, networks])
    assert batches.counted == 0
    assert [list(column) for column in batches.drops] == [["a.lv"], [60], ["bot"], [2]]
    assert list(batches.networks[2]) == [4, 2]
    assert list(batches.networks[3]) == [2, 0]


def test_a_decision_keeps_every_field() -> None:
    record = rows.ConsentRecord(
        id="0190f7ab-0000-7000-8000-000000000001", consent="c", site="a.lv", choices={"statistics": True},
        method="accept_all", decided=1_793_016_000.5, policy_version=1, language="lv", notice="n", signals=["gpc"],
        valid_until=1_800_000_000, supersedes="", expires=day_number(date(2030, 1, 1)),
    )  # fmt: skip
    (row,) = zip(*rows.columns([rows.encode_consent(record)]).consents, strict=True)
    kept = dict(zip(rows.CONSENT_COLUMNS, row, strict=True))
    assert kept["id"] == UUID(record.id)
    assert kept["decided"] == datetime.fromtimestamp(1_793_016_000.5, UTC)
    assert (kept["choices"], kept["expires"]) == ({"statistics": True}, date(2030, 1, 1))


@pytest.mark.parametrize("payload", [b"", b"x", b"b", b"b\x93", b"d\x90", rows.BEACON + b"\xc0"])
def test_unknown_frames_are_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="frame of unknown"):
        rows.columns([payload])
