"""Filters: a tree of conditions on dimensions, read from JSON and written as SQL with parameters."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, cast

import msgspec

from dashboards.query.dimensions import check_dimension, names_of_empty
from dashboards.query.dimensions import dimension as known
from dashboards.query.errors import QueryError

DEEPEST = 8
MOST_VALUES = 500
LONGEST_VALUE = 1000
STRING, STRINGS = "String", "Array(String)"

Operator = Literal["is", "is_not", "contains", "contains_not", "matches", "matches_not"]
OPERATORS = ("is", "is_not", "contains", "contains_not", "matches", "matches_not")


class Leaf(msgspec.Struct, frozen=True):
    """A dimension has, or has not (`_not`), any of these values."""

    operator: Operator
    dimension: str
    values: tuple[str, ...]
    case_sensitive: bool = True


class Node(msgspec.Struct, frozen=True):
    """Conditions joined. `not` has one part."""

    operator: Literal["and", "or", "not"]
    parts: tuple["Leaf | Node", ...]


Filter = Leaf | Node


def parse_filters(items: Sequence[object]) -> tuple[Filter, ...]:
    """The filters of a query, all of which must hold: an "and" among them stands for its parts. Raises QueryError."""
    parsed = tuple(part for item in items for part in _conjuncts(_parse(item, 1)))
    if sum(len(leaf.values) for leaf in leaves(parsed)) > MOST_VALUES:
        raise QueryError(f"filters take at most {MOST_VALUES} values")
    return parsed


def leaves(filters: Sequence[Filter]) -> Iterator[Leaf]:
    """Every condition in them."""
    for item in filters:
        if isinstance(item, Leaf):
            yield item
        else:
            yield from leaves(item.parts)


def _conjuncts(item: Filter) -> Iterator[Filter]:
    """What must hold for it to hold, one by one."""
    if isinstance(item, Node) and item.operator == "and":
        for part in item.parts:
            yield from _conjuncts(part)
    else:
        yield item


def _parse(item: object, depth: int) -> Filter:
    if depth > DEEPEST:
        raise QueryError(f"filters can be nested {DEEPEST} deep")
    if not isinstance(item, list) or not 2 <= len(item) <= 4 or not isinstance(item[0], str):
        raise QueryError('a filter is a list like ["is", "visit:country", ["LV"]] or ["and", [filter, …]]')
    operator, rest = item[0], item[1:]
    if operator in ("and", "or"):
        if len(rest) != 1 or not isinstance(rest[0], list) or not rest[0]:
            raise QueryError(f'"{operator}" takes one list of filters')
        parts = tuple(_parse(part, depth + 1) for part in rest[0])
        return Node(cast(Literal["and", "or"], operator), parts)
    if operator == "not":
        if len(rest) != 1:
            raise QueryError('"not" takes one filter')
        return Node("not", (_parse(rest[0], depth + 1),))
    if operator in ("has_done", "has_not_done"):
        raise QueryError(f"{operator}: what else happened in a visit is not kept, so it cannot be filtered by")
    if operator not in OPERATORS:
        raise QueryError(f"unknown filter {operator!r}; there are {', '.join((*OPERATORS, 'and', 'or', 'not'))}")
    return _parse_leaf(cast(Operator, operator), rest)


def _parse_leaf(operator: Operator, rest: list[Any]) -> Leaf:
    if len(rest) < 2 or not isinstance(rest[0], str) or not isinstance(rest[1], list) or not rest[1]:
        raise QueryError(f'"{operator}" takes a dimension and a list of values')
    dimension = check_dimension(rest[0], in_filter=True)
    values = []
    for value in rest[1]:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise QueryError(f"{dimension}: values of a filter are strings")
        text = str(value)
        if len(text) > LONGEST_VALUE or "\0" in text or not text.isprintable():
            raise QueryError(f"{dimension}: a value has at most {LONGEST_VALUE} printable characters")
        values.append(text)
    modifiers = rest[2] if len(rest) > 2 else {}
    if not isinstance(modifiers, dict) or not isinstance(modifiers.get("case_sensitive", True), bool):
        raise QueryError('the only modifier of a filter is {"case_sensitive": false}')
    if set(modifiers) - {"case_sensitive"} or (modifiers and operator.startswith("matches")):
        raise QueryError('the only modifier of a filter is {"case_sensitive": false}, for is and contains')
    return Leaf(operator, dimension, tuple(values), modifiers.get("case_sensitive", True))


def to_sql(item: Filter, column: Callable[[str], str], bind: Callable[[Any, str], str]) -> str:
    """The condition. `column` gives the expression of a dimension, `bind` takes a value and its
    type and gives the placeholder."""
    if isinstance(item, Leaf):
        condition = _leaf_sql(item, column(item.dimension), bind)
        return f"NOT ({condition})" if item.operator.endswith("_not") else condition
    parts = [to_sql(part, column, bind) for part in item.parts]
    if item.operator == "not":
        return f"NOT ({parts[0]})"
    return "(" + f" {item.operator.upper()} ".join(parts) + ")"


def _leaf_sql(leaf: Leaf, column: str, bind: Callable[[Any, str], str]) -> str:
    """What the API shows is compared: for an empty value its label, apart from the column, which is quick as it is."""
    label = known(leaf.dimension).empty
    if leaf.operator.startswith("matches"):
        patterns = [bind(value, STRING) for value in leaf.values]
        found = " OR ".join(f"match({column}, {pattern})" for pattern in patterns)
        if not label:
            return f"({found})"
        shown = bind(label, STRING)
        return f"if({column} = '', {' OR '.join(f'match({shown}, {pattern})' for pattern in patterns)}, {found})"
    fold = str if leaf.case_sensitive else str.lower
    values = [fold(value) for value in leaf.values]
    text = column if leaf.case_sensitive else f"lowerUTF8({column})"
    if leaf.operator.startswith("is"):
        if not {fold(name) for name in names_of_empty(leaf.dimension)}.isdisjoint(values):
            values.append("")
        return f"{text} IN {bind(values, STRINGS)}"
    found = " OR ".join(f"position({text}, {bind(value, STRING)}) > 0" for value in values)
    return f"({found}" + (f" OR {column} = '')" if any(value in fold(label) for value in values) else ")")
