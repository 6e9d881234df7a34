"""With which days a period is compared. Pure."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from dashboards import address, comparing
from dashboards.periods import PeriodError

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"period": "7d"}, ("2026-11-09", "2026-11-15")),
        ({"period": "month"}, ("2026-10-01", "2026-10-22")),
        ({"period": "year"}, ("2025-01-01", "2025-11-22")),
        ({"period": "year", "compare": "year"}, ("2025-01-01", "2025-11-22")),
        ({"period": "7d", "compare": "year"}, ("2025-11-16", "2025-11-22")),
        ({"period": "7d", "compare": "year", "weekdays": "1"}, ("2025-11-17", "2025-11-23")),
        ({"period": "month", "weekdays": "1"}, ("2026-10-04", "2026-10-25")),
        ({"from": "2026-03-03", "to": "2026-03-04", "weekdays": "1"}, ("2026-02-24", "2026-02-25")),
        ({"compare": "custom", "with_from": "2026-05-01", "with_to": "2026-04-01"}, ("2026-04-01", "2026-05-01")),
        ({"compare": "anything"}, ("2026-09-28", "2026-10-25")),
    ],
)
def test_the_days_to_compare_with(query: dict[str, str], days: tuple[str, str]) -> None:
    read = address.parse("shop.lv", MultiDict(query), TODAY)
    assert read.before == tuple(map(date.fromisoformat, days))


def test_weekdays_meet_their_like() -> None:
    for query in (
        {"period": "month"},
        {"period": "90d", "compare": "year"},
        {"from": "2026-01-05", "to": "2026-01-09"},
    ):
        read = address.parse("shop.lv", MultiDict(query | {"weekdays": "1"}), TODAY)
        assert read.before
        assert read.before[0].weekday() == read.period.first.weekday()
        assert read.before[1] < read.period.first
        assert (read.before[1] - read.before[0]).days == read.period.days - 1


def test_nothing_to_compare_with() -> None:
    assert address.parse("shop.lv", MultiDict({"compare": "none"}), TODAY).before is None


@pytest.mark.parametrize("ends", [{}, {"with_from": "2026-01-01"}, {"with_from": "soon", "with_to": "2026-01-01"}])
def test_days_that_do_not_exist(ends: dict[str, str]) -> None:
    with pytest.raises(PeriodError, match="with_from"):
        comparing.parse({"compare": "custom"} | ends)


@pytest.mark.parametrize(
    "query",
    [
        "country.not=LV&page.has=/a b&source=Google&source=x%2By&compare=year&weekdays=1&period=7d&goal=A%20%26%20b",
        "compare=custom&with_from=2026-01-01&with_to=2026-01-31&sources=source&event=e&property=p&audience=customer",
        "from=2026-01-01&to=2026-01-31&compare=none&metric=visits&os.fits=^(mac%7Cwin)",
    ],
)
def test_an_address_says_again_what_it_was_read_from(query: str) -> None:
    read = address.parse("shop.lv", MultiDict(parse_qsl(query)), TODAY, "/goals")
    again = read.url().partition("?")[2]
    assert sorted(parse_qsl(again)) == sorted(parse_qsl(query))
    assert address.parse("shop.lv", MultiDict(parse_qsl(again)), TODAY, "/goals") == read
