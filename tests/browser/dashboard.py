"""A service whose dashboards have something to show, and a browser that opens them logged in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, expect

from collector.config import Settings
from collector.database import open_database
from collector.engine import addresses
from collector.sites import Site
from collector.store import Store, connect
from tests.dashboards import shop
from tests.dashboards.counting import RIGA, Seen, add_rows, insert, payloads
from tests.dashboards.person import EMAIL, PASSWORD
from tests.dashboards.website import DIRECT, GOOGLE, LETTER
from tests.service import Service, running

TODAY = datetime.now(RIGA).date()
MONDAY = TODAY - timedelta(days=TODAY.weekday() + 35)  # four weeks of tests/dashboards/shop.py begin
SHOP = f"from={MONDAY}&to={MONDAY + timedelta(days=27)}"
SECOND_WEEK = f"from={MONDAY + timedelta(days=7)}&to={MONDAY + timedelta(days=13)}"  # compared with the first
WATCH = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""
Open = Callable[..., Page]


@dataclass
class Dashboard:
    """A running service with a user, a shop with two months of visits, and sites without any."""

    service: Service
    store: Store
    state: Any = None

    def visit(self, domain: str, *hits: Seen) -> None:
        """Counts these hits, as if they had just been shipped."""
        insert(self.store, payloads(Site(domain=domain), hits), f"{domain} {time.monotonic_ns()}")


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with running(tmp_path_factory.mktemp("dashboard")) as service:
        service.command("user", "add", EMAIL, "--password-stdin", stdin=PASSWORD)
        for domain in ("shop.lv", "goods.lv", "empty.lv", "first.lv"):
            service.command("site", "add", domain)
        service.command("goal", "add", "Prices read", "--site", "shop.lv", "--page", "/velosipedi/apkope/visas_cenas")
        store = connect(addresses(Settings.from_environment({"SIKDATNE_DATA": str(service.data)})).collector)
        made = Dashboard(service, store)
        made.visit("shop.lv", *two_months(time.time()))
        goods = replace(shop.SHOP, domain="goods.lv")
        insert(store, payloads(goods, shop.hits(MONDAY.isoformat())), "four weeks of goods.lv")
        database = open_database(Settings.from_environment({"SIKDATNE_DATA": str(service.data)}).database)
        shop.set_up(database, time.time(), "goods.lv")
        database.close()
        add_rows(store, "drops", [{"site": "shop.lv", "minute": int(time.time()), "reason": "consent", "drops": 7}])
        yield made
        store.close()


def two_months(now: float) -> Iterator[Seen]:
    """A few visitors a day, by three ways; the last of them came too long ago to be there still."""
    for day in range(60):
        for number in range(2 + day % 3):
            origin = (GOOGLE, LETTER, DIRECT)[(day + number) % 3]
            begun = now - 600 - day * 86_400 - number * 1800
            yield Seen((day % 17, number), begun, f"/page-{number}", origin=origin)
            yield Seen((day % 17, number), begun + 20, f"/page-{number}", "leave", seconds=20, depth=80)


@pytest.fixture
def open_page(dashboard: Dashboard, browser: Browser) -> Iterator[Open]:
    """Opens a path of the dashboards, logged in. At the end the page must have had neither errors nor violations."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(path: str, width: int = 1280, scheme: Literal["light", "dark"] = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=dashboard.service.url, viewport={"width": width, "height": 800}, color_scheme=scheme,
            java_script_enabled=scripts, storage_state=dashboard.state, locale="en-GB",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if scripts:
            page.add_init_script(WATCH)
        if dashboard.state is None:
            log_in(page)
            dashboard.state = context.storage_state()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def log_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()


def scroll_through(page: Page) -> None:
    """Brings everything into view once, so that what loads late has loaded."""
    for box in page.locator("[data-chart]").all():
        box.scroll_into_view_if_needed()
        expect(box.locator("canvas")).to_be_visible()


def marked(page: Page) -> Page:
    """A page that can tell whether it was loaded anew."""
    page.evaluate("window.mark = 1")
    return page
