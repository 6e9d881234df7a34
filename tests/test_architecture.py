"""The rules of the layout, as CONTRIBUTING.md tells them: who may know what, and how long a file may be."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What is made or installed, and not written by hand.
NOT_OURS = {
    ".git", ".venv", "node_modules", "dist", ".hypothesis", ".mypy_cache", ".ruff_cache", "__pycache__",
    "test-results", "sikdatne.egg-info",
}  # fmt: skip
MADE = (ROOT / "data", ROOT / "collector" / "static", ROOT / "dashboards" / "static" / "build")
PURE = (
    "gate", "payload", "body", "page", "text", "network", "location", "device", "source", "visit", "clock", "rows",
    "tokens", "bot", "screen", "origin", "beacon", "rules", "extras", "state", "progress", "vitals", "hit", "money",
    "cookie_names", "tallies",
)  # fmt: skip
CODE = {".py", ".js", ".mjs", ".css", ".html", ".sql"}
LONGEST = 350
LONGER = {
    "schema.sql": "the whole store in one file, to be read from top to bottom",
    "collector/schema.sql": "a link to the same",
    "tests/data/schema_0001.sql": "the same as the first version had it, to be brought to the present",
    "collector/referrers.py": "a list, one referrer a line",
}
# The environment goes in here and is handed to config as an argument; nobody looks into it elsewhere.
HANDS_OVER = {"collector/opening.py", "dashboards/wsgi.py"}


def files() -> Iterator[Path]:
    """All files of the project, without what is made or installed."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.is_dir():
                if path.name not in NOT_OURS and path not in MADE:
                    folders.append(path)
            else:
                yield path


def imports(path: Path) -> set[str]:
    """Full names of everything a Python file imports, at any depth of it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "import_module":
            found |= {str(argument.value) for argument in node.args if isinstance(argument, ast.Constant)}
    return found


def knows(path: Path, package: str) -> bool:
    """Whether a Python file imports this package or a part of it."""
    return any(name == package or name.startswith(package + ".") for name in imports(path))


def who_knows(package: str, folder: str = "") -> set[str]:
    """The modules under `folder` that import a package."""
    root = ROOT / folder
    return {
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py" and path.is_relative_to(root) and "tests" not in path.parts and knows(path, package)
    }


def test_collector_never_imports_dashboards() -> None:
    assert who_knows("dashboards", "collector") == set()


@pytest.mark.parametrize("module", PURE)
def test_the_pure_core_can_be_used_without_flask_and_clickhouse(module: str) -> None:
    """Not even by way of another module."""
    program = (
        f"import sys, collector.{module}\n"
        "found = {'flask', 'clickhouse_driver', 'chdb', 'granian'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(found)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, f"collector.{module} needs {done.stderr}"


def test_only_store_and_engine_know_clickhouse() -> None:
    assert who_knows("clickhouse_driver") <= {"collector/store.py"}
    assert who_knows("chdb") == {"collector/engine.py"}


def test_only_config_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in ("collector", "dashboards")
        and any(word in path.read_text("utf-8") for word in ("os.environ", "getenv", "import environ"))
    }
    assert readers <= HANDS_OVER


def test_no_file_is_too_long_to_be_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files()
        if path.suffix in CODE and (lines := path.read_bytes().count(b"\n")) > LONGEST
    }
    assert set(long) <= set(LONGER), long


def test_every_exception_is_still_needed() -> None:
    assert all((ROOT / name).exists() for name in (*LONGER, *HANDS_OVER))


def test_no_address_of_a_package_registry_is_written_down() -> None:
    """Packages come from wherever the user's pip and npm are set up to find them."""
    hosts = [".".join(parts).encode() for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
        ("npmmirror", "com"),
    )]  # fmt: skip
    named = {
        f"{path.relative_to(ROOT)}: {host.decode()}"
        for path in files()
        for host in hosts
        if host in path.read_bytes().lower()
    }
    assert named == set()


def test_the_lock_file_names_no_download_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []
