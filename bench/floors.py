"""What the beacon is compared with: two applications that do nothing, for the same server."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from flask import Flask


def empty_flask() -> Flask:
    """A Flask application with one view that answers POST and looks at nothing."""
    app = Flask("floor", static_folder=None)

    @app.post("/beacon")
    def nothing() -> tuple[str, int]:
        return "", 202

    return app


def bare_wsgi() -> WSGIApplication:
    """A WSGI callable that reads the body and answers."""

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        start_response("202 Accepted", [])
        return (b"",)

    return application
