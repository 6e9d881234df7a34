"""The worked example in docs/counting.md, computed anew: its hits in, every number of its tables out."""

import re
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collector import rows
from collector.clock import LocalClock, day_date, day_number
from collector.extras import COHORT, FUNNEL, GOAL, GOAL_EXIT, SHAPES
from collector.rules import FunnelRule, GoalRule, Rules
from collector.sites import Site
from collector.store import Store
from collector.visit import DELTA_FIELDS, NEVER, Delta, Extra, Hit, Origin, State, Step, advance
from dashboards.query import Period, Source, flows, funnel, parse, run
from tests.dashboards.counting import KEPT, insert

PAGE = Path(__file__).parent.parent / "docs" / "counting.md"
ZONE = "Europe/Riga"
RULES = Rules(
    (GoalRule(1, "Prices", "page", page="/prices"), GoalRule(2, "Order", "event", event="Order")),
    (FunnelRule(1, "Buy", (1, 2), across=True),),
)


class Booked(NamedTuple):
    """A hit of the example, and what the program made of it."""

    number: str
    visitor: str
    now: int
    hit: Hit
    step: Step


def table(heading: str) -> tuple[list[str], list[list[str]]]:
    """The cells of the head, and of the other rows, of the table below a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"\n### {heading}\n")[1].split("\n#")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    head, _, *body = ([cell.strip() for cell in line.removesuffix("|").split("|")[1:]] for line in lines)
    return head, body


def instant(text: str) -> int:
    """Seconds since the epoch of "2 March 10:00" of the year of the example, in the site's time zone."""
    return int(datetime.strptime(f"2026 {text}", "%Y %d %B %H:%M").replace(tzinfo=ZoneInfo(ZONE)).timestamp())


def day_of(text: str) -> date:
    """The day of March 2026 with this number."""
    return date(2026, 3, int(text))


def told(day: int) -> str:
    return f"{day_date(day):%-d %B}"


def hit_of(text: str) -> Hit:
    """A hit from its words on the page."""
    if view := re.fullmatch(r"page view of (\S+)", text):
        return Hit("pageview", view[1])
    if event := re.fullmatch(r"(\w+) of (\d+)\.(\d\d) EUR on (\S+)", text):
        return Hit("event", event[4], event[1], revenue=int(event[2] + event[3]), currency="EUR")
    leave = re.fullmatch(r"left (\S+) after (\d+) seconds", text)
    assert leave is not None, f"cannot read the hit {text!r}"
    return Hit("leave", leave[1], seconds=int(leave[2]))


def booked() -> list[Booked]:
    """What `advance` makes of the hits on the page."""
    states: dict[str, State] = {}
    made = []
    for number, visitor, when, what, _ in table("What three people do")[1]:
        now, hit = instant(when), hit_of(what)
        step = advance(states.get(visitor), hit, now, LocalClock(ZONE), partial(Origin, hit.page), RULES)
        assert step is not None
        states[visitor] = step.state
        made.append(Booked(number, visitor, now, hit, step))
    return made


def beside(extra: Extra, today: int) -> str:
    """What an extra adds, as the page writes it; cohorts and exits are left out there."""
    code, *values = extra
    row: dict[str, Any] = dict(zip(SHAPES[str(code)].fields, values, strict=True))
    if code == GOAL and row["goal"]:
        assert row["revenue"] in (0, 2500)
        return row["goal"] if row["conversions"] else ""
    if code == GOAL:
        return f"{row['revenue'] / 100:.2f} {row['currency']}"
    if code == FUNNEL:
        assert row["reached"] == 1
        return f"step {row['step']} of {row['funnel']}" + (f" on {told(row['day'])}" if row["day"] != today else "")
    assert code in (COHORT, GOAL_EXIT)
    return ""


def added(number: str, deltas: list[Delta], measures: list[str]) -> list[str]:
    """The deltas of one hit in one hour and on one page, as a row of the page."""
    hour = datetime.fromtimestamp(deltas[0].hour, UTC).astimezone(ZoneInfo(ZONE))
    gap = next((delta.gap for delta in deltas if delta.visitors), None)
    sums = [sum(getattr(delta, measure) for delta in deltas) for measure in measures]
    return [
        number, f"{told(deltas[0].day)} {hour:%H:%M}", deltas[0].page, "" if gap is None else gap_told(gap),
        *(f"{total:+d}".replace("-", "−") if total else "" for total in sums),
    ]  # fmt: skip


def gap_told(gap: int) -> str:
    return "never" if gap == NEVER else str(gap)


def test_goals_funnels_and_flows_on_the_page_are_those_of_the_program() -> None:
    made = []
    for one in booked():
        today = day_number(datetime.fromtimestamp(one.now, ZoneInfo(ZONE)).date())
        steps = [f"from {each.before1} to {each.page}" for each in one.step.deltas if each.before1 and each.pageviews]
        made.append("; ".join([*steps, *filter(None, (beside(extra, today) for extra in one.step.extras))]))
    assert [row[4] for row in table("What three people do")[1]] == made


