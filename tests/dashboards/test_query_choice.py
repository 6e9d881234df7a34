"""Table choice, retention and comparison, on the small website."""

from datetime import date

import msgspec
import pytest

from collector.sites import Site
from collector.store import Store
from dashboards.query import QueryError, Result, parse, run
from dashboards.query.metrics import METRICS, measures
from dashboards.query.tables import TABLES, choose
from tests.dashboards.conftest import Ask
from tests.dashboards.counting import at
from tests.dashboards.website import NOW


@pytest.mark.parametrize(
    ("columns", "metrics", "table"),
    [
        ([], ["visitors", "bounce_rate"], "rollup_site"),
        (["hour"], ["pageviews"], "rollup_hours"),
        (["language"], ["visitors"], "rollup_audiences"),
        (["browser", "os"], ["visitors"], "rollup_devices"),
        (["country_name"], ["visitors"], "rollup_places"),
        (["channel", "term"], ["visitors"], "rollup_sources"),
        (["entry"], ["visits", "bounce_rate"], "rollup_pages"),
        (["entry"], ["visitors"], "counters"),
        (["country", "browser"], ["visits"], "counters"),
        (["country", "hour"], ["visits"], "counters"),
    ],
)
def test_the_smallest_table_that_knows(columns: list[str], metrics: list[str], table: str) -> None:
    assert choose(columns, measures(metrics, (), hourly=False).values()).source == table


@pytest.mark.parametrize(
    ("columns", "metrics", "table"),
    [
        (["goal", "currency"], ["conversions", "revenue"], "rollup_goals"),
        ([], ["conversions"], "rollup_goals"),
        (["goal", "source"], ["conversions"], "conversions"),
        (["goal", "page"], ["total_revenue"], "conversions"),
        (["goal", "hour"], ["conversions"], "conversions"),
        (["goal", "name"], ["conversions", "revenue"], "rollup_goal_events"),
        (["goal", "name", "value"], ["conversions", "revenue"], "rollup_goal_events"),
        (["goal", "name", "country"], ["conversions"], "goal_events"),
        (["value", "page"], ["revenue"], "goal_events"),
        (["value", "name"], ["events"], "rollup_properties"),
        (["value", "country"], ["events"], "properties"),
        (["connection", "language"], ["new_visitors"], "rollup_audiences"),
        (["hour"], ["new_visitors"], "counters"),
    ],
)
def test_the_smallest_table_of_goals_and_properties(columns: list[str], metrics: list[str], table: str) -> None:
    assert choose(columns, measures(metrics, (), hourly=False).values()).source == table


def test_the_detail_knows_everything() -> None:
    details = [table for table in TABLES if table.detail]
    assert [table.source for table in details] == [
        "counters", "conversions", "goal_exits", "goal_events", "properties",
    ]  # fmt: skip
    for table in TABLES:
        if not table.detail:
            assert any(
                detail.columns.keys() >= table.columns.keys() and detail.measures.keys() >= table.measures.keys()
                for detail in details
            ), table.source
    known = {measure for table in details for measure in table.measures}
    asked = measures(METRICS, (), hourly=False) | measures(METRICS, {"event:goal"}, hourly=True)
    ended = measures(METRICS, {"visit:exit_page"}, hourly=False)
    assert {*asked.values(), *ended.values()} <= known


def test_where_visits_ended_that_reached_a_goal() -> None:
    (asked,) = measures(["conversions"], {"visit:exit_page", "event:goal"}, hourly=False).values()
    assert choose(["goal", "exit"], [asked]).source == "rollup_goal_exits"
    assert choose(["goal", "exit", "hour"], [asked]).source == "goal_exits"
    average = measures(["average_revenue"], {"visit:exit_page", "event:goal"}, hourly=False).values()
    assert choose(["goal", "exit"], [*average]).source == "rollup_goal_exits"
    assert choose(["goal", "exit", "country"], [*average]).source == "goal_exits"
    assert choose(["currency", "exit"], ["revenue"]).source == "rollup_goal_exits"
    assert choose(["currency"], ["revenue"]).source == "rollup_goals"


def asked(store: Store, site: Site, now: str, days: list[str], *, by: list[str]) -> Result:
    document = {"site_id": site.domain, "metrics": ["visitors"], "date_range": days, "dimensions": by}
    return run(parse(document), store, site, at(now))


def test_detail_is_asked_only_for_the_days_it_is_kept(counted: Store, website: Site) -> None:
    crossed = ["visit:country", "visit:browser"]
    site = msgspec.structs.replace(website, detail_days=30)
    days = ["2026-03-01", "2026-03-05"]
    assert asked(counted, site, "2026-03-30T12:00", days, by=crossed).rows
    with pytest.raises(QueryError, match="keeps for 30 days, since 2026-03-02"):
        asked(counted, site, "2026-03-31T12:00", days, by=crossed)
    assert asked(counted, site, "2026-03-31T12:00", days, by=["visit:country"]).rows
    # A range that begins before there were any numbers misses none.
    assert asked(counted, site, "2026-03-20T12:00", ["2026-01-01", "2026-03-05"], by=crossed).rows


