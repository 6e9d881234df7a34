"""Setting up the banner in the dashboard: the preview is what visitors see, with and without JavaScript."""

from playwright.sync_api import Page

from tests.browser.banner import NewVisitor, put
from tests.browser.conftest import OWNER, PASSWORD, Dashboard, Visitor
from tests.running import await_true
from tests.service import Service

SHAPE = """(section) => {
  const shape = (node) => node.hidden ? [] : node.localName == "tbody" ? [...node.children].flatMap(shape)
    : [node.localName, ...[...node.children].flatMap(shape)]; // <tbody> is what only a parser adds
  const seen = [...section.querySelectorAll("h2, p, b, small, summary, th, td, button, a")];
  const words = seen.filter((each) => !each.hidden).map((each) => each.textContent.trim());
  return [section.className, shape(section), words];
}"""


def preview(page: Page) -> object:
    return page.frame_locator("iframe[name=preview]").get_by_role("dialog").evaluate(SHAPE)


def test_the_preview_has_the_same_elements_and_words_as_the_banner(
    site: str, service: Service, visitor: NewVisitor, dashboard: Dashboard
) -> None:
    page = dashboard.page
    page.goto(f"{service.url}/sites/{site}/settings/banner", wait_until="networkidle")
    live = visitor().open(put(f"http://www.{site}/"))
    assert preview(page) == live.get_by_role("dialog").evaluate(SHAPE)
    page.get_by_role("button", name="Preview with choices").click()
    live.get_by_role("button", name="Pielāgot").click()
    inside = page.frame_locator("iframe[name=preview]").get_by_role("dialog")
    inside.get_by_text("Statistikas", exact=True).wait_for()
    assert preview(page) == live.get_by_role("dialog").evaluate(SHAPE)


def test_the_preview_follows_while_one_types_and_saving_changes_the_banner(
    site: str, service: Service, visitor: NewVisitor, dashboard: Dashboard
) -> None:
    page = dashboard.page
    page.goto(f"{service.url}/sites/{site}/settings/banner?language=en", wait_until="networkidle")
    page.get_by_label("Title").fill("Biscuits")
    page.frame_locator("iframe[name=preview]").get_by_role("dialog", name="Biscuits").wait_for()
    page.get_by_label("In the corner where lines end").check()
    page.frame_locator("iframe[name=preview]").locator("section.end").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").wait_for()
    person = visitor()

    def changed() -> bool:
        shown = person.open(put(f"http://www.{site}/", lang="en")).locator("section.end h2")
        return shown.count() == 1 and shown.inner_text() == "Biscuits"

    await_true(changed, "the banner to change")


def test_all_of_it_works_without_javascript(
    site: str, service: Service, visitor: NewVisitor, dashboard: Dashboard
) -> None:
    assert dashboard  # whose owner logs in here once more
    page = logged_in(visitor(java_script_enabled=False, locale="en-GB"), service)
    page.goto(f"{service.url}/sites/{site}/settings/banner")
    inside = page.frame_locator("iframe[name=preview]")
    assert inside.get_by_role("dialog").get_by_role("heading").inner_text() == "Sīkdatnes šajā vietnē"
    page.get_by_label("Title").fill("Cepumi")
    page.get_by_role("button", name="Preview", exact=True).click()
    inside.get_by_role("heading", name="Cepumi").wait_for()
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("Title").input_value() == "Cepumi"
    page.get_by_role("link", name="Declared cookies").first.click()
    page.get_by_label("Name", exact=True).fill("cart")
    page.get_by_label("Unit").select_option("session")
    page.get_by_role("button", name="Save").click()
    assert page.locator(".cookie-name").inner_text() == "cart"


def logged_in(person: Visitor, service: Service) -> Page:
    page = person.context.new_page()
    page.goto(f"{service.url}/login")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


def test_the_pages_can_be_used_by_everybody(site: str, service: Service, dashboard: Dashboard, axe: str) -> None:
    page = dashboard.page
    for path in ("banner", "cookies"):
        page.goto(f"{service.url}/sites/{site}/settings/{path}", wait_until="networkidle")
        session = page.context.new_cdp_session(page)
        session.send("Page.setBypassCSP", {"enabled": True})
        page.reload(wait_until="networkidle")
        page.evaluate(axe)
        found = page.evaluate("axe.run().then((result) => result.violations)")
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == [], path
        session.send("Page.setBypassCSP", {"enabled": False})
