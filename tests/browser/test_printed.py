"""The whole counting model stays two pages of paper: printed, with a style as plain as can be, and counted."""

import re
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import Browser

PAGE = Path(__file__).parent.parent.parent / "docs" / "counting.md"
STYLE = """
@page { size: A4; margin: 15mm }
body { font: 10pt/13pt Arial, "Liberation Sans", sans-serif; margin: 0 }
h1 { font-size: 14pt } h2 { font-size: 11pt } h3 { font-size: 10pt }
h1, h2, h3 { margin: .5em 0 .3em } p, ul, pre, table { margin: .3em 0 } ul { padding-left: 1.2em }
table { border-collapse: collapse } th, td { border: 1px solid #999; padding: 0 .35em; text-align: left }
"""

# Machines have different fonts: whatever is there gets the size at which this takes as much room as in Arial at 10 pt.
AS_IN_ARIAL = """
() => {
  const probe = document.createElement("span");
  probe.textContent = "Sphinx of black quartz, judge my vow: visitors, gap > day - from, 2026-03-02";
  probe.style.whiteSpace = "nowrap";
  document.body.prepend(probe);
  const width = probe.getBoundingClientRect().width;
  probe.remove();
  document.body.style.fontSize = `${(10 * ARIAL) / width}pt`;
  return width;
}
"""
ARIAL = 449.3  # CSS pixels


def printed(browser: Browser, markdown: str) -> bytes:
    """The text as a PDF of A4 pages."""
    page = browser.new_page()
    html = MarkdownIt().enable("table").render(markdown)
    page.set_content(f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{html}')
    page.evaluate(AS_IN_ARIAL.replace("ARIAL", str(ARIAL)))
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()
    return pdf


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_counting_model_is_two_pages(browser: Browser) -> None:
    text = PAGE.read_text("utf-8")
    assert pages(printed(browser, text)) == 2
    assert pages(printed(browser, text + text)) == 4, "pages are counted wrongly"
