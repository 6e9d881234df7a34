"""The metrics of a query: which sums of the counters they are made of, and which of them cannot be known.

Counters are sums. What a sum over visits or over days cannot tell (which visits also saw a page, who came back to it
another day) is refused here with a message that says what can be asked instead.
"""

from collections.abc import Collection
from typing import NamedTuple

from dashboards.query.errors import QueryError


class Metric(NamedTuple):
    """`measures` are sums over rows of a table; `formula` is made of them. `ratio`: changes in points, not percent."""

    measures: tuple[str, ...]
    formula: str
    ratio: bool = False


def _share(part: str, whole: str, *, factor: int = 100, digits: int = 1, none: str = "0") -> str:
    return f"if({whole} = 0, {none}, round({factor} * {part} / {whole}, {digits}))"


METRICS = {
    "visitors": Metric(("visitors",), "visitors"),
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
}

NOT_COUNTED = {
    "conversion_rate": "goals are not counted yet",
    "group_conversion_rate": "goals are not counted yet",
    "average_revenue": "revenue is not counted yet",
    "total_revenue": "revenue is not counted yet",
}

UNKNOWABLE = ("scroll_depth", "time_on_page")  # null, not zero, where nothing was reported
FRACTIONS = ("views_per_visit", "bounce_rate", "exit_rate", "percentage")  # the others are whole numbers

# What may be asked where a page, an event or an exit page is a dimension or a filter; the rest has a reason.
ALLOWED = {
    "event:page": {"visitors", "pageviews", "events", "scroll_depth", "time_on_page"},
    "event:name": {"events"},
    "visit:exit_page": {"visits", "exit_rate"},
}
INSTEAD = {
    "event:page": "it is not known which visits saw a page; ask for visitors, pageviews, events, scroll_depth or "
    "time_on_page, or use visit:entry_page",
    "event:name": "only events are counted by their name; ask for events",
    "visit:exit_page": "only visits and exit_rate are known by the page on which a visit ended",
}
REQUIRED = {"scroll_depth": "event:page", "time_on_page": "event:page", "exit_rate": "visit:exit_page"}


def check_metric(name: str) -> str:
    """The name, if there is such a metric. Raises QueryError."""
    if name in METRICS:
        return name
    if name in NOT_COUNTED:
        raise QueryError(f"{name}: {NOT_COUNTED[name]}")
    raise QueryError(f"unknown metric {name!r}; there are {', '.join(METRICS)}")


def check_combination(metrics: Collection[str], dimensions: Collection[str], filtered: Collection[str]) -> None:
    """Refuses what the counters cannot know about these metrics by these dimensions and filters. Raises QueryError."""
    used = {*dimensions, *filtered}
    if {"event:page", "visit:exit_page"} <= used or {"event:name", "visit:exit_page"} <= used:
        raise QueryError("visit:exit_page cannot be combined with event:page or event:name")
    for special, allowed in ALLOWED.items():
        if special in used and (refused := [metric for metric in metrics if metric not in allowed]):
            raise QueryError(f"{', '.join(refused)} by {special}: {INSTEAD[special]}")
    for metric, dimension in REQUIRED.items():
        if metric in metrics and dimension not in used:
            raise QueryError(f"{metric} needs {dimension} as a dimension or a filter")
    if "percentage" in metrics and not dimensions:
        raise QueryError("percentage needs a dimension")


def measures(metrics: Collection[str], used: Collection[str], *, hourly: bool) -> dict[str, str]:
    """The sums these metrics need: their name in the formulas, and which measure of the tables it is.

    `used` are the dimensions and filters, `hourly` says that the time is told by hours.
    """
    swap: dict[str, str] = {}
    if "event:page" in used:
        swap["visitors"] = "page_visitors"
    elif hourly:
        swap["visitors"] = "hour_visitors"
    if "visit:exit_page" in used:
        swap["visits"] = "exits"
    return {name: swap.get(name, name) for metric in metrics for name in METRICS[metric].measures}
