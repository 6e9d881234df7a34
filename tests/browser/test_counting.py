"""From a click in a browser to a number on the dashboard."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Dashboard, Visitor, await_in, storage
from tests.running import await_true
from tests.service import Service

NewVisitor = Callable[..., Visitor]
BOOKING = "/demo/pieraksts"


def accept(page: Page) -> None:
    """Click "Piekrist visām" and wait until it is in force."""
    page.get_by_role("button", name="Piekrist visām").click()
    await_in(page, "window.sikdatne?.consent?.statistics")


def await_views(visitor: Visitor, *paths: str) -> None:
    """Wait until exactly these page views are counted, in this order."""
    page = visitor.context.pages[-1]
    end = time.monotonic() + 60
    while len(visitor.views()) < len(paths) and time.monotonic() < end:
        page.wait_for_timeout(20)
    assert [url.partition("//")[2].partition("/")[2] for url in visitor.views()] == [path.lstrip("/") for path in paths]


def kinds_of_cookies(person: Visitor) -> set[str]:
    """Names of the cookies; those of decisions, which hold their history, without the time of each."""
    return {name.partition("-")[0] for name in person.cookies()}


def test_nothing_at_all_happens_before_consent(service: Service, visitor: NewVisitor, dashboard: Dashboard) -> None:
    before = dashboard.figures("demo")
    person = visitor()
    page = person.open(f"{service.url}/demo/")
    page.mouse.wheel(0, 2000)
    page.get_by_role("link", name="Remonts un cenas").click()
    page.wait_for_load_state("networkidle")
    page.evaluate("sikdatne.track('Too early')")
    page.goto(f"{service.url}{BOOKING}", wait_until="networkidle")
    page.get_by_role("button", name="Pilna apkope").click()
    page.goto("about:blank")
    assert person.asked("/beacon", "/pixel.gif") == []
    assert person.cookies() == {}
    assert storage(person.open(f"{service.url}/demo/")) == {}
    assert dashboard.figures("demo") == before


def test_static_pages_a_single_page_application_and_a_second_visit(
    service: Service, visitor: NewVisitor, dashboard: Dashboard
) -> None:
    before = {metric: dashboard.number("demo", metric) for metric in ("visitors", "visits", "pageviews")}
    person = visitor()
    page = person.open(f"{service.url}/demo/")
    accept(page)
    await_views(person, "/demo/")
    page.get_by_role("link", name="Noma").click()
    await_views(person, "/demo/", "/demo/noma")
    page.get_by_role("button", name="Rezervēt").first.click()
    page.get_by_role("link", name="Pieteikt remontu").click()
    page.get_by_role("button", name="Pilna apkope").click()
    page.get_by_role("button", name="Sestdien").click()
    page.go_back()
    counted = ["/demo/", "/demo/noma", BOOKING, f"{BOOKING}/laiks", f"{BOOKING}/dati", f"{BOOKING}/laiks"]
    await_views(person, *counted)
    events = [beacon["name"] for beacon in person.beacons(202) if beacon.get("kind") == "event"]
    assert events == ["Rezervēt"]
    page.close()

    page = person.open(f"{service.url}/demo/kontakti")  # the same browser comes again
    await_views(person, *counted, "/demo/kontakti")
    assert kinds_of_cookies(person) == {"consent", "decision", "visit"}
    assert "sikdatne.visit" not in storage(page)

    after = {metric: dashboard.number("demo", metric) for metric in before}
    assert {metric: after[metric] - before[metric] for metric in before} == {"visitors": 1, "visits": 1, "pageviews": 7}


def test_nothing_is_counted_after_a_withdrawal(service: Service, visitor: NewVisitor, dashboard: Dashboard) -> None:
    person = visitor()
    page = person.open(f"{service.url}/demo/")
    accept(page)
    await_views(person, "/demo/")
    other = person.open(f"{service.url}/demo/noma")  # another tab, open while consent is withdrawn
    await_views(person, "/demo/", "/demo/noma")
    page.bring_to_front()
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    page.get_by_role("button", name="Atsaukt piekrišanu").click()
    await_true(lambda: "visit" not in person.cookies(), "the cookie to go")
    await_in(page, "sikdatne.consent && !sikdatne.consent.statistics")
    before = dashboard.figures("demo")
    sent = len(person.beacons())

    other.bring_to_front()
    other.get_by_role("button", name="Rezervēt").first.click()
    other.evaluate("history.pushState(null, '', '/demo/par-mums')")
    page.goto(f"{service.url}/demo/kontakti", wait_until="networkidle")
    assert len(person.beacons()) == sent
    assert kinds_of_cookies(person) == {"consent", "decision"}
    assert not page.get_by_role("dialog").is_visible()
    assert dashboard.figures("demo") == before


@pytest.mark.parametrize("host", ["www.{site}", "{name}.example"])
def test_visitors_are_counted_by_cookie_or_by_the_page_s_own_storage(
    site: str, visitor: NewVisitor, dashboard: Dashboard, host: str
) -> None:
    """On stats.example.lv the cookie reaches the collector; for a website of another domain the storage does."""
    at = "http://" + host.format(site=site, name=site.removesuffix(".lv"))
    person = visitor()
    page = person.open(f"{at}/")
    assert person.cookies() == {}
    accept(page)
    await_views(person, "/")
    page.locator("#next").click()
    await_views(person, "/", "/cits")
    page.close()
    page = person.open(f"{at}/cits")
    await_views(person, "/", "/cits", "/cits")
    by_cookie = host.startswith("www")
    assert ("visit" in person.cookies()) is by_cookie
    assert ("sikdatne.visit" in storage(page)) is not by_cookie
    figures = dashboard.figures(site)
    assert (figures["visitors"], figures["visits"], figures["pageviews"]) == ("1", "1", "3")

    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    page.get_by_role("button", name="Atsaukt piekrišanu").click()
    await_in(page, "sikdatne.consent && !sikdatne.consent.statistics")
    await_in(page, "!localStorage['sikdatne.visit']")
    await_true(lambda: "visit" not in person.cookies(), "the cookie to go")
    page.locator("#next").click()
    page.wait_for_load_state("networkidle")
    assert dashboard.figures(site)["pageviews"] == "3"


def test_time_counts_while_the_page_is_seen_and_used(site: str, visitor: NewVisitor, dashboard: Dashboard) -> None:
    person = visitor()
    begun = time.monotonic()
    page = person.open(f"http://www.{site}/")
    accept(page)
    await_views(person, "/")
    page.wait_for_timeout(1200)
    page.mouse.wheel(0, 1500)
    page.wait_for_timeout(1200)
    page.evaluate("history.pushState(null, '', '/otra')")
    await_views(person, "/", "/otra")
    (left,) = [beacon for beacon in person.beacons(202) if beacon.get("kind") == "leave"]
    assert left["url"] == f"http://www.{site}/"
    assert 2 <= left["seconds"] <= time.monotonic() - begun + 1
    assert 0 < left["depth"] <= 100
    page.wait_for_timeout(2200)
    page.mouse.wheel(0, 100)
    page.close(run_before_unload=True)  # what a closed tab still reports cannot be seen here, but on the dashboard
    person.context.new_page().goto("about:blank")

    def seconds() -> int:
        return int(dashboard.figures(site)["visit_duration"].removesuffix(" s"))

    closed = time.monotonic()
    await_true(lambda: seconds() >= round(left["seconds"]) + 2, "what the closed tab reported")
    assert seconds() <= closed - begun + 1


def test_going_back_to_a_page_that_the_browser_kept_is_a_view(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    accept(page)
    await_views(person, "/")
    page.locator("#next").click()
    await_views(person, "/", "/cits")
    page.go_back()
    page.mouse.move(10, 10)
    await_views(person, "/", "/cits", "/")


def test_a_new_policy_asks_again(
    site: str, service: Service, visitor: NewVisitor, new_policy: Callable[[str], None]
) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    accept(page)
    await_views(person, "/")
    new_policy(site)
    page.locator("#next").click()
    page.get_by_role("button", name="Piekrist visām").wait_for()
    assert len(person.views(202)) == 1
    accept(page)
    await_views(person, "/", "/cits")


BROKEN = {
    "fetch": "window.fetch = () => { throw new Error('broken fetch') }",
    "fetch that fails": "window.fetch = () => Promise.reject(new Error('broken fetch'))",
    "localStorage": "Object.defineProperty(window, 'localStorage', { get() { throw new Error('broken storage') } })",
    "localStorage that is full": "Storage.prototype.setItem = () => { throw new Error('full') }",
    "history": "for (const name of ['pushState', 'replaceState']) Object.defineProperty(history, name, "
    "{ get() { throw new Error('broken history') }, set() { throw new Error('broken history') } })",
    "sendBeacon": "navigator.sendBeacon = () => { throw new Error('broken sendBeacon') }",
    "locks": "Object.defineProperty(navigator, 'locks', { get() { throw new Error('broken locks') } })",
    "performance": "performance.now = () => { throw new Error('broken clock') }",
}


@pytest.mark.parametrize("what", BROKEN)
def test_nothing_is_thrown_into_a_page_before_consent_whatever_is_broken(
    service: Service, visitor: NewVisitor, what: str
) -> None:
    """The fixture fails on any error of a page, also a promise that nobody caught. After consent: test_pixel_life."""
    person = visitor()
    person.context.add_init_script(BROKEN[what])
    page = person.open(f"{service.url}/demo/noma")
    page.evaluate("window.sikdatne?.track('Anything', { n: 1n })")
    page.mouse.wheel(0, 500)
    page.get_by_role("button", name="Rezervēt").first.click()
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    page.get_by_role("link", name="Par mums").click(force=True)
    page.wait_for_load_state("networkidle")
