"""Pages with the tag of the pixel, and what visitors of theirs reported."""

import json
from typing import Any

from playwright.sync_api import Page

from collector.config import Settings
from collector.ledger import balance
from collector.services import spool_directory
from tests.browser.conftest import Visitor, await_in
from tests.browser.website import FILLER, write
from tests.running import await_true
from tests.service import Service

TAG = '<script async src="COLLECTOR/pixel.js" data-site="SITE" {attributes}></script>'
PAGE = """<!doctype html><html lang="lv"><head><meta charset="utf-8"><title>Lapa</title>
<link rel="icon" href="data:,">{head}</head><body>{body}</body></html>"""


def page_with(address: str, attributes: str = "", body: str = FILLER, head: str = "", status: int = 200) -> str:
    """Serve a page whose tag has these attributes, `head` before it. Returns its address."""
    tag = TAG.format(attributes=attributes)
    return write(address, PAGE.format(head=head + tag, body=body), status)


def accept(page: Page) -> None:
    """Click "Piekrist visām" and wait until it is in force."""
    page.get_by_role("button", name="Piekrist visām").click()
    await_in(page, "window.sikdatne?.consent?.statistics")


def consenting(person: Visitor, site: str) -> Page:
    """A page of a visitor who has consented on this site, with nothing noted of it."""
    page = person.open(f"http://www.{site}/")
    accept(page)
    await_sent(page, person, 1)
    person.requests.clear()
    person.answers.clear()
    return page


def await_sent(page: Page, person: Visitor, count: int, kind: str | None = None) -> list[dict[str, Any]]:
    """The beacons of this kind (None: page views) that were counted, as soon as there are so many."""

    def sent() -> list[dict[str, Any]]:
        return [beacon for beacon in person.beacons(202) if beacon.get("kind") == kind]

    # Playwright takes in what the browser says only while it is called.
    await_true(lambda: page.evaluate("1") and len(sent()) >= count, f"{count} of {kind or 'page views'}")
    assert len(sent()) == count
    return sent()


def settled(page: Page) -> None:
    """Return when everything that the page has reported is answered: each beacon waits for the one before it."""
    page.wait_for_load_state("networkidle")


def events(person: Visitor) -> list[tuple[str, dict[str, Any]]]:
    """Names and properties of the events that were counted."""
    counted = [beacon for beacon in person.beacons(202) if beacon.get("kind") == "event"]
    return [(event["name"], event.get("props") or {}) for event in counted]


def await_stored(service: Service) -> None:
    """Return when everything accepted is in the store."""
    spool = spool_directory(Settings.from_environment(service.env).data)

    def all_is_stored() -> bool:
        books = balance(spool)
        return books.accepted == books.stored + books.quarantined

    await_true(all_is_stored, "the spool to be shipped")


def measured(service: Service, site: str) -> dict[tuple[str, str], int]:
    """Samples of each vital of each page, as the stats API has them today."""
    await_stored(service)
    token = service.command("token", "add", "--site", site).strip()
    question = {"report": "vitals", "site_id": site, "date_range": "day", "by": "page"}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = service.request("POST", "/api/v2/report", json.dumps(question).encode(), headers)
    assert answer.status == 200, answer.body
    return {(row["value"], row["metric"]): row["samples"] for row in answer.json["results"]}


def asked(service: Service, site: str, metrics: list[str], *dimensions: str, **more: Any) -> list[Any]:
    """What the stats API says of today, once everything accepted is in the store: values of dimensions and metrics."""
    await_stored(service)
    query = {"site_id": site, "date_range": "day", "metrics": metrics, "dimensions": list(dimensions)} | more
    rows = json.loads(service.command("query", stdin=json.dumps(query)))["results"]
    return sorted((*row["dimensions"], *row["metrics"]) for row in rows)
