"""How far visits came in a funnel: how many entered, how many reached each step, and where the others dropped out."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from dashboards.query.combination import check_of_visits
from dashboards.query.dimensions import check_dimension, dimension
from dashboards.query.errors import QueryError
from dashboards.query.filters import leaves, parse_filters
from dashboards.query.kept import Source
from dashboards.query.patterns import check_patterns
from dashboards.query.period import Period
from dashboards.query.sql import conditions
from dashboards.query.store import fetch
from dashboards.query.tables import FUNNELS, choose


class FunnelStep(NamedTuple):
    """`dropped` reached this step and not the next. Percent of those who entered, and of those at the step before."""

    number: int
    reached: int
    dropped: int
    of_entered: float
    of_before: float


class FunnelRow(NamedTuple):
    """The steps of those with this value of the dimension; without one the value is empty."""

    value: str
    steps: tuple[FunnelStep, ...]

    @property
    def entered(self) -> int:
        return self.steps[0].reached if self.steps else 0


def funnel(
    source: Source,
    period: Period,
    name: str,
    *,
    length: int = 0,
    filters: Sequence[object] = (),
    by: str = "",
    limit: int = 100,
) -> list[FunnelRow]:
    """The funnel of this name, as a whole or by a dimension of the visit, those with most entries first.

    A step is booked on the day on which the first one was reached. `length` is the number of steps, 0: as many as the
    funnel has, or, when it was removed, as were reached. `filters` as in the API. Raises QueryError for what is not
    known, and StoreError.
    """
    period = _whole_days(source.kept(period))
    parsed = parse_filters(filters)
    used = {leaf.dimension for leaf in leaves(parsed)} | ({check_dimension(by)} if by else set())
    check_of_visits(used, "a funnel is known by")
    table = choose({dimension(each).column for each in used}, ["reached"], FUNNELS)
    if table.detail:
        source.check_detail(period)
    check_patterns(parsed, source.store)
    params: dict[str, Any] = {"funnel": name}
    key = f"toString({table.columns[dimension(by).column]})" if by else "''"
    where = conditions(table, source.site.domain, period, parsed, params)
    text = (
        f"SELECT {key} AS value, t.step AS number, sum(t.reached) AS reached FROM {table.source} AS t"  # noqa: S608
        f" WHERE {where} AND t.funnel = {{funnel:String}} GROUP BY value, number"
    )
    steps = next((len(each.steps) for each in source.site.rules.funnels if each.name == name), 0)
    return _rows(fetch(source.store, text, params), length or steps, by=by)[:limit]


def _whole_days(period: Period) -> Period:
    if period.hours is not None:
        raise QueryError("funnels are counted by the day; ask for whole days")
    return period


def _rows(found: Sequence[Sequence[Any]], length: int, *, by: str) -> list[FunnelRow]:
    reached: dict[str, dict[int, int]] = defaultdict(dict)
    for value, number, times in found:
        reached[value][number] = times
    if not by:
        reached.setdefault("", {})
    length = length or max((number for _, number, times in found if times), default=0)
    rows = [FunnelRow(value, _steps([each.get(n + 1, 0) for n in range(length)])) for value, each in reached.items()]
    return sorted((row for row in rows if row.entered or not by), key=lambda row: (-row.entered, row.value))


def _steps(reached: list[int]) -> tuple[FunnelStep, ...]:
    """Across visits a later step may lie under another origin than the first, so of one origin more may reach it."""
    if not reached:
        return ()
    after, before = [*reached[1:], reached[-1]], [reached[0], *reached[:-1]]
    return tuple(
        FunnelStep(number, now, max(now - then, 0), _percent(now, reached[0]), _percent(now, earlier))
        for number, (now, then, earlier) in enumerate(zip(reached, after, before, strict=True), 1)
    )


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
