"""The banner in each language: its size, its looks, its second layer, and that everybody can use it."""

import gzip
import json
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from collector.banner import LONGEST, save_banner
from collector.config import Settings
from collector.database import open_database
from collector.declared import Declared, declare
from collector.phrases import languages, phrases
from collector.wording import words
from tests.browser.banner import ACCEPT, REJECT, SMALL, NewVisitor, put, record
from tests.browser.conftest import Visitor, await_in
from tests.running import await_true
from tests.service import Service

GA = Declared("_ga_*", "statistics", "Google Ireland Limited", 13, "months", True, {"lv": "Atšķir apmeklētājus"})
BOX = (
    """(element) => { const { x, y, right, bottom } = element.getBoundingClientRect(); return [x, y, right, bottom] }"""
)
BUDGET = 4096  # bytes


def declare_ga(service: Service, site: str) -> None:
    database = open_database(Settings.from_environment(service.env).database)
    declare(database, site, GA)
    database.close()
    path = f"/consent?site={site}&open=1&language=lv"
    await_true(lambda: b"Google" in service.request("GET", path).body, "the cookie to be told")


@pytest.mark.parametrize("language", languages())
def test_banner_preference_centre_and_one_language_come_in_four_kilobytes(
    site: str, service: Service, visitor: NewVisitor, language: str
) -> None:
    packed = {"Accept-Encoding": "gzip"}
    path = f"/consent?site={site}&language={language}"
    parts = [service.request("GET", each, headers=packed) for each in ("/banner.js", path)]
    assert [part.headers["content-encoding"] for part in parts] == ["gzip", "gzip"]
    assert sum(len(part.body) for part in parts) <= BUDGET
    notice = json.loads(gzip.decompress(parts[1].body))["notice"]
    assert notice["language"] == language
    others = [json.dumps(notice, ensure_ascii=False).count(title) for title in titles_but(language)]
    assert sum(others) == 0


@pytest.mark.parametrize("language", languages())
def test_the_longest_words_of_a_site_s_own_add_less_than_a_kilobyte(site: str, service: Service, language: str) -> None:
    """Prose as people write it, as long as it may be: that of the policy, which does not repeat itself."""
    parts = (words(language).policy[name][1] for name in ("memory", "rights", "security", "purposes"))
    prose, own = " ".join(parts), {}
    assert len(prose) >= sum(LONGEST.values())
    for name, length in LONGEST.items():
        own[name], prose = prose[:length].strip(), prose[length:]
    database = open_database(Settings.from_environment(service.env).database)
    save_banner(database, site, {"texts": {language: own}})
    database.close()
    path = f"/consent?site={site}&language={language}"
    await_true(lambda: service.request("GET", path).json["notice"]["title"] == own["title"], "the words")
    packed = {"Accept-Encoding": "gzip"}
    sizes = [len(service.request("GET", each, headers=packed).body) for each in ("/banner.js", path)]
    assert BUDGET < sum(sizes) <= BUDGET + 1024


def titles_but(language: str) -> list[str]:
    return [phrases(each).texts["title"] for each in languages() if each != language]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", languages())
def test_in_every_language_axe_finds_nothing_and_both_answers_are_in_view(
    site: str, service: Service, visitor: NewVisitor, axe: str, language: str, scheme: Literal["light", "dark"]
) -> None:
    declare_ga(service, site)
    person = visitor(viewport=SMALL, color_scheme=scheme, bypass_csp=True)
    page = person.open(put(f"http://www.{site}/", "<p>Teksts</p>", lang=language, head=page_colours(scheme)))
    check(page, axe, language)
    page.locator("[data-consent-customise]").click()
    for summary in page.locator("summary").all():
        summary.click()
    check(page, axe, language)
    assert_wide_enough(page)


def page_colours(scheme: str) -> str:
    return f"<style>html {{ color-scheme: {scheme} }}</style>"


