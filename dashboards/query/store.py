"""What the query layer needs of the store."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

# A question that costs more than this is broken off.
LIMITS = {
    "max_execution_time": 20,
    "max_memory_usage": 1_000_000_000,
    "max_result_rows": 200_000,
    "result_overflow_mode": "throw",
}


class Store(Protocol):
    """Runs SQL with `{name:Type}` parameters and gives the rows (collector/store.py)."""

    def execute(
        self, sql: str, params: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]: ...
