"""The attributes of the tag: each example of docs/pixel.md, as it stands there, does what the page says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error

from collector.scripts import STATIC
from tests.browser.conftest import Visitor, await_in, storage
from tests.browser.pixel import accept, await_sent, consenting, events, page_with, settled
from tests.browser.website import write
from tests.running import await_true
from tests.service import Service

NewVisitor = Callable[..., Visitor]
DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "pixel.md").read_text("utf-8")
TAGS = [block for block in re.findall(r"```html\n(.*?)```", DOCUMENT, re.DOTALL) if "pixel.js" in block]
HERE = "/veikals/pasutijums"
COUNTED = {"data-hash": f"{HERE}/grozs", "data-manual": "/grozs/apmaksa"}


def attributes(tag: str) -> set[str]:
    return set(re.findall(r"\b(data-[a-z]+|nonce)\b", tag))


@pytest.mark.parametrize("example", TAGS, ids=lambda tag: " ".join(sorted(attributes(tag) - {"data-site"})) or "plain")
def test_each_example_counts_its_page(site: str, visitor: NewVisitor, example: str) -> None:
    tag = example.replace("https://stats.example.lv", "COLLECTOR").replace("example.lv", "SITE")
    write(f"http://www.{site}/js/pixel.js", (STATIC / "pixel.js").read_text("utf-8"), kind="text/javascript")
    lang = "en" if "data-language" in tag else "lv"  # the banner is Latvian all the same
    address = write(f"http://www.{site}{HERE}", f"<!doctype html><html lang='{lang}'><title>x</title>{tag}<p>Lapa")
    person = visitor()
    page = person.open(f"{address}#/grozs?x=1")
    if "data-banner" in tag:
        await_in(page, "window.sikdatne?.decide")
        page.evaluate("sikdatne.decide({ statistics: true, marketing: false })")
    else:
        accept(page)
    (view,) = await_sent(page, person, 1)
    (path,) = [path for name, path in COUNTED.items() if name in tag] or [HERE]
    assert view["url"].partition("#")[0] == f"http://www.{site}{path}"
    assert view["connection"] in ("slow-2g", "2g", "3g", "4g")


def test_each_attribute_has_an_example() -> None:
    listed = attributes("".join(line for line in DOCUMENT.splitlines() if line.startswith("| `")))
    assert listed == attributes("".join(TAGS))


def test_pages_that_are_excluded_are_not_counted_and_events_neither(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    tag = 'data-exclude="/admin/**, /konts/*" data-with="404"'
    page.goto(page_with(f"http://www.{site}/admin/a/b", tag, status=404), wait_until="networkidle")
    page.evaluate("sikdatne.track('Inside')")
    settled(page)
    assert person.beacons() == []
    for path in ("/cenas", "/konts/1", "/konts/1/2", "/admin", "/admin/"):
        page.evaluate("(path) => history.pushState(null, '', path)", path)
        page.evaluate("sikdatne.track(location.pathname)")
    await_sent(page, person, 3)
    settled(page)
    assert [url.partition(site)[2] for url in person.views()] == ["/cenas", "/konts/1/2", "/admin"]
    assert [name for name, _ in events(person)] == ["/cenas", "/konts/1/2", "/admin"]


def test_only_pages_that_are_included_are_counted(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    page.goto(page_with(f"http://www.{site}/veikals/a", 'data-include="/veikals/**"'))
    await_sent(page, person, 1)
    page.evaluate("history.pushState(null, '', '/cits'); history.pushState(null, '', '/veikals/b/c')")
    await_sent(page, person, 2)
    assert [url.partition(site)[2] for url in person.views()] == ["/veikals/a", "/veikals/b/c"]


def test_routes_behind_the_hash(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    page.goto(page_with(f"http://www.{site}/app/", "data-hash") + "?utm_source=x#/")
    await_sent(page, person, 1)
    page.evaluate("location.hash = '#!/cenas?secret=1'")
    await_sent(page, person, 2)
    page.evaluate("sikdatne.track('Here')")
    (event,) = await_sent(page, person, 1, "event")
    page.go_back()
    await_sent(page, person, 3)
    paths = ["/app/?utm_source=x", "/app/cenas?utm_source=x", "/app/?utm_source=x"]
    assert [url.partition(site)[2] for url in person.views()] == paths
    assert event["url"].endswith(paths[1])


def test_page_views_by_hand(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    page.goto(page_with(f"http://www.{site}/liels", "data-manual"), wait_until="networkidle")
    page.evaluate("history.pushState(null, '', '/cits')")
    page.mouse.move(50, 50)
    settled(page)
    assert person.beacons() == []
    for call in ("'/a'", "'/a'", ""):
        page.evaluate(f"sikdatne.view({call})")
    await_sent(page, person, 3)
    assert [url.partition(site)[2] for url in person.views()] == ["/a", "/a", "/cits"]


def test_a_function_of_the_page_says_what_is_counted_and_may_fail(site: str, visitor: NewVisitor) -> None:
    head = """<script>function counted(path) {
      if (path == "/kluda") throw new Error("mine");
      return path.startsWith("/nav") ? "" : path.replace(/\\d+/g, "N");
    }</script>"""
    person = visitor()
    page = consenting(person, site)
    page.goto(page_with(f"http://www.{site}/pasutijums/77", 'data-path="counted"', head=head))
    await_sent(page, person, 1)
    for path in ("/nav", "/kluda", "/rekins/12"):
        page.evaluate("(path) => history.pushState(null, '', path)", path)
        page.evaluate("sikdatne.track('At')")
    await_sent(page, person, 2)
    settled(page)
    assert [url.partition(site)[2] for url in person.views()] == ["/pasutijums/N", "/rekins/N"]
    assert len(events(person)) == 1


def test_topic_and_audience_are_told_and_may_change(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = consenting(person, site)
    page.goto(page_with(f"http://www.{site}/t", f'data-topic="{"k" * 70}" data-audience="customer"'))
    (view,) = await_sent(page, person, 1)
    assert (view["topic"], view["audience"]) == ("k" * 64, "customer")
    page.evaluate("""() => {
      document.querySelector("script[data-site]").dataset.topic = "bērni";
      history.pushState(null, "", "/b");
    }""")
    assert (await_sent(page, person, 2))[1]["topic"] == "bērni"


def test_applications_of_pages_are_followed_without_touching_their_history(
    service: Service, visitor: NewVisitor
) -> None:
    person = visitor()
    page = person.open(f"{service.url}/demo/")
    accept(page)
    await_sent(page, person, 1)
    page.evaluate("history.pushState(null, '', '/demo/cits')")
    await_sent(page, person, 2)
    assert page.evaluate("String(history.pushState).includes('native')")
    assert person.asked("/navigation.js") == []


def test_without_a_navigation_api_no_path_waits_for_a_sign_of_life(service: Service, visitor: NewVisitor) -> None:
    """A path that is shown for a moment, with nothing touched, is a view of its own, and so is going back."""
    person = visitor()
    person.context.add_init_script("delete window.navigation")
    page = person.open(f"{service.url}/demo/")
    accept(page)
    await_sent(page, person, 1)
    page.goto(f"{service.url}/demo/noma", wait_until="networkidle")
    page.evaluate("history.pushState({ step: 1 }, '', '/demo/viens')")
    page.evaluate("history.replaceState({ step: 2 }, '', '/demo/divi')")
    assert page.evaluate("history.state") == {"step": 2}
    page.evaluate("history.back()")
    await_sent(page, person, 5)
    assert [view.removeprefix(service.url) for view in person.views()] == [
        "/demo/", "/demo/noma", "/demo/viens", "/demo/divi", "/demo/noma",
    ]  # fmt: skip
    page.evaluate("sikdatne.update = null")
    page.evaluate("history.pushState(null, '', '/demo/cits')")  # the page's own call does not fail
    with pytest.raises(Error, match="SecurityError"):
        page.evaluate("history.pushState(null, '', 'https://elsewhere.example/')")  # but where it always does


def test_a_state_in_the_page_s_storage_is_kept_current(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://{site.removesuffix('.lv')}.example/")
    accept(page)
    await_in(page, "localStorage['sikdatne.visit']")
    first = storage(page)["sikdatne.visit"]
    page.evaluate("sikdatne.track('A'); sikdatne.track('B')")
    await_sent(page, person, 2, "event")
    await_true(lambda: storage(page)["sikdatne.visit"] != first, "the new state")
    sent = [beacon.get("visit") for beacon in person.beacons(202)]
    assert len(set(sent)) == 3  # each with the state that the one before gave
    assert person.cookies() == {}
