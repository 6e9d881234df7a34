"""A consent that is withdrawn is over: in every tab, on every subdomain, and for every form of the cookie."""

import time

from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.banner import ACCEPT, NewVisitor, banner_gone, put, record
from tests.browser.conftest import await_in, note, storage
from tests.browser.website import write
from tests.running import await_true
from tests.service import Service

MAP = "http://maps.example/embed"
FRAME = f'<iframe data-consent="marketing" data-consent-src="{MAP}" width="500" height="300"></iframe>'


def withdraw(page: Page) -> None:
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    page.get_by_role("button", name="Atsaukt piekrišanu").click()
    banner_gone(page)


def test_other_tabs_stop_at_once(site: str, visitor: NewVisitor) -> None:
    write(MAP, "<!doctype html><title>Map</title><p>A map")
    person = visitor()
    first = person.open(put(f"http://www.{site}/", FRAME))
    second = person.open(put(f"http://www.{site}/otra", FRAME))
    second.evaluate("document.addEventListener('sikdatne:consent', (event) => { window.told = event.detail })")
    first.locator(ACCEPT).click()
    for page in (first, second):
        page.frame_locator("iframe").get_by_text("A map").wait_for()
    await_true(lambda: second.evaluate("1") and len(person.views()) == 2, "both pages to be counted")
    withdraw(first)
    await_in(second, "window.told.statistics === false && window.told.marketing === false")
    await_in(second, "!sikdatne.consent.statistics && !document.querySelector('iframe').src")
    beacons = len(person.asked("/beacon"))
    second.evaluate("sikdatne.track('Late')")
    second.evaluate("history.pushState(null, '', '/vēl')")
    second.mouse.wheel(0, 300)
    second.reload(wait_until="networkidle")
    assert len(person.asked("/beacon")) == beacons
    assert "visit" not in person.cookies()


def test_other_subdomains_stop_with_what_they_send_next(site: str, visitor: NewVisitor) -> None:
    """Pages of different hosts share no storage; the collector's cookie is what they share."""
    person = visitor()
    www, shop = person.open(f"http://www.{site}/"), person.open(f"http://shop.{site}/")
    www.locator(ACCEPT).click()
    banner_gone(www)
    shop.reload(wait_until="networkidle")  # not asked again: the decision is the site's
    assert shop.locator(ACCEPT).count() == 0
    await_in(shop, "sikdatne.consent?.statistics")
    await_true(lambda: www.evaluate("1") and len(person.views()) == 2, "both pages to be counted")
    withdraw(www)
    assert "visit" not in person.cookies()
    shop.evaluate("sikdatne.track('Late')")
    await_true(lambda: shop.evaluate("1") and len(person.beacons(204)) == 1, "the refusal")
    await_in(shop, "!(sikdatne.consent && sikdatne.consent.statistics)")
    kept = record(shop)
    assert kept is None or kept["statistics"] is False
    assert "sikdatne.visit" not in storage(shop)
    shop.reload(wait_until="networkidle")
    assert len(person.beacons(202)) == 2
    assert shop.locator(ACCEPT).count() == 0  # a refusal is not asked about again
    assert "visit" not in person.cookies()


def test_a_withdrawal_waits_for_another_tab_s_beacon_only_a_moment(service: Service, visitor: NewVisitor) -> None:
    """Locks need localhost, where the demo website is."""
    person = visitor()
    tabs = [person.open(f"{service.url}/demo/")]
    tabs[0].locator(ACCEPT).click()
    banner_gone(tabs[0])
    tabs.append(person.open(f"{service.url}/demo/noma"))
    await_true(lambda: tabs[1].evaluate("1") and len(person.views()) == 2, "both pages to be counted")
    tabs[1].wait_for_load_state("networkidle")
    held: list[Route] = []
    person.context.route("**/beacon", lambda route: note(held, route))
    tabs[0].evaluate("sikdatne.track('Never answered')")
    await_true(lambda: tabs[0].evaluate("1") and len(held) == 1, "the beacon that hangs")
    withdraw(tabs[1])
    decisions = [request for request in person.requests if request.method == "POST" and "/consent" in request.url]
    assert '"withdraw"' in (decisions[-1].post_data or "")
    assert len(decisions) == 2  # and it was told once


def leave_variants(context: BrowserContext, site: str) -> None:
    """The visit cookie as another set-up may have left it: for this host, and for the whole domain."""
    for where in ({"url": f"http://stats.{site}/"}, {"domain": f".{site}", "path": "/"}):
        context.add_cookies([{"name": "visit", "value": "old", "expires": time.time() + 9999, **where}])  # type: ignore[typeddict-item]


def test_every_form_of_the_visit_cookie_is_deleted(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    page.locator(ACCEPT).click()
    banner_gone(page)
    leave_variants(person.context, site)
    assert len([cookie for cookie in person.context.cookies() if cookie["name"] == "visit"]) == 2
    withdraw(page)
    await_true(lambda: page.evaluate("1") and "visit" not in person.cookies(), "the cookies to be gone")


def test_a_page_kept_by_the_browser_is_not_counted_after_a_withdrawal(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    page.locator(ACCEPT).click()
    banner_gone(page)
    await_true(lambda: page.evaluate("1") and len(person.views()) == 1, "the page to be counted")
    page.locator("#next").click()
    page.wait_for_load_state("networkidle")
    withdraw(page)
    beacons = len(person.asked("/beacon"))
    page.go_back(wait_until="networkidle")
    page.mouse.wheel(0, 100)
    assert page.evaluate("!sikdatne.consent?.statistics")
    assert len(person.asked("/beacon")) == beacons
