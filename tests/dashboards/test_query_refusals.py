"""What the query layer refuses, and what it says then. Nothing is approximated in silence."""

from typing import Any

import pytest

from dashboards.query import QueryError, parse

SEVEN = ("os", "browser", "device", "city", "region", "country", "source")
QUESTION = {"site_id": "example.lv", "metrics": ["visitors"], "date_range": "7d"}


def is_refused(reason: str, **rest: Any) -> None:
    with pytest.raises(QueryError) as refused:
        parse(QUESTION | rest)
    assert reason in str(refused.value), str(refused.value)


@pytest.mark.parametrize("document", [None, 3, "7d", [], {}, {"site_id": 1}, {"metrics": "visitors"}])
def test_what_is_no_query(document: object) -> None:
    with pytest.raises(QueryError):
        parse(document)


@pytest.mark.parametrize(
    ("metrics", "by", "instead"),
    [
        (["visits"], "event:page", "visit:entry_page"),
        (["bounce_rate", "visitors"], "event:page", "bounce_rate by event:page"),
        (["views_per_visit"], "event:page", "visit:entry_page"),
        (["pageviews"], "event:name", "ask for events or visitors"),
        (["new_visitors"], "event:name", "ask for events or visitors"),
        (["new_visitors"], "event:goal", "what else those did who reached a goal is not kept"),
        (["visitors"], "event:currency", "only conversions and revenue"),
        (["events", "visits"], "event:goal", "ask for conversions, visitors"),
        (["pageviews"], "event:currency", "only conversions and revenue"),
        (["visitors"], "event:props:plan", "visitors by event:props:plan: only events"),
        (["conversions", "visits"], "event:props:plan", "visits by event:props:plan"),
        (["pageviews"], "event:props:plan", "ask for events"),
        (["group_conversion_rate"], "event:page", "known goal by goal"),
        (["visitors"], "visit:exit_page", "only visits, exit_rate, conversions and revenue"),
        (["bounce_rate"], "visit:exit_page", "only visits, exit_rate, conversions and revenue"),
        (["percentage"], "event:page", "percentage by event:page"),
    ],
)
def test_what_the_counters_cannot_know(metrics: list[str], by: str, instead: str) -> None:
    is_refused(instead, metrics=metrics, dimensions=[by])
    is_refused(instead, metrics=metrics, filters=[["is", by, ["/"]]])
    is_refused(instead, metrics=metrics, filters=[["or", [["not", ["is", by, ["/"]]], ["is", "visit:os", ["iOS"]]]]])


def test_visitors_of_several_pages_together() -> None:
    for several in (
        ["is", "event:page", ["/a", "/b"]],
        ["contains", "event:page", ["/a"]],
        ["is_not", "event:page", ["/a"]],
        ["is", "event:page", ["/a"], {"case_sensitive": False}],
        ["or", [["is", "event:page", ["/a"]], ["is", "event:page", ["/b"]]]],
    ):
        is_refused("visitors of several pages", filters=[several])
        parse(QUESTION | {"filters": [several], "metrics": ["pageviews", "events"]})
        parse(QUESTION | {"filters": [several], "dimensions": ["event:page"]})
    parse(QUESTION | {"filters": [["is", "event:page", ["/a"]], ["is", "visit:os", ["iOS"]]]})


def test_visitors_of_several_events_together() -> None:
    signup = ["is", "event:name", ["Signup"]]
    for several in (["is", "event:name", ["Signup", "Download"]], ["not", signup], ["contains", "event:name", ["S"]]):
        is_refused("visitors of several events", filters=[several])
        parse(QUESTION | {"filters": [several], "metrics": ["events"]})
        parse(QUESTION | {"filters": [several], "dimensions": ["event:name"]})
    parse(QUESTION | {"filters": [signup]})
    is_refused("pageview are not counted", filters=[["is", "event:name", ["pageview"]]])
    is_refused("together are not known", filters=[signup], dimensions=["event:page"])


