"""Events: by call, by attribute, and those that the tag asks for; from the page to the counters."""

import time
from collections.abc import Callable
from typing import Any, Literal

import pytest

from tests.browser.conftest import Visitor, await_in
from tests.browser.pixel import asked, await_sent, consenting, events, measured, page_with, settled
from tests.running import await_true
from tests.service import Service

NewVisitor = Callable[..., Visitor]
HIDE = """
Object.defineProperty(document, "hidden", { value: true });
Object.defineProperty(document, "visibilityState", { value: "hidden" });
document.dispatchEvent(new Event("visibilitychange"));
"""
STAY = "document.addEventListener('click', (event) => event.preventDefault())"  # links are clicked, and not followed


def test_calls_with_properties_and_revenue_are_counted(site: str, service: Service, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    page.evaluate("sikdatne.track('Signup', {plan: 'pro', seats: 3, yearly: true})")
    page.evaluate("sikdatne.track('Order', {plan: 'pro'}, {amount: 49.9, currency: 'EUR'})")
    order = await_sent(page, person, 2, "event")[1]
    assert order["revenue"] == {"amount": 49.9, "currency": "EUR"}
    assert events(person) == [("Signup", {"plan": "pro", "seats": 3, "yearly": True}), ("Order", {"plan": "pro"})]
    assert asked(service, site, ["events"], "event:name") == [
        ("Order", 1),
        ("Signup", 1),
        ("pageview", 1),
    ]
    assert asked(service, site, ["events"], "event:props:plan", filters=[["is", "event:name", ["Signup"]]]) == [
        ("pro", 1)
    ]


def test_calls_before_the_pixel_is_there_are_kept_and_those_before_consent_are_not(
    site: str, visitor: NewVisitor
) -> None:
    queue = """<script>
      sikdatne = window.sikdatne || { q: [], views: [],
        track(name, props, revenue) { this.q.push({ kind: "event", name, props, revenue }); } };
      sikdatne.track("Early", { n: 1 });
    </script>"""
    address = page_with(f"http://www.{site}/agri", head=queue)
    person = visitor()
    page = person.open(address)
    page.evaluate("sikdatne.track('Before consent')")
    page.get_by_role("button", name="Piekrist visām").click()
    await_sent(page, person, 1)
    page.evaluate("sikdatne.track('After')")
    await_sent(page, person, 1, "event")
    page.reload()
    await_sent(page, person, 2, "event")
    assert events(person) == [("After", {}), ("Early", {"n": 1})]
    kinds = [beacon.get("kind") for beacon in person.beacons(202) if beacon.get("kind") != "leave"]
    assert kinds == [None, "event", None, "event"]  # an event comes after the view of its page


BODY = """
<button type="button" data-event="Signup" data-event-plan="pro" data-event-team-size="5"><b id="inner">Join</b></button>
<form id="order" data-event="Order" data-revenue="49.90" data-currency="EUR" action="/ok"><input name="secret"
value="s3cret"><button id="send">Pirkt</button></form>"""


def test_attributes_are_events_without_code(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    page.goto(page_with(f"http://www.{site}/cenas", body=BODY))
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    await_sent(page, person, 1)
    page.locator("#inner").click()
    await_sent(page, person, 1, "event")
    page.locator("#order input").click()  # a click into a form is not its submission
    page.locator("#send").click()
    order = await_sent(page, person, 2, "event")[1]
    assert events(person) == [("Signup", {"plan": "pro", "team-size": "5"}), ("Order", {})]
    assert order["revenue"] == {"amount": 49.9, "currency": "EUR"}
    assert not any("s3cret" in (request.post_data or "") for request in person.requests)


def test_elements_that_come_later_load_what_they_need(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    assert person.asked("/more.js", "/vitals.js") == []
    page.evaluate("document.querySelector('#next').dataset.event = 'Later'")
    page.evaluate(STAY)
    page.locator("#next").click()
    page.locator("#next").click()
    await_sent(page, person, 2, "event")
    assert events(person) == [("Later", {}), ("Later", {})]


LINKS = {
    "https://other.example/path/page?secret=1#x": ("Outbound Link: Click", {"url": "other.example/path/page"}),
    "/files/Cenas.PDF?secret=1": ("File Download", {"url": "/files/Cenas.PDF"}),
    "http://cdn.example/a.zip?secret=1": ("File Download", {"url": "cdn.example/a.zip"}),
    "/cits": None,
    "http://shop.SITE/cits": None,  # of the same site
    "mailto:somebody@example.lv": None,
    "#part": None,
}


@pytest.mark.parametrize("button", ["left", "middle"])
def test_links_are_events_where_the_tag_asks_for_them(
    site: str, visitor: NewVisitor, button: Literal["left", "middle"]
) -> None:
    links = "".join(f'<p><a href="{href}"><span>{href}</span></a></p>' for href in LINKS)
    body = links + '<p><a href="/raw" download><span>download</span></a></p>'
    person = visitor()
    page = consenting(person, site)
    page.goto(page_with(f"http://www.{site}/saites", 'data-with="outbound downloads"', body))
    await_sent(page, person, 1)
    page.evaluate(STAY + ";" + STAY.replace("'click'", "'auxclick'"))
    for link in page.locator("a span").all():
        link.click(button=button)
    expected = [event for event in LINKS.values() if event] + [("File Download", {"url": "/raw"})]
    await_sent(page, person, len(expected), "event")
    assert events(person) == expected


def test_nothing_is_automatic_unless_asked_for(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    body = '<a href="https://other.example/x.pdf">x</a><form action="/ok"><button>ok</button></form>'
    page.goto(page_with(f"http://www.{site}/klusi?q=kas", 'data-topic="x"', body, status=404))
    await_sent(page, person, 1)
    page.evaluate(STAY + ";document.addEventListener('submit', (event) => event.preventDefault())")
    page.locator("a").click()
    page.locator("button").first.click()
    page.evaluate("sikdatne.track('Last')")
    await_sent(page, person, 1, "event")
    assert events(person) == [("Last", {})]


def test_own_extensions_of_downloads(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    body = '<a id="a" href="/plan.dwg">a</a> <a id="b" href="/plan.pdf">b</a>'
    page.goto(page_with(f"http://www.{site}/faili", 'data-with="downloads" data-downloads="dwg, dxf"', body))
    await_sent(page, person, 1)
    page.evaluate(STAY)
    page.locator("#b").click()
    page.locator("#a").click()
    await_sent(page, person, 1, "event")
    assert events(person) == [("File Download", {"url": "/plan.dwg"})]


def test_forms_tell_where_they_were_sent_and_nothing_of_what_they_hold(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    body = '<form action="/ok"><input name="email" value="somebody@example.lv" required><button>ok</button></form>'
    page.goto(page_with(f"http://www.{site}/forma?who=me", 'data-with="forms"', body))
    await_sent(page, person, 1)
    settled(page)  # what is not answered when the page goes away takes what waits for it along
    page.get_by_role("button", name="ok").click()
    page.wait_for_url("**/ok*")

    def sent() -> list[dict[str, Any]]:
        """Events as they were sent: of a page that is gone, the browser need not tell the answer."""
        return [beacon for beacon in person.beacons() if beacon.get("kind") == "event"]

    await_true(lambda: page.evaluate("1") and sent(), "the event of the form")
    (event,) = sent()
    assert (event["name"], event["props"]) == ("Form: Submission", {"path": "/forma"})
    assert "somebody" not in str(event)


@pytest.mark.parametrize("status", [200, 404, 410, 500])
def test_pages_not_found_say_so(site: str, visitor: NewVisitor, status: int) -> None:
    person = visitor()
    page = consenting(person, site)
    page.goto(page_with(f"http://www.{site}/nav-{status}", 'data-with="404"', status=status))
    await_sent(page, person, 1)
    page.evaluate("history.pushState(null, '', '/cits')")
    await_sent(page, person, 2)
    settled(page)
    assert events(person) == ([("404", {"path": f"/nav-{status}"})] if status in (404, 410) else [])


def test_what_was_searched_for(site: str, service: Service, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    address = page_with(f"http://www.{site}/meklet", 'data-with="search"', '<a href="?q=Velo&page=2">2</a>')
    page.goto(f"{address}?q=+Velo+")
    await_sent(page, person, 1, "event")
    page.locator("a").click()  # the next page of the same search
    await_sent(page, person, 2)
    page.goto(f"{address}?s=ritenis")
    await_sent(page, person, 2, "event")
    own = page_with(f"http://www.{site}/sava", 'data-with="search" data-search="mekle"')
    page.goto(f"{own}?q=nav&mekle=ir")
    await_sent(page, person, 3, "event")
    searched = ["velo", "ritenis", "ir"]
    assert events(person) == [("Site Search", {"query": query}) for query in searched]
    assert asked(service, site, ["events"], "event:props:query") == sorted((query, 1) for query in searched)


def test_vitals_are_reported_once_for_a_page_when_it_is_left(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    assert person.asked("/vitals.js") == []
    page.goto(page_with(f"http://www.{site}/atri", 'data-with="vitals"'))
    await_sent(page, person, 1)
    settled(page)
    page.locator("p").first.click()
    await_in(page, "performance.getEntriesByType('paint').length")
    page.wait_for_timeout(1100)  # a page that was seen for more than a second reports how long it was
    page.evaluate("history.pushState(null, '', '/talak')")
    (left,) = await_sent(page, person, 1, "leave")
    assert left["url"].endswith("/atri")
    assert {"cls", "fcp", "lcp", "ttfb"} <= left["vitals"].keys() <= {"cls", "fcp", "lcp", "ttfb", "inp"}
    assert 0 < left["vitals"]["fcp"] <= left["vitals"]["lcp"] < 60_000
    page.wait_for_timeout(1100)
    page.evaluate("history.pushState(null, '', '/vel')")
    assert "vitals" not in await_sent(page, person, 2, "leave")[1]


def test_vitals_are_those_of_the_path_that_was_loaded(site: str, visitor: NewVisitor) -> None:
    """An application that shows another path at once, with a look of its own that comes later."""
    person = visitor()
    page = consenting(person, site)
    person.context.add_init_script("Date.now = ((now) => () => now)(Date.now())")  # no time passes: there is no leave
    page.goto(page_with(f"http://www.{site}/atri?utm_source=x", 'data-with="vitals"'))
    await_sent(page, person, 1)
    settled(page)
    page.evaluate("history.pushState(null, '', '/talak')")
    await_sent(page, person, 2)
    page.locator("p").first.click()
    await_in(page, "performance.getEntriesByType('paint').length")
    page.evaluate("Date.now = ((now) => () => now)(Date.now() + 5000)")  # now there is one, of the path after it
    page.evaluate(HIDE)
    (left,) = await_sent(page, person, 1, "leave")
    (vitals,) = await_sent(page, person, 1, "vitals")
    assert (left["url"].partition(site)[2], "vitals" in left) == ("/talak", False)
    assert vitals["url"].partition(site)[2] == "/atri?utm_source=x"
    assert {"fcp", "lcp", "ttfb"} <= vitals["vitals"].keys()


def test_vitals_of_a_page_left_at_once_come_alone(site: str, service: Service, visitor: NewVisitor) -> None:
    """What a page reports while it goes away is not seen by the test's browser, but counted."""
    person = visitor()
    page = consenting(person, site)
    person.context.add_init_script(f"Date.now = () => {int(time.time() * 1000)}")  # no time passes: there is no leave
    page.goto(page_with(f"http://www.{site}/atri", 'data-with="vitals"'))
    await_sent(page, person, 1)
    settled(page)
    page.goto(f"http://www.{site}/talak")
    await_sent(page, person, 2)
    await_true(lambda: ("/atri", "fcp") in measured(service, site), "the vitals to be counted")
    samples = measured(service, site)
    assert {page for page, _ in samples} == {"/atri"}
    assert {metric for _, metric in samples} >= {"fcp", "ttfb"}
    assert set(samples.values()) == {1}
