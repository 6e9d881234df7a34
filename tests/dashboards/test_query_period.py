"""Which days a range means, what it is compared with, and the names of its buckets. No store."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.query import QueryError
from dashboards.query.period import Period, bucket_of, check_range, compared, hour_label, labels, resolve
from tests.dashboards.counting import at

RIGA = "Europe/Riga"
NOW = at("2026-03-31T00:30")  # in UTC it is still the day before


def days(name: str, now: float = NOW) -> tuple[str, str]:
    period = resolve(name, RIGA, now, lambda: date(2025, 5, 5))
    assert period.hours is None
    return period.first.isoformat(), period.last.isoformat()


def test_relative_ranges_end_today() -> None:
    """Today is the site's, whatever day it is in UTC."""
    today = "2026-03-31"
    assert days("day") == (today, today)
    assert days("7d") == ("2026-03-25", today)
    assert days("28d") == ("2026-03-04", today)
    assert days("30d") == ("2026-03-02", today)
    assert days("91d") == ("2025-12-31", today)
    assert days("month") == ("2026-03-01", today)
    assert days("6mo") == ("2025-10-01", today)
    assert days("12mo") == ("2025-04-01", today)
    assert days("year") == ("2026-01-01", today)
    assert days("all") == ("2025-05-05", today)


def test_instants_are_whole_hours() -> None:
    def hours(first: str, last: str) -> Period:
        asked = check_range([first, last])
        return resolve(asked, RIGA, NOW, lambda: None)

    period = hours("2026-03-01T12:00:00+02:00", "2026-03-01T15:59:59+02:00")
    assert period.hours == (at("2026-03-01T12:00"), at("2026-03-01T15:00"))
    assert hours("2026-03-01 12:00:00", "2026-03-01 16:00:00") == period
    assert hours("2026-03-01T10:00:00Z", "2026-03-01T13:59:59Z") == period
    whole = hours("2026-03-01T00:00:00+02:00", "2026-03-02T23:59:59+02:00")
    assert whole == Period(date(2026, 3, 1), date(2026, 3, 2))
    for first, last in (
        ("2026-03-01T12:30:00", "2026-03-01T15:59:59"),
        ("2026-03-01T12:00:00", "2026-03-01T15:30:00"),
        ("2026-03-01T12:00:00", "2026-03-01T12:00:00"),
        ("2026-03-01T12:00:00", "2026-06-01T12:00:00"),
    ):
        with pytest.raises(QueryError):
            hours(first, last)
    with pytest.raises(QueryError):
        hours("2026-03-02", "2026-03-01")


def test_24h_is_this_hour_and_the_23_before() -> None:
    period = resolve("24h", RIGA, at("2026-03-29T18:30"), lambda: None)
    assert period.hours is not None
    found = labels("time:hour", period, RIGA)
    assert len(found) == 24
    assert found[0] == "2026-03-28 18:00:00"  # the clocks went forward: one hour is missing
    assert "2026-03-29 03:00:00" not in found
    assert found[-1] == "2026-03-29 18:00:00"


def test_hours_of_the_day_the_clocks_go_back_have_names_of_their_own() -> None:
    found = labels("time:hour", Period(date(2026, 10, 25), date(2026, 10, 25)), RIGA)
    assert len(found) == len(set(found)) == 25
    assert found[3:5] == ["2026-10-25 03:00:00", "2026-10-25 03:00:00+02:00"]


def test_buckets_are_cut_by_the_range() -> None:
    period = Period(date(2026, 3, 4), date(2026, 4, 2))
    assert labels("time:week", period, RIGA) == ["2026-03-04", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"]
    assert labels("time:month", period, RIGA) == ["2026-03-01", "2026-04-01"]
    assert len(labels("time:day", period, RIGA)) == 30


def test_the_size_of_time_follows_the_range() -> None:
    begin = date(2026, 1, 1)
    sizes = {days: bucket_of("time", Period(begin, begin + timedelta(days - 1))) for days in (1, 2, 92, 93)}
    assert sizes == {1: "time:hour", 2: "time:day", 92: "time:day", 93: "time:month"}
    with pytest.raises(QueryError):
        bucket_of("time:week", Period(begin, begin, (0, 3600)))


def test_what_a_period_is_compared_with() -> None:
    def before(first: str, last: str, mode: str, *, match_weekday: bool = False) -> tuple[str, str]:
        period = Period(date.fromisoformat(first), date.fromisoformat(last))
        found = compared(period, mode, None, match_weekday=match_weekday, timezone=RIGA)
        return found.first.isoformat(), found.last.isoformat()

    assert before("2026-03-01", "2026-03-07", "previous_period") == ("2026-02-22", "2026-02-28")
    assert before("2026-03-01", "2026-03-30", "previous_period") == ("2026-01-30", "2026-02-28")
    assert before("2026-03-01", "2026-03-31", "year_over_year") == ("2025-03-01", "2025-03-31")
    assert before("2024-02-29", "2024-03-01", "year_over_year") == ("2023-02-28", "2023-03-01")
    # 30 days before a Sunday is a Friday; the Sunday after it would overlap, so it is the one before.
    assert before("2026-03-01", "2026-03-30", "previous_period", match_weekday=True) == ("2026-01-25", "2026-02-23")
    assert before("2026-03-01", "2026-03-01", "year_over_year", match_weekday=True) == ("2025-03-02", "2025-03-02")


def test_what_hours_are_compared_with() -> None:
    """Hours a year ago and of the same weekday have the same names, also where the clocks were changed between."""

    def before(first: str, last: str, mode: str, *, match_weekday: bool = False) -> tuple[str, str]:
        hours = int(at(first)), int(at(last))
        period = Period(date.fromisoformat(first[:10]), date.fromisoformat(last[:10]), hours)
        found = compared(period, mode, None, match_weekday=match_weekday, timezone=RIGA)
        assert found.hours is not None
        return hour_label(found.hours[0], RIGA)[:16], hour_label(found.hours[1], RIGA)[:16]

    day = ("2026-03-29T10:00", "2026-03-30T09:00")  # 24 hours after the clocks went forward
    assert before(*day, "previous_period") == ("2026-03-28 09:00", "2026-03-29 09:00")
    assert before(*day, "previous_period", match_weekday=True) == ("2026-03-22 10:00", "2026-03-23 09:00")
    assert before(*day, "year_over_year") == ("2025-03-29 10:00", "2025-03-30 09:00")
    assert before(*day, "year_over_year", match_weekday=True) == ("2025-03-30 10:00", "2025-03-31 09:00")


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, 360),
    st.sampled_from(["previous_period", "year_over_year"]),
)
def test_matched_weekdays_match_and_do_not_overlap(first: date, length: int, mode: str) -> None:
    period = Period(first, first + timedelta(length - 1))
    found = compared(period, mode, None, match_weekday=True, timezone=RIGA)
    assert found.days == period.days
    assert found.first.weekday() == period.first.weekday()
    assert found.last < period.first


@given(
    st.integers(0, 4_000_000_000),
    st.sampled_from(["Europe/Riga", "America/St_Johns", "Pacific/Apia", "America/Havana"]),
)
def test_labels_hold_every_hour_of_a_day(instant: int, zone: str) -> None:
    local = datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone))
    period = Period(local.date(), local.date())
    hour = int(local.replace(minute=0, second=0, microsecond=0).timestamp())
    assert hour_label(hour, zone) in labels("time:hour", period, zone)
