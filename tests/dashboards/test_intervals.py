"""Lines over time by hour, day, week and month: which can be chosen, what the address says, and what is shown."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest
from werkzeug.datastructures import MultiDict

from collector.sites import Site
from collector.store import Store
from dashboards import address, charts, periods
from dashboards.address import Address
from dashboards.periods import Period
from tests.dashboards import shop
from tests.dashboards.counting import Seen, at, insert, payloads
from tests.dashboards.person import Clock, Person, installed, signed_in
from tests.dashboards.test_pages import Tables
from tests.dashboards.test_reports import anna, app, clock, page, shop_store, text_of

__all__ = ["anna", "app", "clock", "shop_store"]  # fixtures

TODAY = date(2026, 11, 22)  # a Sunday
FOUR = "from=2026-03-04&to=2026-03-31"  # four weeks from a Wednesday to a Tuesday


def read(**query: str) -> Address:
    return address.parse("shop.lv", MultiDict(query), TODAY)


def custom(days: int) -> Period:
    return Period("custom", TODAY - timedelta(days - 1), TODAY, TODAY)


@pytest.mark.parametrize(
    ("days", "intervals"),
    [
        (1, "hour"),
        (2, "hour day"),
        (7, "hour day"),
        (8, "day week"),
        (31, "day week"),
        (32, "day week month"),
        (366, "day week month"),
        (367, "week month"),
        (3660, "week month"),
    ],
)
def test_what_can_be_chosen_for_so_many_days(days: int, intervals: str) -> None:
    assert custom(days).intervals == tuple(intervals.split())
    assert custom(days).interval in custom(days).intervals


def test_the_choice_stays_in_the_address_also_over_days_that_it_does_not_fit() -> None:
    asked = read(period="28d", interval="week", country="LV", compare="year")
    assert asked.interval == "week"
    assert "interval=week" in asked.url()
    earlier = asked.period.stepped(-1)
    assert earlier
    for other in (asked.over(earlier), asked.only("source", "Google"), asked.unfiltered(), asked.at("/goals")):
        assert (other.interval, "interval=week" in other.url()) == ("week", True)
    assert ("interval", "week") in asked.hidden()
    assert ("interval", "week") in asked.carried()
    today = asked.over(periods.named("day", TODAY, TODAY))
    assert (today.interval, "interval=week" in today.url()) == ("hour", True)
    again = today.over(periods.named("28d", TODAY, TODAY))
    assert (again.interval, again.url()) == ("week", asked.url())
    assert asked.of("other.lv").url() == "/sites/other.lv?compare=year&interval=week", "filters are about one site"


def test_what_makes_no_sense_is_the_usual_interval() -> None:
    for query in ({"period": "7d", "interval": "week"}, {"interval": "hour"}, {"interval": "decade"}):
        assert (read(**query).interval, read(**query).chosen) == ("day", None)
    assert "interval" not in read(interval="decade").url()
    assert read(period="28d", interval="day").url() == "/sites/shop.lv", "the usual one needs no word"
    assert read(period="year").interval == "month"
    assert read(period="year", interval="day").interval == "day"
    assert read(period="7d").drawn("hour").url() == "/sites/shop.lv?period=7d&interval=hour"


def rows(person: Person, view: str, query: str, part: str) -> list[list[str]]:
    answer = person.get(f"/sites/{shop.DOMAIN}{view}?{query}")
    assert answer.status_code == 200
    return Tables(answer.text).rows[part]


def test_the_overview_by_week(anna: Person) -> None:
    """Ten came on Monday the 2nd, before these days; five of them again on each Monday after it."""
    found = rows(anna, "", f"{FOUR}&interval=week", "summary")
    assert found[:6] == [
        ["Week", "Visitors", "Period before"],
        ["4 – 8 Mar 2026 (part of the week)", "0", "0(4 – 8 Feb 2026)"],
        ["9 – 15 Mar 2026", "5", "0(9 – 15 Feb 2026)"],
        ["16 – 22 Mar 2026", "5", "0(16 – 22 Feb 2026)"],
        ["23 – 29 Mar 2026", "5", "0(23 Feb – 1 Mar 2026)"],
        ["30 – 31 Mar 2026 (this week so far)", "0", "10(2 – 3 Mar 2026)"],
    ]
    shown = page_text(anna, f"{FOUR}&interval=week")
    assert "Visitors (dotted: part of the first week, this week so far)" in shown
    assert "Whoever came on several of these is one visitor in the total" in shown


def test_parts_of_weeks_are_compared_with_parts_of_as_many_days(anna: Person) -> None:
    """Of eight days from a Tuesday, six and two meet the seven and one of the days before: nothing to compare."""
    found = rows(anna, "", "from=2026-03-10&to=2026-03-17&interval=week", "summary")
    assert [row[1:] for row in found] == [["Visitors", "Period before"], ["0", ""], ["5", ""]]
    said = "A part of a week or month is compared only with as many days."
    assert said in page_text(anna, "from=2026-03-10&to=2026-03-17&interval=week")
    assert said not in page_text(anna, "from=2026-03-10&to=2026-03-17&interval=day")
    found = rows(anna, "", "from=2026-03-10&to=2026-03-23&interval=week", "summary")
    assert [row[1:] for row in found[1:]] == [
        ["0", "0(24 Feb – 1 Mar 2026)"], ["5", "10(2 – 8 Mar 2026)"], ["5", "5(Mon 9 Mar 2026)"],
    ]  # fmt: skip


def test_months_are_compared_however_long_they_are_but_not_with_a_part(anna: Person) -> None:
    """January and February with February and March, of which two days are left out."""
    asked = "from=2026-01-01&to=2026-02-28&interval=month&metric=visits&compare=custom&with_from=2026-02-01&with_to="
    whole = rows(anna, "", f"{asked}2026-03-31", "summary")
    assert [row[2] for row in whole[1:]] == ["0(February 2026)", "25(March 2026)"]
    part = rows(anna, "", f"{asked}2026-03-29", "summary")
    assert [row[2] for row in part[1:]] == ["0(February 2026)", ""]


def test_a_week_at_the_end_of_past_days_is_a_part_too(anna: Person) -> None:
    found = rows(anna, "", "from=2026-03-02&to=2026-03-17&interval=week", "summary")
    assert [row[:2] for row in found[1:]] == [
        ["2 – 8 Mar 2026", "10"], ["9 – 15 Mar 2026", "5"], ["16 – 17 Mar 2026 (part of the week)", "5"],
    ]  # fmt: skip
    assert "(dotted: part of the last week)" in page_text(anna, "from=2026-03-02&to=2026-03-17&interval=week")
    assert "dotted" not in page_text(anna, "from=2026-03-02&to=2026-03-15&interval=week")


def test_months_that_are_cut_say_so(anna: Person) -> None:
    found = rows(anna, "", "from=2026-02-10&to=2026-03-29&interval=month", "summary")
    assert [row[:2] for row in found[1:]] == [
        ["10 – 28 Feb 2026 (part of the month)", "0"], ["1 – 29 Mar 2026 (part of the month)", "10"],
    ]  # fmt: skip


def test_hours_of_several_days(anna: Person) -> None:
    found = rows(anna, "", "from=2026-03-08&to=2026-03-10&interval=hour", "summary")
    assert len(found) == 1 + 72
    counted = {row[0]: row[1] for row in found[1:] if row[1] != "0"}
    assert counted == {"Mon 9 Mar, 10:00": "2", "Mon 9 Mar, 11:00": "1", "Mon 9 Mar, 12:00": "2"}
    config = line_of(anna.get(f"/sites/{shop.DOMAIN}?from=2026-03-08&to=2026-03-10&interval=hour").text)
    wide, slim = ([config["labels"][place] for place in places] for places in config["ticks"])
    assert wide == [
        "8 Mar",
        "06:00",
        "12:00",
        "18:00",
        "9 Mar",
        "06:00",
        "12:00",
        "18:00",
        "10 Mar",
        "06:00",
        "12:00",
        "18:00",
    ]
    assert slim == ["8 Mar", "9 Mar", "10 Mar"]


def test_other_reports_are_drawn_so_too(anna: Person) -> None:
    """Speed and retention know no hours: they stay at days."""
    days = "from=2026-03-02&to=2026-03-31"
    orders = rows(anna, "/goals", f"{days}&goal=Order&interval=week", "goal")
    assert [row[:2] for row in orders[1:3]] == [["2 – 8 Mar 2026", "3"], ["9 – 15 Mar 2026", "0"]]
    speed = rows(anna, "/speed", f"{days}&interval=week", "vitals")
    assert [row[:2] for row in speed[1:3]] == [["2 – 8 Mar 2026", "5,313"], ["9 – 15 Mar 2026", "1,156"]]
    year = rows(anna, "/speed", "period=year&interval=month", "vitals")
    assert ["1 – 31 Mar 2026", "1,156"] in [row[:2] for row in year] or ["March 2026", "1,156"] in [
        row[:2] for row in year
    ]
    came = rows(anna, "/retention", f"{days}&interval=week", "visitors")
    assert came[1:3] == [["2 – 8 Mar 2026", "10", "0"], ["9 – 15 Mar 2026", "0", "5"]]
    assert came[-1][0] == "30 – 31 Mar 2026 (this week so far)"
    for view in ("speed", "retention"):
        html = anna.get(f"/sites/{shop.DOMAIN}/{view}?from=2026-03-02&to=2026-03-08&interval=hour").text
        assert "Mon 2 Mar 2026" in html


@pytest.mark.parametrize(
    ("day", "before", "hours", "unpaired"),
    [("2026-10-25", "2026-10-24", 25, "Sun 25 Oct, 03:00"), ("2026-03-29", "2026-03-28", 23, "")],
)
def test_hours_are_compared_by_the_clock_where_it_changes(
    tmp_path: Path, shop_store: Store, day: str, before: str, hours: int, unpaired: str
) -> None:
    """On the day before, one came at 02:30, two at 05:30 and three at 23:30; the clock changes between 03 and 04."""
    times = ["02:30", *["05:30"] * 2, *["23:30"] * 3]
    hits = [Seen((day, number), at(f"{before}T{time}")) for number, time in enumerate(times)]
    insert(shop_store, payloads(Site(domain="new.lv"), hits), day)
    later = Clock(at("2026-10-30T12:00"))
    with installed(tmp_path, shop_store.address(), later) as made:
        answer = signed_in(made, later).get(f"/sites/new.lv?period=day&date={day}")
    found = Tables(answer.text).rows["summary"][1:]
    assert len(found) == hours
    assert [row[0][-5:] + " " + row[2] for row in found if row[2] not in ("0", "")] == ["02:00 1", "05:00 2", "23:00 3"]
    assert [row[0] for row in found if not row[2]] == ([unpaired] if unpaired else [])


def test_every_choice_is_a_link_that_leads_there(anna: Person) -> None:
    html = page(anna, "", "country=LV")
    assert links(html) == {"Day": True, "Week": False}
    week = next(url for url, _rest, label in choices(html) if label == "Week")
    there = anna.get(unescape(week)).text
    assert links(there) == {"Day": False, "Week": True}
    assert "Country is Latvia" in text_of(there)
    assert "interval=week" in there.split('rel="next"')[0].split('class="arrow" href="')[-1]
    assert choices(anna.get(f"/sites/{shop.DOMAIN}?period=day").text) == [], "one day is drawn by the hour alone"
    live = re.search(r'data-live="([^"]+)"', anna.get(f"/sites/{shop.DOMAIN}?period=28d&interval=week").text)
    assert live
    assert anna.get(unescape(live[1])).json["arrived"]  # type: ignore[index]


def choices(html: str) -> list[tuple[str, str, str]]:
    found = re.search(r'<nav class="tabs intervals".*?</nav>', html)
    return re.findall(r'<a href="([^"]+)" data-swap([^>]*)>(\w+)</a>', found[0]) if found else []


def links(html: str) -> dict[str, bool]:
    """The choices, and whether they are the current one."""
    return {label: "current" in rest for _url, rest, label in choices(html)}


def page_text(person: Person, query: str) -> str:
    return text_of(person.get(f"/sites/{shop.DOMAIN}?{query}").text)


def line_of(html: str) -> dict[str, Any]:
    config = re.search(r'data-chart="line" data-config="([^"]*)"', html)
    assert config
    found: dict[str, Any] = msgspec.json.decode(unescape(config[1]))
    return found


def test_the_ways_to_parts_are_drawn_apart() -> None:
    def drawn(*, cut: bool, running: bool, values: tuple[int, ...] = (4, 4, 4, 4)) -> tuple[str, str]:
        made = charts.drawing(values, (), (660, 80), (), "number", running=running, cut=cut)
        return made.line, made.open

    assert drawn(cut=False, running=False) == ("M48 12L248 12L448 12L648 12", "")
    assert drawn(cut=True, running=True) == ("M248 12L448 12", "M48 12L248 12M448 12L648 12")
    assert drawn(cut=True, running=False) == ("M248 12L448 12L648 12", "M48 12L248 12")
    assert drawn(cut=True, running=True, values=(4, 4))[1] == "M48 12L648 12"
