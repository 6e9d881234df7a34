"""The module for applications: packed, installed, type-checked, bundled as its users do it, and run in a browser."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Visitor, await_in
from tests.browser.pixel import accept, await_sent, events
from tests.browser.website import write
from tests.service import ROOT

NewVisitor = Callable[..., Visitor]
MODULE = ROOT / "collector" / "pixel" / "module"
APP = Path(__file__).parent / "app"
TOOLS = ROOT / "node_modules" / ".bin"
STRICT = ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"]
BODY = """<!doctype html><html lang="lv"><title>App</title><link rel="icon" href="data:,">
<body data-site="SITE" data-collector="COLLECTOR"><button id="next">Tālāk</button>
<button id="settings">Sīkdatnes</button>
<script type="module" src="/app.js"></script>"""


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run([*command], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the application's sources, into which the module is installed."""
    folder = tmp_path_factory.mktemp("app")
    packed = run("npm", "pack", "--silent", "--pack-destination", folder, MODULE, folder=ROOT).strip().splitlines()[-1]
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    run("npm", "install", "--offline", "--no-audit", "--no-fund", "--silent", f"./{packed}", folder=folder)
    for source in APP.glob("*.ts"):
        (folder / source.name).write_text(source.read_text("utf-8"))
    return folder


def test_it_is_typed(application: Path) -> None:
    run(TOOLS / "tsc", *STRICT, "main.ts", "window.ts", folder=application)
    checked = subprocess.run(
        [TOOLS / "tsc", *STRICT, "wrong.ts"], cwd=application, capture_output=True, text=True, timeout=120, check=False
    )
    assert re.findall(r"wrong\.ts\((\d+),", checked.stdout) == ["4", "5", "6", "7", "8"]


def test_it_does_nothing_on_a_server(application: Path) -> None:
    script = """import { consent, init, onConsent, open, track, update, view } from "sikdatne";
      init({ site: "a", collector: "https://b" }); track("x"); view(); open(); update({ topic: "t" });
      onConsent(() => 0)();
      console.log(JSON.stringify(consent()), typeof globalThis.sikdatne);"""
    (application / "server.mjs").write_text(script)
    assert run("node", "server.mjs", folder=application) == '{"statistics":false,"marketing":false} undefined\n'


def test_an_application_counts_with_it(site: str, visitor: NewVisitor, application: Path) -> None:
    run(TOOLS / "esbuild", "main.ts", "--bundle", "--format=esm", "--outfile=app.js", folder=application)
    write(f"http://www.{site}/app.js", (application / "app.js").read_text("utf-8"), kind="text/javascript")
    address = write(f"http://www.{site}/app", BODY)
    person = visitor()
    page = person.open(address)
    assert page.evaluate("state()") == {"statistics": False, "marketing": False, "decisions": []}
    accept(page)
    await_sent(page, person, 1)
    await_in(page, "state().decisions.length")
    allowed = {"statistics": True, "marketing": True}
    assert page.evaluate("state()") == allowed | {"decisions": [allowed]}
    page.locator("#next").click()
    (order,) = await_sent(page, person, 1, "event")
    views = await_sent(page, person, 2)
    assert [view["url"].partition(site)[2] for view in views] == ["/sakums", "/talak"]
    assert (views[1]["topic"], views[1]["audience"]) == ("riteņi", "customer")
    assert order["revenue"] == {"amount": 49.9, "currency": "EUR"}
    page.locator("#settings").click()
    page.get_by_role("button", name="Atsaukt piekrišanu").wait_for()
    page.reload()  # consented now: what is called before the pixel has come is told
    await_sent(page, person, 3)
    await_sent(page, person, 3, "event")
    assert events(person) == [
        ("Order", {"plan": "pro"}),
        ("Before init", {}),
        ("Before the pixel", {"n": 1, "yes": True}),
    ]
    assert page.locator("script[data-site]").count() == 1


def bundled(application: Path, site: str, source: str, csp: str = "") -> str:
    """Serve a page with an application of this source. Returns its address."""
    (application / "own.js").write_text(source)
    run(TOOLS / "esbuild", "own.js", "--bundle", "--format=esm", "--outfile=bundle.js", folder=application)
    write(f"http://www.{site}/app.js", (application / "bundle.js").read_text("utf-8"), kind="text/javascript")
    return write(f"http://www.{site}/app", BODY, csp=csp)


BARE = """import { init, update } from "sikdatne";
  const { site, collector } = document.body.dataset;
  init({ site, collector });
  window.change = update;"""


def test_what_is_set_later_is_told_where_nothing_was_set_at_first(
    site: str, visitor: NewVisitor, application: Path
) -> None:
    person = visitor()
    page = person.open(bundled(application, site, BARE))
    accept(page)
    await_sent(page, person, 1)
    assert person.asked("/more.js") == []
    page.evaluate("change({ topic: 'riteņi' })")
    await_in(page, "sikdatne.extra")
    page.evaluate("history.pushState(null, '', '/talak')")
    first, second = await_sent(page, person, 2)
    assert ("topic" in first, second["topic"]) == (False, "riteņi")


TYPES = "require-trusted-types-for 'script'"


@pytest.mark.parametrize(
    ("policy", "loaded"), [("", True), ("; trusted-types sikdatne-tag", True), ("; trusted-types x", False)]
)
def test_an_application_under_trusted_types_goes_on(
    site: str, visitor: NewVisitor, application: Path, policy: str, loaded: bool
) -> None:
    """With the pixel where the page's policy allows it, else without."""
    person = visitor()
    page = person.open(bundled(application, site, BARE, csp=TYPES + policy))
    await_in(page, "window.change")
    if loaded:
        accept(page)
        await_sent(page, person, 1)
    assert page.evaluate("[!!window.sikdatne.update, document.querySelectorAll('script[data-site]').length]") == [
        loaded,
        loaded,
    ]