def test_what_is_no_longer_kept_is_left_out_and_said(counted: Store, website: Site) -> None:
    """Visitors of a range that is half deleted would be too few, so the range begins where everything is kept."""
    site = msgspec.structs.replace(website, rollup_months=1)
    found = asked(counted, site, "2026-04-01T12:00", ["2026-03-01", "2026-03-31"], by=[])
    assert found.period.first == date(2026, 3, 2)
    assert "2026-03-02" in found.meta["date_range_warning"]
    with pytest.raises(QueryError, match="1 months, since"):
        asked(counted, site, "2026-06-01T12:00", ["2026-03-01", "2026-03-31"], by=[])


def test_comparison_of_totals(ask: Ask) -> None:
    days = {"date_range": ["2026-03-03", "2026-03-04"], "include": {"comparisons": {"mode": "previous_period"}}}
    result = ask("visitors", "visits", "pageviews", "bounce_rate", **days)
    row = result.rows[0]
    assert row.metrics == (3, 2, 3, 100.0)
    assert row.comparison is not None
    assert row.comparison.metrics == (2, 4, 5, 25.0)
    assert row.comparison.change == (50, -50, -40, 75.0)
    written = result.document()
    assert written["results"][0]["comparison"]["change"] == (50, -50, -40, 75.0)
    assert written["query"]["comparison_date_range"][0] == "2026-03-01T00:00:00+02:00"


def test_comparison_of_rows_and_of_buckets(ask: Ask) -> None:
    days = {"date_range": ["2026-03-03", "2026-03-04"], "include": {"comparisons": {"mode": "previous_period"}}}
    by_source = {row.dimensions: row for row in ask("visits", dimensions=["visit:source"], **days).rows}
    assert by_source[("newsletter",)].metrics == (2,)
    assert by_source[("newsletter",)].comparison == (("newsletter",), (0,), (100,))
    by_day = ask("visits", dimensions=["time:day"], **days).rows
    assert [(row.dimensions, row.metrics, row.comparison) for row in by_day] == [
        (("2026-03-03",), (1,), (("2026-03-01",), (3,), (-67,))),
        (("2026-03-04",), (1,), (("2026-03-02",), (1,), (0,))),
    ]
    both = ask("visits", dimensions=["time", "visit:source"], **days).rows
    assert both[0].comparison == (("2026-03-01", "newsletter"), (0,), (100,))


def test_comparison_with_chosen_days_and_hours(ask: Ask) -> None:
    custom = {"mode": "custom", "date_range": ["2026-03-01", "2026-03-01"]}
    row = ask("visits", date_range=["2026-03-05", "2026-03-05"], include={"comparisons": custom}).rows[0]
    assert row.comparison == ((), (3,), (-33,))
    with pytest.raises(QueryError, match="hours with hours"):
        ask("visits", date_range="24h", include={"comparisons": custom})
    hours = ask("visits", date_range="24h", include={"comparisons": {"mode": "previous_period"}}).rows[0]
    assert hours.metrics == (2,)
    assert hours.comparison == ((), (1,), (100,))
    last_year = ask("visits", date_range="24h", include={"comparisons": {"mode": "year_over_year"}})
    assert last_year.rows[0].comparison == ((), (0,), (100,))
    assert last_year.document()["query"]["comparison_date_range"][0] == "2025-03-04T19:00:00+02:00"


def test_a_period_that_is_deleted_is_not_compared_with(counted: Store, website: Site) -> None:
    site = msgspec.structs.replace(website, rollup_months=1)
    document = {
        "site_id": "example.lv", "metrics": ["visits"], "date_range": "month",
        "include": {"comparisons": {"mode": "year_over_year"}},
    }  # fmt: skip
    result = run(parse(document), counted, site, at(NOW))
    assert result.rows[0].metrics == (8,)
    assert result.rows[0].comparison is None
    assert result.document()["results"][0]["comparison"] is None


def test_a_comparison_needs_the_detail_of_both_periods(counted: Store, website: Site) -> None:
    site = msgspec.structs.replace(website, detail_days=3)
    document = {
        "site_id": "example.lv", "metrics": ["visits"], "date_range": ["2026-03-03", "2026-03-05"],
        "dimensions": ["visit:os", "visit:country"], "include": {"comparisons": {"mode": "previous_period"}},
    }  # fmt: skip
    rows = run(parse(document), counted, site, at(NOW)).rows
    assert sum(row.metrics[0] or 0 for row in rows) == 4
    assert [row.comparison for row in rows] == [None] * len(rows)
