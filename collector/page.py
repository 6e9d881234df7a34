"""The page of a website's address, as it is kept."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from collector.text import CONTROL, shorten, without_personal

MAX_PAGE = 144  # bytes of UTF-8; the visit state holds two pages at least and must stay small
CACHED = 2048  # pages, in memory only
MAX_KNOWN = 400  # characters of an address that is kept there

_ADDRESS = re.compile(r"(https?)://(?:[^/?#@]*@)?([^/?#\\\s]+)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)


class Page(NamedTuple):
    """Where a hit happened. `host` carries its port, as far as one was given; `query` is never kept."""

    scheme: str
    host: str
    path: str
    query: str


def page_of(url: str) -> Page | None:
    """The page of an absolute http(s) address; None for every other text."""
    return _known_page(url) if len(url) <= MAX_KNOWN else _page_of(url)


def _page_of(url: str) -> Page | None:
    match = _ADDRESS.match(url)
    if match is None:
        return None
    scheme, host, path, query = match.groups()
    return Page(scheme.lower(), host.lower(), clean_path(path), query or "")


_known_page = lru_cache(maxsize=CACHED)(_page_of)


def clean_path(path: str) -> str:
    """The path as it is kept: decoded, without control characters and personal data, at most 144 bytes long."""
    if "%" in path:
        path = unquote(path, errors="replace")
    path = path.partition("?")[0].partition("#")[0]
    path = without_personal(CONTROL.sub("", path)).replace('"', "'").replace("\\", "/")
    if not path.startswith("/"):
        path = "/" + path
    return shorten(path, MAX_PAGE)
