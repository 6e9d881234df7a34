"""The dashboards in a real browser, on the running service: wide, narrow, light, dark, and without JavaScript."""

import re
import time
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.dashboard import (
    SECOND_WEEK,
    SHOP,
    Dashboard,
    Open,
    dashboard,
    marked,
    open_page,
    scroll_through,
)
from tests.dashboards.counting import Seen
from tests.dashboards.website import DIRECT

__all__ = ["dashboard", "open_page"]  # fixtures

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]
PATHS = ["/", "/sites/shop.lv", "/sites/shop.lv?period=day&country=LV", "/sites/empty.lv", "/sites/new"]
PATHS += ["/sites/shop.lv/list/page", "/sites/shop.lv/install", "/sites/goods.lv/settings/goals"]
PATHS += ["/sites/goods.lv/privacy/policy", "/sites/goods.lv/privacy/requests"]
REPORTS = ["goals", "goals?goal=Order", "funnels", "paths", "retention", "speed", "audience"]
PATHS += [f"/sites/goods.lv/{report}{'&' if '?' in report else '?'}{SHOP}" for report in REPORTS]
PATHS += [f"/sites/goods.lv/{report}?{SECOND_WEEK}" for report in ("speed", "audience", "retention", "paths")]
PATHS += [f"/sites/goods.lv?{SHOP}&country=LV&device.not=mobile&match=any", "/sites/shop.lv/settings/goals"]
PATHS += [f"/sites/goods.lv/goals?{SHOP}&source.fits=(", "/sites/shop.lv?period=28d&interval=week"]
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
    page.locator(".segments").get_by_role("link", name="28 days").click()
    expect(page.locator(".intervals [aria-current]")).to_have_text("Week")
    assert page.evaluate("window.mark") == 1


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
    expect(views).to_have_text(str(before + 1), timeout=120_000)
    expect(now).to_have_text(str(there + 1))
    expect(page.locator("#pages")).to_contain_text("/fresh", timeout=120_000)
    assert page.evaluate("window.mark") == 1
    assert page.evaluate("window.shift") < 0.02


def test_a_new_site_waits_for_its_first_visit_and_shows_it(open_page: Open, dashboard: Dashboard) -> None:
    page = open_page("/sites/first.lv/install")
    expect(page.locator("#tag")).to_contain_text('data-site="first.lv"')
    dashboard.visit("first.lv", Seen("new", time.time(), "/hello", origin=DIRECT))
    expect(page.get_by_text("The first visit is here.")).to_be_visible(timeout=120_000)
    expect(page.locator("#pages")).to_contain_text("/hello", timeout=120_000)


def test_a_site_can_be_added_in_the_browser(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Add a site").click()
    page.get_by_label("Domain").fill("https://added.lv/")
    page.get_by_role("button", name="Add the site").click()
    expect(page.locator("#tag")).to_contain_text('data-site="added.lv"')
