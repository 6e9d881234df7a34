"""`advance` against the plain reading of the same hits, and its edges one by one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.clock import LocalClock, day_date, day_number
from collector.visit import NEVER, STATE_DAYS, Delta, Hit, Origin, State, Step, advance
from tests.collector import oracle
from tests.collector.oracle import RawHit

NOON = 1_793_016_000  # 2026-10-26 12:00 UTC, the day after the clocks went back in Riga
MINUTE, HOUR, DAY = 60, 3600, 86_400
RIGA = LocalClock("Europe/Riga")
ZONES = ["Europe/Riga", "UTC", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]


def origin(page: str = "/") -> Origin:
    return Origin(entry=page, country="LV")


def view(state: State | None, at: int, page: str = "/", clock: LocalClock = RIGA) -> Step:
    step = advance(state, Hit("pageview", page), at, clock, lambda: origin(page))
    assert step is not None
    return step


def run(hits: Iterable[RawHit], clock: LocalClock) -> list[Delta]:
    """The deltas of many visitors, each with a state of its own."""
    states: dict[int, State] = {}
    deltas: list[Delta] = []
    for hit in hits:
        kind = hit.kind
        step = advance(
            states.get(hit.visitor),
            Hit(kind, hit.page, "Signup" if kind == "event" else "", hit.seconds),  # type: ignore[arg-type]
            hit.at,
            clock,
            lambda page=hit.page: origin(page),  # type: ignore[misc]
        )
        if step is not None:
            states[hit.visitor] = msgspec.json.decode(msgspec.json.encode(step.state), type=State)
            deltas += step.deltas
    return deltas


@st.composite
def histories(draw: st.DrawFn) -> list[RawHit]:
    """Hits of a few visitors over some weeks around the change of the clocks: short pauses, long ones, nights."""
    hits = []
    for visitor in range(draw(st.integers(1, 4))):
        at = NOON - 3 * DAY + draw(st.integers(0, 5 * DAY))
        for _ in range(draw(st.integers(1, 12))):
            pause = st.one_of(st.integers(0, 90), st.integers(0, 45 * MINUTE), st.integers(0, 12 * DAY))
            at += draw(pause)
            kind = draw(st.sampled_from(["pageview"] * 5 + ["event", "leave"]))
            seconds = draw(st.integers(0, 4000)) if kind == "leave" else 0
            hits.append(RawHit(visitor, at, draw(st.sampled_from(["/", "/a", "/b"])), kind, seconds))
    return hits


def visitors_of(hits: list[RawHit]) -> dict[int, list[RawHit]]:
    by_visitor: dict[int, list[RawHit]] = defaultdict(list)
    for hit in hits:
        by_visitor[hit.visitor].append(hit)
    return by_visitor


@settings(max_examples=300, deadline=None)
@given(histories(), st.sampled_from(ZONES))
def test_sums_equal_the_plain_reading(hits: list[RawHit], zone: str) -> None:
    deltas = run(hits, LocalClock(zone))
    visits = [visit for one in visitors_of(hits).values() for visit in oracle.visits_of(one)]
    expected = oracle.totals(visits)
    for measure in ("visits", "bounces", "pageviews", "events", "seconds"):
        assert sum(getattr(delta, measure) for delta in deltas) == expected[measure], measure
    pages: dict[str, Counter[str]] = defaultdict(Counter)
    for delta in deltas:
        for measure in ("entries", "exits", "pageviews"):
            pages[delta.page][measure] += getattr(delta, measure)
    expected_pages = oracle.by_page(visits)
    for page in set(pages) | set(expected_pages):
        assert +pages[page] == +expected_pages[page], page


@settings(max_examples=300, deadline=None)
@given(histories(), st.sampled_from(ZONES), st.integers(-5, 40), st.integers(0, 40))
def test_unique_visitors_of_any_range_are_exact(hits: list[RawHit], zone: str, start: int, length: int) -> None:
    first = day_number(oracle.day_of(NOON, zone) + timedelta(days=start))
    last = first + length
    counted = sum(
        delta.visitors
        for delta in run(hits, LocalClock(zone))
        if first <= delta.day <= last and delta.gap > delta.day - first
    )
    days = {visitor: oracle.active_days(one, zone) for visitor, one in visitors_of(hits).items()}
    assert counted == sum(any(first <= day_number(day) <= last for day in active) for active in days.values())


@settings(max_examples=300, deadline=None)
@given(histories(), st.sampled_from(ZONES))
def test_visitors_of_every_hour_are_exact(hits: list[RawHit], zone: str) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for delta in run(hits, LocalClock(zone)):
        time = oracle.local(delta.hour, zone)
        counted[time.strftime("%Y-%m-%dT%H"), time.strftime("%z")] += delta.hour_visitors
    expected: Counter[tuple[str, str]] = Counter()
    for one in visitors_of(hits).values():
        expected.update(oracle.active_hours(one, zone))
    assert +counted == expected


@settings(max_examples=200, deadline=None)
@given(histories(), st.sampled_from(ZONES))
def test_page_visitors_of_a_day_are_exact(hits: list[RawHit], zone: str) -> None:
    counted: Counter[tuple[object, str]] = Counter()
    for delta in run(hits, LocalClock(zone)):
        counted[day_date(delta.day), delta.page] += delta.page_visitors
    seen = {(hit.visitor, oracle.day_of(hit.at, zone), hit.page) for hit in hits if hit.kind == "pageview"}
    assert +counted == Counter((day, page) for _, day, page in seen)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_visitors_of_an_event_are_exact_for_a_day(hits: list[RawHit]) -> None:
    counted = Counter[object]()
    for delta in run(hits, RIGA):
        counted[day_date(delta.day)] += delta.event_visitors
    did = {(hit.visitor, oracle.day_of(hit.at, "Europe/Riga")) for hit in hits if hit.kind == "event"}
    assert +counted == Counter(day for _, day in did)


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 24 * 60), st.integers(1, 120))
def test_visitors_now_are_exact_for_any_window(hits: list[RawHit], end: int, window: int) -> None:
    now = NOON // 60 + end
    states: dict[int, State] = {}
    booked = []
    for hit in hits:
        step = advance(states.get(hit.visitor), Hit(hit.kind, hit.page, "x", hit.seconds), hit.at, RIGA, origin)  # type: ignore[arg-type]
        if step is not None:
            states[hit.visitor] = step.state
            booked += [(hit.at // 60, step.idle)] if step.idle >= 0 else []
    first = now - window + 1
    counted = sum(1 for minute, idle in booked if first <= minute <= now and idle > minute - first)
    inside = {hit.visitor for hit in hits if hit.kind != "leave" and first <= hit.at // 60 <= now}
    assert counted == len(inside)


def test_a_first_page_view() -> None:
    step = view(None, NOON, "/kontakti")
    (delta,) = step.deltas
    assert delta == Delta(
        day_number(oracle.day_of(NOON, "Europe/Riga")), NOON, "/kontakti", "", NEVER, NEVER, 1, 1, 1, 1, 1, 1, 1, 1
    )
    assert step.idle == NEVER
    assert (step.state.views, step.state.bounce, step.state.path) == (1, True, "/kontakti")


def test_a_reload_moves_nothing_but_page_views_and_the_bounce() -> None:
    step = view(view(None, NOON).state, NOON + 5)
    assert [(delta.pageviews, delta.exits, delta.bounces) for delta in step.deltas] == [(1, 0, 0), (0, 0, -1)]


def test_the_bounce_is_taken_back_where_the_visit_began() -> None:
    first = view(None, NOON + 50 * MINUTE, "/a")
    later = view(first.state, NOON + 65 * MINUTE, "/b")
    back = [delta for delta in later.deltas if delta.bounces]
    assert [(delta.hour, delta.page, delta.bounces, delta.exits) for delta in back] == [(NOON, "/a", -1, -1)]
    assert later.state.origin == first.state.origin


def test_thirty_minutes_of_silence_end_a_visit() -> None:
    state = view(None, NOON).state
    assert sum(delta.visits for delta in view(state, NOON + 29 * MINUTE).deltas) == 0
    assert sum(delta.visits for delta in view(state, NOON + 30 * MINUTE).deltas) == 1


def test_reading_is_not_silence() -> None:
    state = view(None, NOON).state
    left = advance(state, Hit("leave", "/", seconds=40 * MINUTE), NOON + 40 * MINUTE, RIGA, origin)
    assert left is not None
    assert sum(delta.visits for delta in view(left.state, NOON + 60 * MINUTE).deltas) == 0


def test_a_leave_without_a_visit_counts_nothing() -> None:
    assert advance(None, Hit("leave", "/", seconds=9), NOON, RIGA, origin) is None


def test_engaged_time_cannot_be_longer_than_the_visit() -> None:
    state = view(None, NOON).state
    left = advance(state, Hit("leave", "/", seconds=86_400), NOON + 2 * MINUTE, RIGA, origin)
    assert left is not None
    assert left.deltas[0].seconds == 3 * MINUTE


def test_scroll_depth_is_reported_once_a_page_view_and_only_deeper() -> None:
    state = view(None, NOON).state
    booked = []
    for depth in (30, 20, 80):
        step = advance(state, Hit("leave", "/", depth=depth), NOON + 10, RIGA, origin)
        assert step is not None
        state = step.state
        booked.append((step.deltas[0].depth, step.deltas[0].depths))
    assert booked == [(30, 1), (0, 0), (50, 0)]


def test_an_event_takes_the_bounce_back_and_is_booked_under_its_name() -> None:
    state = view(None, NOON).state
    step = advance(state, Hit("event", "/", "Signup"), NOON + 10, RIGA, origin)
    assert step is not None
    assert sum(delta.bounces for delta in step.deltas) == -1
    assert [(delta.name, delta.events) for delta in step.deltas if delta.name] == [("Signup", 1)]


@pytest.mark.parametrize("days", [STATE_DAYS, STATE_DAYS + 300])
def test_a_state_expires_thirteen_months_after_the_first_visit(days: int) -> None:
    state = view(None, NOON).state
    step = view(state, NOON + days * DAY)
    assert (step.deltas[0].gap, step.state.born - state.born) == (NEVER, days)


def test_a_state_is_never_extended() -> None:
    state = view(None, NOON).state
    for day in range(1, 30):
        state = view(state, NOON + day * DAY).state
    assert state.born == view(None, NOON).state.born


def test_a_state_from_the_future_is_no_state_but_skewed_clocks_are_forgiven() -> None:
    ahead = view(None, NOON + 2 * HOUR).state
    assert view(ahead, NOON).deltas[0].gap == NEVER
    slightly = view(None, NOON + 5 * MINUTE).state
    step = view(slightly, NOON)
    assert sum(delta.visitors for delta in step.deltas) == 0
    assert step.state.seen == slightly.seen


def test_the_origin_is_asked_only_when_a_visit_begins() -> None:
    def unwanted() -> Origin:
        raise AssertionError("the origin was looked up within a visit")

    state = view(None, NOON).state
    assert advance(state, Hit("pageview", "/b"), NOON + 60, RIGA, unwanted) is not None


def test_the_two_hours_of_one_name_stay_two() -> None:
    before = 1_792_890_000  # 2026-10-25 00:00 UTC: 03:00 in Riga, which comes again an hour later
    first, second = RIGA.hour(before + 600), RIGA.hour(before + HOUR + 600)
    assert first[1] == second[1]
    assert second[0] - first[0] == HOUR
