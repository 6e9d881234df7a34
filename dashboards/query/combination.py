"""What the counters cannot know about metrics by dimensions and filters: refused with what can be asked instead.

Counters are sums. What a sum over visits or over days cannot tell (which visits also saw a page, who came back to it
another day) is never approximated.
"""

from collections.abc import Collection, Sequence

from dashboards.query.dimensions import PROPERTY, TIMES, dimension, is_of_goal
from dashboards.query.errors import QueryError
from dashboards.query.filters import Filter, Leaf, leaves
from dashboards.query.metrics import REVENUE
from dashboards.query.tables import ORIGINS

RATES = ("conversion_rate", "group_conversion_rate")
CONVERSIONS = {"conversions", *RATES, *REVENUE}
AMOUNTS = ("revenue", "total_revenue")  # of which no conversion is a part

# What may be asked where one of these is a dimension or a filter; the rest has a reason.
ALLOWED = {
    "event:page": {
        "visitors", "pageviews", "events", "scroll_depth", "time_on_page", "conversions", *RATES, *REVENUE,
    },
    "event:name": CONVERSIONS | {"visitors", "events"},
    "event:goal": CONVERSIONS | {"visitors"},
    "event:currency": CONVERSIONS,
    "visit:exit_page": {"visits", "exit_rate"} | CONVERSIONS,
    PROPERTY: CONVERSIONS | {"events"},
}  # fmt: skip
INSTEAD = {
    "event:page": "it is not known which visits saw a page; ask for visitors, pageviews, events, scroll_depth, "
    "time_on_page or conversions, or use visit:entry_page",
    "event:name": "only events, their visitors and the goals they reached are counted by their name; ask for events or "
    "visitors, conversions or revenue",
    "event:goal": "what else those did who reached a goal is not kept; ask for conversions, visitors, conversion_rate "
    "or revenue",
    "event:currency": "only conversions and revenue have a currency",
    "visit:exit_page": "only visits, exit_rate, conversions and revenue are known by the page on which a visit ended",
    PROPERTY: "only events and the goals they reached are counted by their properties; ask for events, conversions or "
    "revenue, or with event:goal for visitors",
}
APART = (
    ({"event:page", "event:name", PROPERTY}, {"visit:exit_page"}),
    ({PROPERTY}, {"event:page"}),
)
REQUIRED = {"exit_rate": "visit:exit_page"}


def check_combination(metrics: Collection[str], dimensions: Sequence[str], filters: Sequence[Filter]) -> None:
    """Refuses what cannot be known about these metrics by these dimensions and filters. Raises QueryError."""
    named = {*dimensions, *(leaf.dimension for leaf in leaves(filters))}
    properties = {name for name in named if name.startswith(PROPERTY)}
    used = (named - properties) | ({PROPERTY} if properties else set())
    if len(properties) > 1:
        raise QueryError(f"{', '.join(sorted(properties))}: which properties an event had together is not kept")
    _check_apart(metrics, used)
    for special, allowed in ALLOWED.items():
        more = {"visitors"} if special == PROPERTY and "event:goal" in used else set()
        if special in used and (refused := [metric for metric in metrics if metric not in allowed | more]):
            shown = special if special != PROPERTY else min(properties)
            raise QueryError(f"{', '.join(refused)} by {shown}: {INSTEAD[special]}")
    for metric, needed in REQUIRED.items():
        if metric in metrics and needed not in used:
            raise QueryError(f"{metric} needs {needed} as a dimension or a filter")
    if "percentage" in metrics and not dimensions:
        raise QueryError("percentage needs a dimension")
    if "visitors" in metrics:
        _check_visitors(dimensions, filters, used)
    if goal_metrics := [metric for metric in metrics if metric in (*RATES, *REVENUE)]:
        _check_goals(goal_metrics, dimensions, filters)


