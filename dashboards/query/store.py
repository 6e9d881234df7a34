"""How the query layer asks the store: with limits, and with errors sorted into the asker's and ours."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from collector.store import StoreError
from dashboards.query.dimensions import country_names
from dashboards.query.errors import QueryError

# A question that costs more than this is broken off.
LIMITS = {
    "max_execution_time": 20,
    "max_memory_usage": 1_000_000_000,
    "max_result_rows": 200_000,
    "result_overflow_mode": "throw",
}
TOO_MUCH = "this is too much for one query; ask for fewer days or dimensions"
ASKERS_FAULT = {  # ClickHouse's numbers
    427: "a pattern of matches is not a regular expression in RE2's syntax",
    158: TOO_MUCH,  # too many rows
    159: TOO_MUCH,  # too slow
    241: TOO_MUCH,  # too much memory
    396: TOO_MUCH,  # too large an answer
}


class Store(Protocol):
    """Runs SQL with `{name:Type}` parameters and gives the rows (collector/store.py)."""

    def execute(
        self, sql: str, params: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]: ...


def fetch(store: Store, sql: str, params: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """The rows; a statement that speaks of names of countries gets them. Raises QueryError when the question is at
    fault, else StoreError."""
    if "{country_codes:Array(String)}" in sql:
        params = {**params, **dict(zip(("country_codes", "country_names"), country_names(), strict=True))}
    try:
        return store.execute(sql, params, LIMITS)
    except StoreError as error:
        if error.code in ASKERS_FAULT:
            raise QueryError(ASKERS_FAULT[error.code]) from error
        raise
