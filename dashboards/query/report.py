"""The reports in JSON: a document says which one and of what, and the answer is ready to be written."""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import msgspec

from collector.sites import Site
from dashboards.query.dimensions import check_dimension, dimension
from dashboards.query.errors import QueryError
from dashboards.query.flows import flows
from dashboards.query.funnel import funnel
from dashboards.query.kept import Source
from dashboards.query.period import Period, check_range
from dashboards.query.result import instants
from dashboards.query.retention import cohorts, stickiness
from dashboards.query.store import Store
from dashboards.query.topics import topics
from dashboards.query.vitals import vitals

MOST_ROWS = 1000


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="report"):
    """What every report is asked with."""

    site_id: str
    date_range: str | list[str]


class FunnelQuestion(Question, frozen=True, tag="funnel"):
    funnel: str
    dimension: str = ""
    filters: list[Any] = []
    limit: int = 100


class FlowsQuestion(Question, frozen=True, tag="flows"):
    page: str
    direction: Literal["forward", "backward"] = "forward"
    depth: int = 3
    limit: int = 5
    filters: list[Any] = []


class CohortsQuestion(Question, frozen=True, tag="cohorts"):
    unit: Literal["week", "month"] = "week"
    filters: list[Any] = []


class StickinessQuestion(Question, frozen=True, tag="stickiness"):
    filters: list[Any] = []


class VitalsQuestion(Question, frozen=True, tag="vitals"):
    by: str = ""
    metric: str = ""
    filters: list[Any] = []
    limit: int = 100


class TopicsQuestion(Question, frozen=True, tag="topics"):
    pass


AnyQuestion = FunnelQuestion | FlowsQuestion | CohortsQuestion | StickinessQuestion | VitalsQuestion | TopicsQuestion
REPORTS = ("funnel", "flows", "cohorts", "stickiness", "vitals", "topics")


def parse_report(document: object) -> AnyQuestion:
    """A question from decoded JSON. Raises QueryError, with a message for whoever wrote it."""
    if isinstance(document, dict) and document.get("report") not in REPORTS:
        raise QueryError(f"report is one of {', '.join(REPORTS)}")
    try:
        asked: AnyQuestion = msgspec.convert(document, AnyQuestion)
    except msgspec.ValidationError as error:
        raise QueryError(str(error)) from error
    check_range(asked.date_range)
    if not 1 <= getattr(asked, "limit", 1) <= MOST_ROWS:
        raise QueryError(f"limit is from 1 to {MOST_ROWS}")
    if isinstance(asked, FunnelQuestion) and asked.dimension:
        check_dimension(asked.dimension)
    return asked


def run_report(asked: AnyQuestion, store: Store, site: Site, now: float) -> dict[str, Any]:
    """The answer at `now` (epoch seconds). Raises QueryError for what cannot be known, and what `store` raises."""
    source = Source(store, site, now)
    days = asked.date_range
    period = source.kept(source.period(days if isinstance(days, str) else (days[0], days[1])))
    results = ANSWERS[type(asked)](source, period, asked)
    query = msgspec.to_builtins(asked) | {"date_range": instants(period, site.timezone)}
    return {"results": plain(results), "query": query}


def _funnel(source: Source, period: Period, asked: FunnelQuestion) -> list[Any]:
    rows = funnel(source, period, asked.funnel, filters=asked.filters, by=asked.dimension, limit=asked.limit)
    if not any(row.steps for row in rows) and asked.funnel not in {each.name for each in source.site.rules.funnels}:
        raise QueryError(f"there is no funnel {asked.funnel!r}, and none of this name was counted in these days")
    if not asked.dimension:
        return rows
    return [row._replace(value=row.value or dimension(asked.dimension).empty) for row in rows]


def _flows(source: Source, period: Period, asked: FlowsQuestion) -> list[Any]:
    found = flows(
        source, period, asked.page, asked.direction, depth=asked.depth, limit=asked.limit, filters=asked.filters
    )
    return [found]


def _cohorts(source: Source, period: Period, asked: CohortsQuestion) -> list[Any]:
    return list(cohorts(source, asked.unit, period, filters=asked.filters))


def _stickiness(source: Source, period: Period, asked: StickinessQuestion) -> list[Any]:
    if period.hours is not None:
        raise QueryError("stickiness is of whole days")
    return [stickiness(source, period.last, period.days, filters=asked.filters)]


def _vitals(source: Source, period: Period, asked: VitalsQuestion) -> list[Any]:
    return list(vitals(source, period, by=asked.by, metric=asked.metric, filters=asked.filters, limit=asked.limit))


def _topics(source: Source, period: Period, _asked: TopicsQuestion) -> list[Any]:
    return list(topics(source, period))


ANSWERS: dict[type[Any], Callable[[Source, Period, Any], list[Any]]] = {
    FunnelQuestion: _funnel,
    FlowsQuestion: _flows,
    CohortsQuestion: _cohorts,
    StickinessQuestion: _stickiness,
    VitalsQuestion: _vitals,
    TopicsQuestion: _topics,
}


def plain(value: Any) -> Any:
    """Named tuples as objects, days as text."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(each) for name, each in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
