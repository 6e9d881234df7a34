"""Goals and a funnel of the demo website, so that their reports have something to tell from the first visit on."""

from collector.database import Database
from collector.goal_checks import Goal
from collector.goals import add_funnel, add_goal, had_goals

BOOKING = "/demo/pieraksts"
GOALS = (
    Goal("Booking begun", "page", page=BOOKING),
    Goal("Time chosen", "page", page=f"{BOOKING}/dati"),
    Goal("Booked", "event", event="Pieteikums"),
    Goal("Bicycle reserved", "event", event="Rezervēt"),
    Goal("Prices read", "scroll", page="/demo/remonts", threshold=75),
    Goal("Stayed a minute", "engaged", threshold=60),
)
FUNNEL, STEPS = "Booking", ("Booking begun", "Time chosen", "Booked")


def add_goals(database: Database, site: str, now: float) -> None:
    """Once: what its owner removes stays away."""
    if had_goals(database, site):
        return
    for goal in GOALS:
        add_goal(database, site, goal, now=now)
    add_funnel(database, site, FUNNEL, STEPS, now=now)
