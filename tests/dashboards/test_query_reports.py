"""Funnels, flows, cohorts, stickiness, vitals and topics, from hits counted as the collector counts them."""

import secrets
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from collector.schema import apply_schema
from collector.sites import Site
from collector.store import Store, connect
from dashboards.query import Period, QueryError, Source, cohorts, flow_pages, flows, funnel, stickiness, topics, vitals
from dashboards.query.flows import FlowNode
from dashboards.query.vitals import rating
from tests.dashboards.counting import KEPT_DAY, Seen, add_rows, at, count
from tests.dashboards.orders import HITS, NOW, SHOP
from tests.running import in_database

DAYS = Period(date(2026, 3, 1), date(2026, 3, 5))
HOURS = Period(date(2026, 3, 1), date(2026, 3, 1), (int(at("2026-03-01T10:00")), int(at("2026-03-01T11:00"))))


@pytest.fixture(scope="module")
def source(clickhouse: str) -> Iterator[Source]:
    """The shop, counted; tests only read it."""
    name = f"sikdatne_test_{secrets.token_hex(6)}"
    opened = connect(in_database(clickhouse, name))
    apply_schema(opened, time.time())
    count(opened, SHOP, HITS)
    yield Source(opened, SHOP, at(NOW))
    opened.execute(f"DROP DATABASE {name}")
    opened.close()


def test_a_funnel_tells_who_entered_reached_and_dropped(source: Source) -> None:
    (row,) = funnel(source, DAYS, "Shop", length=2)
    assert row.entered == 3
    assert row.steps == ((1, 3, 1, 100.0, 100.0), (2, 2, 0, 66.7, 66.7))


def test_a_funnel_by_dimension_and_under_filters(source: Source) -> None:
    by_country = funnel(source, DAYS, "Shop", by="visit:country_name")
    assert [(row.value, [step.reached for step in row.steps]) for row in by_country] == [
        ("Latvia", [2, 1]), ("Estonia", [1, 1]),
    ]  # fmt: skip
    (mobile,) = funnel(source, DAYS, "Shop", filters=[["or", [["is", "visit:device", ["mobile"]]]]])
    assert [step.reached for step in mobile.steps] == [1, 1]
    assert funnel(source, DAYS, "Shop", by="visit:source", limit=1)[0].value == "Google"
    (nobody,) = funnel(source, DAYS, "Shop", length=3, filters=[["is", "visit:os", ["Plan 9"]]])
    assert nobody.steps == ((1, 0, 0, 0.0, 0.0), (2, 0, 0, 0.0, 0.0), (3, 0, 0, 0.0, 0.0))


def test_a_funnel_across_visits_is_booked_where_it_was_entered(source: Source) -> None:
    """Carmen reads on the 2nd and orders on the 4th; Dora only reads."""
    (row,) = funnel(source, DAYS, "Come back")
    assert [step.reached for step in row.steps] == [2, 1, 1]
    (second,) = funnel(source, Period(date(2026, 3, 2), date(2026, 3, 2)), "Come back")
    assert [step.reached for step in second.steps] == [1, 1, 1]
    (fourth,) = funnel(source, Period(date(2026, 3, 4), date(2026, 3, 4)), "Come back")
    assert [step.reached for step in fourth.steps] == [0, 0, 0]


def test_what_a_funnel_does_not_know(source: Source) -> None:
    assert funnel(source, DAYS, "No such funnel") == [("", ())]
    for by in ("event:page", "visit:exit_page", "event:goal", "event:props:gift"):
        with pytest.raises(QueryError, match="a funnel is known by"):
            funnel(source, DAYS, "Shop", by=by)
    with pytest.raises(QueryError, match="whole days"):
        funnel(source, HOURS, "Shop")
    with pytest.raises(QueryError, match="regular expression"):
        funnel(source, DAYS, "Shop", filters=[["matches", "visit:os", ["("]]])
    old = Period(date(2025, 1, 1), date(2025, 1, 31))
    assert funnel(source, old, "Shop", by="visit:country") == []


