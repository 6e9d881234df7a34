"""What pages load: scripts, styles and pictures, packed where the browser takes it and `npm run build` made it."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, url_for
from werkzeug.security import safe_join

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css"}


class Assets(Blueprint):
    """Serves `static/`. Of scripts and style sheets there are packed copies, a third as long."""

    def send_static_file(self, filename: str) -> Response:
        kind = TYPES.get(Path(filename).suffix)
        packed = kind and request.accept_encodings["gzip"] > 0 and is_packed(filename)
        response = super().send_static_file(f"{filename}.gz" if packed else filename)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Type"] = f"{kind}; charset=utf-8"
        if kind:
            response.vary.add("Accept-Encoding")
        return response


def is_packed(name: str) -> bool:
    path = safe_join(str(STATIC), f"{name}.gz")
    return path is not None and Path(path).is_file()


def asset(name: str) -> str:
    """The address of a static file; it changes when the file does."""
    return url_for("assets.static", filename=name, v=fingerprint(name))


@cache
def fingerprint(name: str) -> str:
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "0"


blueprint = Assets("assets", __name__, static_folder="static", static_url_path="/assets", template_folder="templates")
