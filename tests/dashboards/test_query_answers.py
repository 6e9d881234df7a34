"""Answers of the query layer on a small website whose numbers can be counted by hand."""

import pytest

from collector.sites import Site
from collector.store import Store
from dashboards.query import QueryError, Result, parse, run
from tests.dashboards.conftest import Ask
from tests.dashboards.counting import Seen, at, count


def table(result: Result) -> dict[str, tuple[object, ...]]:
    """Rows by their dimensions, joined with a bar."""
    return {"|".join(row.dimensions): row.metrics for row in result.rows}


def test_totals(ask: Ask) -> None:
    asked = ("visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration")
    assert ask(*asked).rows[0].metrics == (3, 8, 10, 12, 1.25, 50.0, 22)


def test_visitors_are_unique_over_every_range(ask: Ask) -> None:
    """Anna on 1 and 3, Bruno on 1, 2 and 3, Carmen on 4 and 5."""
    active = {"Anna": {1, 3}, "Bruno": {1, 2, 3}, "Carmen": {4, 5}}
    for first in range(1, 6):
        for last in range(first, 6):
            expected = sum(bool(days & set(range(first, last + 1))) for days in active.values())
            found = ask("visitors", date_range=[f"2026-03-{first:02}", f"2026-03-{last:02}"])
            assert found.rows[0].metrics == (expected,), (first, last)


def test_days_are_ranges_of_their_own(ask: Ask) -> None:
    assert table(ask("visitors", "visits", dimensions=["time:day"])) == {
        "2026-03-01": (2, 3), "2026-03-02": (1, 1), "2026-03-03": (2, 1), "2026-03-04": (1, 1), "2026-03-05": (1, 2),
    }  # fmt: skip


def test_weeks_and_months_count_a_visitor_once_each(ask: Ask) -> None:
    """1 March 2026 is a Sunday: the range begins with a week of one day."""
    assert table(ask("visitors", dimensions=["time:week"])) == {"2026-03-01": (2,), "2026-03-02": (3,)}
    assert table(ask("visitors", dimensions=["time:month"])) == {"2026-03-01": (3,)}
    cut = ask("visitors", dimensions=["time:week"], date_range=["2026-03-03", "2026-03-05"])
    assert table(cut) == {"2026-03-03": (3,)}


def test_hours_in_local_time(ask: Ask) -> None:
    found = ask("visitors", "pageviews", dimensions=["time:hour"], date_range=["2026-03-02", "2026-03-03"])
    assert table(found) == {
        "2026-03-02 23:00:00": (1, 1), "2026-03-03 00:00:00": (1, 1), "2026-03-03 09:00:00": (1, 1),
    }  # fmt: skip


def test_visitors_of_a_range_of_hours_are_unique(ask: Ask) -> None:
    asked = {"date_range": ["2026-03-01T10:00:00", "2026-03-01T11:59:59"]}
    assert ask("visitors", "visits", "pageviews", **asked).rows[0].metrics == (1, 2, 3)
    assert ask("visitors", date_range=["2026-03-01T11:00:00+02:00", "2026-03-03T01:00:00+02:00"]).rows[0].metrics == (
        2,
    )
    by_country = ask("visitors", dimensions=["visit:country"], **asked)
    assert table(by_country) == {"LV": (1,)}


def test_last_24_hours(ask: Ask) -> None:
    found = ask("visitors", "pageviews", date_range="24h")
    assert found.rows[0].metrics == (1, 2)
    labels = ask("visits", date_range="24h", dimensions=["time"], include={"time_labels": True}).meta["time_labels"]
    assert (len(labels), labels[0], labels[-1]) == (24, "2026-03-04 19:00:00", "2026-03-05 18:00:00")


def test_visitors_by_source_are_attributed_once(ask: Ask) -> None:
    """Each is counted by how he came first in the range, so that the parts add up to the whole."""
    assert table(ask("visitors", "visits", dimensions=["visit:source"])) == {
        "Google": (2, 3), "newsletter": (1, 3), "": (0, 2),
    }  # fmt: skip
    later = ask("visitors", dimensions=["visit:source"], date_range=["2026-03-03", "2026-03-05"])
    assert table(later) == {"newsletter": (2,), "": (1,)}