def test_the_deltas_on_the_page_are_those_of_the_program() -> None:
    head, (*body, last) = table("What is added")
    measures = head[4:]
    made = []
    for one in booked():
        for _, deltas in groupby(one.step.deltas, lambda delta: (delta.day, delta.hour, delta.page)):
            made.append(added(one.number, list(deltas), measures))
    assert body == made
    sums = [sum(getattr(delta, measure) for one in booked() for delta in one.step.deltas) for measure in measures]
    assert last == ["sum", "", "", "", *map(str, sums)]


def test_what_the_page_leaves_out_of_its_deltas_is_as_it_says() -> None:
    """Entries are as visits, visitors of hours, pages and events are named; nothing else is left out."""
    deltas = [delta for one in booked() for delta in one.step.deltas]
    assert all(delta.entries == delta.visits for delta in deltas)
    shown = set(table("What is added")[0]) | {"day", "hour", "name", "entries"}
    left_out = {"hour_gap", "hour_visitors", "page_visitors", "event_visitors", "before1", "flow_visitors"}
    nothing = Delta(0, 0, "")
    used = {name for name in DELTA_FIELDS if any(getattr(delta, name) != getattr(nothing, name) for delta in deltas)}
    assert used - shown == left_out


def test_the_unique_visitors_on_the_page_are_exact() -> None:
    """By the rule of the page, and by counting people."""
    firsts = [(one, delta) for one in booked() for delta in one.step.deltas if delta.visitors]
    active = {(one.visitor, datetime.fromtimestamp(one.now, ZoneInfo(ZONE)).date()) for one in booked()
              if one.hit.kind != "leave"}  # fmt: skip
    _, body = table("How many they are")
    assert len(body) >= 4
    for days, *answers in body:
        first, last = map(day_of, days.split(" to "))
        within = [(one, delta) for one, delta in firsts if first <= day_date(delta.day) <= last]
        counted, not_counted = counted_or_not(within, first)
        people = {visitor for visitor, day in active if first <= day <= last}
        assert answers == [reasons(counted, ">"), reasons(not_counted, "≤"), str(len(people)), str(len(within))]
        assert len(counted) == len(people)


Rows = list[tuple[str, int, int]]  # number of a hit, gap, days since the first of the range


def counted_or_not(within: list[tuple[Booked, Delta]], first: date) -> tuple[Rows, Rows]:
    """The rows of a range that its unique visitors are the sum of, and the others."""
    rows = [(one.number, delta.gap, delta.day - day_number(first)) for one, delta in within]
    return [row for row in rows if row[1] > row[2]], [row for row in rows if row[1] <= row[2]]


def reasons(rows: Rows, sign: str) -> str:
    """Why these rows count or do not, as the page writes it; neighbours with the same reason share it."""
    return ", ".join(
        f"{' and '.join(row[0] for row in alike)}: {gap_told(gap)} {sign} {since}"
        for (gap, since), alike in groupby(rows, lambda row: row[1:])
    )


def test_the_reports_say_what_is_on_the_page(store: Store) -> None:
    """Through the real store and the query layer."""
    site = Site(domain="example.lv", timezone=ZONE, detail_days=3660, rules=RULES)
    frames = [
        rows.encode_beacon(site.domain, (KEPT, KEPT), step.state.origin, now, step.idle, step.deltas, step.extras)
        for _, _, now, _, step in booked()
    ]
    insert(store, frames, "example")
    now = instant("6 March 12:00")
    source, days = Source(store, site, now), Period(day_of("2"), day_of("5"))
    asked = {"site_id": site.domain, "date_range": ["2026-03-02", "2026-03-05"]}
    (whole,) = run(parse(asked | {"metrics": ["visitors", "visits", "bounce_rate"]}), store, site, now).rows
    goal_metrics = ["conversions", "conversion_rate", "revenue"]
    by_goal = run(parse(asked | {"dimensions": ["event:goal"], "metrics": goal_metrics}), store, site, now).rows
    goals = {row.dimensions[0]: row.metrics for row in by_goal}
    (buy,) = funnel(source, days, "Buy")
    (to_prices,) = [node for node in flows(source, days, "/").nodes if node.page == "/prices"]
    ((answers),) = table("What the reports say")[1]
    assert [float(answer.removesuffix(" %")) for answer in answers] == [
        *whole.metrics, goals["Prices"][0], goals["Prices"][1], goals["Order"][0], goals["Order"][2]["EUR"],
        buy.steps[0].reached, buy.steps[1].reached, to_prices.flows,
    ]  # fmt: skip
