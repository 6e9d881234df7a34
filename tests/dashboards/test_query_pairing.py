"""Which bucket is compared with which: by the calendar, and through the changes of the clock. No store."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.query.pairing import paired
from dashboards.query.period import Period, labels

RIGA = "Europe/Riga"
AUTUMN, SPRING = date(2026, 10, 25), date(2026, 3, 29)  # 03:00 comes twice; 03:00 is left out


def one(day: date) -> Period:
    return Period(day, day)


def pairs(bucket: str, now: Period, before: Period) -> dict[str, str | None]:
    these, those = labels(bucket, now, RIGA), labels(bucket, before, RIGA)
    return dict(zip(these, paired(bucket, these, those, now, before), strict=True))


def test_hours_of_a_day_with_25_meet_by_the_clock() -> None:
    found = pairs("time:hour", one(AUTUMN), one(AUTUMN - timedelta(1)))
    assert len(found) == 25
    assert found["2026-10-25 03:00:00"] == "2026-10-24 03:00:00"
    assert found["2026-10-25 03:00:00+02:00"] is None
    assert found["2026-10-25 04:00:00"] == "2026-10-24 04:00:00"
    assert found["2026-10-25 23:00:00"] == "2026-10-24 23:00:00"
    after = pairs("time:hour", one(AUTUMN + timedelta(1)), one(AUTUMN))
    assert after["2026-10-26 03:00:00"] == "2026-10-25 03:00:00"
    assert after["2026-10-26 23:00:00"] == "2026-10-25 23:00:00"
    itself = pairs("time:hour", one(AUTUMN), one(AUTUMN))
    assert all(label == other for label, other in itself.items())


def test_hours_of_a_day_with_23_meet_by_the_clock() -> None:
    found = pairs("time:hour", one(SPRING), one(SPRING - timedelta(1)))
    assert len(found) == 23
    assert found["2026-03-29 02:00:00"] == "2026-03-28 02:00:00"
    assert found["2026-03-29 04:00:00"] == "2026-03-28 04:00:00"
    after = pairs("time:hour", one(SPRING + timedelta(1)), one(SPRING))
    assert after["2026-03-30 03:00:00"] is None
    assert after["2026-03-30 04:00:00"] == "2026-03-29 04:00:00"


def test_hours_over_several_days_stay_on_their_days() -> None:
    now, before = (Period(first, first + timedelta(6)) for first in (date(2026, 10, 22), date(2026, 10, 15)))
    found = pairs("time:hour", now, before)
    assert found["2026-10-28 12:00:00"] == "2026-10-21 12:00:00"
    assert list(found.values()).count(None) == 1


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        # 28 days end on a Monday, and so do those before: each week meets the one four weeks earlier.
        (
            ("2026-10-27", "2026-11-23"), ("2026-09-29", "2026-10-26"),
            ["2026-09-29", "2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26"],
        ),
        # 90 days are no whole weeks: weeks of Monday to Sunday meet weeks that begin a day later.
        (("2026-03-02", "2026-03-15"), ("2026-02-17", "2026-03-01"), ["2026-02-17", "2026-02-23"]),
        # The single Sunday before them meets nothing.
        (("2026-03-02", "2026-03-15"), ("2026-02-15", "2026-02-28"), ["2026-02-16", "2026-02-23"]),
        (("2026-03-04", "2026-03-06"), ("2026-03-01", "2026-03-03"), ["2026-03-02"]),
        (("2026-03-02", "2026-03-04"), ("2026-02-27", "2026-03-01"), ["2026-02-27"]),
        (("2026-03-02", "2026-03-15"), ("2026-02-23", "2026-03-01"), ["2026-02-23", None]),
    ],
)  # fmt: skip
def test_weeks_meet_weeks(now: tuple[str, str], before: tuple[str, str], expected: list[str | None]) -> None:
    spans = [Period(date.fromisoformat(first), date.fromisoformat(last)) for first, last in (now, before)]
    assert list(pairs("time:week", spans[0], spans[1]).values()) == expected


def test_months_meet_months() -> None:
    """The two days of November before these three months meet nothing."""
    now, before = Period(date(2026, 3, 1), date(2026, 5, 31)), Period(date(2025, 11, 29), date(2026, 2, 28))
    assert list(pairs("time:month", now, before).values()) == ["2025-12-01", "2026-01-01", "2026-02-01"]


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["time:hour", "time:day", "time:week", "time:month"]),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    st.integers(1, 40), st.integers(1, 40),
)  # fmt: skip
def test_buckets_meet_in_order_and_once(bucket: str, first: date, other: date, long: int, short: int) -> None:
    now, before = Period(first, first + timedelta(long - 1)), Period(other, other + timedelta(short - 1))
    those = labels(bucket, before, RIGA)
    met = [those.index(label) for label in pairs(bucket, now, before).values() if label is not None]
    assert met
    assert met == sorted(set(met))
