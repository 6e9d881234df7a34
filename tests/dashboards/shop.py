"""A small shop with goals and a funnel, and what its visitors did in March 2026: for reports beside the overview."""

from collections.abc import Iterator
from datetime import date, timedelta

from collector.database import Database
from collector.goal_checks import Goal
from collector.goals import add_funnel, add_goal
from collector.rules import FunnelRule, GoalRule, Rules
from collector.sites import Site
from tests.dashboards.counting import Seen, at
from tests.dashboards.website import DIRECT, GOOGLE, LETTER

DOMAIN = "shop.lv"
NOW = "2026-03-31T12:00"
GOALS = (
    Goal("Basket", "page", page="/basket"),
    Goal("Address", "page", page="/basket/address"),
    Goal("Order", "event", event="Order", props=()),
    Goal("Read to the end", "scroll", page="/guides/**", threshold=80),
    Goal("Pro order", "event", event="Order", props=(("plan", "pro"),)),
)
STEPS = ("Basket", "Address", "Order")
RULES = Rules(
    tuple(
        GoalRule(number, goal.name, goal.kind, goal.event, goal.props, goal.page, goal.threshold)
        for number, goal in enumerate(GOALS, 1)
    ),
    (FunnelRule(1, "Order in steps", (1, 2, 3)),),
)
SHOP = Site(domain=DOMAIN, rules=RULES)
QUICK = {"lcp": 1200, "inp": 90, "cls": 0.02, "fcp": 900, "ttfb": 200}
SLOW = {"lcp": 5200, "inp": 620, "cls": 0.31, "fcp": 3300, "ttfb": 1900}


def hits(monday: str = "2026-03-02") -> Iterator[Seen]:
    """Ten visitors who came first on a Monday, half of them again in each week; what they do depends on them.

    Of the ten, eight begin the funnel, five reach its second step and three order: two for 25 EUR, one for 40 USD.
    """
    for number in range(10):
        for week in range(1 if number % 2 else 4):
            day = date.fromisoformat(monday) + timedelta(weeks=week)
            yield from visit(number, at(f"{day}T{10 + number % 3}:{number * 5:02}"), first=not week)


def visit(number: int, begun: float, *, first: bool) -> Iterator[Seen]:
    origin = {**(GOOGLE, LETTER, DIRECT)[number % 3], "connection": "4g" if number % 2 else "3g"}
    if number % 3 == 0:
        origin |= {"audience": "other"}
    yield Seen(number, begun, "/", origin=origin, topic="bicycles")
    yield Seen(number, begun + 1, "/", "vitals", vitals=SLOW if origin["device"] == "mobile" else QUICK)
    yield Seen(number, begun + 30, "/guides/chain")
    yield Seen(number, begun + 60, "/guides/chain", "leave", seconds=30, depth=90 if number < 4 else 40)
    if not first:
        return
    if number < 8:
        yield Seen(number, begun + 90, "/basket")
    if number < 5:
        yield Seen(number, begun + 120, "/basket/address")
    if number < 3:
        amount, currency = (2500, "EUR") if number < 2 else (4000, "USD")
        props = {"plan": "pro" if number == 0 else "basic", "items": str(number + 1)}
        yield Seen(
            number, begun + 150, "/basket/address", "event", "Order", props=props, revenue=amount, currency=currency
        )


def set_up(database: Database, now: float, domain: str = DOMAIN) -> None:
    """The goals and the funnel of the shop, as its owner adds them."""
    for goal in GOALS:
        add_goal(database, domain, goal, now=now)
    add_funnel(database, domain, "Order in steps", STEPS, now=now)
