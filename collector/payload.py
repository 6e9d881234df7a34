"""What a page reports: the body of a beacon, decoded and checked, and the page it speaks of."""

import re
from functools import lru_cache
from typing import Annotated, NamedTuple
from urllib.parse import unquote

import msgspec

MAX_BODY = 16 * 1024  # bytes
MAX_PAGE = 144  # bytes of UTF-8; the visit state holds two pages at least and must stay small
CACHED = 2048  # pages, in memory only
MAX_KNOWN = 400  # characters of an address that is kept there
REMOVED = "(removed)"
KINDS = ("pageview", "event", "leave", "vitals")

Text = Annotated[str, msgspec.Meta(max_length=2048)]
Short = Annotated[str, msgspec.Meta(max_length=64)]
Value = str | int | float | bool | None
Measured = Annotated[float, msgspec.Meta(ge=0, le=86_400_000)] | None
Token = Annotated[str, msgspec.Meta(max_length=4096)]


class BadPayload(Exception):
    """The body is none that a page may send. `type` is a word for programs, the message one for people."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.type = kind
        self.status = status


class Revenue(msgspec.Struct):
    """What an event earned, in units of the currency, by its ISO 4217 code; below zero when it was given back."""

    amount: Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{3}$")]


class Vitals(msgspec.Struct):
    """How fast a page was, in milliseconds; `cls`, the layout shift, is a score."""

    lcp: Measured = None
    inp: Measured = None
    cls: Measured = None
    fcp: Measured = None
    ttfb: Measured = None


class Payload(msgspec.Struct):
    """The body of a beacon. `seconds` is engaged time since the last report, `depth` a scroll depth in percent: over
    100 where a page can be pulled beyond its end. `vitals` come with a leave, or alone."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    url: Annotated[str, msgspec.Meta(min_length=1, max_length=8192)]
    kind: Short = "pageview"
    referrer: Annotated[str, msgspec.Meta(max_length=8192)] = ""
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    props: Annotated[dict[Short, Value], msgspec.Meta(max_length=30)] | None = None
    revenue: Revenue | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0
    depth: Annotated[float, msgspec.Meta(ge=0)] | None = None
    width: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | None = None
    language: Short = ""
    audience: Short = ""
    connection: Short = ""
    topic: Short = ""
    vitals: Vitals | None = None
    consent: Token = ""
    visit: Token = ""


class Page(NamedTuple):
    """Where a hit happened. `host` carries its port, as far as one was given; `query` is never kept."""

    scheme: str
    host: str
    path: str
    query: str


_decoder = msgspec.json.Decoder(Payload)
# Personal data that ends up in addresses: e-mail, IPv4, Latvian personal code, long numbers (telephone, cards).
_SUSPECT = re.compile(r"[@:+]|\d{6}|\d\.\d|\b00\d")
_PERSONAL = re.compile(
    r"@"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    r"|\b\d{6}-\d{5}\b|\d{11}|(?:\+|\b00)\d{8}"
    r"|[0-9a-f]*::[0-9a-f]|(?:[0-9a-f]{1,4}:){4}",
    re.IGNORECASE,
)
# With what turns the direction of writing: a name could pass for another one in a list.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
PAGE_VIEW = "pageview"  # what page views are called among events

_ADDRESS = re.compile(r"(https?)://(?:[^/?#@]*@)?([^/?#\\\s]+)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)


def decode(body: bytes) -> Payload:
    """The payload in `body`. Raises BadPayload, with a message that names what is wrong."""
    if len(body) > MAX_BODY:
        raise BadPayload("too_large", f"the body may hold {MAX_BODY} bytes", 413)
    try:
        payload = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise BadPayload("invalid", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadPayload("malformed", "the body is no JSON object in UTF-8") from None
    if payload.kind not in KINDS:
        raise BadPayload("kind", f"kind takes {', '.join(KINDS)}")
    if payload.kind == "event":
        _check_name(clean_text(payload.name))
    if payload.kind == "vitals" and payload.vitals is None:
        raise BadPayload("vitals", "a report of vitals takes some")
    return payload


def _check_name(kept: str) -> None:
    """Whether an event can be counted under this name, as it is kept. Raises BadPayload."""
    if not kept:
        raise BadPayload("name", "an event takes a name")
    if kept == PAGE_VIEW:
        raise BadPayload("name", f"an event cannot be called {PAGE_VIEW}, for page views are; send that kind instead")


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
    path = without_personal(_CONTROL.sub("", path)).replace('"', "'").replace("\\", "/")
    if not path.startswith("/"):
        path = "/" + path
    return shorten(path, MAX_PAGE)


def clean_text(text: str, limit: int = 64) -> str:
    """A short label as it is kept: one line, without personal data, at most `limit` bytes long."""
    if not text:
        return ""
    text = _CONTROL.sub("", text).strip().replace('"', "'").replace("\\", "/")
    return shorten(without_personal(text), limit)


def without_personal(text: str) -> str:
    """`text` with each part between slashes that looks like personal data replaced by "(removed)"."""
    if _SUSPECT.search(text) is None:
        return text
    return "/".join(REMOVED if _PERSONAL.search(part) else part for part in text.split("/"))


def shorten(text: str, limit: int) -> str:
    """`text` cut to `limit` bytes of UTF-8, on a character."""
    if len(text) <= limit and text.isascii():
        return text
    data = text.encode("utf-8", "replace")
    return text if len(data) <= limit else data[:limit].decode("utf-8", "ignore")
