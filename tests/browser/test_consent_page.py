"""What the owner sees of the answers to the banner, wide and on a telephone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Dashboard, Visitor, await_in
from tests.service import Service

WIDTHS = [1280, 360]


def box(place: Locator) -> dict[str, float]:
    found = place.bounding_box()
    assert found
    return {"left": found["x"], "top": found["y"], "right": found["x"] + found["width"]}


@pytest.mark.parametrize("width", WIDTHS)
def test_acceptances_and_refusals_are_seen_without_scrolling(
    service: Service, visitor: Callable[..., Visitor], dashboard: Dashboard, width: int
) -> None:
    page = visitor().open(f"{service.url}/demo/")
    page.get_by_role("button", name="Piekrist visām").click()
    await_in(page, "window.sikdatne?.consent?.statistics")
    page.close()
    dashboard.figures("demo")
    shown = dashboard.page
    shown.set_viewport_size({"width": width, "height": 800})
    shown.goto(f"{service.url}/sites/demo/privacy/consent")
    tiles = shown.locator(".tile")
    expect(tiles).to_have_count(4)
    first, second, third, fourth = (box(tile) for tile in tiles.all())
    assert first["top"] == second["top"]
    assert third["top"] == fourth["top"]
    panel = box(shown.locator("#answers"))
    assert (first["top"] == third["top"]) == (width > 760)
    assert abs(fourth["right"] - panel["right"]) < 3, "no place stays empty beside them"
    row = shown.locator("#by-language tbody tr").first
    for cell in row.locator("th, td").all()[:4]:  # language, shown, accepted, rejected
        assert box(cell)["right"] <= panel["right"]
