"""docs/consent.md: for every point of what must hold there is a test that shows it, and that test exists."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from collector.verify import Kind

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "consent.md").read_text("utf-8")
ROWS = {int(number): cell for number, cell in re.findall(r"^\| (\d+) \|[^|]+\|([^|]*)\|$", PAGE, re.MULTILINE)}
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


@cache
def names_in(file: str) -> set[str]:
    """Names of the test functions in a file under tests/."""
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_all_23_points_are_there() -> None:
    assert list(ROWS) == list(range(1, 24))


@pytest.mark.parametrize("number", ROWS)
def test_every_point_names_tests_that_exist(number: int) -> None:
    named = NAMED.findall(ROWS[number])
    assert named, f"point {number} of docs/consent.md names no test"
    assert [f"{file}::{name}" for file, name in named if name not in names_in(file)] == []
    assert not re.search(r"[^\s·]", NAMED.sub("", ROWS[number])), "nothing but tests stands in the last column"


def test_every_finding_of_verify_is_explained() -> None:
    for kind in get_args(Kind):
        assert f"`{kind}`" in PAGE
