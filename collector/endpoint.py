"""POST /beacon and GET /pixel.gif as a bare WSGI callable, mounted in front of the Flask application.

A Flask view that does nothing costs more than the whole way of a beacon; so the beacon does not pass through Flask.
Every other request goes on to the application behind.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication

import msgspec

from collector.beacon import Counted, Counter, Dropped, Request
from collector.body import MAX_BODY, BadPayload, decode
from collector.device import Hints
from collector.messages import LEFT, VISIT
from collector.payload import Payload
from collector.request_body import LAST
from collector.spool import SpoolFull

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, bytes]

RETRY_SECONDS = "10"
TYPES = ("", "application/json", "text/plain")
USUAL_TYPES = frozenset((*TYPES, "text/plain;charset=UTF-8"))
JSON = ("Content-Type", "application/json")
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b")

log = logging.getLogger(__name__)


class BeaconEndpoint:
    """Answers POST /beacon and passes every other request on. `observe` is told the outcome of each beacon
    that is not counted."""

    def __init__(self, application: WSGIApplication, counter: Counter, observe: Callable[[str], None]) -> None:
        self._application = application
        self._counter = counter
        self._observe = observe

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == "/beacon" and method == "POST":
            status, headers, body = self.answer(environ, decode_beacon)
        elif path == "/pixel.gif" and method in ("GET", "HEAD"):
            status, headers, body = as_image(*self.answer(environ, decode_image))
        else:
            return self._application(environ, start_response)
        start_response(status, headers)
        return [body]  # granian sends a list in one piece, anything else by chunks at twice the cost

    def answer(self, environ: Environ, decode: Callable[[Environ], Payload]) -> Answer:
        """Status line, headers and body for one beacon."""
        origin = environ.get("HTTP_ORIGIN", "")
        try:
            outcome = self._counter.count(decode(environ), request_of(environ), time.time())
        except BadPayload as error:
            self._observe("refused")
            return refuse(error.status, error.type, str(error), origin)
        except SpoolFull:
            self._observe("full")
            status, headers, body = refuse(503, "full", "nothing can be counted just now; try again later", origin)
            return status, [*headers, ("Retry-After", RETRY_SECONDS)], body
        except Exception:
            log.exception("a beacon failed")
            self._observe("failed")
            return refuse(500, "internal", "the beacon could not be counted; the failure is in the log", origin)
        return self._settle(outcome, environ, origin)

    def _settle(self, outcome: Counted | Dropped, environ: Environ, origin: str) -> Answer:
        if isinstance(outcome, Dropped):
            self._observe(outcome.reason)
            open_to = "" if outcome.reason in ("site", "origin") else origin
            return "204 No Content", [*common_headers(open_to), ("X-Not-Recorded", outcome.reason)], b""
        # What is counted is not observed: the spool keeps the number.
        secure = is_secure(environ, self._counter.proxies)
        headers = [*known_headers(origin), JSON]
        if outcome.cookie:
            headers.append(("Set-Cookie", state_cookie(outcome.cookie, outcome.token, outcome.seconds, secure)))
        if outcome.joined:
            headers.append(("Set-Cookie", state_cookie(LEFT, "", 0, secure)))
        return "202 Accepted", headers, b'{"visit":"%b"}' % outcome.token.encode("ascii")


def decode_beacon(environ: Environ) -> Payload:
    """The payload of a POST to /beacon. Raises BadPayload."""
    body = read_body(environ)  # first, see collector/request_body.py
    kind = environ.get("CONTENT_TYPE", "")
    if kind not in USUAL_TYPES and kind.partition(";")[0].strip().lower() not in TYPES:
        raise BadPayload("content_type", "the body is application/json or text/plain", 415)
    return decode(body)


def decode_image(environ: Environ) -> Payload:
    """The payload in the address of /pixel.gif: site, url (else the Referer) and referrer. Raises BadPayload."""
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")[:MAX_BODY]))
    url = query.get("url") or environ.get("HTTP_REFERER", "")
    fields = {"site": query.get("site", ""), "url": url, "referrer": query.get("referrer", "")}
    return decode(msgspec.json.encode(fields | {"language": environ.get("HTTP_ACCEPT_LANGUAGE", "")[:2]}))


def as_image(status: str, headers: Headers, body: bytes) -> Answer:
    """The same answer with an image of one transparent pixel as its body, where the beacon was counted."""
    if not status.startswith("202"):
        return status, headers, body
    return (
        status,
        [("Content-Type", "image/gif") if name == "Content-Type" else (name, value) for name, value in headers],
        GIF,
    )


def read_body(environ: Environ) -> bytes:
    """The body of a request, at most one byte more than is allowed."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or MAX_BODY + 1)
    except ValueError:
        raise BadPayload("malformed", "the length of the body is no number") from None
    body: bytes = environ["wsgi.input"].read(length if 0 <= length <= MAX_BODY else MAX_BODY + 1)
    return body


