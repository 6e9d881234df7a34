"""The pages about the query API and the analysts' views say everything, and say it right."""

import json
import re
from pathlib import Path

from collector.schema import SCHEMA
from collector.store import Store
from dashboards.api import PER_MINUTE
from dashboards.dictionary import EXAMPLES, page, views
from dashboards.query import parse
from dashboards.query.dimensions import DIMENSIONS, TIMES
from dashboards.query.filters import OPERATORS
from dashboards.query.metrics import METRICS
from dashboards.query.period import COMPARISONS, NAMES

DOCS = Path(__file__).parents[2] / "docs"
API = (DOCS / "api.md").read_text("utf-8")


def test_everything_that_can_be_asked_is_told() -> None:
    for name in (*METRICS, *DIMENSIONS, *TIMES, *OPERATORS, *NAMES, *COMPARISONS):
        assert re.search(rf"[`\"]{re.escape(name)}[`\"]", API), name
    assert f"more than {PER_MINUTE}\nqueries" in API


def test_the_examples_can_be_asked() -> None:
    bodies = re.findall(r"-d '(.*?)'\n", API, re.DOTALL)
    assert len(bodies) == 3
    for body in bodies:
        parse(json.loads(body))


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
    assert len({name for name, *_ in declared}) == 10


def test_the_examples_for_analysts_run(store: Store) -> None:
    for _, sql in EXAMPLES:
        store.execute(sql)
