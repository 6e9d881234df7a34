"""What the users of the embedded engine can do: the analyst reads the views, and the dashboards only read."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest

from collector.engine import addresses
from collector.schema import apply_schema
from collector.sites import Site
from collector.store import Store, StoreError, connect
from dashboards.query import parse, run
from tests.dashboards.counting import KEPT_DAY, add_rows
from tests.running import start_engine

DAY = date(2026, 3, 1)
VIEWS = (
    "site_daily", "pages_daily", "sources_daily", "places_daily", "devices_daily", "events_daily", "goals_daily",
    "funnels_daily", "flows_daily", "cohorts_weekly", "consents_daily",
)  # fmt: skip


class Users(NamedTuple):
    """The store as two of its users see it."""

    analyst: Store
    dashboards: Store


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Users]:
    """Users of an engine of its own, in whose tables there are a day of twelve visitors and a day of three."""
    process, settings = start_engine(tmp_path_factory.mktemp("engine"))
    collector = connect(addresses(settings).collector)
    apply_schema(collector, datetime.now(UTC).timestamp())
    row = {"site": "a.lv", "gap": 65535, "visits": 13, "expires": KEPT_DAY}
    many, few = row | {"day": DAY, "visitors": 12}, row | {"day": date(2026, 3, 5), "visitors": 3}
    add_rows(collector, "rollup_site", [many, few])
    opened = Users(connect(addresses(settings).analyst), connect(addresses(settings).dashboards))
    yield opened
    for store in (*opened, collector):
        store.close()
    process.kill()
    process.wait()


@pytest.fixture
def analyst(users: Users) -> Store:
    return users.analyst


def test_the_dashboards_may_ask_within_limits_and_write_nothing(users: Users) -> None:
    query = parse({"site_id": "a.lv", "metrics": ["visitors", "visits"], "date_range": ["2026-03-01", "2026-03-31"]})
    now = datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp()
    assert run(query, users.dashboards, Site(domain="a.lv"), now).rows[0].metrics == (15, 26)
    for sql in (
        "TRUNCATE TABLE rollup_site",
        "DROP TABLE counters",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    ):
        with pytest.raises(StoreError):
            users.dashboards.execute(sql)


def test_the_views_can_be_read(analyst: Store) -> None:
    assert analyst.execute("SELECT site, day, visitors, visits FROM site_daily") == [("a.lv", DAY, 12, 13)]
    for view in VIEWS:
        analyst.execute(f"SELECT * FROM sikdatne.{view}")
    sql = "SELECT visitors FROM unique_visitors(site = 'a.lv', from = '2026-03-01', to = '2026-03-31')"
    assert analyst.execute(sql) == [(15,)]
    assert analyst.execute(sql.replace("'2026-03-01'", "'2026-03-02'")) == [(None,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM beacons",
        "SELECT count() FROM counters",
        "SELECT visitors FROM rollup_site",
        "SELECT visitors FROM rollup_places",
        "SELECT hits FROM minutes",
        "SELECT network FROM networks",
        "SELECT consent FROM consent_log",
        "SELECT reason FROM drops",
        "SELECT visitors FROM cohorts",
        "SELECT flow_visitors FROM counters",
        "SELECT conversions FROM rollup_goals",
        "SELECT reached FROM rollup_funnels",
        "SELECT visitors FROM topics",
        "SELECT * FROM merge('sikdatne', '.*')",
        "SELECT * FROM cluster('default', sikdatne, rollup_site)",
        "SELECT * FROM remote('127.0.0.1', sikdatne, rollup_site)",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
        "SELECT * FROM executable('id', 'LineAsString', 'x String')",
        "CREATE TABLE mine (a UInt8) ENGINE = Memory",
        "CREATE VIEW mine AS SELECT * FROM rollup_site",
        "INSERT INTO rollup_site (site) VALUES ('b.lv')",
        "ALTER TABLE rollup_site DELETE WHERE 1",
        "TRUNCATE TABLE rollup_site",
        "DROP VIEW site_daily",
        "CREATE OR REPLACE VIEW site_daily AS SELECT 1",
        "CREATE USER friend",
        "GRANT SELECT ON *.* TO analyst",
        "EXECUTE AS collector SELECT * FROM rollup_site",
        "SYSTEM FLUSH LOGS",
        "SYSTEM SHUTDOWN",
        "SET readonly = 0",
        "SET max_execution_time = 0",
    ],
)
def test_nothing_else_can_be_done(analyst: Store, sql: str) -> None:
    with pytest.raises(StoreError):
        analyst.execute(sql)


def test_a_filter_does_not_reach_under_the_view(analyst: Store) -> None:
    """A condition with a side effect is judged on the rows of the view, not on those that the view hides."""
    sql = "SELECT count() FROM site_daily WHERE throwIf(visitors < 10, 'a small group was seen') = 0"
    assert analyst.execute(sql) == [(1,)]


def test_tables_are_not_even_listed(analyst: Store) -> None:
    tables = {name for (name,) in analyst.execute("SELECT name FROM system.tables WHERE database = 'sikdatne'")}
    assert tables == {*VIEWS, "unique_visitors"}
    assert not analyst.execute("SELECT name FROM system.columns WHERE database = 'sikdatne' AND table = 'counters'")
    with pytest.raises(StoreError, match="privileges"):
        analyst.execute("SELECT name FROM system.parts")
