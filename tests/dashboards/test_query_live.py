"""Visitors now, and what was not counted."""

import time
from collections import Counter
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.rows import DROP_COLUMNS
from collector.sites import Site
from collector.store import Store
from dashboards.query import Period, drops, visitors_now
from tests.dashboards.counting import RIGA, Seen, at, count

hits = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 90)), min_size=1, max_size=25)  # who, minutes ago
numbers = iter(range(1_000_000))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(hits)
def test_visitors_now_are_exact_over_any_window(store: Store, ago: list[tuple[int, int]]) -> None:
    site = Site(domain=f"now{next(numbers)}.lv")
    now = time.time()
    count(store, site, [Seen(who, now - minutes * 60) for who, minutes in ago])
    this_minute = int(now) // 60
    for window in (1, 5, 30, 60):
        seen = {who for who, minutes in ago if this_minute - int(now - minutes * 60) // 60 < window}
        assert visitors_now(store, site, window, now) == len(seen), window


def test_visitors_now_of_another_site(store: Store) -> None:
    now = time.time()
    count(store, Site(domain="a.lv"), [Seen("Anna", now)])
    assert visitors_now(store, Site(domain="b.lv"), 5, now) == 0


def test_drops_of_the_sites_own_days(store: Store) -> None:
    made = Counter({
        ("2026-03-01T00:00", "bot"): 5, ("2026-03-01T23:59", "consent"): 7, ("2026-03-01T12:00", "bot"): 1,
        ("2026-02-28T23:59", "bot"): 100, ("2026-03-02T00:00", "bot"): 100,
    })  # fmt: skip
    rows = [("example.lv", int(at(minute)), reason, number) for (minute, reason), number in made.items()]
    store.insert_columns("drops", DROP_COLUMNS, list(zip(*rows, strict=True)), "drops")
    site = Site(domain="example.lv", timezone=RIGA.key)
    day = Period(date(2026, 3, 1), date(2026, 3, 1))
    assert drops(store, site, day) == [("consent", 7), ("bot", 6)]
    noon = int(at("2026-03-01T12:00"))
    assert drops(store, site, Period(day.first, day.last, (noon, noon))) == [("bot", 1)]
    assert drops(store, Site(domain="other.lv"), day) == []
