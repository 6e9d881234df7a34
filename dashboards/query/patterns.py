"""Regular expressions in filters: checked before anything is asked, so that a wrong one is told without rows too."""

from collections.abc import Sequence

from dashboards.query.errors import QueryError
from dashboards.query.filters import Filter, leaves, parse_filters
from dashboards.query.store import Store, fetch

MOST_PATTERNS = 20
LONGEST_PATTERN = 250


def check_filters(items: Sequence[object], store: Store) -> None:
    """Raises QueryError for filters that cannot be read, whatever is asked under them; and StoreError."""
    check_patterns(parse_filters(items), store)


def check_patterns(filters: Sequence[Filter], store: Store) -> None:
    """Raises QueryError for expressions that are too many, too long, or none in RE2's syntax.

    RE2 takes time in proportion to the text, whatever the expression; what it would need too much memory for, as
    repetitions of repetitions, it refuses itself.
    """
    patterns = [value for leaf in leaves(filters) if leaf.operator.startswith("matches") for value in leaf.values]
    if len(patterns) > MOST_PATTERNS:
        raise QueryError(f"filters take at most {MOST_PATTERNS} regular expressions")
    for pattern in patterns:
        if len(pattern) > LONGEST_PATTERN:
            raise QueryError(f"a regular expression has at most {LONGEST_PATTERN} characters")
        try:
            fetch(store, "SELECT match('', {pattern:String})", {"pattern": pattern})
        except QueryError as error:
            raise QueryError(f"{error}: {pattern}") from error
