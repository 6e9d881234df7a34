"""Bodies of requests, read before they are answered.

The server closes a connection whose request was answered before its body was read, and the caller learns of it when his
next request fails. So what is small is read first, whatever the answer will be; what is not is answered with the word
that the connection ends.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

LAST = ("Connection", "close")


class ReadFirst:
    """An application that finds bodies of at most `limit` bytes read."""

    def __init__(self, application: WSGIApplication, limit: int) -> None:
        self._application = application
        self._limit = limit

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) <= self._limit:
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))
        elif length or environ.get("HTTP_TRANSFER_ENCODING"):
            return self._application(environ, ending(start_response))
        return self._application(environ, start_response)


def ending(start_response: StartResponse) -> StartResponse:
    """The same, for an answer after which the connection ends."""

    def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
        return start_response(status, [*headers, LAST], *failure)

    return start
