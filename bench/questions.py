"""Times of the questions that the overview page of a site asks, and of those of paths and cohorts."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from statistics import median
from typing import Any

from bench.history import SITE
from bench.table import Cell, table
from collector.sites import Site
from collector.store import Store
from dashboards.query import Period, Source, cohorts, flow_pages, flows, parse, run
from dashboards.query.flows import Direction

TIMES = 5
METRICS = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"]
LISTS = (
    "event:page", "visit:entry_page", "visit:exit_page", "visit:source", "visit:country", "visit:city",
    "visit:device", "visit:browser", "visit:os",
)  # fmt: skip
FILTER = {"filters": [["is", "visit:country", ["US"]]]}
Document = dict[str, Any]


def measure(store: Store, days: int, end: int) -> str:
    """The table of times, for the `days` before `end` (seconds since the epoch), with and without a filter."""
    first, last = (time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (end - days * 86_400, end - 1))
    base: Document = {"site_id": SITE, "metrics": METRICS, "date_range": [first, last]}
    asked: dict[str, Document] = {
        "figures, with the period before": {"include": {"comparisons": {"mode": "previous_period"}}},
        "figures by day": {"dimensions": ["time:day"]},
    }
    for name in LISTS:
        metric = "visits" if name == "visit:exit_page" else "visitors"
        asked[f"{metric} by {name}"] = {"dimensions": [name], "metrics": [metric], "pagination": {"limit": 9}}
    times = {name: both(asker(store, base | own), asker(store, base | own | FILTER)) for name, own in asked.items()}
    rows: list[list[Cell]] = [[name, *two] for name, two in times.items()]
    rows.append(["sum", sum(plain for plain, _ in times.values()), sum(filtered for _, filtered in times.values())])
    rows += others(store, Period(date.fromisoformat(first), date.fromisoformat(last)))
    note = (
        f"Medians of {TIMES}. A filter asks the detailed table instead of a rollup; the last three are other reports."
    )
    header = ("question", "ms", "ms, visits from one country")
    return table(f"Questions of the overview page over {days} days", header, rows, note)


def others(store: Store, period: Period) -> list[list[Cell]]:
    """Times of the reports of paths, from the page that most left for another, and of cohorts."""
    source = Source(store, Site(SITE), time.time())
    (page, _steps), *_rest = flow_pages(source, period, 1)
    only = FILTER["filters"]

    def ways(direction: Direction, filters: Sequence[object] = ()) -> Callable[[], object]:
        return lambda: flows(source, period, page, direction, filters=filters)

    def weeks(filters: Sequence[object] = ()) -> Callable[[], object]:
        return lambda: cohorts(source, "week", period, filters=filters)

    return [
        ["paths from a page", *both(ways("forward"), ways("forward", only))],
        ["paths to a page", *both(ways("backward"), ways("backward", only))],
        ["cohorts by week", *both(weeks(), weeks(only))],
    ]


def asker(store: Store, document: Document) -> Callable[[], object]:
    """One question, through the layer that parses it, chooses a table and asks."""
    site = Site(SITE)
    return lambda: run(parse(document), store, site, time.time())


def both(plain: Callable[[], object], filtered: Callable[[], object]) -> tuple[float, float]:
    return timed(plain), timed(filtered)


def timed(ask: Callable[[], object]) -> float:
    """Milliseconds for one question."""
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1000)
    return median(times)
