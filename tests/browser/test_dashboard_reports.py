"""What people click in the reports of the dashboards, in a real browser: rows, filters, comparisons, goals, funnels."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import SHOP, Open, dashboard, marked, open_page, scroll_through

__all__ = ["dashboard", "open_page"]  # fixtures
# Tells the width of the map, in whole pixels, whenever it has changed.
WIDTHS = """
() => {
  const watch = new ResizeObserver(([entry]) => { document.body.dataset.width = Math.round(entry.contentRect.width); });
  watch.observe(document.querySelector(".map .canvas"));
}
"""


def test_a_row_filters_and_its_chip_takes_the_filter_back(open_page: Open) -> None:
    page = marked(open_page("/sites/shop.lv"))
    page.locator("#devices").get_by_role("link", name="Mobile").click()
    chip = page.locator(".chip", has_text="Device is Mobile")
    expect(chip).to_be_visible()
    expect(page.locator("#devices tbody tr")).to_have_count(1)
    chip.get_by_role("link", name="is", exact=True).click()
    turned = page.locator(".chip", has_text="Device is not Mobile")
    expect(turned).to_be_visible()
    expect(page.locator("#devices tbody tr")).to_contain_text("Desktop")
    turned.get_by_role("link", name="Remove this filter").click()
    expect(turned).to_have_count(0)
    expect(page.locator("#devices tbody tr")).to_have_count(2)
    assert page.evaluate("window.mark") == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_all_figures_of_the_list_of_pages_are_seen_at_once(open_page: Open, width: int) -> None:
    page = open_page("/sites/shop.lv/list/page", width)
    box = page.locator(".list")
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    first = page.locator(".list tbody tr").first
    label = first.locator("th a").bounding_box()
    assert label
    assert label["height"] < 40, "the name stands in one line"
    figures = first.locator("td" if width > 560 else "td:not(.share)").all()
    assert len(figures) > 4
    for figure in figures:
        shown = figure.bounding_box()
        assert shown
        assert shown["x"] >= 0
        assert shown["x"] + shown["width"] <= width


def test_goals_and_a_funnel_are_added_and_removed_without_javascript(open_page: Open) -> None:
    page = open_page("/sites/empty.lv/settings/goals", scripts=False)
    for name in ("Basket", "Thanks"):
        page.get_by_role("link", name="Page", exact=True).click()
        page.locator("#goal-name").fill(name)
        page.locator("#goal-page").fill(f"/{name.lower()}/**")
        page.get_by_role("button", name="Add the goal").click()
    expect(page.locator("#goals tbody tr")).to_have_count(2)
    page.locator("#funnel-name").fill("Order")
    page.get_by_label("Step 1").select_option("Basket")
    page.get_by_label("Step 2").select_option("Thanks")
    page.get_by_label("in any visits of the visitor").check()
    page.get_by_role("button", name="Add the funnel").click()
    expect(page.locator("#funnels")).to_contain_text("across visits")
    page.locator("#funnels summary").click()
    page.locator("#funnels").get_by_role("button", name="Stop counting it").click()
    expect(page.locator("#funnels .name")).to_have_count(0)
    page.get_by_role("link", name="Goals", exact=True).click()
    expect(page.locator("#goals tbody tr")).to_have_count(2)


def test_reports_follow_clicks_in_place(open_page: Open) -> None:
    page = marked(open_page(f"/sites/goods.lv/goals?{SHOP}"))
    page.locator("#events").get_by_role("link", name="Order").click()
    page.locator("#properties").get_by_role("link", name="plan").click()
    expect(page.locator("#properties tbody tr").first).to_contain_text("basic")
    page.locator("#goals").get_by_role("link", name="Order Event “Order”", exact=True).click()
    expect(page.locator("#goal .figure").first).to_have_text("3")
    page.locator("#devices").get_by_role("link", name="Mobile").click()
    expect(page.locator("#goal .figure").first).to_have_text("1")
    assert page.evaluate("window.mark") == 1
    page.get_by_role("link", name="Funnels", exact=True).click()
    expect(page.locator(".chip")).to_contain_text("Device is Mobile")
    expect(page.locator("#funnel tbody tr").first).to_contain_text("3")


def test_a_filter_suggests_the_values_that_there_are(open_page: Open) -> None:
    page = open_page("/sites/shop.lv?period=28d")
    form = page.locator(".filter form")
    page.locator(".filter summary").click()
    options = form.locator("datalist option")
    form.get_by_label("Only where").select_option("country")
    form.get_by_label("Value").focus()
    latvia = form.locator("datalist option[value=Latvia]")
    expect(latvia).to_have_count(1)
    form.get_by_label("Only where").select_option("device")
    expect(form.locator("datalist option[value=Desktop]")).to_have_count(1)
    expect(latvia).to_have_count(0)
    form.get_by_label("Condition").select_option("fits")
    expect(form.locator("datalist option[value=desktop]")).to_have_count(1)
    form.get_by_label("Value").fill(str(options.first.get_attribute("value")))
    form.get_by_role("button", name="Add the filter").click()
    expect(page.locator(".chip", has_text="Device matches")).to_be_visible()


def test_a_filter_and_a_comparison_are_chosen_without_javascript(open_page: Open) -> None:
    page = open_page(f"/sites/goods.lv?{SHOP}", scripts=False)
    page.locator(".filter summary").click()
    page.get_by_label("Only where").select_option("Country")
    page.get_by_label("Condition").select_option("is not")
    page.get_by_label("Value").fill("Latvia")
    page.get_by_role("button", name="Add the filter").click()
    expect(page.locator(".chip")).to_contain_text("Country is not Latvia")
    expect(page.locator("[data-metric=visitors]")).to_have_text("6")
    page.locator(".compare summary").click()
    page.get_by_role("link", name="Same period last year").click()
    expect(page.locator(".compare summary")).to_contain_text("Last year")
    expect(page.locator(".chip")).to_contain_text("Country is not Latvia")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pictures_of_reports_are_there_or_their_tables(open_page: Open, width: int) -> None:
    page = open_page(f"/sites/goods.lv/funnels?{SHOP}", width, scripts=False)
    shown = expect(page.locator(".steps svg"))
    if width > 760:
        shown.to_be_visible()
    else:
        shown.to_be_hidden()
    expect(page.locator("#funnel tbody tr")).to_have_count(3)
    page.goto(f"/sites/goods.lv/paths?{SHOP}")
    expect(page.locator("#paths .ways").first).to_contain_text("/guides/chain")


def test_a_page_is_printed_without_errors_and_its_map_comes_back(open_page: Open) -> None:
    """On paper the map is hidden, and has no size. `open_page` finds no error at its end."""
    page = open_page("/sites/shop.lv?period=28d")
    scroll_through(page)
    page.evaluate(WIDTHS)
    wide = expect(page.locator("body[data-width]"))
    wide.not_to_have_attribute("data-width", "0")
    page.emulate_media(media="print")
    expect(page.locator(".map")).to_be_hidden()
    wide.to_have_attribute("data-width", "0")
    page.emulate_media(media="screen")
    wide.not_to_have_attribute("data-width", "0")
    assert page.locator(".map canvas").evaluate("canvas => canvas.clientWidth") > 200


def test_the_tiles_of_a_goal_choose_its_line_and_a_table_shows_all_its_rows(open_page: Open) -> None:
    page = marked(open_page(f"/sites/goods.lv/goals?{SHOP}&goal=Order"))
    page.get_by_role("link", name="Revenue in EUR €50").click()
    expect(page.locator("#goal .legend")).to_contain_text("Revenue in EUR")
    page.locator("#goal .tile.current").get_by_text("€50").wait_for()
    assert page.evaluate("window.mark") == 1
    page.goto("/sites/shop.lv/goals?period=90d&goal=Prices%20read")
    expect(page.locator("#goal .tile.current")).to_contain_text("Conversions")
