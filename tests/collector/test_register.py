"""The register of requests about personal data: the month, its extension, what may be written, and deletion."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.database import Database, open_database, upgrade
from collector.register import (
    KINDS,
    Request,
    RequestError,
    add,
    answer,
    delete_old,
    extend,
    months_later,
    requests,
    table,
)
from collector.sites import add_site, update_site

SITE, TODAY = "example.lv", date(2026, 11, 22)
DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/sikdatne.db")
    upgrade(opened)
    for domain in (SITE, "other.lv"):
        add_site(opened, domain, now=0)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 22), date(2026, 12, 22)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_a_request_is_due_in_a_month_by_the_calendar(database: Database, received: date, due: date) -> None:
    assert add(database, SITE, "access", "", received, received).due == due


@given(day=DAYS, months=st.integers(1, 40))
def test_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_an_extension_adds_two_months_to_the_first_once_and_with_a_reason(database: Database) -> None:
    number = add(database, SITE, "access", "", date(2026, 11, 30), date(2026, 11, 30)).id
    with pytest.raises(RequestError, match="reason"):
        extend(database, SITE, number, " ", TODAY)
    assert extend(database, SITE, number, "a large archive", date(2026, 12, 30)).due == date(2027, 2, 28)
    with pytest.raises(RequestError, match="once"):
        extend(database, SITE, number, "again", date(2026, 12, 30))


def test_after_the_month_it_is_too_late_to_extend(database: Database) -> None:
    number = add(database, SITE, "erasure", "", date(2026, 10, 1), TODAY).id
    with pytest.raises(RequestError, match="due on 2026-11-01"):
        extend(database, SITE, number, "late", date(2026, 11, 2))


def test_open_ones_come_first_the_most_urgent_on_top_and_overdue_ones_are_told(database: Database) -> None:
    for reference, received in (("new", TODAY), ("late", date(2026, 10, 1)), ("soon", date(2026, 10, 25))):
        add(database, SITE, "access", reference, received, TODAY)
    done = add(database, SITE, "objection", "done", date(2026, 9, 1), TODAY)
    answer(database, SITE, done.id, "done", "marketing stopped", date(2026, 9, 3))
    add(database, "other.lv", "access", "of another site", TODAY, TODAY)
    found = [(each.reference, each.state(TODAY)) for each in requests(database, SITE, TODAY)]
    assert found == [("late", "overdue"), ("soon", "soon"), ("new", "open"), ("done", "answered")]


def test_on_the_last_day_it_is_not_overdue_yet(database: Database) -> None:
    made = add(database, SITE, "access", "", date(2026, 10, 22), TODAY)
    assert (made.state(date(2026, 11, 22)), made.state(date(2026, 11, 23))) == ("soon", "overdue")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_entered(database: Database, kind: str) -> None:
    assert add(database, SITE, kind, "mail 14", TODAY, TODAY).kind == kind


@pytest.mark.parametrize("personal", ["anna@example.lv", "mail of +37126123456", "010190-12345", "192.0.2.7", "x" * 61])
def test_the_register_takes_no_personal_data(database: Database, personal: str) -> None:
    with pytest.raises(RequestError):
        add(database, SITE, "access", personal, TODAY, TODAY)
    number = add(database, SITE, "access", "mail 14", TODAY, TODAY).id
    if len(personal) < 60:
        with pytest.raises(RequestError):
            answer(database, SITE, number, "done", f"sent to {personal}", TODAY)


def test_what_cannot_be_is_refused(database: Database) -> None:
    tomorrow = TODAY + timedelta(days=1)
    number = add(database, SITE, "access", "", TODAY, TODAY).id
    wrong: list[Callable[[], Request]] = [
        lambda: add(database, SITE, "curiosity", "", TODAY, TODAY),
        lambda: add(database, SITE, "access", "", tomorrow, TODAY),
        lambda: add(database, "nobody.lv", "access", "", TODAY, TODAY),
        lambda: answer(database, SITE, number, "forgotten", "x", TODAY),
        lambda: answer(database, SITE, number, "done", "", TODAY),
        lambda: answer(database, SITE, number, "done", "x", TODAY - timedelta(days=1)),
        lambda: answer(database, "other.lv", number, "done", "x", TODAY),
        lambda: answer(database, SITE, number + 1, "done", "x", TODAY),
    ]
    for attempt in wrong:
        with pytest.raises(RequestError):
            attempt()
    answer(database, SITE, number, "refused", "not identified", TODAY)
    with pytest.raises(RequestError, match="was answered"):
        answer(database, SITE, number, "done", "x", TODAY)


def test_answered_ones_are_deleted_when_the_site_keeps_them_no_longer(database: Database) -> None:
    update_site(database, SITE, request_months=12)
    for site in (SITE, "other.lv"):
        number = add(database, site, "access", "", TODAY, TODAY).id
        answer(database, site, number, "done", "sent", TODAY)
    add(database, SITE, "erasure", "never answered", TODAY, TODAY)
    last = date(2027, 11, 22)
    assert delete_old(database, last) == 0
    assert delete_old(database, last + timedelta(days=1)) == 1
    assert [each.reference for each in requests(database, SITE, last)] == ["never answered"]
    assert len(requests(database, "other.lv", last)) == 1  # kept for 36 months


def test_the_table_has_every_field(database: Database) -> None:
    add(database, SITE, "access", "mail 14", TODAY, TODAY)
    head, row = table(requests(database, SITE, TODAY))
    assert dict(zip(head, row, strict=True)) == {
        "id": "1", "kind": "access", "reference": "mail 14", "received": "2026-11-22", "due": "2026-12-22",
        "extension": "", "answered": "", "outcome": "", "done": "",
    }  # fmt: skip
