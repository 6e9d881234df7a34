"""What was counted and what a plain reading of the same hits comes to, as amounts by what they are of."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from collector.rows import BEACON_COLUMNS, Batches
from collector.rules import Rules
from collector.vitals import bucket_of
from tests.collector.oracle import RawHit, Visit, day_of, totals, visits_of
from tests.collector.oracle_reports import (
    begin_of,
    carried,
    depths,
    goal_visitors,
    goals_ended,
    goals_reached,
    paid_at_exits,
    steps_done,
    ways,
)

WAY = ("page", "before1", "before2", "before3")
Books = Counter[tuple[Any, ...]]
RANGES = (0, 6, 29)  # days after the first one of a range in which visitors are counted
SUMS = (
    "visits", "bounces", "pageviews", "events", "seconds", "entries", "exits", "page_visitors", "event_visitors",
    "depth", "depths",
)  # fmt: skip


def read(hits: Iterable[RawHit], rules: Rules, zone: str) -> Books:
    """The plain reading of the hits of one browser."""
    visits = visits_of(hits)
    books: Books = Counter()
    for visit in visits:
        start, last = visit.hits[0], visit.hits[-1]
        sums = totals([visit])
        for name in ("visits", "bounces"):
            books[name, day_of(start.at, zone), start.page, ""] += sums[name]
        books["entries", day_of(start.at, zone), start.page, ""] += 1
        books["exits", day_of(last.at, zone), visit.places[-1].page, ""] += 1
        before = 0
        for hit, seconds in visit.log:
            books["seconds", day_of(start.at, zone), hit.page, ""] += seconds - before
            before = seconds
    for visit, page, depth in depths(visits):
        books["depth", day_of(visit.hits[0].at, zone), page, ""] += depth
        books["depths", day_of(visit.hits[0].at, zone), page, ""] += 1
    done = [(day_of(hit.at, zone), hit) for visit in visits for hit in visit.hits]
    for day, hit in done:
        books["pageviews" if hit.kind == "pageview" else "events", day, hit.page, hit.name] += 1
    days = {day for day, _ in done}
    for day, page in {(day, hit.page) for day, hit in done if hit.kind == "pageview"}:
        books["page_visitors", day, page] += 1
    for day, name in {(day, hit.name) for day, hit in done if hit.kind == "event"}:
        books["event_visitors", day, name] += 1
    books.update(in_ranges(days))
    books.update(reports(visits, rules, zone))
    return books


def in_ranges(days: set[date]) -> Books:
    """One visitor in every range that has one of these days."""
    books: Books = Counter()
    for day in days:
        for length in RANGES:
            for first in (day - timedelta(back) for back in range(length + 1)):
                books["visitors", first, length] = 1
    return books


def reports(visits: list[Visit], rules: Rules, zone: str) -> Books:
    """What lies beside the counters: goals, funnels, flows, cohorts, properties, vitals, topics."""
    books = of_goals(visits, rules, zone)
    for funnel in rules.funnels:
        for step in steps_done(visits, funnel, rules.goals, zone):
            books["step", step.day, funnel.name, step.number] += 1
    pairs, topics = set(), set()
    for visit in visits:
        for hit, way in ways(visit):
            day, before = day_of(hit.at, zone), [*way[-2::-1], "", ""][:3]
            books["flow", day, way[-1], *before] += 1
            pairs.add((day, way[-1], way[-2]))
        for hit, _ in visit.log:
            day = day_of(hit.at, zone)
            books.update(("property", day, hit.name, *pair) for pair in hit.props)
            books.update(("vital", day, hit.page, name, bucket_of(name, value)) for name, value in hit.vitals)
            if hit.topic:
                topics.add((day, hit.topic))
    books.update(("flow_visitors", *pair) for pair in pairs)
    books.update(("topic", *topic) for topic in topics)
    days = sorted({day_of(hit.at, zone) for visit in visits for hit in visit.hits})
    for unit in ("week", "month") if days else ():
        books.update(("cohort", unit, begin_of(unit, days[0]), at) for at in {begin_of(unit, day) for day in days})
    return books


def of_goals(visits: list[Visit], rules: Rules, zone: str) -> Books:
    """Conversions, visitors of goals and where their visits ended, and revenue, also that of no goal."""
    books: Books = Counter()
    for each in goals_reached(visits, rules.goals):
        when = day_of(each.hit.at, zone), each.hit.page, each.goal.name, each.hit.currency
        books["conversions", *when] += each.is_first
        books["revenue", *when] += each.hit.revenue
        for by in carried(each.hit):
            books["event conversions", *by, *when] += each.is_first
            books["event revenue", *by, *when] += each.hit.revenue
    for ended in goals_ended(visits, rules.goals, zone):
        books["goal exits", ended.day, ended.page, ended.goal.name] += 1
    for paid in paid_at_exits(visits, rules.goals, zone):
        books["exit revenue", paid.day, paid.page, paid.goal, paid.currency] += paid.revenue
    for one in goal_visitors(visits, rules.goals, zone):
        books["goal_visitors", one.day, one.page, one.goal] += 1
        books.update(("event goal_visitors", *by, one.day, one.page, one.goal) for by in carried(one.hit))
    for hit in (hit for visit in visits for hit in visit.hits if hit.revenue):
        when = day_of(hit.at, zone), hit.page, "", hit.currency
        books["revenue", *when] += hit.revenue
        books.update({("event revenue", *by, *when): hit.revenue for by in carried(hit)})
    return books


def counted(batches: Batches) -> Books:
    """The sums of what the collector wrote down."""
    books: Books = Counter()
    for values in zip(*batches.beacons, strict=True):
        row = dict(zip(BEACON_COLUMNS, values, strict=True))
        for name in SUMS:
            key = {"page_visitors": (row["page"],), "event_visitors": (row["name"],)}
            books[(name, row["day"], *key.get(name, (row["page"], row["name"])))] += row[name]
        if row["before1"]:
            books["flow", row["day"], *(row[name] for name in WAY)] += row["pageviews"]
            books["flow_visitors", row["day"], row["page"], row["before1"]] += row["flow_visitors"]
        for length in RANGES if row["visitors"] else ():
            for back in range(min(length, row["gap"] - 1) + 1):
                books["visitors", row["day"] - timedelta(back), length] += row["visitors"]
    for table, names, data in batches.extras:
        for values in zip(*data, strict=True):
            _add(books, table, dict(zip(names, values, strict=True)))
    return books


def _add(books: Books, table: str, row: dict[str, Any]) -> None:
    """One row beside the counters."""
    if table == "goal_hits":
        books["conversions", row["day"], row["page"], row["goal"], row["currency"]] += row["conversions"]
        books["revenue", row["day"], row["page"], row["goal"], row["currency"]] += row["revenue"]
        books["goal_visitors", row["day"], row["page"], row["goal"]] += row["goal_visitors"]
    elif table == "goal_event_hits":
        by, when = (row["name"], row["key"], row["value"]), (row["day"], row["page"], row["goal"])
        books["event conversions", *by, *when, row["currency"]] += row["conversions"]
        books["event revenue", *by, *when, row["currency"]] += row["revenue"]
        books["event goal_visitors", *by, *when] += row["goal_visitors"]
    elif table == "goal_exit_hits":
        books["goal exits", row["day"], row["page"], row["goal"]] += row["exits"]
        books["exit revenue", row["day"], row["page"], row["goal"], row["currency"]] += row["revenue"]
    elif table == "funnel_hits":
        books["step", row["day"], row["funnel"], row["step"]] += row["reached"]
    elif table == "cohort_hits":
        books["cohort", row["unit"], row["born"], row["period"]] += row["visitors"]
    elif table == "property_hits":
        books["property", row["day"], row["name"], row["key"], row["value"]] += row["events"]
    elif table == "vitals":
        books["vital", row["day"], row["page"], row["metric"], row["bucket"]] += row["samples"]
    else:
        assert table == "topics"
        books["topic", row["day"], row["topic"]] += row["visitors"]


def without_nothing(books: Books) -> dict[tuple[Any, ...], int]:
    """What is not zero."""
    return {key: number for key, number in books.items() if number}
