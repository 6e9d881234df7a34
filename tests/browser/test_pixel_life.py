"""What becomes of a page: tabs side by side, frames, pages kept, prepared, hidden or closed, and broken browsers."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route

from tests.browser.conftest import Dashboard, Visitor, await_in, note
from tests.browser.pixel import accept, asked, await_sent, await_stored, consenting, events, page_with, settled
from tests.running import await_true
from tests.service import Service

NewVisitor = Callable[..., Visitor]
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


WAITING = "(async () => (await navigator.locks.query()).pending.length)()"


def forget_visit(person: Visitor) -> None:
    """Like a browser that consented, and whose first visit this is."""
    person.context.clear_cookies(name="visit")


@pytest.mark.parametrize("locks", [True, False])
def test_two_tabs_that_open_at_once_are_one_visit(
    service: Service, visitor: NewVisitor, dashboard: Dashboard, locks: bool
) -> None:
    """Without Web Locks both ask at once: so this test can fail. (They need localhost or https.)"""
    person = visitor()
    page = person.open(f"{service.url}/demo/")
    accept(page)
    await_sent(page, person, 1)
    page.goto("about:blank")
    forget_visit(person)
    before = {metric: dashboard.number("demo", metric) for metric in ("visits", "pageviews")}
    if not locks:
        person.context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    held: list[Any] = []
    is_open = False
    person.context.route("**/beacon", lambda route: route.continue_() if is_open else note(held, route))
    tabs = [page, person.context.new_page()]
    for tab in tabs:
        tab.goto(f"{service.url}/demo/noma", wait_until="load")
    # With locks the second tab has to wait for the answer to the first; without them both have asked.
    await_true(lambda: tabs[1].evaluate("1") and len(held) == (1 if locks else 2), "beacons")
    tabs[1].wait_for_timeout(300)
    assert len(held) == (1 if locks else 2)
    is_open = True
    for route in held:
        route.continue_()
    await_sent(page, person, 3)
    after = {metric: dashboard.number("demo", metric) for metric in before}
    assert after["pageviews"] - before["pageviews"] == 2
    # Without locks the second beacon may or may not get the cookie of the first one's answer while it is held.
    assert after["visits"] - before["visits"] in ((1,) if locks else (1, 2))


def open_twice(service: Service, person: Visitor) -> tuple[list[Page], list[Route]]:
    """Two tabs of somebody who consented, on pages that were counted; from now on their beacons are held back."""
    page = person.open(f"{service.url}/demo/")
    accept(page)
    await_sent(page, person, 1)
    tabs = [page, person.open(f"{service.url}/demo/noma")]
    await_sent(page, person, 2)
    settled(page)
    held: list[Route] = []
    person.context.route("**/beacon", lambda route: note(held, route))
    person.requests.clear()
    return tabs, held


def state_of(request: Request) -> str:
    """The visit state that a request carries as a cookie."""
    return str(re.findall(r"\bvisit=([^;]+)", request.all_headers()["cookie"])[0])


@pytest.mark.parametrize("locks", [True, False])
def test_events_of_two_tabs_at_once_follow_one_another(service: Service, visitor: NewVisitor, locks: bool) -> None:
    """The second carries what the first one was answered, so that neither is forgotten."""
    person = visitor()
    if not locks:
        person.context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    tabs, held = open_twice(service, person)
    for number, tab in enumerate(tabs):
        tab.evaluate("(name) => sikdatne.track(name)", f"At once {number}")
    await_true(lambda: tabs[1].evaluate("1") and len(held) == (1 if locks else 2), "events")
    tabs[1].evaluate("navigator.locks?.query()")  # answered after what was asked before
    assert len(held) == (1 if locks else 2)
    before = state_of(held[0].request)
    if not locks:
        assert state_of(held[1].request) == before  # so one of the two would be forgotten, and this test can fail
    held[0].continue_()
    await_true(lambda: tabs[1].evaluate("1") and len(held) == 2, "the second event")
    held[1].continue_()
    await_true(lambda: tabs[1].evaluate("1") and len(events(person)) == 2, "both to be counted")
    if locks:
        assert state_of(held[1].request) not in ("", before)


def test_an_event_of_a_page_that_goes_away_waits_for_no_other_tab(service: Service, visitor: NewVisitor) -> None:
    """What a page sends at its end is seen by the service alone, and only where nothing is held back in that tab."""
    person = visitor()
    tabs, held = open_twice(service, person)
    going = person.context.new_page()
    person.context.unroute("**/beacon")
    tabs[0].route("**/beacon", lambda route: note(held, route))
    going.goto(f"{service.url}/demo/par-mums", wait_until="networkidle")
    tabs[0].evaluate("sikdatne.track('Staying')")
    await_true(lambda: tabs[0].evaluate("1") and len(held) == 1, "the first event")
    going.evaluate("sikdatne.track('Going')")
    await_true(lambda: going.evaluate(WAITING), "the second to wait for the lock")
    assert counted_events(service, "Going", "Staying") == []
    going.goto("about:blank")
    await_true(lambda: counted_events(service, "Going", "Staying") == [("Going", 1)], "the event of the page that went")
    held[0].continue_()
    await_sent(tabs[0], person, 1, "event")
    await_true(lambda: len(counted_events(service, "Going", "Staying")) == 2, "the other one")
    assert counted_events(service, "Going", "Staying") == [("Going", 1), ("Staying", 1)]  # and none twice


def counted_events(service: Service, *names: str) -> list[Any]:
    """How often these events were counted on the demo website."""
    return asked(service, "demo", ["events"], "event:name", filters=[["is", "event:name", list(names)]])


def test_only_the_outermost_page_counts(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    inner = page_with(f"http://www.{site}/ramis", "", "<p>Iekšā</p>")
    page.goto(page_with(f"http://www.{site}/ar-rami", "", f'<iframe src="{inner}"></iframe>'))
    await_sent(page, person, 1)
    frame = page.frames[1]
    frame.locator("p").click()
    frame.evaluate("sikdatne.track('Inside')")
    settled(page)
    assert [beacon["url"] for beacon in person.beacons()] == [f"http://www.{site}/ar-rami"]
    person.context.clear_cookies()
    page.evaluate("localStorage.clear()")
    page.reload(wait_until="networkidle")
    page.get_by_role("button", name="Piekrist visām").wait_for()
    assert page.frames[1].get_by_role("button", name="Piekrist visām").count() == 0


def test_a_frame_that_stands_for_itself_counts(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    inner = page_with(f"http://www.{site}/ramis-pats", "data-frame", "<p>Iekšā</p>")
    page.goto(page_with(f"http://www.{site}/apkart", "", f'<iframe src="{inner}"></iframe>'))
    await_sent(page, person, 2)
    assert {beacon["url"] for beacon in person.beacons(202)} == {inner, f"http://www.{site}/apkart"}


PREPARED = """Object.defineProperty(document, "prerendering", { value: true, configurable: true });"""
ACTIVATE = """() => {
  Object.defineProperty(document, "prerendering", { value: false, configurable: true });
  document.dispatchEvent(new Event("prerenderingchange"));
}"""


@pytest.mark.parametrize("prepared", [True, False])
def test_a_page_prerendered_or_in_the_background_counts_when_it_is_seen(
    site: str, visitor: NewVisitor, prepared: bool
) -> None:
    """Both are hidden at first; a prerendered one says so besides. (Really prerendered: test_prerender.py.)"""
    person = visitor()
    page = consenting(person, site)
    page.add_init_script(f"({HIDE})(true); {PREPARED if prepared else ''}")
    page.goto(f"http://www.{site}/fona", wait_until="networkidle")
    page.evaluate("sikdatne.track('Loaded')")
    settled(page)
    assert person.beacons() == []
    if prepared:
        page.evaluate(ACTIVATE)
    page.evaluate(HIDE, False)
    await_sent(page, person, 1, "event")
    assert [beacon.get("kind") for beacon in person.beacons(202)] == [None, "event"]


def test_engaged_time_stops_while_a_tab_is_hidden(site: str, service: Service, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    begun = time.monotonic()
    page.goto(f"http://www.{site}/lasa")
    await_sent(page, person, 1)
    page.wait_for_timeout(1200)
    page.evaluate(HIDE, True)
    (left,) = await_sent(page, person, 1, "leave")
    assert 1 <= left["seconds"] <= time.monotonic() - begun + 1
    assert 0 < left["depth"] < 100
    page.wait_for_timeout(2500)
    begun = time.monotonic()
    page.evaluate(HIDE, False)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_timeout(1200)
    page.mouse.move(30, 30)
    page.evaluate(HIDE, True)
    again = await_sent(page, person, 2, "leave")[1]
    assert 1 <= again["seconds"] <= time.monotonic() - begun + 1  # and none of those in which it was hidden
    assert again["depth"] >= 99
    assert len(person.views()) == 1  # coming back to a tab is no view
    seconds = asked(service, site, ["time_on_page"], "event:page", filters=[["is", "event:page", ["/lasa"]]])[0][1]
    assert seconds == pytest.approx(left["seconds"] + again["seconds"], abs=1.1)


def test_nobody_there_is_not_engaged(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    begun = time.monotonic()
    page.goto(f"http://www.{site}/tuksa")
    await_sent(page, person, 1)
    page.evaluate("real = Date.now; Date.now = () => real() + 36e5")  # an hour later
    page.mouse.move(20, 20)
    page.evaluate(HIDE, True)
    (left,) = await_sent(page, person, 1, "leave")
    assert 29 <= left["seconds"] <= 30 + time.monotonic() - begun + 1


def test_a_closed_tab_reports_its_time(site: str, service: Service, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    page.goto(f"http://www.{site}/aizver")
    await_sent(page, person, 1)
    page.wait_for_timeout(2200)
    page.mouse.wheel(0, 300)
    page.close(run_before_unload=True)
    person.context.new_page().goto("about:blank")

    def seconds() -> int:
        rows = asked(service, site, ["time_on_page"], "event:page", filters=[["is", "event:page", ["/aizver"]]])
        return int(rows[0][1])

    await_true(lambda: seconds() >= 2, "the time to be counted")


def test_moving_back_to_a_kept_page_is_a_view_with_time_of_its_own(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    page.goto(f"http://www.{site}/pirma")
    await_sent(page, person, 1)
    settled(page)
    page.evaluate("mark = 1")
    page.goto(f"http://www.{site}/otra")
    await_sent(page, person, 2)
    settled(page)
    page.go_back()
    page.mouse.move(10, 10)
    await_sent(page, person, 3)
    assert [url.rpartition("/")[2] for url in person.views()] == ["pirma", "otra", "pirma"]


BROKEN = {
    "fetch absent": "delete window.fetch",
    "fetch that throws": "window.fetch = () => { throw new Error('broken fetch') }",
    "fetch that fails": "window.fetch = () => Promise.reject(new Error('broken fetch'))",
    "localStorage that throws": "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })",
    "localStorage absent": "Object.defineProperty(window, 'localStorage', { value: null })",
    "JSON absent": "window.JSON = undefined",
    "Promise-like locks": "navigator.locks.request = () => Promise.reject(new Error('no lock'))",
    "locks that throw": "Object.defineProperty(navigator, 'locks', { get() { throw new Error('broken locks') } })",
    "locks absent": "Object.defineProperty(navigator, 'locks', { value: undefined })",
    "history that throws": "for (const name of ['pushState', 'replaceState']) Object.defineProperty(history, name, "
    "{ get() { throw new Error('broken history') }, set() { throw new Error('broken history') } })",
    "history that is frozen": "Object.freeze(history)",
    "sendBeacon that throws": "navigator.sendBeacon = () => { throw new Error('broken sendBeacon') }",
    "performance that throws": "performance.now = performance.getEntriesByType = () => { throw new Error('no') }",
    "performance absent": "Object.defineProperty(window, 'performance', { value: undefined })",
    "PerformanceObserver absent": "delete window.PerformanceObserver",
    "navigation absent": "delete window.navigation",
    "navigation that throws": "Object.defineProperty(window, 'navigation', { get() { throw new Error('no') } })",
    "connection that throws": "Object.defineProperty(navigator, 'connection', { get() { throw new Error('no') } })",
    "another sikdatne": "window.sikdatne = Object.freeze({})",
}
SILENT = ("fetch", "localStorage", "JSON", "connection")  # where nothing can be counted


@pytest.mark.parametrize("what", BROKEN)
def test_nothing_is_thrown_into_a_page_and_counting_goes_on_where_it_can(
    site: str, service: Service, visitor: NewVisitor, what: str
) -> None:
    """The fixture fails on any error of a page, also on a promise that nobody caught."""
    person = visitor()
    page = person.open(f"{service.url}/demo/")
    accept(page)
    await_sent(page, person, 1)
    person.answers.clear()
    person.context.add_init_script(BROKEN[what])
    page.goto(f"{service.url}/demo/noma", wait_until="load")
    page.evaluate("window.sikdatne?.track?.('Anything', { n: 1n })")
    page.evaluate("window.sikdatne?.track?.('Something')")
    page.mouse.wheel(0, 500)
    page.get_by_role("button", name="Rezervēt").first.click()
    assert page.locator("#reserved").inner_text().startswith("Paldies")  # the page's own script works
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    if not what.startswith(SILENT):
        await_sent(page, person, 1)
        await_true(lambda: page.evaluate("1") and len(events(person)) == 2, "events")
        assert [name for name, _ in events(person)] == ["Something", "Rezervēt"]
    page.get_by_role("link", name="Par mums").click(force=True)
    page.wait_for_url("**/par-mums")
    await_stored(service)


def test_a_page_hidden_at_once_reports_its_vitals_and_is_no_new_view_when_seen_again(
    site: str, visitor: NewVisitor
) -> None:
    person = visitor()
    page = consenting(person, site)
    person.context.add_init_script("Date.now = ((now) => () => now)(Date.now())")  # no time passes: there is no leave
    page.goto(page_with(f"http://www.{site}/mirkli", 'data-with="vitals"'))
    await_sent(page, person, 1)
    settled(page)
    await_in(page, "performance.getEntriesByType('paint').length")
    page.evaluate(HIDE, True)
    await_sent(page, person, 1, "vitals")
    page.evaluate(HIDE, False)
    page.evaluate("sikdatne.track('Seen')")
    await_sent(page, person, 1, "event")
    await_sent(page, person, 1)


WATCH = """
window.shift = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


def test_it_moves_nothing_and_holds_nothing_up(site: str, visitor: NewVisitor) -> None:
    """With all that a tag can ask for, and a collector that does not answer: the page is there all the same."""
    person = visitor()
    page = consenting(person, site)
    person.context.add_init_script(WATCH)
    person.context.route("**/beacon", lambda route: None)
    attributes = 'data-with="outbound downloads forms 404 search vitals events"'
    page.goto(page_with(f"http://www.{site}/visi", attributes, "<p>a</p>" * 300), wait_until="load")
    await_in(page, "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/vitals.js'))")
    page.mouse.wheel(0, 400)
    assert page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") > 0
    assert page.evaluate("performance.getEntriesByType('longtask').length") == 0
    assert page.evaluate("window.shift") == 0
