"""Filters, however nested, against a plain reading of the same visits; and what they never let through."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.sites import Site
from collector.store import Store
from dashboards.query import Period, QueryError, Source, cohorts, parse, run, stickiness, vitals
from dashboards.query.dimensions import DIMENSIONS
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
    "visit:os_version": "os_version", "visit:source": "source", "visit:utm_source": "source",
    "visit:referrer": "source", "visit:channel": "channel", "visit:city_name": "city", "visit:utm_medium": "medium",
    "visit:utm_campaign": "campaign", "visit:entry_page": "entry", "visit:language": "language",
    "visit:audience": "audience", "visit:screen": "screen", "visit:connection": "connection",
}  # fmt: skip
EMPTY = {"visit:country": "", "visit:city": "", "visit:entry_page": ""} | dict.fromkeys(
    ("visit:source", "visit:utm_source", "visit:referrer"), "Direct / None"
)  # what the API shows; (not set) for the others
EMPTIES = ["(not set)", "(NOT SET)", "Direct / None", "direct / none", "Direct", ""]
CASE = {"case_sensitive": False}
VALUES = ["LV", "EE", "Riga", "Tallinn", "Firefox", "safari", "Linux", "17", "Google", "newsletter", "email", "/", "lv"]
PIECES = ["L", "i", "e", "fox", "/l", "100%", "'", "\\", "NN", "1", "not", "(", " / ", "none", *EMPTIES]
PATTERNS = [
    "^L", "o+x$", "^$", "[A-Z]{2}", "(?i)SAFARI|chrome", "\\d", "/(letter|prices)", ".", "^.not set.$", "(?i)^direct",
    "None$", "^[^(]*$",
]  # fmt: skip


def leaf(operators: list[str], values: list[str], modifier: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    picked = st.lists(st.sampled_from(values), min_size=1, max_size=3)
    parts = st.tuples(st.sampled_from(operators), st.sampled_from(list(COLUMNS)), picked, modifier)
    return parts.map(lambda one: [each for each in one if each is not None])


cases = st.sampled_from([None, {"case_sensitive": False}, {"case_sensitive": True}])
leaves = st.one_of(
    leaf(["is", "is_not"], [*VALUES, *EMPTIES], cases),
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
    """Whether a visit passes a filter, read plainly: what is shown of it is compared."""
    operator, *rest = item
    if operator == "not":
        return not holds(rest[0], visit)
    if operator in ("and", "or"):
        return (all if operator == "and" else any)(holds(each, visit) for each in rest[0])
    dimension, values, *modifiers = rest
    value = visit.get(COLUMNS[dimension], "")
    shown = value or EMPTY.get(dimension, "(not set)")
    fold = str.lower if modifiers and not modifiers[0]["case_sensitive"] else str
    name = operator.removesuffix("_not")
    if name == "is":
        ways = [shown] if value else [shown, "", "(not set)"]
        found = any(fold(each) in map(fold, ways) for each in values)
    elif name == "contains":
        found = any(fold(each) in fold(shown) for each in values)
    else:
        found = any(re.search(each, shown) for each in values)
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


@pytest.mark.parametrize(
    ("item", "visits"),
    [
        (["is", "visit:country", ["(not set)"]], 2),
        (["is", "visit:country", [""]], 2),
        (["is_not", "visit:region", ["(not set)"]], 3),
        (["is", "visit:city", ["(Not Set)", "Riga"], {"case_sensitive": False}], 5),
        (["is", "visit:entry_page", ["(not set)"]], 0),
        (["contains", "visit:country", ["not set"]], 0),  # a code that is unknown is shown as nothing
        (["matches", "visit:country", ["^$"]], 2),
        (["contains", "visit:country_name", ["not set"]], 2),
        (["contains", "visit:source", ["Direct"]], 2),
        (["contains_not", "visit:source", ["Direct"]], 6),
        (["contains", "visit:source", ["/ none"], {"case_sensitive": False}], 2),
        (["contains_not", "visit:source", ["/ none", "goo"], {"case_sensitive": False}], 3),
        (["is", "visit:source", ["direct / none"], {"case_sensitive": False}], 2),
        (["is_not", "visit:source", ["direct / none"], {"case_sensitive": False}], 6),
        (["is", "visit:source", ["direct / none"]], 0),
        (["is", "visit:source", ["(not set)", "Google"]], 5),
        (["is", "visit:utm_source", ["Direct / None"]], 2),
        (["is", "visit:utm_source", ["(not set)"]], 2),
        (["matches", "visit:utm_source", ["^Direct"]], 2),
        (["matches", "visit:os_version", ["^.not set.$"]], 5),
        (["matches_not", "visit:os_version", ["^.not set.$"]], 3),
        (["matches", "visit:os_version", ["^$"]], 0),
        (["matches", "visit:country_name", ["^L", "set.$"]], 5),
    ],
)
def test_an_empty_value_is_found_by_what_is_shown_of_it(ask: Ask, item: list[Any], visits: int) -> None:
    assert ask("visits", filters=[item]).rows[0].metrics == (visits,)


def test_pages_and_events_have_no_word_for_what_is_empty(ask: Ask) -> None:
    """A word in parentheses is there a value like any other: of a page, an event, a property, a goal."""
    for name in ("event:page", "event:name", "event:props:plan"):
        for operator in ("is", "contains"):
            assert ask("events", filters=[[operator, name, ["(not set)"]]]).rows[0].metrics == (0,), name
    assert ask("events", filters=[["contains_not", "event:name", ["not set"]]]).rows[0].metrics == (12,)


def test_what_is_found_by_a_value_is_what_is_shown_under_it(ask: Ask) -> None:
    """Each dimension of visits: its rows, and the visits under a filter by what the row says."""
    for name in (name for name in DIMENSIONS if name.startswith("visit:") and name != "visit:exit_page"):
        rows = ask("visits", dimensions=[name]).document()["results"]
        assert sum(row["metrics"][0] for row in rows) == 8, name
        for row in rows:
            text = row["dimensions"][0]
            pattern = "^" + re.escape(text) + "$"
            for item in (["is", name, [text]], ["matches", name, [pattern]], ["is", name, [text.upper()], CASE]):
                assert ask("visits", filters=[item]).rows[0].metrics == tuple(row["metrics"]), item


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


def test_reports_of_their_own_find_what_is_unknown_alike(counted: Store, website: Site) -> None:
    """Anna came first from Latvia, Bruno too; nobody came first from an unknown country or on an unknown device."""
    source = Source(counted, website, at(NOW))
    days = Period(date(2026, 3, 1), date(2026, 3, 5))
    for item, cohort, sticky in (
        (["matches", "visit:country_name", ["not set"]], 0, 0),
        (["matches_not", "visit:country_name", ["not set", "^E"]], 2, 2),
        (["contains_not", "visit:device", ["(not"]], 3, 3),
        (["is", "visit:audience", ["(NOT SET)"], {"case_sensitive": False}], 2, 2),
        (["matches", "visit:audience", ["^.not set.$"]], 2, 2),
    ):
        assert sum(one.visitors for one in cohorts(source, "month", days, filters=[item])) == cohort, item
        assert stickiness(source, days.last, days=5, filters=[item]).visitors == sticky, item
    assert vitals(source, days, filters=[["matches", "visit:device", ["not set"]]]) == []  # none were measured
