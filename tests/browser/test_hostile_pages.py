"""Pages, browsers and networks that try to break the banner."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, Route

from tests.browser.banner import ACCEPT, REJECT, SMALL, NewVisitor, banner_gone, put, record
from tests.browser.conftest import FLAGS, PERSON, Dashboard, Visitor, await_in, note, storage
from tests.browser.website import Website
from tests.running import await_true
from tests.service import Service

RESETS = {
    "all unset": "*, *::before, *::after { all: unset !important; display: block !important }",
    "everything hidden": "html > div, body > div, div { display: none !important; visibility: hidden !important }",
    "huge and see-through": "* { font-size: 60px !important; opacity: .2 !important; color: #fff; background: #fff }",
    "buttons of a framework": "button { width: 100%; padding: 4em; text-transform: uppercase; border: 9px solid red }"
    "input { appearance: none; width: 0 } section { position: static; display: none } p, h2 { margin: 9em }",
    "moved away": "div { transform: scale(0) !important; position: absolute !important; left: -999em !important }",
    "no pointer": "body * { pointer-events: none } body { overflow: hidden; height: 100vh }",
}
LOOK = """(element) => {
  const style = getComputedStyle(element), { width, height } = element.getBoundingClientRect();
  return [style.fontSize, style.backgroundColor, style.textTransform, Math.round(width), Math.round(height)];
}"""
FROZEN = """
for (const each of [Object, Array, Function, Promise, String, Map, Set, URL]) Object.freeze(each.prototype);
for (const each of [URLSearchParams, EventTarget, Node, Element, HTMLElement]) Object.freeze(each.prototype);
Object.freeze(Storage.prototype); Object.freeze(JSON); Object.freeze(Math);
"""


def looks(page: Page) -> list[Any]:
    return [page.locator(f"[data-consent-{name}]").evaluate(LOOK) for name in ("accept", "reject", "customise")]


@pytest.mark.parametrize("name", RESETS)
def test_style_sheets_of_the_page_do_not_reach_it(site: str, visitor: NewVisitor, name: str) -> None:
    person = visitor(viewport=SMALL)
    plain = looks(person.open(put(f"http://www.{site}/", "<p>Teksts</p>")))
    page = person.open(put(f"http://www.{site}/reset", "<p>Teksts</p>", head=f"<style>{RESETS[name]}</style>"))
    assert looks(page) == plain
    page.locator(REJECT).click()
    await_in(page, "sikdatne.consent && !sikdatne.consent.statistics")


def test_frozen_prototypes_do_not_stop_it(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(put(f"http://www.{site}/", head=f"<script>{FROZEN}</script>"))
    page.locator(ACCEPT).click()
    await_in(page, "sikdatne.consent?.statistics")
    await_true(lambda: page.evaluate("1") and len(person.views()) == 1, "the page to be counted")


LATE = {
    "JSON.parse": "JSON.parse = () => { throw new Error('broken JSON.parse') }",
    "JSON": "window.JSON = undefined",
    "localStorage": "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })",
    "CustomEvent": "window.CustomEvent = undefined",
    "sikdatne": "window.sikdatne = null",
    "nothing": "",
}


@pytest.mark.parametrize("what", LATE)
def test_a_page_that_breaks_things_late_gets_no_error_when_another_tab_decides(
    site: str, visitor: NewVisitor, what: str
) -> None:
    """The fixture fails on any error of a page."""
    person = visitor()
    first = person.open(put(f"http://www.{site}/"))
    first.evaluate("document.addEventListener('sikdatne:consent', () => { window.told = true })")
    first.evaluate("addEventListener('storage', () => setTimeout(() => { window.heard = true }))")
    first.evaluate(f"() => {{ {LATE[what]} }}")
    second = person.open(put(f"http://www.{site}/otra"))
    second.evaluate("localStorage['sikdatne.consent'] = '{'")
    await_in(first, "window.heard")
    second.locator(ACCEPT).click()
    banner_gone(second)
    await_in(first, "window.told" if what == "nothing" else "window.heard")


@pytest.mark.parametrize("kept", ["undefined", "null", "{", "7"])
def test_a_decision_that_cannot_be_read_is_none(site: str, visitor: NewVisitor, kept: str) -> None:
    page = visitor().open(put(f"http://www.{site}/"))
    page.evaluate("(kept) => { localStorage['sikdatne.consent'] = kept }", kept)
    page.keyboard.press("Escape")
    page.evaluate("sikdatne.open()")
    page.locator(ACCEPT).click()
    await_in(page, "sikdatne.consent?.statistics")
    assert record(page)["statistics"] is True


BODIES = {
    "a grid": "body { display: grid; place-items: center }",
    "a row": "body { display: flex; justify-content: space-between } main { flex: 1 }",
    "a centred column": "body { display: flex; flex-direction: column; justify-content: center; align-items: center }",
}
SHIFT = """window.shift = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
  .observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("name", BODIES)
def test_the_way_back_moves_nothing_whatever_the_body_is(site: str, visitor: NewVisitor, name: str) -> None:
    person = visitor(viewport={"width": 800, "height": 700})
    person.context.add_init_script(SHIFT)
    style = f"<style>html, body {{ height: 100%; margin: 0 }} {BODIES[name]}</style>"
    page = person.open(put(f"http://www.{site}/", "<p>Teksts</p>", head=style))
    page.locator(ACCEPT).click()
    banner_gone(page)
    page.reload(wait_until="networkidle")
    page.get_by_role("button", name="Sīkdatņu iestatījumi").wait_for()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.shift") == 0