def node(page: str, flows: int, share: float, visitors: int | None, ends: int | None, *nodes: FlowNode) -> FlowNode:
    return FlowNode(page, flows, share, visitors, ends, nodes)


def test_flows_forward(source: Source) -> None:
    """From the front page, which was seen four times: to the cart, to the blog and on; Dora stopped there."""
    found = flows(source, DAYS, "/")
    assert (found.flows, found.ends) == (4, 1)
    assert found.nodes == (
        node("/blog/a", 2, 50.0, 2, 0, node("/cart", 2, 100.0, None, 2)),
        node("/cart", 1, 25.0, 1, 1),
    )


def test_flows_backward(source: Source) -> None:
    """The cart was reached from the blog, to which visitors had come from the front page, and from there directly."""
    found = flows(source, DAYS, "/cart", "backward")
    assert (found.flows, found.ends) == (3, 0)
    assert found.nodes == (
        node("/blog/a", 2, 66.7, 2, 0, node("/", 2, 100.0, None, 2)),
        node("/", 1, 33.3, 1, 1),
    )
    first = flows(source, DAYS, "/blog/b", "backward")
    assert (first.flows, first.ends, first.nodes) == (1, 1, ())


def test_flows_three_steps_deep_and_folded(store: Store) -> None:
    pages = ["/a", "/b", "/c", "/d"]
    hits = [Seen("one", at(f"2026-03-01T10:0{minute}"), page) for minute, page in enumerate(pages)]
    for number in range(4):
        begin = f"2026-03-01T1{number + 1}"
        hits += [Seen(number, at(f"{begin}:00"), "/a"), Seen(number, at(f"{begin}:01"), f"/x{number}")]
    site = Site(domain="deep.lv")
    count(store, site, hits)
    deep = Source(store, site, at(NOW))
    forward = flows(deep, DAYS, "/a", limit=2)
    assert (forward.flows, forward.ends) == (5, 0)
    assert forward.nodes == (
        node("/b", 1, 20.0, 1, 0, node("/c", 1, 100.0, None, 0, node("/d", 1, 100.0, None, None))),
        node("/x0", 1, 20.0, 1, 1),
        node("", 3, 60.0, None, None),
    )
    backward = flows(deep, DAYS, "/d", "backward")
    assert backward.nodes == (
        node("/c", 1, 100.0, 1, 0, node("/b", 1, 100.0, None, 0, node("/a", 1, 100.0, None, None))),
    )
    assert flows(deep, DAYS, "/a", depth=1, limit=9).nodes[0] == node("/b", 1, 20.0, 1, None)
    assert flow_pages(deep, DAYS, 2) == [("/a", 5), ("/b", 1)]


def test_a_step_has_its_visitor_in_the_visit_that_took_it_first_on_the_day(store: Store) -> None:
    """By a letter in the morning and directly in the evening: so the parts add up to the whole."""
    site = Site(domain="twice.lv")
    count(
        store,
        site,
        [
            Seen("one", at(f"2026-03-01T{hour}:0{minute}"), page, origin={"channel": channel})
            for hour, channel in ((10, "Email"), (20, "Direct"))
            for minute, page in enumerate(("/a", "/b"))
        ],
    )
    twice = Source(store, site, at(NOW))
    steps = [
        flows(twice, DAYS, "/a", filters=filters).nodes[0][1:4:2]
        for filters in ([], [["is", "visit:channel", ["Email"]]], [["is", "visit:channel", ["Direct"]]])
    ]
    assert steps == [(2, 1), (1, 1), (1, 0)]


