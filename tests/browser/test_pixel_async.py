"""The tag is `async`: it comes before, with or after the rest of the page, or never, and the page does not wait."""

from collections.abc import Callable

from playwright.sync_api import Page, Route

from tests.browser.conftest import Visitor, await_in, note
from tests.browser.pixel import accept, await_sent, consenting, page_with
from tests.browser.website import write

NewVisitor = Callable[..., Visitor]
APPLICATION = """<script type="module">window.applied = true</script>
<script defer src="/own.js"></script>"""
SLOW = '<script src="/slow.js"></script>'  # what comes after it is not there before it is


def open_held(person: Visitor, address: str) -> tuple[Page, list[Route]]:
    """A page of which only the part before SLOW is there, and what to let go for the rest."""
    held: list[Route] = []
    person.context.route("**/slow.js", lambda route: note(held, route))
    page = person.context.new_page()
    page.goto(address, wait_until="commit")
    await_in(page, "window.sikdatne")
    assert page.evaluate("document.readyState") == "loading"
    return page, held


def let_go(held: list[Route]) -> None:
    (route,) = held
    route.fulfill(status=200, content_type="text/javascript", body="")


def test_a_collector_that_never_answers_holds_up_nothing_of_the_page(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    held: list[Route] = []
    person.context.route("**/pixel.js", lambda route: note(held, route))
    write(f"http://www.{site}/own.js", "window.own = true", kind="text/javascript")
    page = person.context.new_page()
    page.goto(page_with(f"http://www.{site}/", body=APPLICATION), wait_until="domcontentloaded")
    assert page.evaluate("[window.applied, window.own, 'sikdatne' in window]") == [True, True, False]
    assert len(held) == 1


def test_the_banner_does_not_wait_for_the_page_s_body(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    address = write(
        f"http://www.{site}/",
        f"""<!doctype html><html lang="lv"><head><title>Lapa</title><link rel="icon" href="data:,">
        <script async src="COLLECTOR/pixel.js" data-site="SITE"></script>{SLOW}</head>
        <body><p>Teksts</p></body></html>""",
    )
    page, held = open_held(person, address)
    await_in(page, "document.head.nextElementSibling?.shadowRoot")
    assert page.evaluate("document.body") is None
    let_go(held)
    page.wait_for_load_state()
    accept(page)
    await_sent(page, person, 1)


def test_what_comes_after_the_tag_is_found(site: str, visitor: NewVisitor) -> None:
    """Frames that wait for consent, and the function that says which page it is."""
    person = visitor()
    consenting(person, site)
    rest = """<script>function counted(path) { return path + "/skaitīta" }</script>
      <iframe data-consent="other" data-consent-src="http://maps.example/embed" width="500" height="300"></iframe>"""
    address = page_with(f"http://www.{site}/karte", 'data-path="counted" data-topic="x"', SLOW + rest)
    page, held = open_held(person, address)
    await_in(page, "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/more.js'))")
    let_go(held)
    page.locator("[data-consent-placeholder]").wait_for()
    (view,) = await_sent(page, person, 1)
    assert view["url"].endswith("/karte/skait%C4%ABta")
