"""Where visitors go from a page, or come to it from, page by page within a visit, up to three steps."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from dashboards.query.errors import QueryError
from dashboards.query.kept import Source
from dashboards.query.period import Period
from dashboards.query.store import fetch

QUERIES = Path(__file__).parent.parent / "queries"
ARRIVALS = (QUERIES / "flow_arrivals.sql").read_text(encoding="utf-8")
PAGES = (QUERIES / "flow_pages.sql").read_text(encoding="utf-8")
DEEPEST = 3

Direction = Literal["forward", "backward"]
Way = tuple[str, ...]


class FlowNode(NamedTuple):
    """A page on the way. `page` is empty for all pages beside those shown.

    `flows` are steps to it (forward) or from it (backward), `share` percent of those at the page before. `visitors` are
    known of the first step, exact for a day and summed over days. `ends` is how often the visit stopped there, or
    began there when looking backward; None where that is not known: at the deepest step and for the rest.
    """

    page: str
    flows: int
    share: float
    visitors: int | None = None
    ends: int | None = None
    nodes: tuple["FlowNode", ...] = ()


class Flow(NamedTuple):
    """Where it goes from a page, which was reached `flows` times; `ends` as in its nodes."""

    page: str
    direction: Direction
    flows: int
    ends: int
    nodes: tuple[FlowNode, ...]


class Step(NamedTuple):
    flows: int
    visitors: int


def flows(
    source: Source, period: Period, page: str, direction: Direction = "forward", *, depth: int = DEEPEST, limit: int = 5
) -> Flow:
    """The ways from a page, or to it, each page with at most `limit` that follow and the rest as one.

    Raises QueryError when the period reaches before the detail that is kept, and StoreError.
    """
    if direction not in ("forward", "backward") or not 1 <= depth <= DEEPEST or limit < 1:
        raise QueryError(f"flows go forward or backward, 1 to {DEEPEST} steps deep")
    period = _detailed(source, period)
    params = _params(source, period) | {"page": page}
    arrived, outward, inward = map(int, fetch(source.store, ARRIVALS, params)[0])
    ways: dict[Way, Step] = {}
    parents: list[Way] = [()]
    for number in range(1, depth + 1):
        found = _step(source, params, direction, number, parents)
        ways |= found
        parents = [way for parent in parents for way, _ in _children(parent, found)[:limit]]
        if not parents:
            break
    total = arrived + inward
    ends = total - (outward if direction == "forward" else inward)
    return Flow(page, direction, total, max(ends, 0), _nodes((), total, ways, depth, limit))


def flow_pages(source: Source, period: Period, limit: int = 50) -> list[tuple[str, int]]:
    """The pages from which most steps were taken, with how many."""
    found = fetch(source.store, PAGES, _params(source, _detailed(source, period)) | {"limit": limit})
    return [(str(page), int(times)) for page, times in found]


def _detailed(source: Source, period: Period) -> Period:
    if period.hours is not None:
        raise QueryError("flows are counted by the day; ask for whole days")
    period = source.kept(period)
    source.check_detail(period)
    return period


def _params(source: Source, period: Period) -> dict[str, Any]:
    return {"site": source.site.domain, "first": period.first, "last": period.last}


def _step(
    source: Source, params: dict[str, Any], direction: Direction, number: int, parents: Sequence[Way]
) -> dict[Way, Step]:
    """The ways of `number` steps that begin with one of `parents`."""
    if direction == "forward":
        where, columns = f"before{number} = {{page:String}}", [f"before{back}" for back in range(number - 1, 0, -1)]
        columns.append("page")
    else:
        where, columns = "page = {page:String}", [f"before{back}" for back in range(1, number + 1)]
        where += f" AND {columns[-1]} != ''"
    known = {f"known{at}": list(pages) for at, pages in enumerate(zip(*parents, strict=True))}
    if known:
        pairs = ", ".join(f"{{{name}:Array(String)}}" for name in known)
        keys = ", ".join(f"toString({column})" for column in columns[: number - 1])
        where += f" AND has(arrayZip({pairs}), tuple({keys}))"
    # Made of the names of columns alone; pages are parameters.
    text = (
        f"SELECT {', '.join(columns)}, sum(t.flows), sum(t.flow_visitors) FROM flows AS t WHERE {where}"  # noqa: S608
        " AND site = {site:String} AND day BETWEEN {first:Date} AND {last:Date}"
        f" GROUP BY {', '.join(columns)}"
    )
    return {
        tuple(map(str, way)): Step(int(times), int(who))
        for *way, times, who in fetch(source.store, text, params | known)
    }


def _children(parent: Way, ways: dict[Way, Step]) -> list[tuple[Way, Step]]:
    """The ways one step longer than `parent`, the most frequent first."""
    return _by_parent(ways).get(parent, [])


def _by_parent(ways: dict[Way, Step]) -> dict[Way, list[tuple[Way, Step]]]:
    found: dict[Way, list[tuple[Way, Step]]] = defaultdict(list)
    for way, step in sorted(ways.items(), key=lambda one: (-one[1].flows, one[0])):
        if step.flows > 0:
            found[way[:-1]].append((way, step))
    return found


def _nodes(parent: Way, total: int, ways: dict[Way, Step], depth: int, limit: int) -> tuple[FlowNode, ...]:
    followers = _children(parent, ways)
    made = [_node(way, step, total, ways, depth, limit) for way, step in followers[:limit]]
    if rest := sum(step.flows for _, step in followers[limit:]):
        made.append(FlowNode("", rest, _percent(rest, total)))
    return tuple(made)


def _node(way: Way, step: Step, total: int, ways: dict[Way, Step], depth: int, limit: int) -> FlowNode:
    nodes = _nodes(way, step.flows, ways, depth, limit) if len(way) < depth else ()
    ends = max(step.flows - sum(node.flows for node in nodes), 0) if len(way) < depth else None
    visitors = step.visitors if len(way) == 1 else None
    return FlowNode(way[-1], step.flows, _percent(step.flows, total), visitors, ends, nodes)


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
