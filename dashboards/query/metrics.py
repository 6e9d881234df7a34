"""The metrics of a query: which sums of the counters they are made of. combination.py says which cannot be known."""

from collections.abc import Collection
from typing import NamedTuple

from dashboards.query.dimensions import TIMES, is_of_goal
from dashboards.query.errors import QueryError


class Metric(NamedTuple):
    """`measures` are sums over rows of a table; `formula` is made of them. `ratio`: changes in points, not percent.

    `order` is what rows are sorted by, where that is not the value itself, with `{}` in the place of the value.
    """

    measures: tuple[str, ...]
    formula: str
    ratio: bool = False
    order: str = "{}"


def _share(part: str, whole: str, *, factor: int = 100, digits: int = 1, none: str = "0") -> str:
    return f"if({whole} = 0, {none}, round({factor} * {part} / {whole}, {digits}))"


AMOUNTS = "arraySum(mapValues({}))"
AVERAGE = "if(tupleElement({0}, 2) = 0, 0, arraySum(mapValues(tupleElement({0}, 1))) / tupleElement({0}, 2))"

METRICS = {
    "visitors": Metric(("visitors",), "visitors"),
    "new_visitors": Metric(("new_visitors",), "new_visitors"),
    "returning_visitors": Metric(("visitors", "new_visitors"), "visitors - new_visitors"),
    "visits": Metric(("visits",), "visits"),
    "pageviews": Metric(("pageviews",), "pageviews"),
    "events": Metric(("events",), "events"),
    "views_per_visit": Metric(("pageviews", "visits"), _share("pageviews", "visits", factor=1, digits=2)),
    "bounce_rate": Metric(("bounces", "visits"), _share("bounces", "visits"), ratio=True),
    "visit_duration": Metric(("seconds", "visits"), _share("seconds", "visits", factor=1, digits=0)),
    "scroll_depth": Metric(("depth", "depths"), _share("depth", "depths", factor=1, digits=0, none="NULL"), ratio=True),
    "time_on_page": Metric(("seconds", "pageviews"), _share("seconds", "pageviews", factor=1, digits=0, none="NULL")),
    "exit_rate": Metric(("exits", "pageviews"), _share("exits", "pageviews"), ratio=True),
    "percentage": Metric(("visitors",), _share("visitors", "{total:UInt64}"), ratio=True),
    "conversions": Metric(("conversions",), "conversions"),
    "conversion_rate": Metric(
        ("converted", "all_visits"), _share("converted", "all_visits", digits=2), ratio=True
    ),
    "group_conversion_rate": Metric(
        ("group_converted", "group_visits"), _share("group_converted", "group_visits", digits=2), ratio=True
    ),
    "revenue": Metric(("revenue",), "revenue", order=AMOUNTS),
    "total_revenue": Metric(("revenue",), "revenue", order=AMOUNTS),
    "average_revenue": Metric(("revenue", "conversions"), "tuple(revenue, conversions)", order=AVERAGE),
}  # fmt: skip

UNKNOWABLE = ("scroll_depth", "time_on_page", "total_revenue", "average_revenue")  # null, not zero, of nothing
FRACTIONS = (
    "views_per_visit", "bounce_rate", "exit_rate", "percentage", "conversion_rate", "group_conversion_rate",
)  # fmt: skip
REVENUE = ("revenue", "total_revenue", "average_revenue")

# Where a measure comes from: a conversion is not a row of the counters, and scrolling is counted by page, so that
# beside visitors it would need the detail. Those of `all` and `group` are the visits that a rate is of: of all rows, or
# of those alike but for the goal; for a page, its visitors. What is not named here counts visits and pages.
FAMILIES = {
    "conversions": "goals", "goal_visitors": "goals", "revenue": "goals", "depth": "scroll", "depths": "scroll",
    "converted": "goals", "group_converted": "goals", "all_visits": "all", "group_visits": "group",
}  # fmt: skip
WHOLES = ("all_visits", "group_visits")
CONVERTED = ("converted", "group_converted")  # what is divided by them


def check_metric(name: str) -> str:
    """The name, if there is such a metric. Raises QueryError."""
    if name in METRICS:
        return name
    raise QueryError(f"unknown metric {name!r}; there are {', '.join(METRICS)}")


def measures(
    metrics: Collection[str], used: Collection[str], filtered: Collection[str] = (), *, hourly: bool
) -> dict[str, str]:
    """The sums these metrics need: their name in the formulas, and which measure of the tables it is.

    `used` are the dimensions and filters, `filtered` the filters, `hourly` says that the time is told by hours.
    """
    swap = dict.fromkeys(WHOLES, "visits") | dict.fromkeys(CONVERTED, "conversions")
    if "event:page" in used:
        swap |= {"group_converted": "goal_visitors", "group_visits": "page_visitors"}
    if "event:page" in filtered:
        swap |= {"converted": "goal_visitors", "all_visits": "page_visitors"}
    if "event:goal" in used:
        swap["visitors"] = "goal_visitors"
    elif "event:page" in used:
        swap["visitors"] = "page_visitors"
    elif "event:name" in used:
        swap["visitors"] = "event_visitors"
    elif hourly:
        swap["visitors"] = "hour_visitors"
    if "event:goal" in used:
        swap["revenue"] = "goal_revenue"
    if "visit:exit_page" in used:
        swap |= dict.fromkeys(("visits", *WHOLES), "exits") | dict.fromkeys(("conversions", *CONVERTED), "goal_exits")
    return {name: swap.get(name, name) for metric in metrics for name in METRICS[metric].measures}


def family(name: str, measure: str) -> str:
    """Which part of a statement has this sum, which is this measure of a table."""
    return FAMILIES.get(name) or FAMILIES.get(measure, "counts")


def grouped_by(part: str, dimensions: Collection[str]) -> tuple[str, ...]:
    """The dimensions by which a part is grouped: a visit has no goal, and all visits are told apart by time alone."""
    if part == "all":
        return tuple(name for name in dimensions if name in TIMES)
    return tuple(name for name in dimensions if part != "group" or not is_of_goal(name))
