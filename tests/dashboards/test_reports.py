"""The reports beside the overview, over HTTP on a real store: goals, funnels, paths, retention, speed, audience."""

import re
import secrets
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from collector.goals import add_goal, remove_goal
from collector.schema import apply_schema
from collector.services import of
from collector.sites import add_site
from collector.store import Store, connect
from tests.dashboards import shop
from tests.dashboards.counting import at, count
from tests.dashboards.person import Clock, Person, installed, signed_in, words
from tests.dashboards.test_pages import Tables
from tests.running import in_database

MARCH = "from=2026-03-02&to=2026-03-29"


@pytest.fixture(scope="module")
def shop_store(clickhouse: str) -> Iterator[Store]:
    name = f"sikdatne_test_{secrets.token_hex(6)}"
    opened = connect(in_database(clickhouse, name))
    apply_schema(opened, time.time())
    count(opened, shop.SHOP, shop.hits())
    yield opened
    opened.execute(f"DROP DATABASE {name}")
    opened.close()


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(at(shop.NOW))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, shop_store: Store, clock: Clock) -> Iterator[Flask]:
    with installed(tmp_path_factory.mktemp("shop"), shop_store.address(), clock) as made:
        database = of(made).database
        add_site(database, shop.DOMAIN, now=clock.now)
        shop.set_up(database, clock.now)
        yield made


@pytest.fixture(scope="module")
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def page(person: Person, view: str, query: str = "") -> str:
    answer = person.get(f"/sites/{shop.DOMAIN}{view and '/' + view}?{MARCH}{query and '&' + query}")
    assert answer.status_code == 200
    return answer.text


