"""Reads a query in the shape of Plausible's Stats API v2. Pure: nothing is looked up and no clock is read."""

from typing import Any, Literal

import msgspec

from dashboards.query.combination import check_combination
from dashboards.query.dimensions import TIMES, check_dimension
from dashboards.query.errors import QueryError
from dashboards.query.filters import Filter, leaves, parse_filters
from dashboards.query.metrics import check_metric
from dashboards.query.period import COMPARISONS, check_range

MOST_ROWS = 10_000
MOST_DIMENSIONS = 6


class Pagination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: int = MOST_ROWS
    offset: int = 0


class Comparisons(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The period to compare with."""

    mode: str
    date_range: list[str] | None = None
    match_day_of_week: bool = False


class Include(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the answer shall have besides the rows."""

    imports: bool = False
    time_labels: bool = False
    total_rows: bool = False
    comparisons: Comparisons | None = None


class Document(msgspec.Struct, forbid_unknown_fields=True):
    """A query as it comes, with its types checked."""

    site_id: str
    metrics: list[str]
    date_range: str | list[str]
    dimensions: list[str] = []
    filters: list[Any] = []
    order_by: list[tuple[str, Literal["asc", "desc"]]] = []
    pagination: Pagination = Pagination()
    include: Include = Include()


class Query(msgspec.Struct, frozen=True):
    """A question that can be answered, but for its days, which depend on the clock."""

    site_id: str
    metrics: tuple[str, ...]
    date_range: str | tuple[str, str]
    dimensions: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[tuple[str, Literal["asc", "desc"]], ...] = ()
    pagination: Pagination = Pagination()
    include: Include = Include()
    asked_filters: tuple[Any, ...] = ()  # as they came, for the answer

    @property
    def time(self) -> str:
        """The time dimension, or an empty string."""
        return next((name for name in self.dimensions if name in TIMES), "")

    @property
    def filtered(self) -> frozenset[str]:
        """The dimensions that are filtered by."""
        return frozenset(leaf.dimension for leaf in leaves(self.filters))


def decoded(body: bytes) -> object:
    """The JSON in a body. Raises QueryError."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise QueryError(f"the query is no JSON: {reason}") from error


def parse(document: object) -> Query:
    """A query from decoded JSON. Raises QueryError, with a message for whoever wrote it."""
    try:
        asked = msgspec.convert(document, Document)
    except msgspec.ValidationError as error:
        raise QueryError(str(error)) from error
    metrics = _unique("metrics", [check_metric(name) for name in asked.metrics])
    dimensions = _unique("dimensions", [check_dimension(name) for name in asked.dimensions])
    if not metrics:
        raise QueryError("metrics takes at least one metric")
    if len(dimensions) > MOST_DIMENSIONS:
        raise QueryError(f"dimensions takes at most {MOST_DIMENSIONS}")
    if sum(name in TIMES for name in dimensions) > 1:
        raise QueryError("a query takes one time dimension")
    _check_pagination(asked.pagination)
    query = Query(
        asked.site_id, metrics, check_range(asked.date_range), dimensions, parse_filters(asked.filters),
        _order(asked.order_by, metrics, dimensions), asked.pagination, asked.include, tuple(asked.filters),
    )  # fmt: skip
    _check_include(query)
    check_combination(metrics, dimensions, query.filters)
    return query


def _unique(key: str, names: list[str]) -> tuple[str, ...]:
    if len(set(names)) != len(names):
        raise QueryError(f"{key} names one thing twice")
    return tuple(names)


def _order(
    asked: list[tuple[str, Literal["asc", "desc"]]], metrics: tuple[str, ...], dimensions: tuple[str, ...]
) -> tuple[tuple[str, Literal["asc", "desc"]], ...]:
    for name, _ in asked:
        if name not in metrics and name not in dimensions:
            raise QueryError(f"order_by: {name} is neither among the metrics nor among the dimensions")
    if asked:
        return tuple(asked)
    times = [name for name in dimensions if name in TIMES]
    return (*((name, "asc") for name in times), (metrics[0], "desc"))


def _check_pagination(pagination: Pagination) -> None:
    if not 1 <= pagination.limit <= MOST_ROWS or not 0 <= pagination.offset <= 10_000_000:
        raise QueryError(f"pagination takes a limit from 1 to {MOST_ROWS} and an offset from 0")


def _check_include(query: Query) -> None:
    if query.include.time_labels and not query.time:
        raise QueryError("include.time_labels needs a time dimension")
    compare = query.include.comparisons
    if compare is None:
        return
    if compare.mode not in COMPARISONS:
        raise QueryError(f"include.comparisons.mode is one of {', '.join(COMPARISONS)}")
    if (compare.mode == "custom") != (compare.date_range is not None):
        raise QueryError('include.comparisons.date_range goes with the mode "custom", and only with it')
    if compare.date_range is not None:
        check_range(compare.date_range)
