"""The dashboards in a real browser, on the running service: wide, narrow, light, dark, and without JavaScript."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
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

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]
PATHS = ["/", "/sites/shop.lv", "/sites/shop.lv?period=day&country=LV", "/sites/empty.lv", "/sites/new"]
PATHS += ["/sites/shop.lv/list/page", "/sites/shop.lv/install", "/sites/goods.lv/settings/goals"]
PATHS += ["/sites/goods.lv/privacy/policy", "/sites/goods.lv/privacy/requests"]
TODAY = datetime.now(RIGA).date()
MONDAY = TODAY - timedelta(days=TODAY.weekday() + 35)  # four weeks of tests/dashboards/shop.py begin
SHOP = f"from={MONDAY}&to={MONDAY + timedelta(days=27)}"
REPORTS = ["goals", "goals?goal=Order", "funnels", "paths", "retention", "speed", "audience"]
PATHS += [f"/sites/goods.lv/{report}{'&' if '?' in report else '?'}{SHOP}" for report in REPORTS]
SECOND_WEEK = f"from={MONDAY + timedelta(days=7)}&to={MONDAY + timedelta(days=13)}"  # compared with the first
PATHS += [f"/sites/goods.lv/{report}?{SECOND_WEEK}" for report in ("speed", "audience", "retention")]
PATHS += [f"/sites/goods.lv?{SHOP}&country=LV&device.not=mobile&match=any", "/sites/shop.lv/settings/goals"]
PATHS += [f"/sites/goods.lv/goals?{SHOP}&source.fits=(", "/sites/shop.lv?period=28d&interval=week"]
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
# Where the map has the full colour of the country with most visitors, in CSS pixels.
DARKEST = """
() => {
  const canvas = document.querySelector(".map canvas");
  const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const wanted = [12, 107, 96];
  for (let at = 0; at < data.length; at += 4) {
    if (wanted.every((value, index) => Math.abs(data[at + index] - value) < 3)) {
      const scale = canvas.width / canvas.clientWidth;
      return { x: (at / 4) % width / scale, y: Math.floor(at / 4 / width) / scale };
    }
  }
}
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
    """A few visitors a day, by three ways; the last of them came a minute ago."""
    for day in range(60):
        for number in range(2 + day % 3):
            origin = (GOOGLE, LETTER, DIRECT)[(day + number) % 3]
            begun = now - 60 - day * 86_400 - number * 1800
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


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_fit_are_accessible_and_break_no_policy(
    open_page: Open, path: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = open_page(path, width, scheme)
    scroll_through(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.violations") == []
    assert page.evaluate("window.shift") < 0.02
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then((result) => result.violations)")
    grave = [
        (each["id"], [node["html"][:160] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert grave == []


def test_the_login_page_is_accessible(dashboard: Dashboard, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{dashboard.service.url}/login")
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("axe.run().then((result) => result.violations.map((each) => each.id))") == []
    page.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_report_can_be_read_without_javascript(open_page: Open, width: int) -> None:
    page = open_page("/sites/shop.lv", width, scripts=False)
    expect(page.locator("svg .line").locator("visible=true").first).to_be_attached()
    expect(page.locator("#places .map")).to_be_hidden()
    expect(page.locator("#pages tbody tr").first).to_contain_text("/page-0")
    page.locator(".intervals").get_by_role("link", name="Week").click()
    expect(page.locator("#summary .as-table thead")).to_contain_text("Week")
    page.locator("#pages").get_by_role("link", name="Entry").click()
    expect(page.locator("#pages thead")).to_contain_text("Entry page")
    page.get_by_role("link", name="7 days" if width > 760 else "7 d").click()
    expect(page).to_have_url(re.compile("period=7d.*pages=entry"))
    page.locator("summary", has_text="Choose days").click()
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".step summary")).to_contain_text("1 Jan")


def marked(page: Page) -> Page:
    """A page that can tell whether it was loaded anew."""
    page.evaluate("window.mark = 1")
    return page


def test_a_tile_changes_the_line_in_place_and_back_undoes_it(open_page: Open) -> None:
    page = marked(open_page("/sites/shop.lv"))
    scroll_through(page)
    tile = page.locator(".tile a", has_text="Page views")
    tile.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tile.current")).to_contain_text("Page views")
    expect(tile).to_be_focused()
    assert "metric=pageviews" in page.url
    page.go_back()
    expect(page.locator(".tile.current")).to_contain_text("Visitors")
    assert page.evaluate("window.mark") == 1
    expect(page.locator(".chart canvas")).to_have_count(1)


def test_the_line_is_drawn_by_week_and_stays_live(open_page: Open) -> None:
    page = marked(open_page("/sites/shop.lv?period=28d"))
    scroll_through(page)
    page.locator(".intervals").get_by_role("link", name="Week").click()
    expect(page.locator(".intervals [aria-current]")).to_have_text("Week")
    expect(page.locator("#summary .as-table thead")).to_contain_text("Week")
    expect(page.locator(".chart canvas")).to_have_count(1)
    assert "interval=week" in str(page.locator("#report").get_attribute("data-live"))
    page.locator(".arrow[rel=prev]").click()
    expect(page.locator(".arrow[rel=next]")).to_be_visible()
    expect(page.locator(".intervals [aria-current]")).to_have_text("Week")
    page.locator(".segments").get_by_role("link", name="Today").click()
    expect(page.locator(".intervals")).to_have_count(0)
    assert "interval" not in page.url
    assert page.evaluate("window.mark") == 1


def test_a_row_filters_and_its_chip_takes_the_filter_back(open_page: Open) -> None:
    page = marked(open_page("/sites/shop.lv"))
    page.locator("#devices").get_by_role("link", name="Mobile").click()
    chip = page.locator(".chip", has_text="Device is Mobile")
    expect(chip).to_be_visible()
    expect(page.locator("#devices tbody tr")).to_have_count(1)
    chip.get_by_role("link", name="is", exact=True).click()
    turned = page.locator(".chip", has_text="Device is not Mobile")
    expect(turned).to_be_visible()
    expect(page.locator("#devices tbody tr")).to_contain_text("Desktop")
    turned.get_by_role("link", name="Remove this filter").click()
    expect(turned).to_have_count(0)
    expect(page.locator("#devices tbody tr")).to_have_count(2)
    assert page.evaluate("window.mark") == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_all_figures_of_the_list_of_pages_are_seen_at_once(open_page: Open, width: int) -> None:
    page = open_page("/sites/shop.lv/list/page", width)
    box = page.locator(".list")
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    first = page.locator(".list tbody tr").first
    label = first.locator("th a").bounding_box()
    assert label
    assert label["height"] < 40, "the name stands in one line"
    for figure in first.locator("td").all():
        shown = figure.bounding_box()
        assert shown
        assert shown["x"] >= 0
        assert shown["x"] + shown["width"] <= width


def test_a_country_on_the_map_filters(open_page: Open) -> None:
    page = open_page("/sites/shop.lv")
    scroll_through(page)
    canvas = page.locator(".map canvas")
    canvas.click(position=page.evaluate(DARKEST))
    expect(page.locator(".chip", has_text="Country is Latvia")).to_be_visible()


def test_figures_move_by_themselves(open_page: Open, dashboard: Dashboard) -> None:
    page = marked(open_page("/sites/shop.lv?period=day"))
    views = page.locator("[data-metric=pageviews]")
    now = page.locator("[data-now]")
    before, there = int(views.inner_text()), int(now.inner_text())
    dashboard.visit("shop.lv", Seen("new", time.time(), "/fresh", origin=DIRECT))
    expect(views).to_have_text(str(before + 1), timeout=20_000)
    expect(now).to_have_text(str(there + 1))
    expect(page.locator("#pages")).to_contain_text("/fresh", timeout=40_000)
    assert page.evaluate("window.mark") == 1
    assert page.evaluate("window.shift") < 0.02


def test_a_new_site_waits_for_its_first_visit_and_shows_it(open_page: Open, dashboard: Dashboard) -> None:
    page = open_page("/sites/first.lv/install")
    expect(page.locator("#tag")).to_contain_text('data-site="first.lv"')
    dashboard.visit("first.lv", Seen("new", time.time(), "/hello", origin=DIRECT))
    expect(page.get_by_text("The first visit is here.")).to_be_visible(timeout=20_000)
    expect(page.locator("#pages")).to_contain_text("/hello", timeout=20_000)


def test_a_site_can_be_added_in_the_browser(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Add a site").click()
    page.get_by_label("Domain").fill("https://added.lv/")
    page.get_by_role("button", name="Add the site").click()
    expect(page.locator("#tag")).to_contain_text('data-site="added.lv"')


def test_goals_and_a_funnel_are_added_and_removed_without_javascript(open_page: Open) -> None:
    page = open_page("/sites/empty.lv/settings/goals", scripts=False)
    for name in ("Basket", "Thanks"):
        page.get_by_role("link", name="Page", exact=True).click()
        page.locator("#goal-name").fill(name)
        page.locator("#goal-page").fill(f"/{name.lower()}/**")
        page.get_by_role("button", name="Add the goal").click()
    expect(page.locator("#goals tbody tr")).to_have_count(2)
    page.locator("#funnel-name").fill("Order")
    page.get_by_label("Step 1").select_option("Basket")
    page.get_by_label("Step 2").select_option("Thanks")
    page.get_by_label("in any visits of the visitor").check()
    page.get_by_role("button", name="Add the funnel").click()
    expect(page.locator("#funnels")).to_contain_text("across visits")
    page.locator("#funnels summary").click()
    page.locator("#funnels").get_by_role("button", name="Stop counting it").click()
    expect(page.locator("#funnels .name")).to_have_count(0)
    page.get_by_role("link", name="Goals", exact=True).click()
    expect(page.locator("#goals tbody tr")).to_have_count(2)


def test_reports_follow_clicks_in_place(open_page: Open) -> None:
    page = marked(open_page(f"/sites/goods.lv/goals?{SHOP}"))
    page.locator("#events").get_by_role("link", name="Order").click()
    page.locator("#properties").get_by_role("link", name="plan").click()
    expect(page.locator("#properties tbody tr").first).to_contain_text("basic")
    page.locator("#goals").get_by_role("link", name="Order Event “Order”", exact=True).click()
    expect(page.locator("#goal .figure").first).to_have_text("3")
    page.locator("#devices").get_by_role("link", name="Mobile").click()
    expect(page.locator("#goal .figure").first).to_have_text("1")
    assert page.evaluate("window.mark") == 1
    page.get_by_role("link", name="Funnels", exact=True).click()
    expect(page.locator(".chip")).to_contain_text("Device is Mobile")
    expect(page.locator("#funnel tbody tr").first).to_contain_text("3")


def test_a_filter_and_a_comparison_are_chosen_without_javascript(open_page: Open) -> None:
    page = open_page(f"/sites/goods.lv?{SHOP}", scripts=False)
    page.locator(".filter summary").click()
    page.get_by_label("Only where").select_option("Country")
    page.get_by_label("Condition").select_option("is not")
    page.get_by_label("Value").fill("Latvia")
    page.get_by_role("button", name="Add the filter").click()
    expect(page.locator(".chip")).to_contain_text("Country is not Latvia")
    expect(page.locator("[data-metric=visitors]")).to_have_text("6")
    page.locator(".compare summary").click()
    page.get_by_role("link", name="Same period last year").click()
    expect(page.locator(".compare summary")).to_contain_text("Last year")
    expect(page.locator(".chip")).to_contain_text("Country is not Latvia")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pictures_of_reports_are_there_or_their_tables(open_page: Open, width: int) -> None:
    page = open_page(f"/sites/goods.lv/funnels?{SHOP}", width, scripts=False)
    shown = expect(page.locator(".steps svg"))
    if width > 760:
        shown.to_be_visible()
    else:
        shown.to_be_hidden()
    expect(page.locator("#funnel tbody tr")).to_have_count(3)
    page.goto(f"/sites/goods.lv/paths?{SHOP}")
    expect(page.locator("#paths .ways").first).to_contain_text("/guides/chain")
