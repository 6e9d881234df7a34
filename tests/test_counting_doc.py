"""The worked example in docs/counting.md, computed anew: its hits in, its deltas and its unique visitors out."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collector import rows
from collector.clock import LocalClock, day_date
from collector.extras import SHAPES
from collector.rules import FunnelRule, GoalRule, Rules
from collector.sites import Site
from collector.store import Store
from collector.visit import NEVER, Delta, Extra, Hit, Origin, State, Step, advance
from dashboards.query import Period, Source, cohorts, flows, funnel, parse, run
from tests.dashboards.counting import KEPT, insert

PAGE = Path(__file__).parent.parent / "docs" / "counting.md"
ZONE = "Europe/Riga"
# The hour's own pair of columns is left out of the page: it is the same rule at a finer grain.
RULES = Rules(
    (GoalRule(1, "Prices", "page", page="/prices"), GoalRule(2, "Order", "event", event="Order")),
    (FunnelRule(1, "Buy", (1, 2), across=True),),
)
SHOWN = tuple(name for name in Delta._fields if name not in ("day", "hour", "page", "hour_gap", "hour_visitors"))


def table(heading: str) -> Iterator[list[str]]:
    """The cells of the rows of the first table below a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"\n### {heading}\n")[1].split("\n#")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    for row in rows[2:]:
        yield [cell.strip().strip("`") for cell in row.strip("|").split("|")]


def instant(text: str) -> int:
    """Seconds since the epoch of "2026-03-02 10:00" in the site's time zone."""
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(ZONE)).timestamp())


def hit_of(text: str) -> Hit:
    """A hit from its words on the page."""
    if view := re.fullmatch(r"page view of (\S+)", text):
        return Hit("pageview", view[1])
    if event := re.fullmatch(r'event "(.+)" of (\d+)\.(\d\d) EUR on (\S+)', text):
        return Hit("event", event[4], event[1], revenue=int(event[2] + event[3]), currency="EUR")
    leave = re.fullmatch(r"left (\S+) after (\d+) engaged seconds", text)
    assert leave is not None, f"cannot read the hit {text!r}"
    return Hit("leave", leave[1], seconds=int(leave[2]))


def words(number: str, delta: Delta) -> list[str]:
    """A delta as the page writes it: number of the hit, where it is booked, what is added."""
    hour = datetime.fromtimestamp(delta.hour, UTC).astimezone(ZoneInfo(ZONE))
    added = []
    for name in SHOWN:
        value = getattr(delta, name)
        if name == "name":
            added += [f'name "{value}"'] if value else []
        elif name == "gap":
            added += ["gap never" if value == NEVER else f"gap {value}"] if delta.visitors else []
        elif value:
            added.append(f"{name} {value:+d}".replace("-", "−"))
    return [number, day_date(delta.day).isoformat(), f"{hour:%H:%M}", delta.page, ", ".join(added)]


def hits() -> list[tuple[str, str, int, Hit]]:
    """Number, visitor, instant and hit of each row of the first table."""
    return [
        (number, visitor, instant(when), hit_of(what)) for number, visitor, when, what in table("What three people do")
    ]


def steps() -> Iterator[tuple[str, int, Step]]:
    """What `advance` makes of the hits, with the number of the hit and its instant."""
    states: dict[str, State] = {}
    for number, visitor, now, hit in hits():
        step = advance(states.get(visitor), hit, now, LocalClock(ZONE), partial(Origin, hit.page), RULES)
        assert step is not None
        states[visitor] = step.state
        yield number, now, step


def deltas() -> list[tuple[str, Delta]]:
    return [(number, delta) for number, _, step in steps() for delta in step.deltas]


def words_beside(extra: Extra) -> tuple[int, str]:
    """The day on which an extra is booked, and what it adds, as the page writes it."""
    code, *values = extra
    shape = SHAPES[str(code)]
    row: dict[str, Any] = dict(zip(shape.fields, values, strict=True))
    words = {
        "g": [f'goal "{row.get("goal")}"' if row.get("goal") else "", row.get("currency", "")],
        "s": [f'funnel "{row.get("funnel")}" step {row.get("step")}'],
        "f": [f"from {row.get('before1')} to {row.get('page')}"],
        "c": [f"first week {day_date(row.get('born', 0))}"],
    }[str(code)]
    words += [f"{name} {row[name]:+d}" for name in shape.fields[-shape.sums :] if row[name]]
    return int(row.get("day", row.get("period", 0))), ", ".join(filter(None, words))


def test_the_deltas_on_the_page_are_those_of_the_program() -> None:
    assert list(table("What is added")) == [words(number, delta) for number, delta in deltas()]


def test_what_is_added_beside_is_what_the_program_adds() -> None:
    made = [
        [number, day_date(day).isoformat(), text]
        for number, _, step in steps()
        for extra in step.extras
        if extra[1] != "month"
        for day, text in [words_beside(extra)]
    ]
    assert sorted(table("What is added beside")) == sorted(made)


def test_the_unique_visitors_on_the_page_are_exact() -> None:
    """By the rule of the page, and by counting people."""
    booked = [delta for _, delta in deltas()]
    active = {(visitor, datetime.fromtimestamp(now, ZoneInfo(ZONE)).date()) for _, visitor, now, hit in hits()
              if hit.kind != "leave"}  # fmt: skip
    for first, last, told in table("How many they are"):
        start, end = (datetime.fromisoformat(day).date() for day in (first, last))
        by_rule = sum(
            delta.visitors
            for delta in booked
            if start <= day_date(delta.day) <= end and delta.gap > (day_date(delta.day) - start).days
        )
        by_people = len({visitor for visitor, day in active if start <= day <= end})
        assert (first, last, int(told)) == (first, last, by_rule)
        assert by_rule == by_people


def test_the_sums_on_the_page_are_those_of_the_deltas() -> None:
    booked = [delta for _, delta in deltas()]
    for measure, total in table("What it comes to"):
        assert (measure, int(total)) == (measure, sum(getattr(delta, measure) for delta in booked))


def test_the_reports_say_what_is_on_the_page(store: Store) -> None:
    """Through the real store and the query layer."""
    site = Site(domain="example.lv", timezone=ZONE, detail_days=3660, rules=RULES)
    frames = [
        rows.encode_beacon(site.domain, (KEPT, KEPT), step.state.origin, at, step.idle, step.deltas, step.extras)
        for _, at, step in steps()
    ]
    insert(store, frames, "example")
    now = instant("2026-03-11 12:00")
    source, days = Source(store, site, now), Period(date(2026, 3, 2), date(2026, 3, 10))
    asked = {
        "site_id": site.domain, "date_range": ["2026-03-02", "2026-03-10"], "dimensions": ["event:goal"],
        "metrics": ["conversions", "conversion_rate", "revenue"],
    }  # fmt: skip
    goals = {row.dimensions[0]: row.metrics for row in run(parse(asked), store, site, now).rows}
    (buy,) = funnel(source, days, "Buy")
    (to_prices,) = [node for node in flows(source, days, "/").nodes if node.page == "/prices"]
    (cohort,) = cohorts(source, "week", days)
    assert [float(answer) for _, answer in table("What the reports say")] == [
        goals["Prices"][0], goals["Prices"][1], goals["Order"][0], goals["Order"][2]["EUR"],
        buy.steps[0].reached, buy.steps[1].reached, to_prices.flows, cohort.visitors, cohort.returns[0].visitors,
    ]  # fmt: skip