def test_pages(ask: Ask) -> None:
    found = ask("visitors", "pageviews", "scroll_depth", "time_on_page", dimensions=["event:page"])
    assert table(found) == {
        "/letter": (3, 3, None, 0), "/": (3, 4, 50, 15), "/prices": (3, 3, 60, 40),
    }  # fmt: skip
    assert found.meta["metric_warnings"]["visitors"]["code"] == "summed_over_days"
    # Of a visit, or of where visits came from, they are those of its page views.
    assert ask("visitors", "scroll_depth", "time_on_page").rows[0].metrics == (3, 57, 18)
    by_browser = ask("scroll_depth", "visits", dimensions=["visit:browser"])
    assert table(by_browser) == {"Firefox": (75, 3), "Safari": (20, 2), "Chrome": (None, 3)}
    one_day = ask("visitors", dimensions=["event:page"], date_range=["2026-03-01", "2026-03-01"])
    assert table(one_day) == {"/": (1,), "/prices": (2,)}
    assert "metric_warnings" not in one_day.meta


def test_entry_and_exit_pages(ask: Ask) -> None:
    entries = ask("visits", "bounce_rate", dimensions=["visit:entry_page"])
    assert table(entries) == {"/": (4, 25.0), "/letter": (3, 66.7), "/prices": (1, 100.0)}
    assert table(ask("visits", dimensions=["visit:exit_page"])) == {"/": (3,), "/letter": (3,), "/prices": (2,)}


def test_filters(ask: Ask) -> None:
    def visits(*filters: object) -> object:
        return ask("visits", filters=list(filters)).rows[0].metrics[0]

    assert visits(["is", "visit:country", ["LV"]]) == 3
    assert visits(["is_not", "visit:country", ["LV"]]) == 5
    assert visits(["is", "visit:country_name", ["Latvia", "Estonia"]]) == 6
    assert visits(["contains", "visit:country_name", ["ton"]]) == 3
    assert visits(["contains", "visit:country_name", ["LAT"], {"case_sensitive": False}]) == 3
    assert visits(["contains_not", "visit:browser", ["fox", "ome"]]) == 2
    assert visits(["matches", "visit:browser", ["^(Fire|Saf)"]]) == 5
    assert visits(["matches_not", "visit:browser", ["^(Fire|Saf)"]]) == 3
    assert visits(["not", ["is", "visit:os", ["Linux"]]]) == 5
    assert visits(["or", [["is", "visit:os", ["Linux"]], ["is", "visit:os", ["macOS"]]]]) == 5
    assert visits(["is", "visit:device", ["desktop"]], ["is", "visit:os", ["Linux"]]) == 3
    assert visits(["is", "visit:source", ["Direct / None"]]) == 2
    assert visits(["is", "visit:utm_campaign", ["(not set)"]]) == 5


def test_a_value_is_never_part_of_the_sql(ask: Ask) -> None:
    campaign = "spring's \\ 100%"
    assert ask("visits", filters=[["is", "visit:utm_campaign", [campaign]]]).rows[0].metrics == (3,)
    assert ask("visits", filters=[["contains", "visit:utm_campaign", ["'s \\ 100%"]]]).rows[0].metrics == (3,)
    for text in ("' OR 1=1 --", "{site:String}", "%(site)s", "\\' OR \\'1", "x'); DROP TABLE counters"):
        assert ask("visits", filters=[["is", "visit:utm_campaign", [text]]]).rows[0].metrics == (0,)
    assert table(ask("visits", dimensions=["visit:utm_campaign"]))[campaign] == (3,)


def test_several_dimensions_and_filters_come_from_the_detail(ask: Ask) -> None:
    found = ask("visitors", "pageviews", dimensions=["visit:country", "visit:browser"])
    assert table(found) == {"LV|Firefox": (2, 4), "EE|Chrome": (1, 3), "|Safari": (0, 3)}
    assert table(ask("pageviews", dimensions=["event:page"], filters=[["is", "visit:country", ["EE"]]])) == {
        "/letter": (3,)
    }


def test_events_by_name(ask: Ask) -> None:
    assert table(ask("events", dimensions=["event:name"])) == {"pageview": (10,), "Signup": (1,), "Download": (1,)}
    assert ask("events", filters=[["is", "event:name", ["Signup"]]]).rows[0].metrics == (1,)
    by_page = ask("events", dimensions=["event:page"], filters=[["is_not", "event:name", ["pageview"]]])
    assert table(by_page) == {"/": (1,), "/letter": (1,)}


