"""A store with a few days of a small website, and the questions put to it."""

import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collector.schema import apply_schema
from collector.sites import Site
from collector.store import Store, connect
from dashboards.query import Result, parse, run
from tests.dashboards.counting import at, count
from tests.dashboards.website import HITS, NOW
from tests.running import in_database

Ask = Callable[..., Result]


@pytest.fixture(scope="session")
def website() -> Site:
    return Site(domain="example.lv", detail_days=180, rollup_months=25)


@pytest.fixture(scope="session")
def counted(clickhouse: str, website: Site) -> Iterator[Store]:
    """A store that has counted HITS; tests only read it."""
    name = f"sikdatne_test_{secrets.token_hex(6)}"
    opened = connect(in_database(clickhouse, name))
    apply_schema(opened, time.time())
    count(opened, website, HITS)
    yield opened
    opened.execute(f"DROP DATABASE {name}")
    opened.close()


@pytest.fixture
def ask(counted: Store, website: Site) -> Ask:
    """Asks for metrics and gives the result; what is not said is asked of 1 to 5 March."""

    def answer(*metrics: str, now: float = at(NOW), **rest: Any) -> Result:
        document = {"site_id": website.domain, "metrics": list(metrics), "date_range": ["2026-03-01", "2026-03-05"]}
        return run(parse(document | rest), counted, website, now)

    return answer
