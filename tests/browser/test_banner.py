"""The banner: what it offers, to whom, and that nothing but a clear yes is a yes."""

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visitor, await_in, storage
from tests.running import await_true
from tests.service import Service

NewVisitor = Callable[..., Visitor]
SMALL = {"width": 320, "height": 568}
LOOK = """(button) => {
  const style = getComputedStyle(button), box = button.getBoundingClientRect();
  return [button.localName, button.parentElement === button.getRootNode().querySelector(".buttons"), box.width,
    box.height, box.top, style.color, style.backgroundColor, style.borderColor, style.fontSize, style.fontWeight];
}"""
WATCH = """
window.shift = 0;
window.violations = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""


def record(page: Page) -> Any:
    """The decision that the page remembers."""
    return page.evaluate("JSON.parse(localStorage['sikdatne.consent'] || 'null')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["", "?language=en"])
def test_yes_and_no_are_equal_and_both_visible_on_a_small_telephone(
    site: str, visitor: NewVisitor, scheme: Literal["light", "dark"], language: str
) -> None:
    page = visitor(viewport=SMALL, color_scheme=scheme).open(f"http://www.{site}/{language}")
    buttons = [page.locator(f"[data-consent-{name}]") for name in ("accept", "reject")]
    looks = [button.evaluate(LOOK) for button in buttons]
    assert looks[0] == looks[1]
    for button in buttons:
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SMALL["width"]
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= SMALL["height"]
        button.click(trial=True)  # nothing lies over it
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    page.locator("[data-consent-customise]").click()
    for name in ("accept", "reject", "save"):
        page.locator(f"[data-consent-{name}]").click(trial=True)


def test_it_says_who_asks_and_what_for_and_where_to_read_on(service: Service, visitor: NewVisitor) -> None:
    page = visitor().open(f"{service.url}/demo/")
    dialog = page.get_by_role("dialog", name="Sīkdatnes šajā vietnē")
    for said in ("Velodarbnīca «Spieķis»", "statistika", "mārketings", "Sīkdatņu iestatījumi"):
        assert said in dialog.inner_text()
    for name in ("Privātuma politika", "Mani dati"):
        address = dialog.get_by_role("link", name=name).get_attribute("href")
        assert address is not None
        assert page.request.get(address).status == 200


def test_the_language_is_that_of_the_page_or_of_the_tag(site: str, service: Service, visitor: NewVisitor) -> None:
    person = visitor(locale="de-DE")
    assert person.open(f"http://www.{site}/").get_by_role("button", name="Piekrist visām").is_visible()
    assert person.open(f"http://www.{site}/?language=en").get_by_role("button", name="Accept all").is_visible()
    assert person.open(f"{service.url}/demo/en/").get_by_role("button", name="Accept all").is_visible()


def test_a_refusal_sends_nothing_and_is_not_asked_again(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    page.get_by_role("button", name="Noraidīt visas").click()
    await_in(page, "!document.querySelector('section') && sikdatne.consent && !sikdatne.consent.statistics")
    await_true(lambda: "consent" in person.cookies(), "the cookie")
    kept = record(page)
    assert (kept["statistics"], kept["marketing"]) == (False, False)
    assert "id" not in kept
    assert "consent" not in kept
    for _ in range(2):
        page.reload(wait_until="networkidle")
        assert not page.get_by_role("dialog").is_visible()
    page.evaluate("sikdatne.track('No')")
    assert person.asked("/beacon") == []
    assert person.cookies().keys() == {"consent"}


@pytest.mark.parametrize("way", ["Escape", "close"])
def test_closing_is_no_consent_and_asks_again_on_the_next_page(site: str, visitor: NewVisitor, way: str) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.get_by_role("button", name="Aizvērt").click()
    assert not page.get_by_role("dialog").is_visible()
    page.mouse.wheel(0, 500)
    assert storage(page) == {}
    assert person.cookies() == {}
    page.locator("#next").click()
    page.get_by_role("dialog").wait_for()
    assert person.asked("/beacon") == []


def test_nothing_is_ticked_beforehand_and_a_selection_is_kept(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    assert not page.get_by_label("Statistikas").is_visible()
    page.get_by_role("button", name="Pielāgot").click()
    assert not page.get_by_label("Statistikas").is_checked()
    assert not page.get_by_label("Mārketinga").is_checked()
    assert page.get_by_label("Nepieciešamās").is_disabled()
    page.get_by_label("Mārketinga").check()
    page.get_by_role("button", name="Saglabāt izvēli").click()
    await_in(page, "sikdatne.consent?.marketing")
    assert record(page)["statistics"] is False
    assert person.asked("/beacon") == []
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    assert page.get_by_label("Mārketinga").is_checked()
    assert not page.get_by_label("Statistikas").is_checked()


def test_the_way_back_is_always_there_and_withdrawing_takes_one_click(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    page.get_by_role("button", name="Piekrist visām").click()
    await_in(page, "sikdatne.consent?.statistics")
    page.reload(wait_until="networkidle")
    accepted = record(page)["id"]
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    await_in(page, "document.activeElement.shadowRoot?.activeElement?.localName === 'section'")
    page.get_by_role("button", name="Atsaukt piekrišanu").click()
    await_in(page, "sikdatne.consent && !sikdatne.consent.statistics && !sikdatne.consent.marketing")
    await_true(lambda: "visit" not in person.cookies(), "the cookie to go")
    sent = [request for request in person.requests if request.method == "POST" and "/consent" in request.url]
    bodies = [json.loads(request.post_data or "") for request in sent]
    assert [body["method"] for body in bodies] == ["accept_all", "withdraw"]
    assert bodies[1]["supersedes"] == accepted


def test_a_page_s_own_link_is_enough_and_the_banner_is_loaded_only_when_wanted(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/?link")
    page.get_by_role("button", name="Noraidīt visas").click()
    await_in(page, "sikdatne.consent")
    person.requests.clear()
    page.reload(wait_until="networkidle")
    assert person.asked("/banner.js", "/consent") == []
    assert page.get_by_role("button", name="Sīkdatņu iestatījumi").count() == 0
    page.get_by_role("button", name="Iestatījumi").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.hasAttribute('data-consent-open')")
    page.evaluate("sikdatne.open()")
    page.get_by_role("dialog").wait_for()


def test_other_tabs_follow(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    first, second = person.open(f"http://www.{site}/"), person.open(f"http://www.{site}/cits")
    second.evaluate("document.addEventListener('sikdatne:consent', (event) => { window.told = event.detail })")
    first.get_by_role("button", name="Piekrist visām").click()
    await_in(second, "window.told?.statistics && !document.querySelector('body').previousElementSibling.shadowRoot")
    await_true(lambda: second.evaluate("1") and len(person.views()) == 2, "both pages to be counted")


@pytest.mark.parametrize("signal", ["header", "property"])
def test_who_signals_privacy_is_not_asked_and_may_choose_all_the_same(
    site: str, service: Service, visitor: NewVisitor, signal: str
) -> None:
    if signal == "header":
        person = visitor(extra_http_headers={"Sec-GPC": "1"})
    else:
        person = visitor()
        person.context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    # A header that Playwright adds is none that other origins may be sent unasked, so this page is the service's own.
    page = person.open(f"{service.url}/demo/" if signal == "header" else f"http://www.{site}/")
    assert not page.get_by_role("dialog").is_visible()
    assert person.cookies() == {}
    assert storage(page) == {}
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    page.get_by_role("button", name="Piekrist visām").click()
    await_true(lambda: page.evaluate("1") and len(person.views()) == 1, "the page to be counted")


def test_without_proof_consent_does_not_take_effect_and_the_visitor_is_told(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    person.context.route(
        "**/consent*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.get_by_role("button", name="Piekrist visām").click()
    page.get_by_role("alert").filter(has_text="neizdevās").wait_for()
    assert record(page) is None
    assert person.asked("/beacon") == []
    page.get_by_role("button", name="Noraidīt visas").click()  # a no holds even so
    await_in(page, "sikdatne.consent && !sikdatne.consent.statistics")


def test_it_moves_nothing_and_breaks_no_policy(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    person.context.add_init_script(WATCH)
    page = person.open(f"http://www.{site}/")
    page.get_by_role("dialog").wait_for()
    page.get_by_role("button", name="Piekrist visām").click()
    await_true(lambda: page.evaluate("1") and len(person.views()) == 1, "the page to be counted")
    assert page.evaluate("window.shift") == 0
    assert page.evaluate("window.violations") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(service: Service, visitor: NewVisitor, axe: str, scheme: Literal["light", "dark"]) -> None:
    person = visitor(color_scheme=scheme, bypass_csp=True)
    page = person.open(f"{service.url}/demo/")
    page.get_by_role("button", name="Pielāgot").click()
    paths = ["", "remonts", "noma", "kontakti", "pieraksts", "en/"]
    for address in [None, *(f"{service.url}/demo/{path}" for path in paths), f"{service.url}/privacy/demo",
                    f"{service.url}/privacy/demo/me"]:  # fmt: skip
        if address:
            page.goto(address, wait_until="networkidle")
        page.evaluate(axe)
        found = page.evaluate("axe.run().then((result) => result.violations)")
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == [], address


def test_it_can_be_used_with_the_keyboard_alone(site: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(f"http://www.{site}/")
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.shadowRoot?.activeElement?.textContent ?? document.activeElement.id")
        )
        if reached[-1] == "Noraidīt visas":
            outline = "getComputedStyle(document.activeElement.shadowRoot.activeElement).outlineWidth"
            assert page.evaluate(outline) == "3px"
    assert reached[:6] == ["×", "Privātuma politika", "Mani dati", "Noraidīt visas", "Piekrist visām", "Pielāgot"]
    assert "next" in reached  # and there is no trap
    page.keyboard.press("Shift+Tab")
    page.evaluate("document.querySelector('main').previousElementSibling")
    page.get_by_role("button", name="Noraidīt visas").focus()
    page.keyboard.press("Enter")
    await_in(page, "sikdatne.consent && !sikdatne.consent.statistics")


def test_what_the_page_s_storage_holds_can_be_read_on_the_visitor_s_own_page(site: str, visitor: NewVisitor) -> None:
    person = visitor(bypass_csp=True)
    page = person.open(f"http://{site.removesuffix('.lv')}.example/cenas")
    page.get_by_role("button", name="Piekrist visām").click()
    await_in(page, "localStorage['sikdatne.visit']")
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    with person.context.expect_page() as opened:
        page.get_by_role("link", name="Mani dati").click()
    mine = opened.value
    mine.get_by_role("heading", name="Mani dati").wait_for()
    assert "/cenas" in mine.inner_text("main")
    assert "visit" not in mine.url