NO_STORAGE = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError") } });"""


def test_without_storage_the_page_works_and_nothing_is_counted(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    person.context.add_init_script(NO_STORAGE)
    page = person.open(f"http://www.{site}/")
    page.locator("#next").click()
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("heading", name="/cits").is_visible()
    assert person.asked("/beacon") == []
    assert person.cookies() == {}


def test_hidden_by_a_blocker_is_refused_and_the_page_works(site: str, visitor: NewVisitor) -> None:
    """Blockers take elements off the page as soon as they see them."""
    person = visitor()
    page = person.open(put(f"http://www.{site}/", "<p>Teksts</p>" * 200))
    page.evaluate("document.body.previousElementSibling.remove()")
    page.mouse.wheel(0, 500)
    page.locator("#next").click()
    page.wait_for_load_state("networkidle")
    assert storage(page) == {}
    assert person.cookies() == {}
    assert person.asked("/beacon", "/pixel.gif") == []


@pytest.mark.parametrize("blocked", ["**/banner.js*", "**/consent?*", "**/pixel.js*"])
def test_kept_away_by_a_blocker_is_refused(site: str, visitor: NewVisitor, blocked: str) -> None:
    person = visitor()
    person.context.route(blocked, lambda route: route.abort())
    page = person.open(f"http://www.{site}/")
    page.mouse.wheel(0, 500)
    page.locator("#next").click()
    page.wait_for_load_state("networkidle")
    assert page.locator(ACCEPT).count() == 0
    assert storage(page) == {}
    assert person.cookies() == {}
    assert person.asked("/beacon") == []


def test_a_slow_network_holds_up_neither_the_page_nor_the_choice(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    waiting: list[Route] = []
    person.context.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) "
        "window.shift += entry.value }).observe({ type: 'layout-shift', buffered: true })"
    )
    person.context.route("**/consent?*", lambda route: note(waiting, route))
    page = person.context.new_page()
    page.goto(f"http://www.{site}/", wait_until="load")
    assert page.get_by_role("heading", name="/").is_visible()  # the page is there long before the banner
    await_true(lambda: page.evaluate("1") and len(waiting) == 1, "the question")
    waiting.pop().continue_()
    box = page.locator(ACCEPT).bounding_box()
    assert box is not None
    for _ in range(4):  # an impatient visitor
        page.mouse.click(box["x"] + 9, box["y"] + 9)
    await_true(lambda: page.evaluate("1") and len(waiting) >= 1, "the decision")
    assert record(page) is None  # nothing is in force before its proof
    assert person.asked("/beacon") == []
    sent = len(waiting)
    for route in waiting:
        route.continue_()
    banner_gone(page)
    await_in(page, "sikdatne.consent?.statistics")
    assert sent == 1
    assert page.evaluate("window.shift") == 0


def test_a_blocked_log_is_no_consent_and_the_owner_sees_it(
    site: str, service: Service, visitor: NewVisitor, dashboard: Dashboard
) -> None:
    counted = visitor().open(f"http://www.{site}/")
    counted.locator(ACCEPT).click()
    await_in(counted, "sikdatne.consent?.statistics")
    person = visitor()
    person.context.route(
        "**/consent?*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page = person.open(f"http://www.{site}/")
    page.locator(ACCEPT).click()
    page.get_by_role("alert").filter(has_text="piekrišana nav spēkā").wait_for()
    assert record(page) is None
    assert person.cookies() == {}
    assert person.asked("/beacon") == []
    await_true(lambda: page.evaluate("1") and [each for each in person.answers if "failed=1" in each.url], "the report")

    def seen() -> bool:
        dashboard.figures(site)
        return "could not be written down" in dashboard.page.locator("#drops").inner_text()

    await_true(seen, "the owner to see it")


@pytest.fixture
def strict_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], service: Service, websites: Website
) -> Callable[[], Browser]:
    """Browsers that let no cookie through to another site than the one in the address bar."""

    def launch() -> Browser:
        rules = (
            f"MAP stats.*.lv 127.0.0.1:{service.port},MAP *.lv 127.0.0.1:{websites.port},"
            f"MAP *.example 127.0.0.1:{websites.port}"
        )
        flags = [*FLAGS, f"--host-resolver-rules={rules}", "--test-third-party-cookie-phaseout"]
        return browser_type.launch(**browser_type_launch_args | {"args": flags})

    return launch


def test_a_collector_on_another_domain_works_where_third_party_cookies_are_blocked(
    site: str, strict_browser: Callable[[], Browser]
) -> None:
    browser = strict_browser()
    try:
        person = Visitor(browser.new_context(user_agent=PERSON, locale="lv-LV"))
        other = f"http://{site.removesuffix('.lv')}.example"
        page = person.open(f"{other}/cenas")
        page.locator(ACCEPT).click()
        await_in(page, "localStorage['sikdatne.visit']")
        page.locator("#next").click()
        await_true(lambda: page.evaluate("1") and len(person.views()) == 2, "both pages to be counted")
        assert person.cookies() == {}
        page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
        page.get_by_role("button", name="Atsaukt piekrišanu").click()
        await_in(page, "!localStorage['sikdatne.visit'] && !sikdatne.consent.statistics")
        assert person.errors == []
    finally:
        browser.close()
