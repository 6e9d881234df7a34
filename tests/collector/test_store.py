"""The store takes columns exactly once, keeps values apart from statements, and says what it rejects for good."""

import re
import time
from datetime import date
from pathlib import Path

import pytest

from collector.rows import BEACON_COLUMNS, columns, encode_beacon
from collector.schema import SCHEMA, apply_schema, current, newest, statements
from collector.store import Store, StoreAwayError, StoreError, StoreRejectedError, connect
from collector.visit import Delta, Origin

TODAY = int(time.time()) // 86400
MINUTE = int(time.time()) // 60 * 60
NASTY = "a'b\\c\n\t\0ē'')--{x:String}%s"


def beacons(count: int) -> list[tuple[object, ...]]:
    delta = Delta(TODAY, MINUTE - MINUTE % 3600, "/", "", 65535, 65535, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0)
    payload = encode_beacon("example.lv", (TODAY + 180, TODAY + 700), Origin(entry="/"), MINUTE, 65535, [delta])
    return list(columns([payload] * count).beacons)  # type: ignore[arg-type]


def tables(store: Store) -> list[str]:
    """Those that page views are passed on to."""
    rows = store.execute(
        "SELECT replace(name, '_from_beacons', '') FROM system.tables WHERE database = currentDatabase()"
        " AND name LIKE '%_from_beacons' AND name != 'rollup_events_from_beacons'"
    )
    assert len(rows) > 5
    return [row[0] for row in rows]


def test_a_repeated_insert_is_counted_once_in_every_table(store: Store) -> None:
    for _ in range(3):
        store.insert_columns("beacons", BEACON_COLUMNS, beacons(5), "token one")
    store.insert_columns("beacons", BEACON_COLUMNS, beacons(5), "token two")
    for table in tables(store):
        names = {row[0] for row in store.execute(
            "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {t:String}", {"t": table}
        )}  # fmt: skip
        measure = next(name for name in ("pageviews", "visits", "entries", "hits", "visitors") if name in names)
        assert store.execute(f"SELECT sum({measure}) FROM {table}") == [(10,)], table


def test_values_never_become_part_of_a_statement(store: Store) -> None:
    row = store.execute(
        "SELECT {s:String}, {l:Array(String)}, {d:Date}, {n:UInt32}, '100%'",
        {"s": NASTY, "l": [NASTY, "b"], "d": date(2026, 2, 28), "n": 7},
    )
    assert row == [(NASTY, [NASTY, "b"], date(2026, 2, 28), 7, "100%")]


def test_rows_that_can_never_be_stored_are_rejected(store: Store) -> None:
    wrong_type = [*beacons(1)]
    wrong_type[0] = (5,)
    too_large = [*beacons(1)]
    too_large[BEACON_COLUMNS.index("gap")] = (70000,)
    for data in (wrong_type, too_large, beacons(1)[:-1]):
        with pytest.raises(StoreRejectedError):
            store.insert_columns("beacons", BEACON_COLUMNS, data, "t")
    assert store.execute("SELECT count() FROM counters") == [(0,)]


def test_what_another_try_can_mend_is_not_rejected(store: Store) -> None:
    with pytest.raises(StoreAwayError):
        store.insert_columns("not_yet_there", ("a",), [(1,)], "t")
    nobody = connect("clickhouse://127.0.0.1:1/sikdatne")
    with pytest.raises(StoreAwayError, match="cannot be reached"):
        nobody.insert_columns("beacons", BEACON_COLUMNS, beacons(1), "t")


def test_a_wrong_statement_says_what_is_wrong_and_leaves_the_store_usable(store: Store) -> None:
    with pytest.raises(StoreError, match="nonsense") as caught:
        store.execute("SELECT nonsense FROM counters")
    assert caught.value.code == 47
    assert store.execute("SELECT 1") == [(1,)]


def test_a_dead_connection_is_replaced(store: Store) -> None:
    store.execute("SELECT 1")
    kept = store.idle.get_nowait()
    kept.connection.socket.close()
    store.idle.put_nowait(kept)
    assert store.execute("SELECT 2") == [(2,)]


def test_applying_the_schema_again_changes_nothing(store: Store) -> None:
    def everything() -> list[object]:
        return [*store.execute(
            "SELECT name, create_table_query, metadata_modification_time FROM system.tables"
            " WHERE database = currentDatabase() ORDER BY name"
        ), *store.execute("SELECT * FROM schema_versions ORDER BY version")]  # fmt: skip

    before = everything()
    apply_schema(store, time.time() + 100)
    # A view that is declared with CREATE OR REPLACE gets a new time, nothing else.
    assert [row[:2] for row in everything()] == [row[:2] for row in before]  # type: ignore[index]
    assert current(store) == newest()


def test_a_change_of_schema_is_applied_once_to_a_store_that_exists(store: Store, tmp_path: Path) -> None:
    number = newest() + 1
    (tmp_path / f"{number:04d}_add_a_column.sql").write_text(
        "ALTER TABLE drops ADD COLUMN note String COMMENT 'A; note';"
    )
    apply_schema(store, time.time(), tmp_path)
    apply_schema(store, time.time(), tmp_path)
    assert current(store) == number
    assert store.execute("SELECT count() FROM schema_versions") == [(2,)]
    assert store.execute("SELECT sum(length(note)) FROM drops") == [(0,)]
    with pytest.raises(StoreError, match="newer release"):
        apply_schema(store, time.time())


def test_the_database_has_what_the_schema_declares(store: Store) -> None:
    declared = {}
    for statement in statements(SCHEMA.read_text("utf-8")):
        made = re.match(r"CREATE TABLE IF NOT EXISTS (\w+)\s*\((.*?)\n\)", statement, re.DOTALL)
        if made:
            declared[made[1]] = re.findall(r"^    ([a-z]\w*)\s", made[2], re.MULTILINE)
    found: dict[str, list[str]] = {}
    for table, column in store.execute(
        "SELECT table, name FROM system.columns WHERE database = currentDatabase() ORDER BY table, position"
    ):
        found.setdefault(table, []).append(column)
    assert declared
    assert {table: found.get(table) for table in declared} == declared


def test_every_column_and_table_has_a_comment(store: Store) -> None:
    without = store.execute(
        "SELECT c.table, c.name FROM system.columns AS c JOIN system.tables AS t"
        " ON t.database = c.database AND t.name = c.table"
        " WHERE c.database = currentDatabase() AND t.engine NOT LIKE '%View' AND (c.comment = '' OR t.comment = '')"
    )
    assert without == []


def test_no_column_is_an_identifier_of_a_person(store: Store) -> None:
    forbidden = re.compile(r"(^|_)(ip|address|user|visitor_id|client|agent|fingerprint|session|query)(_|$)")
    rows = store.execute("SELECT table, name FROM system.columns WHERE database = currentDatabase()")
    assert [row for row in rows if forbidden.search(row[1])] == []


def test_statements_are_split_where_they_end() -> None:
    script = "SELECT ';' -- no; end\n, 'it''s; \\'; ok', `a;b`; /* ; */ SELECT 2 - 1;\n-- the end\n"
    assert list(statements(script)) == ["SELECT ';' \n, 'it''s; \\'; ok', `a;b`", "SELECT 2 - 1"]
