"""A store that an older release made becomes the same as a new one."""

import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.schema import SCHEMA, apply_schema, current, migrations, newest, record, statements
from collector.store import Store, connect
from tests.running import in_database

FIRST = Path(__file__).parents[1] / "data" / "schema_0001.sql"  # as version 1 was when version 2 began
NOW = 1_795_000_000.0
COLUMNS = """SELECT table, position, name, type, comment, compression_codec, default_expression,
    is_in_primary_key, is_in_sorting_key, is_in_partition_key
FROM system.columns WHERE database = currentDatabase() ORDER BY table, position"""
TABLES = """SELECT name, engine, sorting_key, primary_key, partition_key, comment,
    replaceAll(create_table_query, currentDatabase(), ''), replaceAll(as_select, currentDatabase(), '')
FROM system.tables WHERE database = currentDatabase() ORDER BY name"""


FLOWS = [  # as version 5 had it
    "DROP TABLE IF EXISTS flows",
    "CREATE TABLE flows (site LowCardinality(String), day Date, page LowCardinality(String),"
    " before1 LowCardinality(String), before2 LowCardinality(String), before3 LowCardinality(String),"
    " flows Int32, flow_visitors Int32, expires Date) ENGINE = SummingMergeTree((flows, flow_visitors))"
    " ORDER BY (site, day, page, before1, before2, before3)",
]


@pytest.fixture
def old(clickhouse: str) -> Iterator[Store]:
    """A store as version 1 left it, with a row in it."""
    name = f"sikdatne_test_{secrets.token_hex(6)}"
    opened = connect(in_database(clickhouse, name))
    with opened.client(database="system") as client:
        client.execute(f"CREATE DATABASE {name}")
    for statement in statements(FIRST.read_text("utf-8")):
        opened.execute(statement)
    record(opened, 1, NOW)
    row = {"site": "a.lv", "day": date(2026, 11, 1), "visitors": 3, "gap": 65535, "expires": date(2099, 1, 1)}
    for table in ("counters", "rollup_audiences"):
        opened.insert_columns(table, list(row), [[value] for value in row.values()], "old row")
    yield opened
    opened.execute(f"DROP DATABASE {name}")
    opened.close()


def described(store: Store) -> tuple[list[Any], list[Any]]:
    return store.execute(COLUMNS), store.execute(TABLES)


def test_an_old_store_becomes_what_a_new_one_is(old: Store, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """And says what takes so long."""
    caplog.set_level("INFO", "collector.schema")
    apply_schema(old, NOW)
    assert [record.getMessage().split(" (")[0] for record in caplog.records] == [
        f"bringing the store to schema {number}" for number in migrations()
    ]
    assert current(old) == newest() > 1
    for found, made in zip(described(old), described(store), strict=True):
        assert found == made
    for table in ("counters", "rollup_audiences"):
        assert old.execute(f"SELECT sum(visitors), any(connection) FROM {table}") == [(3, "")]


def before_goal_visitors() -> Iterator[str]:
    """The tables of goals, as version 4 made them."""
    names = ("goal_hits", "conversions", "rollup_goals")
    for statement in statements(SCHEMA.read_text("utf-8")):
        if statement.split("\n")[0] in [f"CREATE TABLE IF NOT EXISTS {name}" for name in names]:
            lines = [line for line in statement.split("\n") if not line.startswith("    goal_visitors ")]
            yield "\n".join(lines).replace(", goal_visitors", "")


def test_goals_keep_their_numbers_when_they_get_visitors(old: Store, store: Store) -> None:
    for number, path in migrations().items():
        for statement in statements(path.read_text("utf-8")) if number < 5 else ():
            old.execute(statement)
    for statement in before_goal_visitors():
        old.execute(statement)
    record(old, 4, NOW)
    rows = [("a.lv", date(2026, month, 1), goal, 2, 500, date(2099, 1, 1)) for month in (1, 11) for goal in ("x", "y")]
    names = ("site", "day", "goal", "conversions", "revenue", "expires")
    for table in ("conversions", "rollup_goals"):
        old.insert_columns(table, names, list(zip(*rows, strict=True)), "old rows")
    apply_schema(old, NOW)
    assert described(old) == described(store)
    for table in ("conversions", "rollup_goals"):
        sums = old.execute(
            f"SELECT goal, sum(conversions), sum(revenue), sum(goal_visitors) FROM {table} GROUP BY goal"
        )
        assert sorted(sums) == [("x", 4, 1000, 0), ("y", 4, 1000, 0)]


def test_a_store_that_counted_goals_gets_tables_for_their_exits_and_events(old: Store, store: Store) -> None:
    """What was counted before stays and is in none of these, for nothing says where it would be."""
    for path in migrations().values():
        for statement in statements(path.read_text("utf-8")):
            old.execute(statement)
    for statement in statements(SCHEMA.read_text("utf-8")):
        if "goal_exit" not in statement and "goal_event" not in statement:
            old.execute(statement)
    record(old, 5, NOW)
    row = ("a.lv", date(2026, 11, 1), "x", 2, date(2099, 1, 1))
    names = ("site", "day", "goal", "conversions", "expires")
    old.insert_columns("rollup_goals", names, [[value] for value in row], "old row")
    apply_schema(old, NOW)
    assert described(old) == described(store)
    assert old.execute("SELECT goal, conversions FROM rollup_goals") == [("x", 2)]
    assert old.execute("SELECT count() FROM merge(currentDatabase(), 'goal_(exits|events)$')") == [(0,)]


@pytest.mark.parametrize("died", migrations())
def test_a_migration_that_died_before_it_was_recorded_can_run_again(old: Store, store: Store, died: int) -> None:
    for number, path in migrations().items():
        for statement in statements(path.read_text("utf-8")) if number <= died else ():
            old.execute(statement)
    record(old, died - 1, NOW)
    apply_schema(old, NOW)
    assert described(old) == described(store)


def test_ways_move_to_the_page_views_and_change_no_sum(old: Store, store: Store) -> None:
    """However often it is done: the process can die before it was recorded."""
    for number, path in migrations().items():
        for statement in statements(path.read_text("utf-8")) if number < 6 else ():
            old.execute(statement)
    for statement in FLOWS:
        old.execute(statement)
    record(old, 5, NOW)
    views = {"site": "a.lv", "day": date(2026, 11, 2), "page": "/b", "pageviews": 9, "expires": date(2099, 1, 1)}
    old.insert_columns("counters", list(views), [[value] for value in views.values()], "views")
    way = {"before1": "/a", "before2": "/", "flows": 5, "flow_visitors": 4} | {
        name: views[name] for name in ("site", "day", "page", "expires")
    }
    old.insert_columns("flows", list(way), [[value] for value in way.values()], "ways")
    for statement in statements(migrations()[6].read_text("utf-8")):
        old.execute(statement)
    apply_schema(old, NOW)
    assert described(old) == described(store)
    assert old.execute("SELECT sum(visitors), sum(pageviews), sum(flow_visitors) FROM counters") == [(3, 9, 4)]
    assert old.execute(
        "SELECT page, before1, before2, before3, country, sum(pageviews), sum(flow_visitors) FROM counters"
        " WHERE before1 != '' GROUP BY ALL"
    ) == [("/b", "/a", "/", "", "", 5, 4)]
