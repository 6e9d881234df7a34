"""The web application with pages that take as long as a test wants, and with the thread that answered in a header."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from collector.app import create_app
from collector.config import Settings
from tests.running import await_true


def create() -> WSGIApplication:
    app = create_app(Settings.from_environment(os.environ))
    release = Path(os.environ["SIKDATNE_DATA"]) / "release"

    @app.get("/slow")
    def slow() -> str:
        await_true(release.exists, "the release of slow pages")
        return "at last"

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("X-Thread", str(threading.get_native_id()))], *rest)

        return app(environ, start)

    return application
