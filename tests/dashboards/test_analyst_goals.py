"""What analysts see of goals and funnels: no group below k, neither in a row nor between the rows of a view."""

from collections import Counter, defaultdict
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.store import Store
from tests.dashboards.counting import KEPT_DAY, Seen, add_rows, at, count
from tests.dashboards.orders import SHOP
from tests.dashboards.test_analyst_views import DAY, OTHER, Labels, few_or_many, fold, sites

K = 10
Amounts = dict[tuple[str, str], int]  # goal and currency to visitors
Rows = dict[tuple[str, str], tuple[int, int, int | None]]  # to visitors, conversions and revenue
many_examples = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

amounts = st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "EUR", "USD"])), few_or_many)


@many_examples
@given(examples=st.lists(amounts, min_size=1, max_size=25))
def test_hidden_goals_and_currencies_are_never_one_and_never_few(store: Store, examples: list[Amounts]) -> None:
    made = [next(sites) for _ in examples]
    base = {"day": DAY, "expires": KEPT_DAY}
    rows = [
        base
        | {"site": site, "goal": goal, "currency": currency, "goal_visitors": visitors}
        | {"conversions": visitors + 1, "revenue": 100 * visitors if currency else 0}
        for site, reached in zip(made, examples, strict=True)
        for (goal, currency), visitors in reached.items()
    ]
    # The revenue of all events stands under no goal, and is no goal.
    rows += [base | {"site": site, "goal": "", "currency": "EUR", "revenue": 99_999} for site in made]
    add_rows(store, "rollup_goals", [{"goal_visitors": 0, "conversions": 0} | row for row in rows])
    found: dict[str, Rows] = defaultdict(dict)
    for site, goal, currency, *numbers in store.execute(
        "SELECT site, goal, currency, visitors, conversions, revenue FROM goals_daily"
    ):
        assert (goal, currency) not in found[site], "a row comes twice"
        found[site][goal, currency] = (numbers[0], numbers[1], numbers[2])
    for site, reached in zip(made, examples, strict=True):
        check_goals(reached, found[site])


def check_goals(reached: Amounts, shown: Rows) -> None:
    """Exact rows or none; what is hidden has a goal of k visitors in it, and is never a goal alone."""
    totals: Counter[str] = Counter()
    for (goal, _), visitors in reached.items():
        totals[goal] += visitors
    named = {goal for goal, _ in shown} - {OTHER}
    hidden = totals.keys() - named
    if max(totals.values(), default=0) < K:
        assert not shown
        return
    assert sum(visitors for visitors, *_ in shown.values()) == totals.total()
    assert all(totals[goal] >= K for goal in named)
    assert len(hidden) != 1
    assert not hidden or max(totals[goal] for goal in hidden) >= K
    assert not hidden or min(totals[goal] for goal in hidden) < K  # none without a reason
    assert ((OTHER, OTHER) in shown) == bool(hidden)
    for goal in named:
        currencies: Counter[Labels] = Counter(
            {(currency,): number for (name, currency), number in reached.items() if name == goal}
        )
        unseen = fold(currencies, K)
        assert len(unseen) != 1
        assert {currency for name, currency in shown if name == goal} - {OTHER} == {
            currency for (currency,) in currencies if (currency,) not in unseen
        }
    for (goal, currency), (visitors, conversions, revenue) in shown.items():
        assert visitors >= K
        if currency == OTHER:
            assert revenue is None
        else:
            paid = 100 * visitors if currency else 0
            assert (visitors, conversions, revenue) == (reached[goal, currency], visitors + 1, paid)


ways = st.lists(few_or_many.filter(bool), min_size=1, max_size=8).map(lambda way: sorted(way, reverse=True))


@many_examples
@given(examples=st.lists(ways, min_size=1, max_size=25))
def test_no_step_of_a_funnel_tells_of_a_few_that_were_lost(store: Store, examples: list[list[int]]) -> None:
    shown = funnels(store, examples)
    for way, steps in zip(examples, shown, strict=True):
        assert all(way[step - 1] == reached for step, (_, reached) in steps.items())
        assert all(entered == way[0] for entered, _ in steps.values())
        seen = [reached for _, reached in steps.values()]
        assert all(reached >= K for reached in seen)
        assert all(before == after or before - after >= K for before, after in pairwise(seen))
        assert (1 in steps) == bool(steps) == (way[0] >= K)
        for step, reached in enumerate(way, 1):  # none is hidden without a reason
            before = [number for place, (_, number) in steps.items() if place < step]
            few = reached < K or (before and 0 < before[-1] - reached < K)
            assert (step in steps) == (not few)


@many_examples
@given(way=ways, length=st.integers(1, 8))
def test_a_funnel_that_begins_like_another_one_hides_the_same_steps(store: Store, way: list[int], length: int) -> None:
    whole, part = funnels(store, [way, way[:length]])
    assert part == {step: numbers for step, numbers in whole.items() if step <= length}


def funnels(store: Store, examples: list[list[int]]) -> list[dict[int, tuple[int, int]]]:
    """What is shown of these funnels, each on a site of its own: step to entered and reached, in the order of steps."""
    made = [next(sites) for _ in examples]
    base = {"day": DAY, "expires": KEPT_DAY, "funnel": "Order"}
    add_rows(
        store,
        "rollup_funnels",
        [
            base | {"site": site, "step": step, "reached": reached}
            for site, way in zip(made, examples, strict=True)
            for step, reached in enumerate(way, 1)
        ],
    )
    sql = "SELECT site, step, entered, reached FROM funnels_daily WHERE funnel = 'Order' ORDER BY site, step"
    found: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for site, step, entered, reached in store.execute(sql):
        found[site][step] = (entered, reached)
    return [found[site] for site in made]


def test_a_step_that_more_reached_than_the_one_before_is_not_shown(store: Store) -> None:
    """A state in trouble can add a step and not the one before it."""
    assert funnels(store, [[20, 21, 10], [9, 12]]) == [{1: (20, 20), 3: (20, 10)}, {}]


def test_what_visitors_did_arrives_in_the_views(store: Store) -> None:
    """Thirty put something into the cart; of them twelve order for 20 EUR, one of these twice."""
    hits = []
    for number in range(30):
        hits.append(Seen(number, at("2026-03-01T10:00"), "/cart"))
        if number < 12:
            order = Seen(number, at("2026-03-01T10:05"), "/cart", "event", "Order", revenue=2000, currency="EUR")
            hits += [order, order._replace(at=order.at + 60)] if number == 0 else [order]
    count(store, SHOP, hits)
    columns = "goal, currency, visitors, conversions, revenue"
    assert store.execute(f"SELECT {columns} FROM goals_daily ORDER BY goal") == [
        ("Cart", "", 30, 30, 0), ("Order", "EUR", 12, 12, 26_000),
    ]  # fmt: skip
    assert store.execute("SELECT funnel, step, entered, reached FROM funnels_daily ORDER BY funnel, step") == [
        ("Shop", 1, 30, 30), ("Shop", 2, 30, 12),
    ]  # fmt: skip
