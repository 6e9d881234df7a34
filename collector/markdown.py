"""Markdown as HTML that can do nothing: no HTML of its own, no pictures, links to the web and to mailboxes alone."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import takewhile
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

SCHEMES = ("http", "https", "mailto", "tel")
MAX_LENGTH = 50_000  # characters
ROLES = {
    "thead_open": "rowgroup", "tbody_open": "rowgroup", "tr_open": "row", "th_open": "columnheader", "td_open": "cell",
}  # fmt: skip
SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&@:$^=\"'])")


class MarkdownError(Exception):
    """The text is none that is rendered; the message says why."""


def render(text: str, below: int = 0) -> Markup:
    """The text as HTML. Its headings are `below` levels lower than they say. Raises MarkdownError."""
    if len(text) > MAX_LENGTH:
        raise MarkdownError(f"the text may have {MAX_LENGTH} characters")
    return Markup(reader().render(text, {"below": below}))  # noqa: S704 - that it is safe is what this module is for


def escaped(value: str) -> str:
    """A value of a setting, as text in one line that Markdown makes nothing else of."""
    return SPECIAL.sub(r"\\\1", " ".join(value.split()))


@cache
def reader() -> MarkdownIt:
    made = Reader("js-default", {"html": False, "linkify": False, "typographer": False, "maxNesting": 20})
    made.disable(["image", "html_block", "html_inline", "fence", "code"])
    for name, rule in {"link_open": link, "heading_open": heading, "heading_close": heading,
                       "table_open": table, "table_close": table_end}.items():  # fmt: skip
        made.add_render_rule(name, rule)
    return made


class Reader(MarkdownIt):
    """Markdown whose links lead to harmless places; others stay text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return harmless(url)


def harmless(address: str) -> bool:
    """Whether a link may lead there: the web, a mailbox, a telephone, or a path of this server."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme in SCHEMES
    return address.startswith("#") or (address.startswith("/") and not address.startswith(("//", "/\\")))


def link(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    tokens[at].attrSet("rel", "nofollow noopener noreferrer")
    return self.renderToken(tokens, at, options, env)


def heading(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    tokens[at].tag = f"h{min(int(tokens[at].tag[1]) + env.get('below', 0), 6)}"
    return self.renderToken(tokens, at, options, env)


def table(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """A wide table scrolls by itself; with the keyboard, too. Where there are three columns or more, rows are blocks on
    a narrow screen: each cell knows the name of its column, and roles say that it is a table all the same."""
    inside = list(takewhile(lambda token: token.type != "table_close", tokens[at + 1 :]))
    names = [plain(inside[place + 1]) for place, token in enumerate(inside) if token.type == "th_open"]
    if len(names) < 3:
        return '<div class="wide" tabindex="0"><table>\n'
    for token in inside:
        if token.type in ROLES:
            token.attrSet("role", ROLES[token.type])
    cells = [token for token in inside if token.type == "td_open"]
    for place, cell in enumerate(cells):
        cell.attrSet("data-name", names[place % len(names)])
    return '<div class="wide" tabindex="0"><table class="rows" role="table">\n'


def plain(inline: Token) -> str:
    """The words of a cell."""
    return "".join(child.content for child in inline.children or ())


def table_end(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return "</table></div>\n"
