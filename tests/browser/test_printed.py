"""The whole counting model stays two pages of paper: printed, with a style as plain as can be, and counted."""

import re
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import Browser

PAGE = Path(__file__).parent.parent.parent / "docs" / "counting.md"
STYLE = """
@page { size: A4; margin: 15mm }
body { font: 10pt/1.3 "Liberation Sans", Arial, sans-serif; margin: 0 }
h1 { font-size: 14pt } h2 { font-size: 11pt } h3 { font-size: 10pt }
h1, h2, h3 { margin: .5em 0 .3em } p, ul, pre, table { margin: .3em 0 } ul { padding-left: 1.2em }
table { border-collapse: collapse } th, td { border: 1px solid #999; padding: 0 .35em; text-align: left }
"""


def printed(browser: Browser, markdown: str) -> bytes:
    """The text as a PDF of A4 pages."""
    page = browser.new_page()
    html = MarkdownIt().enable("table").render(markdown)
    page.set_content(f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{html}')
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()
    return pdf


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_counting_model_is_two_pages(browser: Browser) -> None:
    text = PAGE.read_text("utf-8")
    assert pages(printed(browser, text)) == 2
    assert pages(printed(browser, text + text)) == 4, "pages are counted wrongly"