def test_visitors_of_several_goals_together() -> None:
    buy = ["is", "event:goal", ["Buy"]]
    for several in (["is", "event:goal", ["Buy", "See"]], ["not", buy], ["contains", "event:goal", ["u"]]):
        is_refused("visitors of several goals", filters=[several])
        parse(QUESTION | {"filters": [several], "dimensions": ["event:goal"]})
    parse(QUESTION | {"filters": [buy, ["contains", "event:page", ["/a"]]]})


def test_rates_of_several_pages_together() -> None:
    buy = ["is", "event:goal", ["Buy"]]
    rate, group = {"metrics": ["conversion_rate"]}, {"metrics": ["group_conversion_rate"]}
    for several in (["is", "event:page", ["/a", "/b"]], ["not", ["is", "event:page", ["/a"]]]):
        for asked in (rate, group):
            is_refused("visitors of several pages", filters=[buy, several], **asked)
        parse(QUESTION | group | {"filters": [buy, several], "dimensions": ["event:page"]})
        is_refused("group_conversion_rate alone", filters=[buy, several], dimensions=["event:page"], **rate)
    for asked in (rate, group):
        parse(QUESTION | asked | {"filters": [buy, ["is", "event:page", ["/a"]]]})


def test_what_stands_apart() -> None:
    for one, other in (
        ("event:name", "visit:exit_page"), ("event:page", "visit:exit_page"),
        ("event:props:plan", "event:page"), ("event:props:plan", "visit:exit_page"),
    ):  # fmt: skip
        is_refused("counted apart", metrics=["events"], dimensions=[one], filters=[["is", other, ["x"]]])
    ended = {"dimensions": ["visit:exit_page", "event:currency", "event:goal"]}
    for known, metric in enumerate(("conversions", "group_conversion_rate", "average_revenue", "visits")):
        is_refused("ask for" if known else "leave one of them out", metrics=["revenue", metric], **ended)
    parse(QUESTION | {"metrics": ["revenue", "total_revenue"]} | ended)
    is_refused("had together is not kept", metrics=["events"], dimensions=["event:props:plan", "event:props:seats"])


def test_rates_and_revenue_are_known_goal_by_goal() -> None:
    """A visit can reach two goals: their conversions are not the visits that reached one or the other."""
    buy: list[object] = ["is", "event:goal", ["Buy"]]
    for metric in ("conversion_rate", "group_conversion_rate", "average_revenue"):
        wanted = {"metrics": [metric]}
        is_refused("goal by goal", **wanted)
        is_refused("goal by goal", filters=[["is", "event:goal", ["Buy", "See"]]], **wanted)
        is_refused("goal by goal", filters=[["is", "event:goal", ["Buy"], {"case_sensitive": False}]], **wanted)
        is_refused("goal by goal", filters=[["not", buy]], **wanted)
        parse(QUESTION | wanted | {"filters": [buy]})
        parse(QUESTION | wanted | {"dimensions": ["event:goal"], "filters": [["contains", "event:goal", ["u"]]]})
    for metric in ("revenue", "total_revenue"):
        is_refused("goal by goal", filters=[["is", "event:goal", ["Buy", "See"]]], metrics=[metric])
        parse(QUESTION | {"metrics": [metric]})
    nested = ["or", [buy, ["is", "visit:os", ["iOS"]]]]
    is_refused("beside a rate", metrics=["conversion_rate"], dimensions=["event:goal"], filters=[nested])
    is_refused("beside a rate", metrics=["conversion_rate"], dimensions=["event:goal"], filters=[["and", [nested]]])
    is_refused("beside a rate", metrics=["conversion_rate"], dimensions=["event:goal"], filters=[["not", buy]])
    parse(QUESTION | {"metrics": ["conversion_rate"], "filters": [["and", [buy, ["is", "visit:os", ["iOS"]]]]]})
    parse(QUESTION | {"metrics": ["conversions"], "filters": [nested]})


