"""Names of cookies are reported by real pages: only after consent, and with what was there before it."""

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from collector.config import Settings
from collector.store import Store, open_store
from tests.browser.banner import ACCEPT, REJECT, NewVisitor, banner_gone, put
from tests.browser.conftest import Visitor
from tests.running import await_true
from tests.service import Service

EARLY = (
    '<script>document.cookie = "_ga=GA1.1.111.222; Path=/"; document.cookie = "_hjSession_123456=x; Path=/"</script>'
)
LATE = """<script>document.addEventListener("sikdatne:consent", ({ detail }) => {
if (detail.statistics) setTimeout(() => { document.cookie = "_gid=GA1.1.7; Path=/" }, 300) })</script>"""


def reports(visitor: Visitor) -> list[dict[str, Any]]:
    """Bodies of the reports that were counted."""
    taken = [answer.request for answer in visitor.answers if answer.url.endswith("/cookies") and answer.status == 202]
    return [json.loads(request.post_data or "") for request in taken]


def await_reports(page: Page, visitor: Visitor, number: int = 1) -> None:
    """Wait until so many were counted; Playwright hears of answers only while a page waits."""

    def there() -> bool:
        page.wait_for_timeout(50)
        return len(reports(visitor)) == number

    await_true(there, f"report {number}")


def rows(service: Service, site: str, sql: str) -> Callable[[], set[tuple[Any, ...]]]:
    def ask() -> set[tuple[Any, ...]]:
        store: Store = open_store(Settings.from_environment(service.env))
        try:
            return set(map(tuple, store.execute(sql, {"site": site})))
        finally:
            store.close()

    return ask


def test_names_are_reported_after_consent_with_those_from_before_it(
    visitor: NewVisitor, service: Service, site: str
) -> None:
    """No request and no storage before the choice; then names alone, never a value."""
    address = put(f"http://{site}/kontakti", head=EARLY + LATE)
    anna = visitor()
    page = anna.open(address)
    page.wait_for_timeout(2500)  # as long as a report would have waited
    assert anna.asked("/cookies") == []
    assert anna.beacons() == []
    page.locator(ACCEPT).click()
    banner_gone(page)
    await_reports(page, anna)
    report = reports(anna)[0]
    assert report["before"] == ["_ga", "_hjSession_123456"]
    assert report["after"] == ["_gid"]
    assert report["url"] == address
    assert "GA1" not in json.dumps(report)
    seen = rows(
        service, site, "SELECT name, moment, page, sum(seen) FROM cookies_seen WHERE site = {site:String} GROUP BY ALL"
    )
    expected = {
        ("_ga", "before", "/kontakti", 1), ("_hjSession_*", "before", "/kontakti", 1),
        ("_gid", "after", "/kontakti", 1),
    }  # fmt: skip
    await_true(lambda: seen() == expected, "the names in the store")
    answered = rows(
        service, site,
        "SELECT dimension, value, outcome, sum(times) FROM banner_counts WHERE site = {site:String} GROUP BY ALL",
    )  # fmt: skip
    # The fixture has asked without a browser to know whether the site is there; that is no banner shown.
    wanted = {
        (dimension, value, outcome, 1)
        for dimension, value in (("", ""), ("language", "lv"), ("device", "desktop"), ("page", "/kontakti"))
        for outcome in ("shown", "accepted")
    }
    await_true(lambda: answered() == wanted, "the answer in the store")


def test_who_refuses_reports_nothing(visitor: NewVisitor, site: str) -> None:
    anna = visitor()
    page = anna.open(put(f"http://{site}/", head=EARLY + LATE))
    page.locator(REJECT).click()
    banner_gone(page)
    page.wait_for_timeout(2500)
    assert anna.asked("/cookies") == []
    assert anna.beacons() == []


def test_who_withdraws_at_once_reports_nothing(visitor: NewVisitor, site: str) -> None:
    anna = visitor()
    page = anna.open(put(f"http://{site}/", head=EARLY))
    page.locator(ACCEPT).click()
    banner_gone(page)
    page.evaluate("localStorage.removeItem('sikdatne.consent')")
    page.wait_for_timeout(2500)
    assert anna.asked("/cookies") == []


def test_a_later_visit_reports_names_as_after_consent(visitor: NewVisitor, site: str) -> None:
    """The first page of a visit does; it comes without a page of the site before it."""
    anna = visitor()
    address = put(f"http://{site}/", head=EARLY)
    page = anna.open(address)
    page.locator(ACCEPT).click()
    banner_gone(page)
    await_reports(page, anna)
    again = anna.open(address)
    await_reports(again, anna, 2)
    assert reports(anna)[1]["before"] == []
    assert reports(anna)[1]["after"] == ["_ga", "_hjSession_123456"]


def test_a_site_of_another_domain_reports_too(visitor: NewVisitor, site: str) -> None:
    """Where cookies do not reach the collector, the page's own copy of the consent goes along."""
    anna = visitor()
    other = f"http://{site.removesuffix('.lv')}.example/"
    page = anna.open(put(other, head=EARLY))
    started = time.monotonic()
    page.locator(ACCEPT).click()
    banner_gone(page)
    await_reports(page, anna)
    assert time.monotonic() - started >= 2
    assert reports(anna)[0]["before"] == ["_ga", "_hjSession_123456"]
