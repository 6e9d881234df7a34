"""A real Chromium, the whole service, websites that carry its tag, and what the owner sees on the dashboard."""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, Request, Response, expect

from collector.config import Settings
from collector.database import open_database
from collector.ledger import balance
from collector.services import spool_directory
from collector.sites import add_site, update_site
from tests.browser.website import Website, website
from tests.running import await_true
from tests.service import Service, running

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# The suggestions below the address bar are pages of Chromium's own; making them for each window takes it twice as long
# as all else.
SUGGESTIONS = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
# As people's browsers say it; the word "Headless" would make it a robot.
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
expect.set_options(timeout=30_000)  # a limit for what never comes
OWNER, PASSWORD = "owner@example.lv", "correct horse battery"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a busy machine may miss its moment: its tests get a second try, which the summary names. What
    fails twice fails."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type: BrowserType) -> dict[str, Any]:
    """Debian's Chromium; the tests fail, and are not skipped, where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("no Chromium was found; install it (Debian: apt install chromium), then run the tests again")
    launch: dict[str, Any] = {"executable_path": path, "args": FLAGS}
    # Of several lists the last one counts: ours has to hold Playwright's.
    off = ",".join([*turned_off(browser_type.launch(**launch)), *SUGGESTIONS])
    return launch | {"args": [*FLAGS, f"--disable-features={off}"]}


def turned_off(browser: Browser) -> list[str]:
    """The lists of features without which the browser was started. Closes it."""
    line = browser.new_browser_cdp_session().send("SystemInfo.getInfo")["commandLine"]
    browser.close()
    return re.findall(r"--disable-features=(\S+)", line)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with its demo website, as `make run` starts it; one worker, so that a new site is known at once."""
    with running(tmp_path_factory.mktemp("browser"), "--demo", WORKERS="1") as service:
        yield service


@pytest.fixture(scope="session")
def websites() -> Iterator[Website]:
    with website() as served:
        yield served


@pytest.fixture(scope="session")
def chromium(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], service: Service, websites: Website
) -> Iterator[Browser]:
    """A browser to which every stats.….lv is the service, and every other name in .lv and .example a website."""
    rules = (
        f"MAP stats.*.lv 127.0.0.1:{service.port},MAP *.lv 127.0.0.1:{websites.port},"
        f"MAP *.example 127.0.0.1:{websites.port}"
    )
    args = [*browser_type_launch_args["args"], f"--host-resolver-rules={rules}"]
    browser = browser_type.launch(**browser_type_launch_args | {"args": args})
    yield browser
    browser.close()


@dataclass
class Visitor:
    """One browser of one person. It notes the requests and answers, and the errors that pages showed."""

    context: BrowserContext
    requests: list[Request] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: note(self.requests, request))
        self.context.on("response", lambda answer: note(self.answers, answer))
        self.context.on("weberror", lambda error: note(self.errors, str(error.error)))

    def open(self, address: str) -> Page:
        """A new tab, with the page loaded and quiet."""
        page = self.context.new_page()
        page.goto(address, wait_until="networkidle")
        return page

    def beacons(self, status: int | None = None) -> list[dict[str, Any]]:
        """Bodies of the beacons sent, or of those that were answered with this status."""
        sent = (
            self.requests if status is None else [answer.request for answer in self.answers if answer.status == status]
        )
        return [json.loads(request.post_data or "") for request in sent if request.url.endswith("/beacon")]

    def views(self, status: int = 202) -> list[str]:
        """Addresses of the page views that were answered so, in their order."""
        return [beacon["url"] for beacon in self.beacons(status) if "kind" not in beacon]

    def asked(self, *endings: str) -> list[str]:
        """Addresses of requests whose path ends so."""
        return [request.url for request in self.requests if request.url.partition("?")[0].endswith(endings)]

    def cookies(self) -> dict[str, str]:
        return {cookie["name"]: cookie["value"] for cookie in self.context.cookies()}


def note(notes: list[Any], entry: Any) -> None:
    """Playwright takes no methods of built-in types as listeners, hence this function."""
    notes.append(entry)


def await_in(page: Page, expression: str, seconds: float = 60) -> None:
    """Wait until the expression is true in the page. Playwright's own way needs a page that allows eval."""
    end = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < end, f"waited {seconds} s in vain for {expression}"
        page.wait_for_timeout(20)


def storage(page: Page) -> dict[str, str]:
    """What the page's origin keeps in the browser."""
    return dict(page.evaluate("({...localStorage, ...sessionStorage})"))


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: `visitor(viewport=…)` as for a browser context. No page may have thrown an error."""
    made: list[Visitor] = []

    def make(**given: Any) -> Visitor:
        options = {"user_agent": PERSON, "locale": "lv-LV"} | given
        made.append(Visitor(chromium.new_context(**options)))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
    assert [error for one in made for error in one.errors] == []


@pytest.fixture
def site(service: Service) -> str:
    """A new site: pages on http://….lv and http://www.….lv, and on http://….example, a website of another domain."""
    name = f"t{uuid4().hex[:10]}"
    settings = Settings.from_environment(service.env)
    database = open_database(settings.database)
    add_site(database, f"{name}.lv", origins=[f"http://{name}.example"], now=time.time())
    database.close()
    path = f"/consent?site={name}.lv&open=1"
    await_true(lambda: service.request("GET", path).status == 200, "the new site")
    return f"{name}.lv"


@dataclass
class Dashboard:
    """The owner's view of what was counted."""

    page: Page
    service: Service

    def figures(self, site: str) -> dict[str, str]:
        """Today's figures of a site, as its page shows them, once everything accepted is in the store."""
        spool = spool_directory(Settings.from_environment(self.service.env).data)

        def all_is_stored() -> bool:
            books = balance(spool)
            return books.accepted == books.stored + books.quarantined

        await_true(all_is_stored, "the spool to be shipped")
        self.page.goto(f"{self.service.url}/sites/{site}?period=day")
        tiles = self.page.locator("#summary [data-metric]")
        return {tile.get_attribute("data-metric") or "": tile.inner_text().strip() for tile in tiles.all()}

    def number(self, site: str, metric: str) -> int:
        return int(self.figures(site).get(metric, "0").replace(",", ""))


@pytest.fixture(scope="session")
def dashboard(chromium: Browser, service: Service) -> Iterator[Dashboard]:
    """The dashboards, logged in."""
    service.command("user", "add", OWNER, "--password-stdin", stdin=PASSWORD)
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{service.url}/login")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda address: "/login" not in address)
    yield Dashboard(page, service)
    context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe, which looks for what keeps people from using a page."""
    return (Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture
def new_policy(service: Service) -> Callable[[str], None]:
    """Raises the version of a site's policy, and waits until the service knows."""

    def raise_version(site: str) -> None:
        database = open_database(Settings.from_environment(service.env).database)
        update_site(database, site, policy_version=2)
        database.close()
        path = f"/consent?site={site}&open=1"
        await_true(lambda: service.request("GET", path).json["policy"] == 2, "the new policy")

    return raise_version
