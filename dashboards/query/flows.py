"""Where visitors go from a page, or come to it from, page by page within a visit, up to three steps."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from dashboards.query.combination import check_of_visits
from dashboards.query.errors import QueryError
from dashboards.query.filters import leaves, parse_filters
from dashboards.query.kept import Source
from dashboards.query.patterns import check_patterns
from dashboards.query.period import Period
from dashboards.query.sql import conditions
from dashboards.query.store import fetch
from dashboards.query.tables import ORIGINS, Table

DEEPEST = 3
# A page view that came from another page lies with the pages before it.
TABLE = Table("counters", ORIGINS, {}, detail=True)

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


class Question(NamedTuple):
    """The rows that are asked for, as a condition, with its parameters."""

    where: str
    params: dict[str, Any]


def flows(
    source: Source,
    period: Period,
    page: str,
    direction: Direction = "forward",
    *,
    depth: int = DEEPEST,
    limit: int = 5,
    filters: Sequence[object] = (),
) -> Flow:
    """The ways from a page, or to it, each page with at most `limit` that follow and the rest as one.

    `filters` as in the API, on how visits came, from where and with what. Raises QueryError when the period reaches
    before the detail that is kept and for what is not known of visits, and StoreError.
    """
    if direction not in ("forward", "backward") or not 1 <= depth <= DEEPEST or limit < 1:
        raise QueryError(f"flows go forward or backward, 1 to {DEEPEST} steps deep")
    asked = _asked(source, period, filters, {"page": page})
    entered, outward, inward = _arrivals(source, asked)
    ways: dict[Way, Step] = {}
    parents: list[Way] = [()]
    for number in range(1, depth + 1):
        found = _step(source, asked, direction, number, parents)
        ways |= found
        parents = [way for parent in parents for way, _ in _children(parent, found)[:limit]]
        if not parents:
            break
    total = entered + inward
    ends = total - (outward if direction == "forward" else inward)
    return Flow(page, direction, total, max(ends, 0), _nodes((), total, ways, depth, limit))


def flow_pages(
    source: Source, period: Period, limit: int = 50, filters: Sequence[object] = ()
) -> list[tuple[str, int]]:
    """The pages from which most steps were taken, with how many. `filters` and errors as those of `flows`."""
    asked = _asked(source, period, filters, {"limit": limit})
    text = (
        f"SELECT t.before1, sum(t.pageviews) AS times FROM counters AS t WHERE {asked.where} AND t.before1 != ''"  # noqa: S608
        " GROUP BY t.before1 HAVING times > 0 ORDER BY times DESC, t.before1 LIMIT {limit:UInt32}"
    )
    return [(str(page), int(times)) for page, times in fetch(source.store, text, asked.params)]


def _asked(source: Source, period: Period, filters: Sequence[object], params: dict[str, Any]) -> Question:
    """What all questions about a flow have in common."""
    period = source.kept(period)
    source.check_detail(period)
    parsed = parse_filters(filters)
    check_of_visits({leaf.dimension for leaf in leaves(parsed)}, "flows are filtered by")
    check_patterns(parsed, source.store)
    where = conditions(TABLE, source.site.domain, period, parsed, params)
    return Question(where, params)


def _arrivals(source: Source, asked: Question) -> tuple[int, int, int]:
    """How many visits began on the page, how many steps led from it, and how many to it."""
    text = (
        "SELECT sumIf(t.visits, t.page = {page:String}), sumIf(t.pageviews, t.before1 = {page:String}),"  # noqa: S608
        " sumIf(t.pageviews, t.page = {page:String} AND t.before1 != '') FROM counters AS t"
        f" WHERE {asked.where} AND (t.page = {{page:String}} OR t.before1 = {{page:String}})"
    )
    entered, outward, inward = fetch(source.store, text, asked.params)[0]
    return int(entered), int(outward), int(inward)


def _step(
    source: Source, asked: Question, direction: Direction, number: int, parents: Sequence[Way]
) -> dict[Way, Step]:
    """The ways of `number` steps that begin with one of `parents`."""
    if direction == "forward":
        where, columns = f"t.before{number} = {{page:String}}", [f"before{back}" for back in range(number - 1, 0, -1)]
        columns.append("page")
    else:
        where, columns = "t.page = {page:String}", [f"before{back}" for back in range(1, number + 1)]
        where += f" AND t.{columns[-1]} != ''"
    known = {f"known{at}": list(pages) for at, pages in enumerate(zip(*parents, strict=True))}
    if known:
        keys = ", ".join(f"t.{column}" for column in columns[: number - 1])
        pages = ", ".join(f"{{{name}:Array(String)}}" for name in known)
        where += f" AND tuple({keys}) IN (SELECT arrayJoin(arrayZip({pages})))"
    # Made of the names of columns alone; pages are parameters.
    named = ", ".join(f"t.{column}" for column in columns)
    text = (
        f"SELECT {named}, sum(t.pageviews), sum(t.flow_visitors) FROM counters AS t"  # noqa: S608
        f" WHERE {asked.where} AND t.before1 != '' AND {where} GROUP BY {named}"
    )
    return {
        tuple(map(str, way)): Step(int(times), int(who))
        for *way, times, who in fetch(source.store, text, asked.params | known)
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
