"""What the visitor's pages have in common: the site, the language, JSON on request, and strict headers."""

import time
from typing import NoReturn

import msgspec
from flask import Response, abort, render_template, request

from collector.services import services
from collector.sites import Site
from collector.wording import SOURCE, Words, choose, languages, words

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
WITH_SCRIPT = f"{POLICY}; script-src 'self'"


def site_named(domain: str) -> Site:
    """The site, or 404."""
    site = services().sites.get(domain, time.time())
    if site is None:
        missing("unknown_site")
    return site


def missing(label: str, site: Site | None = None) -> NoReturn:
    """404 for the reason with this label: a page in their language for people, the contract's JSON for programs."""
    if "text/html" not in list(request.accept_mimetypes.values()) or request.args.get("format") == "json":
        abort(404, words(SOURCE).label(label))
    chosen = wished()
    answer = page("missing", site, chosen, reason=chosen.label(label))
    answer.status_code = 404
    abort(answer)


def wished() -> Words:
    """The words of the visitor's language: `language` in the address, else the browser's wishes in their order."""
    return choose([request.args.get("language", ""), *request.accept_languages.values()])


def wants_json() -> bool:
    """Whether JSON was asked for, by `format=json` or by the Accept header."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.args.get("format") == "json" or best == "application/json"


def as_json(data: object) -> Response:
    answer = Response(msgspec.json.encode(data), headers={"Cache-Control": "no-store"}, mimetype="application/json")
    answer.vary.add("Accept")
    return answer


def page(name: str, site: Site | None, chosen: Words, policy: str = POLICY, **values: object) -> Response:
    """A page in one language, for no cache; of no site, where that is not known."""
    body = render_template(
        f"privacy/{name}.html", site=site, words=chosen, label=chosen.label,
        languages=[words(each) for each in languages()],
        controller=(site.controller or site.domain) if site else "", **values,
    )  # fmt: skip
    answer = Response(body, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["Content-Language"] = chosen.language
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer
