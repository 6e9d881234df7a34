"""Scripts and frames of others are held back until their purpose is allowed, and Google is told."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from collector.config import Settings
from collector.database import open_database
from collector.declared import Declared, declare
from tests.browser.banner import ACCEPT, REJECT, TAG, NewVisitor, put, record, script
from tests.browser.conftest import Visitor, await_in
from tests.browser.website import write
from tests.running import await_true
from tests.service import Service

HELD = """
<script type="text/plain" data-consent="statistics">window.ran = [...(window.ran || []), "statistics"]</script>
<script type="text/plain" data-consent="marketing" src="/ads.js" data-keep="1"></script>
<script type="text/plain" data-consent="marketing">window.ran = [...(window.ran || []), "after ads"]</script>
<script type="text/plain" data-consent="marketing statistics">window.ran = [...(window.ran || []), "both"]</script>
<script type="text/plain" data-consent="marketnig">window.ran = [...(window.ran || []), "misspelt"]</script>
<script type="text/plain" data-consent="marketing" data-type="module" src="/module.js"></script>
"""
MAP = "http://maps.example/embed"
FRAME = f'<iframe data-consent="marketing" data-consent-src="{MAP}" width="500" height="300"></iframe>'
MODE = '<script src="COLLECTOR/consent-mode.js"></script><script src="/tag.js"></script>'
LAYER = "dataLayer.map((entry) => [...entry])"
DENIED = {
    "analytics_storage": "denied", "ad_storage": "denied", "ad_user_data": "denied", "ad_personalization": "denied",
    "personalization_storage": "denied",
}  # fmt: skip


@pytest.fixture
def address(site: str) -> str:
    """A page with scripts and a map of others."""
    script(f"http://www.{site}/ads.js", "window.ran = [...(window.ran || []), document.currentScript.dataset.keep]")
    script(f"http://www.{site}/module.js", "window.module = import.meta.url")
    write(MAP, "<!doctype html><title>Map</title><p>A map")
    return put(f"http://www.{site}/", HELD + FRAME)


def map_asked(person: Visitor) -> int:
    return len([request for request in person.requests if "maps.example" in request.url])


def test_before_a_choice_and_after_a_refusal_nothing_of_others_runs(address: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(address)
    page.locator(REJECT).click()
    await_in(page, "sikdatne.consent")
    page.reload(wait_until="networkidle")
    assert page.evaluate("window.ran") is None
    assert person.asked("/ads.js", "/module.js") == []
    assert map_asked(person) == 0


def test_after_consent_they_start_in_their_order(address: str, visitor: NewVisitor) -> None:
    person = visitor()
    page = person.open(address)
    page.locator(ACCEPT).click()
    await_in(page, "window.module")
    assert page.evaluate("window.ran") == ["statistics", "1", "after ads", "both"]
    assert page.frame_locator("iframe").get_by_text("A map").is_visible()
    page.reload(wait_until="networkidle")
    await_in(page, "window.ran?.length == 4")


def test_only_what_serves_the_allowed_purpose_starts(address: str, visitor: NewVisitor) -> None:
    page = visitor().open(address)
    page.get_by_role("button", name="Pielāgot").click()
    page.get_by_label("Statistikas").check()
    page.get_by_role("button", name="Saglabāt izvēli").click()
    await_in(page, "window.ran")
    assert page.evaluate("window.ran") == ["statistics"]
    assert page.locator("iframe").is_hidden()


def test_what_a_page_adds_later_is_held_back_and_let_go_too(address: str, visitor: NewVisitor) -> None:
    page = visitor().open(address)
    page.locator(REJECT).click()
    add = """(purpose) => {
      const script = Object.assign(document.createElement("script"), { type: "text/plain", text: "window.late = 1" });
      script.dataset.consent = purpose;
      document.body.append(script);
    }"""
    page.evaluate(add, "marketing")
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    assert page.evaluate("window.late") is None
    page.locator(ACCEPT).click()
    await_in(page, "window.late")


def box(page: Page) -> Any:
    return page.locator("[data-consent-placeholder]")


def test_a_placeholder_as_large_as_the_frame_offers_it_once(address: str, visitor: NewVisitor) -> None:
    person = visitor(viewport={"width": 1000, "height": 900})
    page = person.open(address)
    page.locator(REJECT).click()
    page.get_by_text("Šo saturu sniedz maps.example.").wait_for()
    assert box(page).bounding_box().items() >= {"width": 500 + 4, "height": 300 + 4}.items()  # with the frame's border
    page.get_by_role("button", name="Atļaut vienreiz").click()
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    assert record(page)["marketing"] is False
    assert box(page).count() == 0
    page.reload(wait_until="networkidle")
    page.get_by_role("button", name="Atļaut vienreiz").wait_for()
    assert map_asked(person) == 1


def test_always_is_a_recorded_consent_to_that_purpose_alone(address: str, visitor: NewVisitor) -> None:
    person = visitor(viewport={"width": 1000, "height": 900})
    page = person.open(address)
    page.locator(REJECT).click()
    page.get_by_role("button", name="Atļaut vienmēr").click()
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    await_in(page, "sikdatne.consent.marketing && !sikdatne.consent.statistics")
    sent = json.loads([each for each in person.requests if each.method == "POST"][-1].post_data or "")
    assert (sent["method"], sent["choices"]) == ("save_selection", {"statistics": False, "marketing": True})
    assert len(sent["notice"]) == 64
    page.reload(wait_until="networkidle")
    page.frame_locator("iframe").get_by_text("A map").wait_for()


def test_without_proof_always_is_not_allowed(address: str, visitor: NewVisitor) -> None:
    person = visitor(viewport={"width": 1000, "height": 900})
    page = person.open(address)
    page.locator(REJECT).click()
    await_true(lambda: page.evaluate("1") and "consent" in person.cookies(), "the refusal")
    person.context.route("**/consent?*", lambda route: route.abort() if is_post(route) else route.continue_())
    page.get_by_role("button", name="Atļaut vienmēr").click()
    page.get_by_role("alert").filter(has_text="piekrišana nav spēkā").wait_for()
    assert map_asked(person) == 0
    assert record(page)["marketing"] is False


def is_post(route: Any) -> bool:
    return bool(route.request.method == "POST")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_placeholder(address: str, visitor: NewVisitor, axe: str, scheme: Any) -> None:
    page = visitor(color_scheme=scheme, bypass_csp=True).open(address)
    page.get_by_role("button", name="Atļaut vienreiz").wait_for()
    page.locator(REJECT).click()
    page.evaluate(axe)
    found = page.evaluate("axe.run(document.querySelector('main')).then((result) => result.violations)")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


def test_withdrawing_empties_frames_and_deletes_what_was_declared(
    site: str, service: Service, address: str, visitor: NewVisitor
) -> None:
    database = open_database(Settings.from_environment(service.env).database)
    declare(database, site, Declared("_ga_*", "statistics", "Google", 2, "years", True))
    declare(database, site, Declared("cart", "necessary"))
    database.close()
    person = visitor()
    page = person.open(address)
    page.locator(ACCEPT).click()
    await_in(page, "window.module")
    for name, more in (("_ga_1", ""), ("_ga_2", f"; Domain={site}"), ("cart", ""), ("other", "")):
        page.evaluate("(cookie) => { document.cookie = cookie }", f"{name}=1; Path=/; Max-Age=9999{more}")
    page.evaluate("localStorage._ga_store = 1")
    path = f"/consent?site={site}&open=1"
    await_true(lambda: b"_ga_*" in service.request("GET", path).body, "the cookies to be told")
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    page.get_by_role("button", name="Atsaukt piekrišanu").click()
    await_in(page, "!document.cookie.includes('_ga')")
    assert {name for name in person.cookies() if not name.startswith("decision-")} == {"consent", "cart", "other"}
    assert page.evaluate("localStorage._ga_store") is None
    page.get_by_role("button", name="Atļaut vienreiz").wait_for()
    assert page.locator("iframe").get_attribute("src") is None


def test_a_policy_with_trusted_types_and_nonces_is_kept(site: str, visitor: NewVisitor) -> None:
    script(f"http://www.{site}/ads.js", "window.ads = 1")
    write(MAP, "<!doctype html><title>Map</title><p>A map")
    collector = f"http://stats.{site}"
    csp = (
        f"default-src 'none'; script-src 'nonce-abc' {collector} http://www.{site}; connect-src {collector}; "
        "img-src data:; frame-src http://maps.example; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types sikdatne"
    )
    held = """<script type="text/plain" data-consent="marketing" src="/ads.js"></script>
      <script type="text/plain" data-consent="marketing">window.inline = 1</script>"""
    tag = TAG.replace("<script ", '<script nonce="abc" ')
    person = visitor()
    person.context.add_init_script(
        "window.violations = []; document.addEventListener('securitypolicyviolation', (event) => "
        "window.violations.push(event.violatedDirective + ' ' + event.blockedURI))"
    )
    page = person.open(put(f"http://www.{site}/", held + FRAME, tag=tag, csp=csp))
    page.locator(ACCEPT).click()
    await_in(page, "window.ads && window.inline")
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    assert page.evaluate("window.violations") == []


def test_google_is_told_no_before_any_tag_and_then_each_decision(site: str, visitor: NewVisitor) -> None:
    script(f"http://www.{site}/tag.js", f"window.seen = {LAYER}")
    address = put(f"http://www.{site}/", head=MODE)
    page = visitor().open(address)
    default = {**DENIED, "functionality_storage": "denied", "security_storage": "granted", "wait_for_update": 500}
    assert page.evaluate("window.seen") == [["consent", "default", default], ["set", "ads_data_redaction", True]]
    page.get_by_role("button", name="Pielāgot").click()
    page.get_by_label("Statistikas").check()
    page.get_by_role("button", name="Saglabāt izvēli").click()
    await_in(page, "dataLayer.length == 3")
    granted = {"analytics_storage": "granted"}
    assert page.evaluate(LAYER)[-1] == ["consent", "update", DENIED | granted]
    page.reload(wait_until="networkidle")
    assert page.evaluate("window.seen")[-1] == ["consent", "update", DENIED | granted]
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    page.get_by_role("button", name="Atsaukt piekrišanu").click()
    await_in(page, f"{LAYER}.at(-1)[2].analytics_storage == 'denied'")
    page.get_by_role("button", name="Sīkdatņu iestatījumi").click()
    page.locator(ACCEPT).click()
    await_in(page, f"Object.values({LAYER}.at(-1)[2]).every((word) => word == 'granted')")