def test_what_is_not_kept() -> None:
    is_refused("has 1 to 64 bytes", metrics=["events"], dimensions=["event:props:"])
    is_refused("has 1 to 64 bytes", metrics=["events"], dimensions=["event:props:" + "ā" * 33])
    is_refused("host of a page", filters=[["is", "event:hostname", ["example.lv"]]])
    is_refused("what else happened in a visit", filters=[["has_done", ["is", "event:page", ["/"]]]])
    is_refused("unknown dimension", dimensions=["visit:shoe_size"])
    is_refused("unknown metric", metrics=["happiness"])


def test_metrics_that_need_a_dimension() -> None:
    is_refused("needs visit:exit_page", metrics=["exit_rate"])
    is_refused("needs a dimension", metrics=["percentage"])


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ("visit:os==iOS", "filters"),
        (["is", "visit:os", ["iOS"]], "a filter is a list"),
        ([["is"]], "a filter is a list"),
        ([["is", "visit:os"]], "takes a dimension and a list"),
        ([["is", "visit:os", []]], "takes a dimension and a list"),
        ([["is", "visit:os", [None]]], "strings"),
        ([["is", "visit:os", [True]]], "strings"),
        ([["is", "visit:os", [["iOS"]]]], "strings"),
        ([["is", "visit:os", ["\ud800"]]], "printable"),
        ([["is", "visit:os", ["a\x00b"]]], "printable"),
        ([["is", "visit:os", ["x" * 1001]]], "printable"),
        ([["is", "visit:os", [str(number) for number in range(501)]]], "at most 500"),
        ([["resembles", "visit:os", ["iOS"]]], "unknown filter"),
        ([["is", "time:day", ["2026-03-01"]]], "date_range"),
        ([["and", []]], "one list of filters"),
        ([["not", ["is", "visit:os", ["iOS"]], 1]], "one filter"),
        ([["is", "visit:os", ["iOS"], {"fuzzy": True}]], "modifier"),
        ([["matches", "visit:os", ["iOS"], {"case_sensitive": False}]], "modifier"),
    ],
)
def test_filters_of_no_shape(filters: object, reason: str) -> None:
    is_refused(reason, filters=filters)


def test_filters_nested_too_deep() -> None:
    nested: list[object] = ["is", "visit:os", ["iOS"]]
    for _ in range(7):
        nested = ["not", nested]
    parse(QUESTION | {"filters": [nested]})
    is_refused("deep", filters=[["not", nested]])


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ("8d", "unknown date_range"),
        (["2026-03-01"], "two dates"),
        (["2026-03-01", "2026-03-02", "2026-03-03"], "two dates"),
        (["2026-02-30", "2026-03-01"], "not an ISO 8601"),
        (["2026-03-01", "2026-03-02T10:00:00"], "not one of each"),
        (["2026-03-01", 5], "str"),
        (7, "date_range"),
    ],
)
def test_ranges_of_no_shape(days: object, reason: str) -> None:
    is_refused(reason, date_range=days)


def test_other_parts() -> None:
    is_refused("twice", metrics=["visits", "visits"])
    is_refused("twice", dimensions=["visit:os", "visit:os"])
    is_refused("one time dimension", dimensions=["time:day", "time:hour"])
    is_refused("at most 6", dimensions=[f"visit:{name}" for name in SEVEN])
    is_refused("order_by", order_by=[["visits", "desc"]])
    is_refused("order_by", order_by=[["visitors", "downwards"]])
    is_refused("limit", pagination={"limit": 0})
    is_refused("limit", pagination={"limit": 10_001})
    is_refused("offset", pagination={"offset": -1})
    is_refused("time dimension", include={"time_labels": True})
    is_refused("mode", include={"comparisons": {"mode": "yesterday"}})
    is_refused("custom", include={"comparisons": {"mode": "custom"}})
    is_refused(
        "custom", include={"comparisons": {"mode": "previous_period", "date_range": ["2026-01-01", "2026-01-02"]}}
    )
