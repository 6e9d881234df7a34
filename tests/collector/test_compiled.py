"""The compiled counting path is found only for the sources it was made from, and counts the same."""

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector import compiled
from tests.service import running

ROOT = Path(__file__).parents[2]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# A visitor's hits over three days, and all that they add; printed by either kind of module.
HITS = """
import sys
import msgspec
if sys.argv[1] == "compiled":
    from collector.compiled import prefer
    assert prefer()
from collector import visit
from collector.clock import LocalClock
from collector.state import Hit, Origin
from collector.tokens import VisitTokens
assert visit.__file__.endswith(".so") == (sys.argv[1] == "compiled"), visit.__file__
clock, tokens, state, steps = LocalClock("Europe/Riga"), VisitTokens([b"k" * 32]), None, []
for number in range(400):
    kind = ("pageview", "pageview", "event", "leave")[number % 4]
    hit = Hit(kind, f"/{number * number % 7}", "Order" if kind == "event" else "", number % 50, number % 101)
    step = visit.advance(state, hit, 1_790_000_000 + number * 611, clock, lambda: Origin(entry=hit.page))
    if step is not None:
        state = tokens.decode("a.lv", tokens.encode("a.lv", step.state))
        steps.append([step.deltas, step.extras, step.idle, tokens.encode("a.lv", step.state)])
print(msgspec.json.encode(steps).decode())
"""


@pytest.fixture(scope="module")
def made() -> Path:
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler on this machine")
    return compiled.make()


def hits(kind: str) -> object:
    done = subprocess.run((sys.executable, "-c", HITS, kind), cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_compiled_modules_count_the_same(made: Path) -> None:
    assert (made / "collector").is_dir()
    steps = hits("compiled")
    assert steps == hits("interpreted")
    assert isinstance(steps, list)
    assert len(steps) > 300


def test_modules_of_other_sources_are_not_taken(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "fingerprint", lambda: "0" * 16)
    assert not compiled.prefer()


def test_without_a_compiler_the_reason_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compiled, "HOME", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(compiled.CompileError, match="C compiler"):
        compiled.make()


def test_web_processes_count_with_them(made: Path, tmp_path: Path) -> None:
    with running(tmp_path) as service:
        service.command("site", "add", "a.lv")
        body = {"site": "a.lv", "url": "https://a.lv/", "consent": service.consent("a.lv")}
        headers = {"Origin": "https://a.lv", "User-Agent": BROWSER, "Content-Type": "application/json"}
        assert service.request("POST", "/beacon", json.dumps(body).encode(), headers).status == 202
        assert service.process is not None
        assert any(str(made / "collector" / "endpoint.") in maps for maps in maps_below(service.process.pid))


def maps_below(pid: int) -> Iterator[str]:
    """The memory maps of all processes that this one started."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield Path(f"/proc/{child}/maps").read_text()
            yield from maps_below(int(child))


@pytest.mark.parametrize("module", compiled.MODULES)
def test_no_compiled_module_makes_a_class_whose_options_would_be_forgotten(module: str) -> None:
    tree = ast.parse((compiled.PACKAGE / f"{module}.py").read_text("utf-8"))
    assert not [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.keywords]
