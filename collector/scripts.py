"""The scripts that websites load, as `npm run build` made them: the pixel, and what it loads when it is used."""

import logging
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request

STATIC = Path(__file__).parent / "static"
LIVE = 3600  # seconds a browser may keep a script

log = logging.getLogger(__name__)
blueprint = Blueprint("scripts", __name__)


# What a tag names, and what these load when it is used.
SCRIPTS = (
    "pixel.js", "more.js", "navigation.js", "vitals.js", "banner.js", "cookies.js", "mine.js", "embeds.js",
    "consent-mode.js", "cookiebot.js", "cookieyes.js", "klaro.js", "tcf.js", "own.js",
)  # fmt: skip


@blueprint.get(f"/<any{SCRIPTS!r}:name>")
def script(name: str) -> Response:
    """One of the scripts. No ETag and no Last-Modified: a validator can be used to recognise a browser."""
    packed = request.accept_encodings["gzip"] > 0
    try:
        body = content(name + ".gz" if packed else name)
    except FileNotFoundError:
        log.error("the scripts of the browser are not built; run: npm ci && npm run build")
        abort(503, "the scripts are not built on this server; see its log")
    answer = Response(body, mimetype="text/javascript")
    if packed:
        answer.content_encoding = "gzip"
    answer.vary.add("Accept-Encoding")
    answer.headers["Cache-Control"] = f"public, max-age={LIVE}"
    # All but the pixel are modules, and modules of another origin are loaded only where that origin allows it.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@cache
def content(name: str) -> bytes:
    """A built file; read once, so a running process never mixes two builds."""
    return (STATIC / name).read_bytes()