def test_what_flows_do_not_know(source: Source) -> None:
    assert flows(source, DAYS, "/nowhere") == ("/nowhere", "forward", 0, 0, ())
    for wrong in ({"depth": 4}, {"depth": 0}, {"limit": 0}):
        with pytest.raises(QueryError, match="steps deep"):
            flows(source, DAYS, "/", **wrong)  # type: ignore[arg-type]
    for unknown in ("visit:exit_page", "event:page", "event:goal"):
        with pytest.raises(QueryError, match=f"{unknown}: flows are filtered by"):
            flows(source, DAYS, "/", filters=[["is", unknown, ["/"]]])
    with pytest.raises(QueryError, match="regular expression"):
        flows(source, DAYS, "/", filters=[["matches", "visit:os", ["("]]])
    later = Source(source.store, source.site, at("2026-11-01T12:00"))
    with pytest.raises(QueryError, match="180 days"):
        flows(later, DAYS, "/")


def test_flows_under_filters_and_by_the_hour(source: Source) -> None:
    """Parts add up to the whole; a dimension of the visit is one of each of its steps."""
    whole = flows(source, DAYS, "/")
    mobile, others = (
        flows(source, DAYS, "/", filters=[[operator, "visit:device", ["mobile"]]]) for operator in ("is", "is_not")
    )
    assert 0 < mobile.flows < whole.flows == mobile.flows + others.flows
    assert mobile.ends + others.ends == whole.ends
    by_name = flows(source, DAYS, "/", filters=[["contains", "visit:country_name", ["Latvia"]]])
    assert by_name == flows(source, DAYS, "/", filters=[["is", "visit:country", ["LV"]]])
    some = dict(flow_pages(source, DAYS, filters=[["is", "visit:device", ["mobile"]]]))
    assert some["/"] < dict(flow_pages(source, DAYS))["/"]
    days = [Period(day, day) for day in (date(2026, 3, 1) + timedelta(number) for number in range(5))]
    hours = [
        Period(each.first, each.last, (start, start + 3599))
        for each in days
        for start in range(int(at(f"{each.first}T00:00")), int(at(f"{each.first}T00:00")) + 86_400, 3600)
    ]
    assert sum(flows(source, hour, "/").flows for hour in hours) == whole.flows


def test_cohorts_by_week(store: Store) -> None:
    """Three begin in the week of Monday 2 March; two of them return in the next, one in the third."""
    site = Site(domain="weeks.lv")
    days = {"A": ("03-02", "03-08", "03-09", "03-17"), "B": ("03-03", "03-15"), "C": ("03-08",), "D": ("03-10",)}
    count(store, site, [Seen(who, at(f"2026-{day}T12:00")) for who, each in days.items() for day in each])
    week = Source(store, site, at("2026-03-20T12:00"))
    found = cohorts(week, "week", Period(date(2026, 3, 4), date(2026, 3, 20)))
    assert found == [
        (
            date(2026, 3, 2), 3, True,
            ((1, date(2026, 3, 9), 2, 66.7, True), (2, date(2026, 3, 16), 1, 33.3, False)),
        ),
        (date(2026, 3, 9), 1, True, ((1, date(2026, 3, 16), 0, 0.0, False),)),
    ]  # fmt: skip
    months = cohorts(week, "month", Period(date(2026, 3, 1), date(2026, 3, 20)))
    assert [(each.first, each.visitors, each.complete, each.returns) for each in months] == [
        (date(2026, 3, 1), 4, False, ())
    ]


def test_cohorts_by_month(source: Source) -> None:
    found = cohorts(source, "month", Period(date(2026, 1, 1), date(2026, 3, 5)))
    assert found == [
        (date(2026, 2, 1), 1, True, ((1, date(2026, 3, 1), 1, 100.0, False),)),
        (date(2026, 3, 1), 3, False, ()),
    ]
    with pytest.raises(QueryError, match="by week or by month"):
        cohorts(source, "year", DAYS)  # type: ignore[arg-type]