def test_percentage_is_of_all_visitors(ask: Ask) -> None:
    found = ask("visitors", "percentage", dimensions=["visit:country_name"])
    assert table(found) == {"Latvia": (2, 66.7), "Estonia": (1, 33.3)}


def test_order_and_pages_of_rows(ask: Ask) -> None:
    asked = {"dimensions": ["visit:entry_page"], "include": {"total_rows": True}}
    by_name = ask("visits", order_by=[["visit:entry_page", "desc"]], pagination={"limit": 2}, **asked)
    assert [row.dimensions for row in by_name.rows] == [("/prices",), ("/letter",)]
    rest = ask("visits", order_by=[["visit:entry_page", "desc"]], pagination={"limit": 2, "offset": 2}, **asked)
    assert [row.dimensions for row in rest.rows] == [("/",)]
    assert by_name.meta["total_rows"] == rest.meta["total_rows"] == 3


def test_a_site_without_data_has_zeros(ask: Ask) -> None:
    found = ask("visitors", "bounce_rate", "visit_duration", date_range=["2026-02-01", "2026-02-02"])
    assert found.rows[0].metrics == (0, 0.0, 0)
    assert ask("visitors", dimensions=["time:day"], date_range=["2026-02-01", "2026-02-02"]).rows == ()


def test_all_begins_with_the_first_day(ask: Ask) -> None:
    found = ask("visitors", date_range="all")
    assert found.rows[0].metrics == (3,)
    assert found.document()["query"]["date_range"] == ["2026-03-01T00:00:00+02:00", "2026-03-05T23:59:59+02:00"]


def test_an_impossible_pattern_is_the_askers_fault(ask: Ask) -> None:
    with pytest.raises(QueryError, match="regular expression"):
        ask("visits", filters=[["matches", "visit:browser", ["("]]])


def test_days_and_hours_in_the_nights_in_which_clocks_change(store: Store) -> None:
    """A day of 23 hours and one of 25: each hit is in its own hour, each day begins at midnight, ranges are exact."""
    site = Site(domain="clocks.lv")
    nights = {"spring": (at("2026-03-28T23:59"), 8), "autumn": (at("2026-10-24T23:59"), 8)}
    hits = [
        Seen(who, begin + 60 + 3600 * hour, "/", origin={"country": "LV"})
        for begin, hours in nights.values()
        for hour in range(-1, hours)
        for who in ("Anna", hour)
    ]
    count(store, site, hits)

    def asked(metrics: list[str], days: list[str], **rest: object) -> dict[str, tuple[object, ...]]:
        document = {"site_id": site.domain, "metrics": metrics, "date_range": days} | rest
        return table(run(parse(document), store, site, at("2026-10-30T12:00")))

    spring, autumn = ["2026-03-29", "2026-03-29"], ["2026-10-25", "2026-10-25"]
    assert asked(["pageviews", "visitors"], spring) == asked(["pageviews", "visitors"], autumn) == {"": (16, 9)}
    hours = asked(["visitors"], spring, dimensions=["time:hour"])
    assert list(hours) == [f"2026-03-29 {hour:02}:00:00" for hour in (0, 1, 2, 4, 5, 6, 7, 8)]
    assert set(hours.values()) == {(2,)}
    late = asked(["visitors"], autumn, dimensions=["time:hour"])
    names = ["00:00:00", "01:00:00", "02:00:00", "03:00:00", "03:00:00+02:00", "04:00:00", "05:00:00", "06:00:00"]
    assert list(late) == [f"2026-10-25 {name}" for name in names]
    assert set(late.values()) == {(2,)}
    both = asked(["visitors"], ["2026-03-28", "2026-10-25"], filters=[["is", "visit:country", ["LV"]]])
    assert both == {"": (10,)}
    week = {"comparisons": {"mode": "previous_period", "match_day_of_week": True}}
    document = {"site_id": site.domain, "metrics": ["visits"], "date_range": autumn, "include": week}
    found = run(parse(document), store, site, at("2026-10-30T12:00")).document()["query"]["comparison_date_range"]
    assert found == ["2026-10-18T00:00:00+03:00", "2026-10-18T23:59:59+03:00"]