def text_of(html: str) -> str:
    """What a page says, without its tags, in one line."""
    return " ".join(unescape(re.sub(r"<svg\b.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


def said(person: Person, view: str, query: str = "") -> str:
    return words(person.get(f"/sites/{shop.DOMAIN}/{view}?{MARCH}{query and '&' + query}"))


def test_goals_with_their_conversions_rates_and_revenue(anna: Person) -> None:
    rows = Tables(page(anna, "goals")).rows["goals"]
    assert rows == [
        ["Goal", "Conversions", "Change", "Visitors", "Rate", "Revenue"],
        ["Read to the end80% of /guides/** scrolled", "10", "", "10", "40%", ""],
        ["BasketPage /basket", "8", "", "8", "32%", ""],
        ["AddressPage /basket/address", "5", "", "5", "20%", ""],
        ["OrderEvent “Order”", "3", "", "3", "12%", "€50 + $40"],
        ["Pro orderEvent “Order” with plan = pro", "1", "", "1", "4%", "€25"],
    ]


def test_goals_are_compared_with_the_days_that_were_chosen(anna: Person) -> None:
    """In the second week nobody ordered and five read to the end: half of the first week's."""
    week = "from=2026-03-09&to=2026-03-15"
    rows = Tables(anna.get(f"/sites/{shop.DOMAIN}/goals?{week}").text).rows["goals"]
    assert ["Read to the end80% of /guides/** scrolled", "2", "↓ 50%down by 50%", "2"] in [row[:4] for row in rows]
    alone = Tables(anna.get(f"/sites/{shop.DOMAIN}/goals?{week}&compare=none").text).rows["goals"]
    assert {row[2] for row in alone[1:]} == {""}
    other = "compare=custom&with_from=2026-03-16&with_to=2026-03-22"
    same = Tables(anna.get(f"/sites/{shop.DOMAIN}/goals?{week}&{other}").text).rows["goals"]
    assert ["Read to the end80% of /guides/** scrolled", "2", "no changeunchanged", "2"] in [row[:4] for row in same]


def test_one_goal_by_how_its_visits_came(anna: Person) -> None:
    html = page(anna, "goals", "goal=Order")
    rows = Tables(html).rows
    assert rows["pages"] == [["Page", "Conversions", "Rate", "Revenue"], ["/basket/address", "3", "60%", "€50$40"]]
    assert "The rate of a page is that of its visitors who reached the goal on it; each counts once a day." in text_of(
        html
    )
    assert rows["devices"][1:] == [["Desktop", "2", "10.5%", "€25$40"], ["Mobile", "1", "16.7%", "€25"]]
    assert sum(int(row[1]) for row in rows["connections"][1:]) == 3
    assert ["Mon 2 Mar 2026", "3", ""] in rows["goal"]
    assert "Conversions 3 Visitors 3 Conversion rate 12% Revenue in EUR €50 Revenue in USD $40" in said(
        anna, "goals", "goal=Order"
    )
    assert "Conversions 1 Visitors 1 Conversion rate 16.7%" in said(anna, "goals", "goal=Order&device=mobile")


def test_the_rate_of_a_page_is_of_its_visitors(anna: Person) -> None:
    """Five saw the page, of whom three ordered on it. Of several pages together nobody knows how many saw them."""
    rows = Tables(page(anna, "goals", "page=/basket/address")).rows["goals"]
    assert ["OrderEvent “Order”", "3", "", "3", "60%", "€50 + $40"] in rows
    assert "The rate is that of the page's visitors" in said(anna, "goals", "page=/basket/address")
    chosen = said(anna, "goals", "page=/basket/address&goal=Order")
    assert "Conversions 3 Visitors 3 Of the page's visitors 60% Revenue in EUR €50 Revenue in USD $40" in chosen
    rows = Tables(page(anna, "goals", "page.has=/basket")).rows["goals"]
    assert ["OrderEvent “Order”", "3", "", "3", "–"] in rows


def test_events_with_their_properties(anna: Person) -> None:
    rows = Tables(page(anna, "goals", "event=Order&property=plan")).rows
    assert rows["events"] == [["Event", "Times", "Visitors", "Revenue"], ["Order", "3", "3", "€50$40"]]
    assert rows["properties"] == [
        ["plan", "Times", "Share", "Revenue"], ["basic", "2", "67%", "€25$40"], ["pro", "1", "33%", "€25"],
    ]  # fmt: skip
    assert "Visitors of an event are exact for a day, and summed over the days." in said(anna, "goals")
    assert Tables(page(anna, "goals", "page=/basket/address")).rows["events"][1] == ["Order", "3", "–", "€50$40"]
    assert Tables(page(anna, "goals", "device=mobile")).rows["events"][1] == ["Order", "1", "1", "€25"]
    assert "events" not in Tables(page(anna, "goals", "page=/")).rows


def test_a_goal_that_was_removed_keeps_what_was_counted(anna: Person, app: Flask, clock: Clock) -> None:
    database = of(app).database
    remove_goal(database, shop.DOMAIN, "Pro order", now=clock.now)
    assert ["Pro orderRemoved", "1", "", "1", "4%", "€25"] in Tables(page(anna, "goals")).rows["goals"]
    add_goal(database, shop.DOMAIN, shop.GOALS[-1], now=clock.now)


def test_a_goal_that_never_was_is_told_as_unknown(anna: Person, app: Flask, clock: Clock) -> None:
    text = said(anna, "goals", "goal=Nope")
    assert "The site has no goal of this name, and has counted none." in text
    assert "Removed" not in text
    assert "Conversions" not in text
    database = of(app).database
    remove_goal(database, shop.DOMAIN, "Pro order", now=clock.now)
    january = words(anna.get(f"/sites/{shop.DOMAIN}/goals?from=2026-01-01&to=2026-01-31&goal=Pro order"))
    assert "Pro order Removed" in january, "it was counted on other days"
    add_goal(database, shop.DOMAIN, shop.GOALS[-1], now=clock.now)
    assert "has no goal of this name" not in said(anna, "goals", "goal=Pro order&country=EE")


def test_the_steps_of_a_funnel(anna: Person) -> None:
    rows = Tables(page(anna, "funnels")).rows
    assert rows["funnel"] == [
        ["Step", "Reached", "Of all", "Of the step before", "Lost"],
        ["1. Basket", "8", "100%", "", ""],
        ["2. Address", "5", "62.5%", "62.5%", "3"],
        ["3. Order", "3", "37.5%", "60%", "2"],
    ]
    assert rows["by"][1:] == [
        ["Email", "3", "2", "1", "33.3%"], ["Organic Search", "3", "2", "1", "33.3%"], ["Direct", "2", "1", "1", "50%"],
    ]  # fmt: skip
    assert "37.5% of those who entered completed it" in said(anna, "funnels")
    assert Tables(page(anna, "funnels", "country=LV")).rows["funnel"][1][1] == "3"
    assert Tables(page(anna, "funnels", "by=device")).rows["by"][1:] == [
        ["Desktop", "5", "3", "2", "40%"], ["Mobile", "3", "2", "1", "33.3%"],
    ]  # fmt: skip
    assert "remove the filter by page" in said(anna, "funnels", "page=/basket")


def test_the_paths_from_a_page_and_to_it(anna: Person) -> None:
    text = said(anna, "paths", "of=/guides/chain")
    assert "25 times a visit was on this page 17 went no further (68%)" in text
    assert "/basket 8 32% Where they went next · 3 (38%) went no further /basket/address 5 62.5%" in text
    back = said(anna, "paths", "of=/basket/address&way=back")
    assert "/basket 5 100% Where they had come from /guides/chain 5 100% / 5 100%" in back
    assert "10 times a visit was on this page" in said(anna, "paths", "of=/guides/chain&country=LV")
    assert "15 times a visit was on this page" in said(anna, "paths", "of=/guides/chain&country.not=LV")
    assert "not known of single pages; remove the filter" in said(anna, "paths", "page=/basket")
    assert 'class="ribbon"' in page(anna, "paths")


def test_who_comes_again(anna: Person) -> None:
    html = page(anna, "retention")
    assert Tables(html).rows["cohorts"][1][:6] == ["2 Mar 2026", "10", "50%", "50%", "50%", "0%"]
    assert 'title="5 of 10 came again in the week of 9 March 2026"' in html
    assert Tables(page(anna, "retention", "unit=month")).rows["cohorts"][1][:2] == ["March 2026", "10"]
    filtered = page(anna, "retention", "device=mobile")
    assert Tables(filtered).rows["cohorts"][1][:3] == ["2 Mar 2026", "3", "33%"]
    assert "about the first visit, whatever" in filtered
    refused = said(anna, "retention", "source=Google")
    assert "filtered by country, device, channel and audience" in refused
    assert "about the first visit, whatever" not in refused
    text = words(anna.get(f"/sites/{shop.DOMAIN}/retention?from=2026-03-09&to=2026-03-15"))
    assert "0 new ↓ 100% down by 100% was 10 5 returning, 100% of all" in text
    assert "10 Visitors in these 14 days" in text


def test_speed_by_device_and_page(anna: Person) -> None:
    text = said(anna, "speed")
    assert "Main content visible LCP 1.16 s good 76% good, 0% need improvement, 24% poor" in text
    assert Tables(page(anna, "speed")).rows["by-device"][1:] == [
        ["Desktop", "good:1.16 s", "19"], ["Mobile", "poor:5.31 s", "6"],
    ]  # fmt: skip
    assert "Layout shift: country Layout shift: Country Country p75 Measured Latvia good: 0.019 10" in said(
        anna, "speed", "vital=cls"
    )
    assert "Speed is known by page, device and country" in said(anna, "speed", "source=Google")


def test_the_audience(anna: Person) -> None:
    rows = Tables(page(anna, "audience")).rows
    assert rows["audiences"][1:] == [["Other", "4", "40%"], ["Unknown", "3", "30%"], ["Customer", "3", "30%"]]
    assert rows["connections"][1:] == [["3G", "5", "50%"], ["4G or better", "5", "50%"]]
    assert "only where a topic had at least 100 on a day" in said(anna, "audience"), "bicycles had ten: not shown"


def test_the_navigation_keeps_days_and_filters_but_not_what_a_page_alone_asks(anna: Person) -> None:
    html = page(anna, "goals", "goal=Order&country=LV")
    link = html.split('href="/sites/shop.lv/funnels?')[1].split('"')[0].replace("&amp;", "&")
    assert link == f"{MARCH}&country=LV"


def test_a_site_without_goals_says_how_to_begin(anna: Person) -> None:
    assert "Add a goal" in words(anna.get("/sites/new.lv/goals"))
    assert "Add a funnel" in words(anna.get("/sites/new.lv/funnels"))
    for view in ("paths", "retention", "speed", "audience"):
        assert anna.get(f"/sites/new.lv/{view}").status_code == 200


@pytest.mark.parametrize("view", ["goals", "funnels", "paths", "retention", "speed", "audience"])
def test_reports_are_there_without_figures(anna: Person, app: Flask, clock: Clock, tmp_path: Path, view: str) -> None:
    for query in ("period=day", "period=year", "from=2020-01-01&to=2020-02-01", "compare=year&weekdays=1&period=month"):
        assert anna.get(f"/sites/{shop.DOMAIN}/{view}?{query}").status_code == 200
    assert app.test_client().get(f"/sites/{shop.DOMAIN}/{view}").status_code == 302
    with installed(tmp_path, "clickhouse://nobody:secret@127.0.0.1:1/none", clock) as away:
        add_site(of(away).database, shop.DOMAIN, now=clock.now)
        shop.set_up(of(away).database, clock.now)
        answer = signed_in(away, clock).get(f"/sites/{shop.DOMAIN}/{view}")
        assert "The store cannot be reached right now" in words(answer)


WEEK_AFTER = "compare=custom&with_from=2026-03-09&with_to=2026-03-15"


def of_week(person: Person, view: str, query: str = "") -> str:
    """A report of the second week, which is by itself compared with the first."""
    answer = person.get(f"/sites/{shop.DOMAIN}/{view}?from=2026-03-09&to=2026-03-15{query and '&' + query}")
    assert answer.status_code == 200
    return answer.text


def test_speed_is_compared(anna: Person) -> None:
    """In the first week four of ten came on a telephone, in the second one of five: less is better."""
    html = of_week(anna, "speed")
    assert "Main content visible LCP 1.16 s good ↓ 78% down by 78% was 5.31 s" in text_of(html)
    assert 'class="change good"' in html
    assert 'class="change bad"' not in html
    rows = Tables(html).rows
    assert rows["vitals"][:2] == [
        ["Day", "Main content visible, 75th percentile in ms", "Period before"], ["Mon 9 Mar 2026", "1,156", "5,313"],
    ]  # fmt: skip
    assert rows["by-page"][1:] == [["/", "good:1.16 s↓ 78%down by 78%", "5"]]
    assert rows["by-device"][1] == ["Desktop", "good:1.16 sno changeunchanged", "4"]
    other = of_week(anna, "speed", "compare=custom&with_from=2026-03-16&with_to=2026-03-22")
    assert "LCP 1.16 s good no change unchanged was 1.16 s" in text_of(other)
    slower = anna.get(f"/sites/{shop.DOMAIN}/speed?from=2026-03-02&to=2026-03-08&{WEEK_AFTER}").text
    assert "LCP 5.31 s poor ↑ 360% up by 360% was 1.16 s" in text_of(slower)
    assert 'class="change bad"' in slower
    assert "was" not in text_of(of_week(anna, "speed", "compare=none")).split("Main content visible LCP")[1]


def test_the_audience_is_compared(anna: Person) -> None:
    rows = Tables(of_week(anna, "audience")).rows
    assert rows["audiences"] == [
        ["Audience", "Visitors", "Change", "Share"],
        ["Unknown", "2", "↓ 33%down by 33%", "40%"],
        ["Other", "2", "↓ 50%down by 50%", "40%"],
        ["Customer", "1", "↓ 67%down by 67%", "20%"],
    ]
    assert rows["connections"][1:] == [["3G", "5", "no changeunchanged", "100%"]]
    alone = Tables(of_week(anna, "audience", "compare=none")).rows["audiences"]
    assert alone[:2] == [["Audience", "Visitors", "Share"], ["Unknown", "2", "40%"]]
    assert Tables(of_week(anna, "audience", "country=EE")).rows["audiences"][1][2] == "↓ 67%down by 67%"


def test_a_report_without_anything_known_offers_the_page_without_the_filter(anna: Person) -> None:
    for view, parts in (("paths", ["paths"]), ("funnels", ["funnel"]), ("retention", ["visitors", "stickiness"])):
        html = page(anna, view, "page=/basket&country=LV")
        for part in parts:
            shown = html.split(f'id="{part}"')[1].split("</section>")[0]
            assert "not known of single pages" in shown
            link = re.search(r'<a href="([^"]+)" data-swap>Without the filter by page</a>', shown)
            assert link
            assert unescape(link[1]) == f"/sites/shop.lv/{view}?{MARCH}&country=LV"
    assert "Without the filter" not in page(anna, "paths", "country=LV")
    latvia, without = f"?{MARCH}&country=LV".replace("&", "&amp;"), "data-swap>Without the other filters<"
    cohorts = page(anna, "retention", "source=Google&country=LV").split('id="cohorts"')[1].split("</section>")[0]
    assert f'href="/sites/shop.lv/retention{latvia}" {without}' in cohorts
    speed = page(anna, "speed", "source=Google&country=LV")
    assert f'href="/sites/shop.lv/speed{latvia}" {without}' in speed
    assert "data-swap>Without" not in page(anna, "speed") + page(anna, "retention")


def test_new_and_returning_visitors_are_compared(anna: Person) -> None:
    text = text_of(of_week(anna, "retention", "compare=custom&with_from=2026-03-16&with_to=2026-03-22"))
    assert "5 returning, 100% of all no change unchanged was 5" in text
    assert "0 new 5 returning, 100% of all 9 Mar" in text_of(of_week(anna, "retention", "compare=none"))