def test_cohorts_under_filters_are_of_what_the_first_visit_was_like(store: Store) -> None:
    """Who came by a newsletter first and directly again has come again."""
    site = Site(domain="ways.lv")
    mail, phone = {"channel": "Email", "country": "LV"}, {"channel": "Direct", "country": "EE", "device": "mobile"}
    came = {"A": [("03-02", mail), ("03-09", phone)], "B": [("03-03", phone), ("03-10", mail)], "C": [("03-04", mail)]}
    hits = [Seen(who, at(f"2026-{day}T12:00"), origin=how) for who, each in came.items() for day, how in each]
    count(store, site, hits)
    week, march = Source(store, site, at("2026-03-20T12:00")), Period(date(2026, 3, 2), date(2026, 3, 8))

    def found(*filters: list[object]) -> tuple[int, int]:
        (cohort,) = cohorts(week, "week", march, filters=filters)
        return cohort.visitors, cohort.returns[0].visitors

    assert found() == (3, 2)
    assert found(["is", "visit:channel", ["Email"]]) == found(["is", "visit:country_name", ["Latvia"]]) == (2, 1)
    assert found(["not", ["is", "visit:device", ["(not set)"]]]) == (1, 1)
    assert cohorts(week, "week", march, filters=[["is", "visit:audience", ["customer"]]]) == []
    for finer in ("visit:city", "visit:browser", "visit:source", "event:page"):
        with pytest.raises(QueryError, match=f"{finer}: cohorts are filtered by"):
            cohorts(week, "week", march, filters=[["is", finer, ["x"]]])
    late = Source(store, site, at("2026-10-20T12:00"))
    assert len(cohorts(late, "week", march)) == 1
    with pytest.raises(QueryError, match="180 days"):
        cohorts(late, "week", march, filters=[["is", "visit:channel", ["Email"]]])


def test_stickiness_is_mean_daily_over_all_visitors(source: Source) -> None:
    """From 20 February to 4 March: 13 days with 1, 2, 1, 1 and 1 visitors, who are four people."""
    assert stickiness(source) == (0.5, 4, 11.5, 13)
    assert stickiness(source, date(2026, 3, 4), days=4) == (1.2, 4, 31.2, 4)
    empty = Source(source.store, Site(domain="nobody.lv"), source.now)
    assert stickiness(empty) == (0.0, 0, None, 1)


def test_stickiness_under_filters(source: Source) -> None:
    """Of those who came from Latvia; what is not known of visits is refused."""
    found = stickiness(source, date(2026, 3, 4), days=4, filters=[["is", "visit:country", ["LV"]]])
    assert 0 < found.visitors < 4
    with pytest.raises(QueryError, match="event:page: stickiness is known by"):
        stickiness(source, filters=[["is", "event:page", ["/"]]])


