"""What tests of the banner share: pages with a tag, in a language, with whatever else a test puts on them."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import Visitor
from tests.browser.website import write

NewVisitor = Callable[..., Visitor]
SMALL = {"width": 320, "height": 568}
ACCEPT, REJECT = "[data-consent-accept]", "[data-consent-reject]"
TAG = '<script async src="COLLECTOR/pixel.js" data-site="SITE"></script>'
HTML = """<!doctype html><html lang="{lang}"{html}><head><meta charset="utf-8"><meta name="viewport"
content="width=device-width"><title>Lapa</title><link rel="icon" href="data:,">{head}{tag}</head>
<body><main><h1>Lapa</h1><p><a id="next" href="/cits">Cita lapa</a></p>{body}</main></body></html>"""


def put(
    address: str, body: str = "", head: str = "", tag: str = TAG, lang: str = "lv", html: str = "", csp: str = ""
) -> str:  # fmt: skip
    """Serve a page with the tag at this address, and give the address back."""
    return write(address, HTML.format(body=body, head=head, tag=tag, lang=lang, html=html), csp=csp)


def script(address: str, code: str) -> str:
    """Serve a script at this address, and give the address back."""
    return write(address, code, kind="text/javascript")


def record(page: Page) -> Any:
    """The decision that the page remembers."""
    return page.evaluate("JSON.parse(localStorage['sikdatne.consent'] || 'null')")


def banner_gone(page: Page) -> None:
    page.locator(ACCEPT).wait_for(state="detached")
