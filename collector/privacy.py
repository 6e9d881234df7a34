"""What a visitor can read and do about privacy: the policy of a site, and what this very browser holds."""

import time
from pathlib import Path

import msgspec
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from collector import cookies
from collector.consent import record, remembered
from collector.decision import VALID_DAYS, Choices, Decision
from collector.held import held
from collector.notices import choose_language, languages
from collector.services import services
from collector.sites import Site
from collector.spool import SpoolFull

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
GPC = {"gpc": True, "lastUpdate": "2026-11-22"}
DONE = ("withdrawn", "deleted")

blueprint = Blueprint("privacy", __name__, template_folder="templates")


@blueprint.get("/privacy/<site>")
@blueprint.get("/privacy/<site>/<int:version>")
def policy(site: str, version: int | None = None) -> Response:
    """The policy in force, in the visitor's language."""
    found = site_named(site)
    if version not in (None, found.policy_version):
        abort(404, "there is no such version of the policy")
    return page("policy", found, statistics_months=found.rollup_months, valid_days=VALID_DAYS)


@blueprint.route("/privacy/<site>/me", methods=["GET", "POST"])
def mine(site: str) -> Response:
    """Everything this browser holds for the site, to read or as JSON.

    Where cookies do not reach the collector, the banner hands over the tokens of the page's storage in a form.
    """
    found = site_named(site)
    tokens = request.form if request.method == "POST" else request.cookies
    shared = services()
    data = held(found, tokens, shared.consents, shared.visits, time.time())
    if wants_json():
        return Response(msgspec.json.encode(data), headers={"Cache-Control": "no-store"}, mimetype="application/json")
    done = request.args.get("done")
    by_page = request.method == "POST"
    return page("me", found, data=data, done=done if done in DONE else None, by_page=by_page)


@blueprint.post("/privacy/<site>/me/withdraw")
def withdraw(site: str) -> AnyResponse:
    """Withdraw the consent that this browser's cookie holds."""
    return forget(site, "withdrawn")


@blueprint.post("/privacy/<site>/me/delete")
def delete(site: str) -> AnyResponse:
    """Delete the visit state, and withdraw the consent to make another one."""
    return forget(site, "deleted")


@blueprint.get("/.well-known/gpc.json")
def gpc() -> Response:
    """Tells that Global Privacy Control is honoured."""
    return Response(msgspec.json.encode(GPC), mimetype="application/json")


@blueprint.get("/privacy/style.css")
def style() -> Response:
    """The style sheet of these pages."""
    sheet = (HERE / "templates" / "privacy" / "style.css").read_bytes()
    return Response(sheet, headers={"Cache-Control": "public, max-age=3600"}, mimetype="text/css")


def site_named(domain: str) -> Site:
    """The site, or 404."""
    site = services().sites.get(domain, time.time())
    if site is None:
        abort(404, "this site is not known here")
    return site


def wants_json() -> bool:
    """Whether JSON was asked for, by `format=json` or by the Accept header."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.args.get("format") == "json" or best == "application/json"


def page(name: str, site: Site, **values: object) -> Response:
    """A page in the visitor's language."""
    language = choose_language([request.args.get("language", ""), *request.accept_languages.values()])
    body = render_template(
        f"privacy/{name}.{language}.html", site=site, language=language, languages=languages(),
        controller=site.controller or site.domain, **values,
    )  # fmt: skip
    answer = Response(body, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


def forget(domain: str, done: str) -> AnyResponse:
    """Delete the visit state; where there is a consent, put a recorded withdrawal in its place."""
    now = time.time()
    site = site_named(domain)
    if request.headers.get("Origin", request.host_url.rstrip("/")) != request.host_url.rstrip("/"):
        abort(403, "this can only be asked on the page itself")
    back = url_for(".mine", site=domain, done=done, language=request.args.get("language"))
    answer = redirect(back, 303)
    answer.headers["Cache-Control"] = "no-store"
    grant = remembered(site, now)
    cookies.forget_visit(answer)
    if grant is not None and (grant.statistics or grant.marketing):
        try:
            proof = record(Decision(site.domain, Choices(), "withdraw", choose_language([])), site, now)
        except SpoolFull:
            abort(503, "the withdrawal cannot be recorded just now; try again later")
        cookies.keep_consent(answer, services().consents.encode(proof.grant), VALID_DAYS * 86_400)
    return answer
