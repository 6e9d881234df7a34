"""The analysts' views: no group below k can be seen, and none can be worked out from the rows beside it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.store import Store
from tests.dashboards.counting import KEPT_DAY, add_rows

OTHER = "other"
DAY = date(2026, 3, 1)
Labels = tuple[str, ...]
Groups = dict[Labels, int]

# Visitors of a group: mostly few, so that folding has work to do.
edges = st.sampled_from([9, 10, 11, 19, 20, 21, 49, 50, 51])
few_or_many = st.one_of(edges, st.integers(0, 12), st.integers(0, 30), st.integers(0, 130))
names = st.sampled_from(["", "a", "b", "c", "d"])
trees = st.dictionaries(st.tuples(names, names, names), few_or_many, max_size=14)
HIERARCHIES = {
    "sources_daily": ("rollup_sources", ("channel", "source", "campaign"), (10, 20, 20)),
    "places_daily": ("rollup_places", ("country", "region", "city"), (10, 50)),
    "devices_daily": ("rollup_devices", ("device", "os", "browser"), (10, 20, 20)),
}
sites = (f"site{number}.lv" for number in count())


def fold(groups: Counter[Labels], k: int) -> set[Labels]:
    """The groups that are hidden, by the rule as CONSENT.md has it: those under k, and then the next, until k."""
    ordered = sorted(groups, key=lambda labels: (groups[labels], labels))
    hidden = [labels for labels in ordered if groups[labels] < k]
    for labels in ordered[len(hidden) :]:
        if hidden and sum(groups[each] for each in hidden) < k:
            hidden.append(labels)
    return set(hidden)


def expected(groups: Groups, levels: Iterable[tuple[int, int]]) -> Groups:
    """The rows of a view: at each level (end of its labels, k), small groups fold within the groups above."""
    shown = Counter(groups)
    start = 0
    for end, k in levels:
        parents: dict[Labels, Counter[Labels]] = defaultdict(Counter)
        for labels, visitors in shown.items():
            parents[labels[:start]][labels[start:end]] += visitors
        hidden = {(parent, own) for parent, own_groups in parents.items() for own in fold(own_groups, k)}
        after: Counter[Labels] = Counter()
        for labels, visitors in shown.items():
            is_hidden = (labels[:start], labels[start:end]) in hidden
            after[labels[:start] + (OTHER,) * (3 - start) if is_hidden else labels] += visitors
        shown, start = after, end
    return {labels: visitors for labels, visitors in shown.items() if visitors >= 10}


def filled(store: Store, table: str, columns: Labels, examples: list[Groups]) -> list[str]:
    """A site for each example, all in one insert."""
    made = [next(sites) for _ in examples]
    rows = [
        {"site": site, "day": DAY, "expires": KEPT_DAY, "gap": 65535, "visitors": visitors, "visits": visitors + 1}
        | dict(zip(columns, labels, strict=True))
        for site, groups in zip(made, examples, strict=True)
        for labels, visitors in groups.items()
    ]
    if rows:
        add_rows(store, table, rows)
    return made


def seen(store: Store, view: str, columns: Labels) -> dict[str, Groups]:
    """Rows of a view by site."""
    found: dict[str, Groups] = defaultdict(dict)
    for site, visitors, *labels in store.execute(f"SELECT site, visitors, {', '.join(columns)} FROM {view}"):
        assert tuple(labels) not in found[site], "a row comes twice"
        found[site][tuple(labels)] = visitors
    return found


@pytest.mark.parametrize("view", HIERARCHIES)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(examples=st.lists(trees, min_size=1, max_size=25))
def test_small_groups_fold_into_other(store: Store, view: str, examples: list[Groups]) -> None:
    table, columns, ks = HIERARCHIES[view]
    levels = list(zip((1, 3) if len(ks) == 2 else (1, 2, 3), ks, strict=True))
    made = filled(store, table, columns, examples)
    found = seen(store, view, columns)
    for site, groups in zip(made, examples, strict=True):
        assert found[site] == expected(groups, levels), groups
        check_promises(groups, found[site], levels)


def check_promises(groups: Groups, shown: Groups, levels: list[tuple[int, int]]) -> None:
    """What must hold, whatever the rule: no small row, exact rows, and no single hidden group."""
    total = sum(groups.values())
    assert sum(shown.values()) == (total if total >= 10 else 0)
    for labels, visitors in shown.items():
        depth = next((number for number, label in enumerate(labels) if label == OTHER), 3)
        assert visitors >= max([10, *(k for end, k in levels if end <= depth)]), labels
        if depth == 3:
            assert visitors == groups[labels]
    for start, (end, _) in zip((0, *(end for end, _ in levels)), levels, strict=False):
        for parent in {labels[:start] for labels in shown if OTHER not in labels[:start]}:
            children = {labels[start:end] for labels in groups if labels[:start] == parent}
            visible = {labels[start:end] for labels in shown if labels[:start] == parent} - {(OTHER,) * (end - start)}
            assert len(children - visible) != 1 or len(children) == 1, (parent, children, visible)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(examples=st.lists(st.dictionaries(st.sampled_from("abcdefgh"), few_or_many), min_size=1, max_size=25))
def test_hidden_pages_have_at_least_k_visitors_together(store: Store, examples: list[dict[str, int]]) -> None:
    """One visitor sees many pages: pages hidden together are k visitors for sure when one of them has k."""
    made = [next(sites) for _ in examples]
    rows = [
        {
            "site": site,
            "day": DAY,
            "expires": KEPT_DAY,
            "page": page,
            "page_visitors": visitors,
            "pageviews": visitors + 1,
        }
        for site, pages in zip(made, examples, strict=True)
        for page, visitors in pages.items()
    ]
    if rows:
        add_rows(store, "rollup_pages", rows)
    found = seen(store, "pages_daily", ("page",))
    for site, pages in zip(made, examples, strict=True):
        shown = {page: visitors for (page,), visitors in found[site].items()}
        hidden = pages.keys() - shown.keys()
        assert all(shown[page] == pages[page] >= 10 for page in shown if page != OTHER)
        assert len(hidden) != 1 or OTHER not in shown
        if any(visitors >= 10 for visitors in pages.values()):
            assert sum(shown.values()) == sum(pages.values())
            assert not hidden or max(pages[page] for page in hidden) >= 10
        else:
            assert not shown


def test_days_of_few_visitors_are_not_shown(store: Store) -> None:
    base = {"expires": KEPT_DAY, "gap": 65535, "site": "small.lv"}
    days = {DAY + timedelta(number): visitors for number, visitors in enumerate((9, 10, 0, 200))}
    add_rows(store, "rollup_site", [base | {"day": day, "visitors": number} for day, number in days.items()])
    assert store.execute("SELECT day, visitors FROM site_daily ORDER BY day") == [
        (DAY + timedelta(1), 10), (DAY + timedelta(3), 200),
    ]  # fmt: skip


def test_only_days_that_have_ended_everywhere_are_shown(store: Store) -> None:
    now = datetime.now(UTC)
    days = [(now + timedelta(hours=hours)).date() for hours in (-60, -36, 0, 12)]
    rows = [{"expires": KEPT_DAY, "gap": 65535, "site": "s.lv", "day": day, "visitors": 50} for day in set(days)]
    add_rows(store, "rollup_site", rows)
    shown = {day for (day,) in store.execute("SELECT day FROM site_daily")}
    assert now.date() not in shown
    assert days[0] in shown
    assert all(
        datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(1) <= datetime.now(UTC) for day in shown
    )


def test_unique_visitors_are_exact_or_not_told(store: Store) -> None:
    gaps = {0: {65535: 12}, 1: {65535: 3, 1: 5}, 2: {2: 4, 1: 2}}
    rows = [
        {"expires": KEPT_DAY, "site": "u.lv", "day": DAY + timedelta(day), "gap": gap, "visitors": visitors}
        for day, by_gap in gaps.items()
        for gap, visitors in by_gap.items()
    ]
    add_rows(store, "rollup_site", rows)

    def unique(first: int, last: int) -> int | None:
        days = {"from": DAY + timedelta(first), "to": DAY + timedelta(last)}
        sql = "SELECT visitors FROM unique_visitors(site = 'u.lv', from = {from:Date}, to = {to:Date})"
        return store.execute(sql, days)[0][0]  # type: ignore[no-any-return]

    assert unique(0, 0) == 12
    assert unique(0, 2) == 15
    assert unique(1, 2) == 12
    assert unique(2, 2) is None


def test_consents_and_events_fold_too(store: Store) -> None:
    decided = datetime(2026, 3, 1, 12, tzinfo=UTC)
    methods = {"accept_all": 30, "reject_all": 25, "save_selection": 4, "withdraw": 1}
    consents = [
        {
            "id": uuid4(), "site": "c.lv", "method": method, "decided": decided, "expires": KEPT_DAY,
            "choices": {"statistics": method == "accept_all", "marketing": False},
        }
        for method, times in methods.items()
        for _ in range(times)
    ]  # fmt: skip
    add_rows(store, "consent_log", consents)
    shown = store.execute("SELECT method, decisions, statistics, marketing FROM consents_daily ORDER BY method")
    assert shown == [("accept_all", 30, 30, 0), ("other", 30, 0, 0)]
    base = {"site": "c.lv", "day": DAY, "expires": KEPT_DAY}
    few = [base | {"name": name, "events": 60, "event_visitors": 6} for name in ("x", "y")]
    add_rows(store, "rollup_events", few)  # one person may have done it all
    assert store.execute("SELECT * FROM events_daily") == []
    many = [base | {"name": name, "events": 40, "event_visitors": people} for name, people in (("m", 11), ("n", 12))]
    add_rows(store, "rollup_events", many)
    shown = store.execute("SELECT name, visitors, events FROM events_daily ORDER BY name")
    assert shown == [("n", 12, 40), ("other", 23, 160)]


Steps = dict[tuple[str, str], int]
steps = st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), few_or_many, max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(examples=st.lists(steps, min_size=1, max_size=25))
def test_hidden_steps_have_at_least_k_visitors_together(store: Store, examples: list[Steps]) -> None:
    made = [next(sites) for _ in examples]
    base = {"day": DAY, "expires": KEPT_DAY}
    rows = [
        base | {"site": site, "before1": before, "page": page, "flow_visitors": visitors, "pageviews": visitors + 1}
        for site, taken in zip(made, examples, strict=True)
        for (before, page), visitors in taken.items()
    ]
    if rows:
        add_rows(store, "counters", rows)
    found = seen(store, "flows_daily", ("from_page", "page"))
    for site, taken in zip(made, examples, strict=True):
        check_steps(taken, {(labels[0], labels[1]): visitors for labels, visitors in found[site].items()})


def test_a_visit_after_midnight_hides_no_steps_of_others(store: Store) -> None:
    """Its exit and its engaged time have the way by which it came the day before, and are no step of their own day."""
    base = {"site": next(sites), "day": DAY, "expires": KEPT_DAY}
    step = base | {"before1": "a", "page": "w", "flow_visitors": 25, "pageviews": 30}
    ended = base | {"before1": "b", "page": "x", "exits": 1, "seconds": 9}
    for row in (step, ended):
        add_rows(store, "counters", [row])
    assert seen(store, "flows_daily", ("from_page", "page"))[str(base["site"])] == {("a", "w"): 25}


def check_steps(taken: Steps, shown: Steps) -> None:
    """No row of a few, exact rows, all visitors in some row, and neither a page nor a step hidden alone."""
    if max(taken.values(), default=0) < 20:
        assert not shown
        return
    assert sum(shown.values()) == sum(taken.values())
    named = {before for before, _ in shown}
    for (before, page), visitors in shown.items():
        if page != OTHER:
            assert visitors == taken[before, page] >= 20
            continue
        hidden = {step for step in taken if (step[0] == before and step not in shown) or step[0] not in named}
        behind = {step for step in hidden if (step[0] == before if before != OTHER else step[0] not in named)}
        assert len(behind) > 1 or (before == OTHER and len(taken) == 1)
        assert max(taken[step] for step in behind) >= 20
        assert before != OTHER or len({step[0] for step in behind}) > 1


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    examples=st.lists(st.dictionaries(st.integers(0, 6), few_or_many.filter(bool), max_size=7), min_size=1, max_size=25)
)
def test_small_cohorts_fold_into_one_without_a_week(store: Store, examples: list[dict[int, int]]) -> None:
    """The weeks of the first visit share the visitors of a week among them, so what is hidden is k together."""
    made = [next(sites) for _ in examples]
    week, base = date(2026, 3, 2), {"unit": "week", "expires": KEPT_DAY}
    rows = [
        base | {"site": site, "born": week - timedelta(weeks=ago), "period": week, "visitors": visitors}
        for site, weeks in zip(made, examples, strict=True)
        for ago, visitors in weeks.items()
    ]
    if rows:
        add_rows(store, "cohorts", rows)
    found: dict[str, dict[date | None, int]] = defaultdict(dict)
    for site, day, born, visitors in store.execute("SELECT site, day, first_week, visitors FROM cohorts_weekly"):
        assert day == week
        found[site][born] = visitors
    for site, weeks in zip(made, examples, strict=True):
        groups: Counter[Labels] = Counter()
        for ago, number in weeks.items():
            groups[((week - timedelta(weeks=ago)).isoformat(),)] = number
        hidden = fold(groups, 10)
        wanted = {date.fromisoformat(labels[0]): n for labels, n in groups.items() if labels not in hidden}
        rest = sum(groups[labels] for labels in hidden)
        assert found[site] == wanted | ({None: rest} if rest >= 10 else {})


def test_a_week_is_shown_when_it_has_ended_everywhere(store: Store) -> None:
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    base = {"site": "w.lv", "unit": "week", "expires": KEPT_DAY, "visitors": 50}
    weeks = [monday - timedelta(weeks=ago) for ago in range(4)]
    add_rows(store, "cohorts", [base | {"born": each, "period": each} for each in weeks])
    add_rows(store, "cohorts", [base | {"born": weeks[3].replace(day=1), "period": weeks[3], "unit": "month"}])
    shown = store.execute("SELECT day, first_week, visitors FROM cohorts_weekly ORDER BY day DESC")
    ended = [
        each
        for each in weeks
        if datetime.combine(each, datetime.min.time(), UTC) + timedelta(days=7, hours=12) <= datetime.now(UTC)
    ]
    assert shown == [(each, each, 50) for each in ended]
    assert len(ended) in (2, 3)
