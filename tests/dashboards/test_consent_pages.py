"""The page of consent: rates over time, by language, device and page, and how the store sums them."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from collector.store import Store
from tests.dashboards.answers import answers, insert
from tests.dashboards.counting import at
from tests.dashboards.person import Clock, Person, installed, signed_in, words
from tests.dashboards.test_pages import Tables

PAGE = "/sites/example.lv/privacy/consent?from=2026-03-01&to=2026-03-05"
FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 4)


@pytest.fixture
def clock() -> Clock:
    return Clock(at("2026-03-05 12:00"))


@pytest.fixture
def app(tmp_path: Path, store: Store, clock: Clock) -> Iterator[Flask]:
    """Twenty times shown on two days; eight answers on the first, four on the second."""
    first = answers(FIRST, "shown", 10) + answers(FIRST, "accepted", 5) + answers(FIRST, "refused", 3)
    second = [
        *answers(SECOND, "shown", 8, "ru", "desktop", "/kontakti"),
        *answers(SECOND, "shown", 2, "en", page="/kontakti"),
        *answers(SECOND, "accepted", 1, "ru", "desktop", "/kontakti"),
        *answers(SECOND, "customised", 1, "en", page="/kontakti"),
        *answers(SECOND, "refused", 2, "ru", "desktop", "/kontakti"),
    ]  # fmt: skip
    insert(store, first, "one")
    insert(store, second, "two")
    insert(store, second, "two")  # a segment that is sent again counts once
    with installed(tmp_path, store.address(), clock) as made:
        yield made


@pytest.fixture
def anna(app: Flask, clock: Clock) -> Person:
    return signed_in(app, clock)


def row(text: str, label: str) -> list[str]:
    """The cells of the table row with this label."""
    found = re.search(rf'<tr><th scope="row"><span class="row" title="{re.escape(label)}">.*?</tr>', text, re.DOTALL)
    assert found, label
    return re.findall(r'<td class="num[^"]*">([^<]*)</td>', found[0])


def test_shares_are_of_the_banners_shown(anna: Person) -> None:
    said = words(anna.get(PAGE))
    assert "Accepted all 30% 6" in said
    assert "Rejected all 25% 5" in said
    assert "Chose 5% 1" in said
    assert "No answer 40% 8" in said
    assert "Shares of how often the banner was shown: 20." in said


def test_languages_devices_pages_and_days_each_stand_for_themselves(anna: Person) -> None:
    text = anna.get(PAGE).text
    assert row(text, "Latvian") == ["10", "50%", "30%", "0%", "20%"]
    assert row(text, "Russian") == ["8", "12.5%", "25%", "0%", "62.5%"]
    assert row(text, "English") == ["2", "0%", "0%", "50%", "50%"]
    assert row(text, "Computer") == ["8", "12.5%", "25%", "0%", "62.5%"]
    assert row(text, "Telephone or tablet") == ["12", "41.7%", "25%", "8.3%", "25%"]
    assert row(text, "/kontakti") == ["10", "10%", "20%", "10%", "60%"]
    assert row(text, "Mon 2 Mar") == ["10", "50%", "30%", "0%", "20%"]


def test_only_the_days_that_are_asked_for(anna: Person) -> None:
    assert "Accepted all 50% 5" in words(anna.get("/sites/example.lv/privacy/consent?from=2026-03-01&to=2026-03-02"))
    assert "The banner was not shown" in words(
        anna.get("/sites/example.lv/privacy/consent?from=2026-02-01&to=2026-02-02")
    )
    assert "The banner was not shown" in words(anna.get(PAGE.replace("example.lv", "new.lv")))


def test_the_line_follows_the_answer_that_is_picked(anna: Person) -> None:
    assert "Rejected all, share of the banners shown" in words(anna.get(f"{PAGE}&outcome=refused"))
    for nonsense in ("nonsense", "shown", "<script>"):
        assert "Accepted all, share of the banners shown" in words(anna.get(f"{PAGE}&outcome={nonsense}"))


def test_the_line_by_week_sums_the_answers_of_its_days(anna: Person) -> None:
    """Thirty percent of the twenty that were shown in that week; a week in which none was shown has no share."""
    page = "/sites/example.lv/privacy/consent?from=2026-02-18&to=2026-03-05"
    rows = Tables(anna.get(f"{page}&interval=week").text).rows["answers"]
    assert [row[:2] for row in rows] == [
        ["Week", "Accepted all, share of the banners shown"],
        ["18 – 22 Feb 2026 (part of the week)", "–"],
        ["23 Feb – 1 Mar 2026", "–"],
        ["2 – 5 Mar 2026 (this week so far)", "30%"],
    ]
    long = Tables(anna.get(page.replace("2026-02-18", "2025-09-01")).text).rows["answers"]
    assert long[-1][:2] == ["1 – 5 Mar 2026 (this month so far)", "30%"], "long periods have a line, too"


def test_the_table_over_time_has_the_rows_of_the_line(anna: Person) -> None:
    page = "/sites/example.lv/privacy/consent?from=2025-09-01&to=2026-03-05"
    rows = Tables(anna.get(page).text).rows["days"]
    assert [row[:2] for row in rows] == [["Month", "Shown"], ["1 – 5 Mar 2026 (this month so far)", "20"]]
    assert [row[:2] for row in Tables(anna.get(f"{page}&interval=day").text).rows["days"]] == [
        ["Day", "Shown"], ["Wed 4 Mar", "10"], ["Mon 2 Mar", "10"],
    ]  # fmt: skip


def test_days_and_filters_are_there_again_on_the_way_back(anna: Person) -> None:
    """Answers to the banner know nothing of filters, so none is shown; the reports after it have them still."""
    query = "from=2026-03-01&to=2026-03-05&country=LV"
    assert f'href="/sites/example.lv/privacy/consent?{query}"' in unescape(anna.get(f"/sites/example.lv?{query}").text)
    text = unescape(anna.get(f"/sites/example.lv/privacy/consent?{query}").text)
    assert f'href="/sites/example.lv/goals?{query}"' in text
    assert 'class="chips"' not in text
    assert 'href="/sites/new.lv?from=2026-03-01&to=2026-03-05"' in text, "another site has the days alone"


def test_it_is_for_those_who_are_logged_in(app: Flask) -> None:
    assert app.test_client().get(PAGE).status_code == 302


def test_no_row_tells_more_than_one_thing(app: Flask, store: Store) -> None:
    """What is counted by language is not counted by page in the same row: nobody can be put together from it."""
    asked = "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'banner_counts'"
    columns = {name for (name,) in store.execute(asked)}
    assert columns == {"site", "day", "dimension", "value", "outcome", "times", "expires"}
