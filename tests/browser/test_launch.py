"""The browser of the tests is as Playwright starts it, less what costs time and shows nothing."""

from typing import Any

from playwright.sync_api import BrowserType

from tests.browser.conftest import SUGGESTIONS, turned_off


def test_what_playwright_turns_off_stays_off(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> None:
    *others, last = (set(names.split(",")) for names in turned_off(browser_type.launch(**browser_type_launch_args)))
    assert last == set(SUGGESTIONS).union(*others)
    assert others, "Playwright turns nothing off any more, or its list is not found"