def test_vitals_are_quantiles_of_what_browsers_reported(store: Store) -> None:
    site = Site(domain="fast.lv")
    hits = []
    for number in range(100):
        origin = {"device": "mobile" if number % 2 else "desktop", "country": "LV"}
        when = f"2026-03-01T{number // 60 + 10}:{number % 60:02}"
        hits.append(Seen(number, at(when), "/", origin=origin))
        seen = {"lcp": 1000 + 50 * number, "cls": 0.3 if number % 2 else 0.0}
        hits.append(Seen(number, at(when) + 5, "/" if number < 80 else "/slow", "vitals", vitals=seen))
    count(store, site, hits)
    fast = Source(store, site, at(NOW))
    cls, lcp = vitals(fast, DAYS)
    assert (lcp.metric, lcp.samples, lcp.rating) == ("lcp", 100, "poor")
    for quantile, exact in ((lcp.p50, 3475), (lcp.p75, 4725), (lcp.p95, 5725)):
        assert abs(quantile - exact) / exact < 0.06
    assert abs(lcp.good - 31) < 6
    assert round(lcp.good + lcp.needs_improvement + lcp.poor) == 100
    assert (cls.p50 in (0.0, 0.3), cls.good, cls.poor) == (True, 50.0, 50.0)
    by_page = {(row.value, row.metric): row.samples for row in vitals(fast, DAYS, by="page")}
    assert by_page == {("/", "cls"): 80, ("/", "lcp"): 80, ("/slow", "cls"): 20, ("/slow", "lcp"): 20}
    desktop, mobile = vitals(fast, DAYS, by="device", metric="cls")
    assert (desktop.value, desktop.p75, desktop.rating) == ("desktop", 0.0, "good")
    assert mobile.rating == "poor"
    assert abs(mobile.p75 - 0.3) < 0.02
    slow = vitals(
        fast, DAYS, metric="lcp", filters=[["is", "event:page", ["/slow"]], ["contains", "visit:country", ["L"]]]
    )
    assert (slow[0].samples, slow[0].p50 > 4900) == (20, True)
    assert [row.value for row in vitals(fast, DAYS, by="day", metric="lcp")] == ["2026-03-01"]
    assert [row.value for row in vitals(fast, DAYS, by="week", metric="lcp")] == ["2026-03-01"], "a week that is cut"
    assert [row.value for row in vitals(fast, DAYS, by="month", metric="lcp")] == ["2026-03-01"]
    assert len(vitals(fast, DAYS, by="page", metric="lcp", limit=1)) == 1
    for wrong in ({"by": "browser"}, {"metric": "fid"}, {"filters": [["is", "visit:os", ["iOS"]]]}):
        with pytest.raises(QueryError, match="vitals are"):
            vitals(fast, DAYS, **wrong)


def test_vitals_are_judged_as_web_dev_does() -> None:
    assert [rating("lcp", value) for value in (2500, 2501, 4000, 4001)] == [
        "good", "needs improvement", "needs improvement", "poor",
    ]  # fmt: skip
    assert [rating("inp", 200), rating("inp", 501), rating("cls", 0.1), rating("cls", 0.26)] == [
        "good", "poor", "good", "poor",
    ]  # fmt: skip
    assert [rating("fcp", 1801), rating("ttfb", 800), rating("ttfb", 1801)] == ["needs improvement", "good", "poor"]


def test_topics_never_show_a_small_group(store: Store) -> None:
    """Day by day, so that two ranges that differ by a day do not tell of one either."""
    base = {"site": "topics.lv", "expires": KEPT_DAY}
    seen = {1: {"news": 150, "sport": 120, "art": 99, "pets": 300}, 2: {"news": 150, "sport": 3}, 3: {"art": 99}}
    add_rows(
        store,
        "topics",
        [
            base | {"day": date(2026, 3, day), "topic": topic, "visitors": visitors}
            for day, each in seen.items()
            for topic, visitors in each.items()
        ],
    )
    add_rows(store, "topics", [base | {"day": date(2026, 3, 5), "topic": "news", "visitors": 1000}])
    site = Source(store, Site(domain="topics.lv"), at(NOW))
    # On the 1st art is too small, and sport hides it; on the 2nd sport, and news hides it; the 5th is today.
    assert topics(site, DAYS) == [("pets", 300, 1), ("news", 150, 1), ("", 219 + 153, 2)]
    for first in range(1, 6):
        for last in range(first, 6):
            for topic in topics(site, Period(date(2026, 3, first), date(2026, 3, last))):
                assert topic.visitors >= 100 * topic.days
    with pytest.raises(QueryError, match="whole days"):
        topics(site, HOURS)


def test_topics_are_counted_only_as_visitors(store: Store) -> None:
    site = Site(domain="reading.lv")
    hits = [Seen(who, at("2026-03-01T10:00") + who, "/n", topic="news") for who in range(100)]
    hits += [Seen(who, at("2026-03-01T10:10") + who, "/m", topic="news") for who in range(50)]
    count(store, site, hits)
    assert topics(Source(store, site, at(NOW)), DAYS) == [("news", 100, 1)]
