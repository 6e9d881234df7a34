"""Filters, however nested, against a plain reading of the same visits; and what they never let through."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.sites import Site
from collector.store import Store
from dashboards.query import QueryError, parse, run
from dashboards.query.patterns import LONGEST_PATTERN, MOST_PATTERNS
from tests.dashboards.conftest import Ask
from tests.dashboards.counting import at
from tests.dashboards.website import DIRECT, GOOGLE, LETTER, NOW

# How each of the eight visits of HITS came, and on which page.
VISITS = [
    {"entry": entry, **origin}
    for entry, origin in (
        ("/", GOOGLE), ("/", GOOGLE), ("/letter", LETTER), ("/prices", GOOGLE), ("/", DIRECT), ("/letter", LETTER),
        ("/letter", LETTER), ("/", DIRECT),
    )
]  # fmt: skip
COLUMNS = {
    "visit:country": "country", "visit:city": "city", "visit:browser": "browser", "visit:os": "os",
    "visit:os_version": "os_version", "visit:source": "source", "visit:utm_medium": "medium",
    "visit:utm_campaign": "campaign", "visit:entry_page": "entry", "visit:language": "language",
    "visit:audience": "audience", "visit:screen": "screen", "visit:connection": "connection",
}  # fmt: skip
EMPTY = {"visit:country": "", "visit:city": "", "visit:entry_page": "", "visit:source": "Direct / None"}
VALUES = ["LV", "EE", "Riga", "Tallinn", "Firefox", "safari", "Linux", "17", "Google", "newsletter", "email", "/", "lv"]
PIECES = ["L", "i", "e", "fox", "/l", "100%", "'", "\\", "NN", "1"]
PATTERNS = ["^L", "o+x$", "^$", "[A-Z]{2}", "(?i)SAFARI|chrome", "\\d", "/(letter|prices)", "."]


def leaf(operators: list[str], values: list[str], modifier: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    picked = st.lists(st.sampled_from(values), min_size=1, max_size=3)
    parts = st.tuples(st.sampled_from(operators), st.sampled_from(list(COLUMNS)), picked, modifier)
    return parts.map(lambda one: [each for each in one if each is not None])


cases = st.sampled_from([None, {"case_sensitive": False}, {"case_sensitive": True}])
leaves = st.one_of(
    leaf(["is", "is_not"], [*VALUES, "(not set)", "Direct / None"], cases),
    leaf(["contains", "contains_not"], PIECES, cases),
    leaf(["matches", "matches_not"], PATTERNS, st.none()),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3)).map(list),
        inner.map(lambda one: ["not", one]),
    ),
    max_leaves=6,
)


def holds(item: list[Any], visit: Mapping[str, str]) -> bool:
    """Whether a visit passes a filter, read plainly."""
    operator, *rest = item
    if operator == "not":
        return not holds(rest[0], visit)
    if operator in ("and", "or"):
        return (all if operator == "and" else any)(holds(each, visit) for each in rest[0])
    dimension, values, *modifiers = rest
    value = visit.get(COLUMNS[dimension], "")
    fold = str.lower if modifiers and not modifiers[0]["case_sensitive"] else str
    name = operator.removesuffix("_not")
    if name == "is":
        wanted = ["" if each == EMPTY.get(dimension, "(not set)") else each for each in values]
        found = fold(value) in [fold(each) for each in wanted]
    elif name == "contains":
        found = any(fold(each) in fold(value) for each in values)
    else:
        found = any(re.search(each, value) for each in values)
    return found is not str(operator).endswith("_not")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees=st.lists(trees, min_size=1, max_size=2))
def test_any_filter_selects_the_visits_that_a_plain_reading_selects(ask: Ask, trees: list[list[Any]]) -> None:
    expected = sum(all(holds(tree, visit) for tree in trees) for visit in VISITS)
    found = ask("visits", "visitors", filters=trees).rows[0].metrics
    assert found[0] == expected, trees
    others = ask("visits", "visitors", filters=[["not", ["and", trees]]]).rows[0].metrics
    assert (found[0] + others[0], found[1] + others[1]) == (8, 3), (
        "what a filter leaves and what it takes are the whole"
    )


def test_patterns_are_refused_before_anything_is_asked(counted: Store) -> None:
    """A site without a single row has no rows on which a wrong pattern could fail."""

    def refused(patterns: list[str]) -> str:
        document = {
            "site_id": "empty.lv", "metrics": ["visits"], "date_range": "7d",
            "filters": [["matches", "visit:browser", patterns]],
        }  # fmt: skip
        with pytest.raises(QueryError) as error:
            run(parse(document), counted, Site(domain="empty.lv"), at(NOW))
        return str(error.value)

    for wrong in ("(", "[a", "a**", "(?<=a)b", "(?P<n>a)(?P=n)", "\\1", "(x{900}){900}", "*"):
        message = refused(["fine", wrong])
        assert "regular expression" in message, wrong
        assert wrong in message
    assert f"at most {LONGEST_PATTERN} characters" in refused(["a" * (LONGEST_PATTERN + 1)])
    assert f"at most {MOST_PATTERNS} regular expressions" in refused(["a"] * (MOST_PATTERNS + 1))


def test_a_pattern_takes_time_in_proportion_to_the_text(ask: Ask) -> None:
    """What makes other engines of expressions try for ever."""
    assert ask("visits", filters=[["matches", "visit:browser", ["^(([a-zA-Z])+)+!$"]]]).rows[0].metrics == (0,)
