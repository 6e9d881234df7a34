"""The store's own tests once more, against an engine that was started by hand and is only known by its address."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from collector.engine import addresses
from tests.running import start_engine

ROOT = Path(__file__).parents[2]
SUITES = ("tests/collector/test_store.py", "tests/collector/test_shipper.py", "tests/dashboards/test_query_answers.py")


@pytest.mark.skipif("SIKDATNE_CLICKHOUSE" in os.environ, reason="the whole run goes against a given ClickHouse already")
def test_the_tests_of_the_store_pass_against_a_given_address(tmp_path: Path) -> None:
    process, settings = start_engine(tmp_path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *SUITES],
            cwd=ROOT,
            env=os.environ | {"SIKDATNE_CLICKHOUSE": addresses(settings).collector},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        process.kill()
        process.wait()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