def check(page: Page, axe: str, language: str) -> None:
    for button in (ACCEPT, REJECT):
        x, y, right, bottom = page.locator(button).evaluate(BOX)
        assert 0 <= x < right <= SMALL["width"]
        assert 0 <= y < bottom <= SMALL["height"]
        page.locator(button).click(trial=True)
    assert page.get_by_role("dialog").get_attribute("lang") == language
    page.evaluate(axe)
    found = page.evaluate("axe.run({ exclude: ['main'] }).then((result) => result.violations)")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]


def assert_wide_enough(page: Page) -> None:
    """Everything to click is at least 24 pixels high and wide, and nothing is cut off at the side."""
    targets = page.locator("section :is(button, a, summary, input, label)").all()
    assert len(targets) >= 12
    for target in targets:
        if not target.is_visible():
            continue
        x, y, right, bottom = target.evaluate(BOX)
        assert min(right - x, bottom - y) >= 24, target.inner_text()
        assert right <= SMALL["width"]


def test_the_second_layer_tells_each_cookie(site: str, service: Service, visitor: NewVisitor) -> None:
    declare_ga(service, site)
    page = visitor().open(f"http://www.{site}/")
    assert "Datus saņem arī 1 trešā persona: Google Ireland Limited." in page.get_by_role("dialog").inner_text()
    page.get_by_role("button", name="Pielāgot").click()
    page.get_by_text("2 sīkdatnes").click()
    table = page.get_by_role("table").filter(has_text="_ga_*")
    heads = [head.inner_text() for head in table.get_by_role("columnheader").all()]
    assert heads == ["Nosaukums", "Sniedzējs", "Nolūks", "Glabāšanas termiņš"]
    rows = [[cell.inner_text() for cell in row.get_by_role("cell").all()] for row in table.get_by_role("row").all()[1:]]
    assert rows == [
        ["visit, visit-left, sikdatne.visit", site, "Atceras jūsu apmeklējumus", "13 mēneši"],
        ["_ga_*", "Google Ireland Limited (trešā persona)", "Atšķir apmeklētājus", "13 mēneši"],
    ]


WALK = """() => {
  let active = document.activeElement;
  while (active.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const { x, y, right, bottom } = active.getBoundingClientRect();
  const shown = getComputedStyle(active).outlineStyle != "none";
  const covered = active.getRootNode().elementFromPoint?.((x + right) / 2, (y + bottom) / 2);
  const around = active.closest("label")?.textContent;
  const label = active.ariaLabel || active.textContent.trim() || around || active.localName;
  return [label, shown, covered === active || active.contains(covered)];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until this has the focus; on the way everything focused is seen to be."""
    for _ in range(30):
        page.keyboard.press("Tab")
        label, shown, uncovered = page.evaluate(WALK)
        assert shown, label
        assert uncovered, label
        if name in label:
            return
    raise AssertionError(f"Tab never reaches {name}")


def test_everything_can_be_done_with_the_keyboard_alone(site: str, service: Service, visitor: NewVisitor) -> None:
    declare_ga(service, site)
    person = visitor(viewport=SMALL)
    page = person.open(f"http://www.{site}/?link")
    tab_to(page, "Pielāgot")
    page.keyboard.press("Enter")
    assert "Statistikas" in page.evaluate(WALK)[0]  # the focus goes where the choice is
    page.keyboard.press("Space")
    tab_to(page, "2 sīkdatnes")
    page.keyboard.press("Enter")
    page.get_by_role("cell", name="Atšķir apmeklētājus").wait_for()
    tab_to(page, "Saglabāt izvēli")
    page.keyboard.press("Enter")
    await_in(page, "sikdatne.consent?.statistics && !sikdatne.consent.marketing")
    tab_to(page, "Iestatījumi")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.localName") == "section"
    tab_to(page, "Atsaukt piekrišanu")
    page.keyboard.press("Enter")
    await_in(page, "sikdatne.consent && !sikdatne.consent.statistics")
    page.get_by_role("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.hasAttribute('data-consent-open')")  # the focus is back