def request_of(environ: Environ) -> Request:
    """What of a request the counting looks at."""
    get = environ.get
    cookies = get("HTTP_COOKIE", "")
    return Request(
        get("REMOTE_ADDR", ""),
        get("HTTP_X_FORWARDED_FOR"),
        get("HTTP_USER_AGENT", ""),
        lambda: Hints(get("HTTP_SEC_CH_UA", ""), get("HTTP_SEC_CH_UA_MOBILE", ""), get("HTTP_SEC_CH_UA_PLATFORM", "")),
        host_of(get("HTTP_ORIGIN", "")),
        has_signal(environ),
        cookie(cookies, "consent") if cookies else "",
        cookie(cookies, VISIT) if cookies else "",
        cookie(cookies, LEFT) if LEFT in cookies else "",
    )


def has_signal(environ: Environ) -> bool:
    """Whether the browser asks not to be tracked: Global Privacy Control or Do Not Track."""
    return environ.get("HTTP_SEC_GPC") == "1" or environ.get("HTTP_DNT") == "1"


def host_of(origin: str) -> str:
    """The host (with port) of an Origin header; "null" stays what it is and so belongs to no site."""
    return origin.partition("://")[2] or origin


def cookie(header: str, name: str) -> str:
    """The value of the cookie `name` in a Cookie header, or an empty string."""
    for part in header.split(";"):
        key, _, value = part.partition("=")
        if key.strip() == name:
            return value.strip()
    return ""


def is_secure(environ: Environ, proxies: int) -> bool:
    """Whether the visitor's connection is encrypted; behind `proxies` trusted hops by the word of the outermost."""
    if proxies and (forwarded := environ.get("HTTP_X_FORWARDED_PROTO")):
        schemes = forwarded.split(",")
        if len(schemes) >= proxies and schemes[-proxies].strip():
            return bool(schemes[-proxies].strip().lower() == "https")
    return bool(environ.get("wsgi.url_scheme") == "https")


def state_cookie(name: str, token: str, seconds: int, secure: bool) -> str:
    """The Set-Cookie value that keeps a visit state for `seconds`, or with 0 forgets it."""
    return f"{name}={token}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"


def common_headers(origin: str) -> Headers:
    """Headers of every answer. With `origin`, pages of that origin may read it."""
    headers = [*known_headers(origin)]
    if len(headers) > 1:
        headers.append(("Access-Control-Expose-Headers", "X-Not-Recorded"))
    return headers


@lru_cache(maxsize=1024)
def known_headers(origin: str) -> Headers:
    """Those of a beacon that is counted, for a few sites' origins made once; to be copied, not changed."""
    headers = [("Cache-Control", "no-store")]
    if origin and origin != "null":
        headers += [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Vary", "Origin"),
        ]
    return headers


def refuse(status: int, kind: str, message: str, origin: str = "") -> Answer:
    """An error in the shape of the contract. Nothing was counted and nothing is set."""
    phrase = {400: "Bad Request", 413: "Content Too Large", 415: "Unsupported Media Type", 503: "Service Unavailable"}
    body = msgspec.json.encode({"error": {"type": kind, "message": message}})
    headers = [*common_headers(origin), ("Content-Type", "application/json")]
    if status == 413:
        headers.append(LAST)
    return f"{status} {phrase.get(status, 'Internal Server Error')}", headers, body
