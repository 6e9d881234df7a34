"""The pages about the query API and the analysts' views say everything, and say it right."""

import json
import re
from pathlib import Path
from typing import get_args

from collector.rules import FunnelRule, GoalRule, Rules
from collector.schema import SCHEMA
from collector.sites import Site
from collector.store import Store
from collector.vitals import METRICS as VITALS
from dashboards.api import PER_MINUTE
from dashboards.dictionary import EXAMPLES, page, views
from dashboards.query import (
    REPORTS,
    Cohort,
    Flow,
    FlowNode,
    FunnelRow,
    FunnelStep,
    Return,
    Stickiness,
    Topic,
    VitalRow,
    parse,
    parse_report,
    run,
    run_report,
)
from dashboards.query.dimensions import DIMENSIONS, TIMES
from dashboards.query.filters import DEEPEST, OPERATORS
from dashboards.query.metrics import METRICS
from dashboards.query.patterns import LONGEST_PATTERN, MOST_PATTERNS
from dashboards.query.period import COMPARISONS, NAMES
from dashboards.query.report import AnyQuestion
from tests.dashboards.counting import at

DOCS = Path(__file__).parents[2] / "docs"
API = (DOCS / "api.md").read_text("utf-8")


def test_everything_that_can_be_asked_is_told() -> None:
    for name in (*METRICS, *DIMENSIONS, *TIMES, *OPERATORS, *NAMES, *COMPARISONS, *REPORTS, *VITALS):
        assert re.search(rf"[`\"]{re.escape(name)}[`\"]", API), name
    assert f"more than {PER_MINUTE}\nqueries" in API
    assert f"at most {MOST_PATTERNS} in a query and {LONGEST_PATTERN} characters" in API
    assert f"up to {DEEPEST} deep" in API


def test_everything_a_report_takes_and_tells_is_told() -> None:
    words = set(re.findall(r"`(\w+)`", API))
    for question in get_args(AnyQuestion):
        assert set(question.__struct_fields__) <= words, question
    for told in (FunnelRow, FunnelStep, Flow, FlowNode, Cohort, Return, Stickiness, VitalRow, Topic):
        assert set(told._fields) - {"direction"} <= words, told


def test_the_examples_can_be_asked() -> None:
    bodies = re.findall(r"-d '(.*?)'\n", API, re.DOTALL)
    assert len(bodies) == 9
    for body in map(json.loads, bodies):
        if "report" in body:
            parse_report(body)
        else:
            parse(body)


def test_the_examples_are_answered(store: Store) -> None:
    rules = Rules((GoalRule(1, "Basket", "page", page="/basket"),), (FunnelRule(1, "Checkout", (1, 1)),))
    site, now = Site(domain="example.lv", rules=rules), at("2026-04-01T12:00")
    for body in map(json.loads, re.findall(r"-d '(.*?)'\n", API, re.DOTALL)):
        made = run_report(parse_report(body), store, site, now) if "report" in body else None
        assert set(made or run(parse(body), store, site, now).document()) >= {"results", "query"}


def test_the_dictionary_is_up_to_date() -> None:
    assert (DOCS / "sql.md").read_text("utf-8") == page(SCHEMA.read_text("utf-8")), (
        "run python -m dashboards.dictionary > docs/sql.md"
    )


def test_the_dictionary_is_what_the_store_has(store: Store) -> None:
    declared = {(view.name, *column) for view in views(SCHEMA.read_text("utf-8")) for column in view.columns}
    found = store.execute(
        "SELECT table, name, type, comment FROM system.columns WHERE database = currentDatabase()"
        " AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View')"
    )
    # The store does not list the columns of a view that takes parameters.
    assert set(found) == {row for row in declared if row[0] != "unique_visitors"}
    assert all(comment for *_, comment in declared)
    assert len({name for name, *_ in declared}) == 12


def test_the_examples_for_analysts_run(store: Store) -> None:
    for _, sql in EXAMPLES:
        store.execute(sql)