def _check_apart(metrics: Collection[str], used: Collection[str]) -> None:
    for some, others in APART:
        if PROPERTY in used and others == {"event:page"} and "events" not in metrics:
            continue  # of events that reached a goal, the page is known beside their properties
        ours, theirs = sorted(some & set(used)), sorted(others & set(used))
        if ours and theirs:
            raise QueryError(f"{ours[0].rstrip(':')} cannot be combined with {theirs[0]}: they are counted apart")
    if {"event:currency", "visit:exit_page"} <= set(used) and (other := sorted(set(metrics) - set(AMOUNTS))):
        raise QueryError(
            f"{', '.join(other)} by event:currency and visit:exit_page: where visits ended, only "
            "revenue is known by its currency; ask for revenue, or leave one of them out"
        )


def _check_visitors(dimensions: Sequence[str], filters: Sequence[Filter], used: Collection[str]) -> None:
    """Visitors of pages, events and goals are known one by one: a sum over several would count a person several times.

    Who reached a goal is counted on one page and by one event alone, so these can be summed.
    """
    goals = "event:goal" in used
    if not goals and {"event:page", "event:name"} <= set(used):
        raise QueryError("visitors by event:page and event:name together are not known; ask for events")
    for name, what in (("event:page", "pages"), ("event:name", "events"), ("event:goal", "goals")):
        if name not in used or name in dimensions or (goals and name != "event:goal"):
            continue
        if (value := _one_value(filters, name)) is None:
            raise QueryError(
                f"visitors of several {what} together are not known; filter by one with is, or add {name} as a "
                "dimension to have the visitors of each"
            )
        if name == "event:name" and value == "pageview":
            raise QueryError("visitors of the event pageview are not counted; ask for visitors without it")


def _check_goals(metrics: Sequence[str], dimensions: Sequence[str], filters: Sequence[Filter]) -> None:
    """A visit can reach several goals, and an event belong to several: only goal by goal are rates and revenue true."""
    wanted = ", ".join(metrics)
    used = {leaf.dimension for leaf in leaves(filters)}
    free = set(metrics) <= set(AMOUNTS) and "event:goal" not in used  # the revenue of all events
    if not free and "event:goal" not in dimensions and _one_value(filters, "event:goal") is None:
        raise QueryError(
            f"{wanted}: a visit can reach several goals, so this is known goal by goal; add event:goal as a dimension, "
            "or filter by one goal with is"
        )
    if not set(metrics) & set(RATES):
        return
    inner = {leaf.dimension for item in filters if not isinstance(item, Leaf) for leaf in leaves((item,))}
    if nested := sorted(filter(is_of_goal, inner)):
        raise QueryError(f"{wanted}: filters on {nested[0]} cannot stand inside or, not beside a rate")
    several = "event:page" in used and _one_value(filters, "event:page") is None
    if several and ("conversion_rate" in metrics or "event:page" not in dimensions):
        raise QueryError(
            f"{wanted} of several pages: visitors of several pages together are not known; filter event:page by one "
            "with is, or add it as a dimension and ask for group_conversion_rate alone"
        )


def _one_value(filters: Sequence[Filter], dimension: str) -> str | None:
    """The one value that a filter leaves of this dimension, if there is such a filter."""
    found = (item for item in filters if isinstance(item, Leaf) and item.dimension == dimension)
    return next((one.values[0] for one in found if one.operator == "is" and _is_exact(one)), None)


def _is_exact(leaf: Leaf) -> bool:
    """Whether it compares with one value, to the letter."""
    return len(leaf.values) == 1 and leaf.case_sensitive


def check_of_visits(names: Collection[str], what: str) -> None:
    """Refuses dimensions that visits do not have; `what` begins the reason. Raises QueryError."""
    if unknown := sorted(each for each in names if each in TIMES or dimension(each).column not in ORIGINS):
        raise QueryError(
            f"{', '.join(unknown)}: {what} how visits came, from where and with what, and by visit:entry_page"
        )
