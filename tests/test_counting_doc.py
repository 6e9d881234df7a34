"""The worked example in docs/counting.md, computed anew: its hits in, its deltas and its unique visitors out."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.clock import LocalClock, day_date
from collector.visit import NEVER, Delta, Hit, Origin, State, advance

PAGE = Path(__file__).parent.parent / "docs" / "counting.md"
ZONE = "Europe/Riga"
# The hour's own pair of columns is left out of the page: it is the same rule at a finer grain.
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
    if event := re.fullmatch(r'event "(.+)" on (\S+)', text):
        return Hit("event", event[2], event[1])
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


def deltas() -> list[tuple[str, Delta]]:
    """What `advance` makes of the hits, with the number of the hit."""
    states: dict[str, State] = {}
    booked = []
    for number, visitor, now, hit in hits():
        step = advance(states.get(visitor), hit, now, LocalClock(ZONE), partial(Origin, hit.page))
        assert step is not None
        states[visitor] = step.state
        booked += [(number, delta) for delta in step.deltas]
    return booked


def test_the_deltas_on_the_page_are_those_of_the_program() -> None:
    assert list(table("What is added")) == [words(number, delta) for number, delta in deltas()]


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
