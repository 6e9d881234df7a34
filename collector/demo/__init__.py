"""The demo website: a small bicycle workshop whose pages carry the pixel and the banner."""

import time
from pathlib import Path

from flask import Blueprint, Response, abort, redirect, render_template, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from collector.services import services

SITE = "demo"
STATIC = Path(__file__).parent / "static"
# As strict as a careful website's own: the pixel and the banner have to get along with it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# Address, template and name in the menu of each static page.
PAGES = {
    "": ("index", "Sākums"),
    "remonts": ("repairs", "Remonts un cenas"),
    "noma": ("rental", "Noma"),
    "par-mums": ("about", "Par mums"),
    "kontakti": ("contact", "Kontakti"),
}

blueprint = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates")


@blueprint.before_request
def only_with_the_site() -> None:
    """The pages are there when the site is: `serve --demo` adds it."""
    if services().sites.get(SITE, time.time()) is None:
        abort(404, "there is no demo website here; start the service with --demo")


@blueprint.get("/<any(remonts, noma, 'par-mums', kontakti):name>")
@blueprint.get("/", defaults={"name": ""})
def static_page(name: str) -> Response:
    """One of the pages in Latvian."""
    return page(PAGES[name][0], name)


@blueprint.get("/en/")
def english() -> Response:
    """The page in English."""
    return page("english", "en/")


@blueprint.get("/pieraksts")
@blueprint.get("/pieraksts/<any(laiks, dati, paldies):_step>")
def booking(_step: str = "") -> Response:
    """The single-page application: each step has an address of its own."""
    return page("booking", "pieraksts")


@blueprint.get("/en")
def english_bare() -> AnyResponse:
    return redirect(url_for(".english"))


@blueprint.get("/static/<path:name>")
def asset(name: str) -> Response:
    """Style sheet, scripts and pictures."""
    return send_from_directory(STATIC, name, max_age=300)


def page(template: str, here: str) -> Response:
    """A page with its headers."""
    answer = Response(render_template(f"demo/{template}.html", here=here, pages=PAGES), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
