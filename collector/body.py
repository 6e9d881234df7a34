"""The body of a beacon, decoded and checked."""

import msgspec

from collector.payload import Payload
from collector.text import clean_text

MAX_BODY = 16 * 1024  # bytes
KINDS = ("pageview", "event", "leave", "vitals")
PAGE_VIEW = "pageview"  # what page views are called among events


class BadPayload(Exception):
    """The body is none that a page may send. `type` is a word for programs, the message one for people."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.type = kind
        self.status = status


_decode = msgspec.json.Decoder(Payload).decode


def decode(body: bytes) -> Payload:
    """The payload in `body`. Raises BadPayload, with a message that names what is wrong."""
    if len(body) > MAX_BODY:
        raise BadPayload("too_large", f"the body may hold {MAX_BODY} bytes", 413)
    try:
        payload = _decode(body)
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