def test_from_right_to_left_everything_is_mirrored(site: str, service: Service, visitor: NewVisitor) -> None:
    """As with the texts of a language written so; the collector says the direction with the texts."""
    declare_ga(service, site)
    person = visitor(viewport={"width": 1000, "height": 700})

    def mirrored(route: Any) -> None:
        answer = route.fetch(url=route.request.url.replace(f"http://stats.{site}", service.url))
        body = answer.json()
        body["notice"] |= {"direction": "rtl", "position": "start", "floating": True}
        route.fulfill(response=answer, json=body)

    person.context.route("**/consent?*", mirrored)
    page = person.open(put(f"http://www.{site}/", html=' dir="rtl"'))
    page.get_by_role("button", name="Pielāgot").click()
    dialog = page.get_by_role("dialog").evaluate(BOX)
    assert dialog[2] == 1000 - 8  # in the corner where lines start
    close, accept, reject = (
        page.locator(f"[data-consent-{name}]").evaluate(BOX) for name in ("close", "accept", "reject")
    )
    assert close[0] < accept[0] < reject[0]
    box, label = page.get_by_label("Statistikas").evaluate(BOX), page.locator("label b").nth(1).evaluate(BOX)
    assert label[2] < box[0]
    assert page.locator(".float").evaluate(BOX)[2] > 900


@pytest.mark.parametrize(("position", "left"), [("bottom", 185), ("start", 8), ("end", 602)])
def test_it_stands_where_the_site_wants_it(
    site: str, service: Service, visitor: NewVisitor, position: str, left: int
) -> None:
    set_up(service, site, {"position": position, "floating": True, "texts": {"lv": {"title": "Cepumi"}}})
    page = open_at(visitor(viewport={"width": 1000, "height": 700}), site)
    page.get_by_role("dialog", name="Cepumi").wait_for()
    assert page.get_by_role("dialog").evaluate(BOX)[0] == left
    small = open_at(visitor(viewport=SMALL), site)
    assert small.get_by_role("dialog").evaluate(BOX)[::2] == [8, 312]


def open_at(person: Visitor, site: str) -> Page:
    return person.open(f"http://www.{site}/")


def test_a_floating_button_stays_in_view_and_leads_back(site: str, service: Service, visitor: NewVisitor) -> None:
    set_up(service, site, {"floating": True})
    page = open_at(visitor(), site)
    page.locator(REJECT).click()
    await_in(page, "sikdatne.consent")
    for _ in range(2):
        page.mouse.wheel(0, 2000)
        button = page.get_by_role("button", name="Sīkdatņu iestatījumi")
        assert button.evaluate("(button) => getComputedStyle(button).position") == "fixed"
        button.click()
        page.get_by_role("dialog").wait_for()
        page.reload(wait_until="networkidle")
    assert record(page)["floating"] is True


def set_up(service: Service, site: str, values: dict[str, object]) -> None:
    database = open_database(Settings.from_environment(service.env).database)
    save_banner(database, site, values)
    database.close()
    wanted = json.dumps(values.get("position", "bottom")).encode()
    path = f"/consent?site={site}&open=1&language=lv"

    def told() -> bool:
        body = service.request("GET", path).body
        return b'"floating":true' in body and b'"position":' + wanted in body

    await_true(told, "the banner's settings")


def test_its_colours_are_the_site_s_to_choose(site: str, visitor: NewVisitor) -> None:
    style = """<style>:root { --sikdatne-background: rgb(1, 2, 3); --sikdatne-color: rgb(250, 251, 252);
      --sikdatne-accent: rgb(255, 200, 0); --sikdatne-on-accent: rgb(9, 9, 9); --sikdatne-radius: 3px;
      --sikdatne-font: monospace; --sikdatne-scheme: dark }</style>"""
    page = visitor().open(put(f"http://www.{site}/", head=style))
    read = "(element) => { const s = getComputedStyle(element); return [s.backgroundColor, s.color, s.borderRadius] }"
    assert page.get_by_role("dialog").evaluate(read) == ["rgb(1, 2, 3)", "rgb(250, 251, 252)", "3px"]
    for button in (ACCEPT, REJECT):
        assert page.locator(button).evaluate(read) == ["rgb(255, 200, 0)", "rgb(9, 9, 9)", "3px"]
    assert page.locator("section p").first.evaluate("(p) => getComputedStyle(p).fontFamily") == "monospace"
