"""The visitor's own page in a real browser: with and without JavaScript, on the site's host and beside it."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor, await_in, storage
from tests.service import Service

NewVisitor = Callable[..., Visitor]
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]
PAGES = ["/privacy/demo", "/privacy/demo?language=ru", "/privacy/demo/me", "/privacy/demo/me?language=lt"]


def agreed(service: Service, someone: Visitor) -> Page:
    """A visit to the demo website with consent to everything."""
    page = someone.open(f"{service.url}/demo/")
    page.locator("[data-consent-accept]").click()
    await_in(page, "JSON.parse(localStorage['sikdatne.consent'] || '{}').id")
    page.goto(f"{service.url}/demo/noma", wait_until="networkidle")
    return page


def test_what_the_site_keeps_on_the_same_host_is_shown_and_deleted_too(service: Service, visitor: NewVisitor) -> None:
    someone = visitor()
    page = agreed(service, someone)
    page.goto(f"{service.url}/privacy/demo/me", wait_until="networkidle")
    kept = page.locator("#storage")
    expect(kept).to_be_visible()
    expect(kept).to_contain_text('"marketing": true')
    expect(page.locator("main")).to_contain_text("/demo/noma")
    page.get_by_role("button", name="Dzēst manus datus").click()
    expect(page.get_by_role("status")).to_be_visible()
    await_in(page, "!Object.keys(localStorage).some((name) => name.startsWith('sikdatne.'))")
    assert list(someone.cookies()) == ["consent"]  # the refusal
    expect(kept).to_be_hidden()
    page.goto(f"{service.url}/demo/", wait_until="networkidle")
    expect(page.locator("[data-consent-accept]")).to_have_count(0)  # nobody asks again


def test_an_objection_reaches_the_pages_of_the_site(service: Service, visitor: NewVisitor) -> None:
    page = agreed(service, visitor())
    page.goto(f"{service.url}/privacy/demo/me", wait_until="networkidle")
    page.get_by_role("button", name="Iebilst pret mārketingu").click()
    expect(page.get_by_role("status")).to_be_visible()
    await_in(page, "!localStorage['sikdatne.consent']")
    page.goto(f"{service.url}/demo/", wait_until="networkidle")
    await_in(page, "localStorage['sikdatne.consent']")
    chosen = page.evaluate(
        "(({ statistics, marketing }) => [statistics, marketing])(JSON.parse(localStorage['sikdatne.consent']))"
    )
    assert chosen == [True, False]


@pytest.mark.parametrize(
    ("button", "left"),
    [
        ("Atsaukt piekrišanu", ["consent", "decision"]),
        ("Iebilst pret mārketingu", ["consent", "decision", "visit"]),
        ("Dzēst manus datus", ["consent"]),
    ],
)
def test_every_button_works_without_javascript(
    service: Service, visitor: NewVisitor, button: str, left: list[str]
) -> None:
    first = visitor()
    agreed(service, first)
    someone = visitor(java_script_enabled=False, storage_state=first.context.storage_state())
    page = someone.open(f"{service.url}/privacy/demo/me")
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_be_visible()
    assert sorted({re.sub(r"-\d+$", "", name) for name in someone.cookies()}) == left


def test_a_site_on_another_domain_hands_over_what_it_keeps(site: str, visitor: NewVisitor) -> None:
    someone = visitor()
    page = someone.open(f"http://{site.removesuffix('.lv')}.example/?link")
    page.locator("[data-consent-accept]").click()
    await_in(page, "localStorage['sikdatne.visit']")
    page.locator("[data-consent-open]").click()
    with someone.context.expect_page() as opened:
        page.get_by_role("link", name="Mani dati").click()
    mine = opened.value
    mine.wait_for_load_state()
    expect(mine.locator("table")).to_contain_text("piekrists visām")
    expect(mine.locator("main")).to_contain_text("Pirmais apmeklējums")
    assert mine.get_by_role("button").count() == 0  # what lies on the site is changed there, and the page says so
    assert storage(mine) == {}


def test_each_decision_is_a_block_of_its_own_on_a_telephone(service: Service, visitor: NewVisitor) -> None:
    """With the name of each cell beside it, and still a table to those who hear the page."""
    someone = visitor(viewport={"width": 360, "height": 800})
    page = agreed(service, someone)
    page.goto(f"{service.url}/privacy/demo/me?language=en", wait_until="networkidle")
    cells = page.get_by_role("cell")
    names = cells.evaluate_all("(all) => all.map((each) => getComputedStyle(each, '::before').content)")
    assert names == ['"When"', '"How"', '"Statistics"', '"Marketing"', '"Receipt"']
    boxes = [cell.bounding_box() for cell in cells.all()]
    assert all(box and box["x"] >= 20 and box["x"] + box["width"] <= 340 for box in boxes)
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(set(tops))  # one below the other
    expect(page.get_by_role("columnheader")).to_have_count(5)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_everybody_can_use_the_pages(
    service: Service, visitor: NewVisitor, axe: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    someone = visitor(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = agreed(service, someone)
    for address in PAGES:
        page.goto(f"{service.url}{address}", wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        for details in page.locator("details").all():
            details.evaluate("(element) => { element.open = true; }")
        wide = "[...document.querySelectorAll('.wide')].filter((each) => each.scrollWidth > each.clientWidth).length"
        assert page.evaluate(wide) == 0, address  # nothing has to be scrolled sideways, tables included
        page.add_script_tag(content=axe)
        found = page.evaluate(
            "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))"
        )
        assert found == [], address
