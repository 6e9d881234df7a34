"""What this very browser holds of a site, for its owner to read, and to withdraw, object and delete with one click."""

import time

import msgspec
from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from collector import cookies, held, history
from collector.consent import keep_note, note_for, notes, record, remembered
from collector.decision import Choices, Decision, Method
from collector.messages import LEFT
from collector.services import services
from collector.sites import Site
from collector.spool import SpoolFull
from collector.visitor_page import WITH_SCRIPT, as_json, page, site_named, wants_json, wished

blueprint = Blueprint("mine", __name__, template_folder="templates")


@blueprint.route("/privacy/<site>/me", methods=["GET", "POST"])
def mine(site: str) -> Response:
    """Everything this browser holds for the site, to read or as JSON.

    Where cookies do not reach the collector, the banner hands over the tokens of the page's storage in a form.
    """
    found, words, now = site_named(site), wished(), time.time()
    by_page = request.method == "POST"
    shared = services()
    given = request.form if by_page else request.cookies
    holds = held.find(found, given, shared.consents, shared.visits, notes())
    state = holds.state(found)
    if wants_json():
        return as_json(held.as_data(holds, found, now))
    return page(
        "me", found, words, policy=WITH_SCRIPT, by_page=by_page, done=done(holds, request.args.get("done", "")),
        address=address_of(found),
        choice=held.choice_rows(holds.consent, found, words, now) if holds.consent else [],
        history=held.history_rows(holds.history, found, words),
        visit=held.visit_rows(state, found, words) if state else [],
        stored=[
            (name, msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
            for name, value in (("consent", holds.consent), ("visit", holds.visit), (LEFT, holds.left)) if value
        ],
    )  # fmt: skip


def done(holds: held.Held, said: str) -> str:
    """What was just done, if it is so: a link from elsewhere cannot make the page say it."""
    consent = holds.consent
    refused = consent is None or not (consent.statistics or consent.marketing)
    true = {
        "withdrawn": refused and holds.visit is None and holds.left is None,
        "deleted": refused and holds.visit is None and holds.left is None and not holds.history,
        "objected": consent is not None and not consent.marketing,
    }
    return said if true.get(said) else ""


def address_of(site: Site) -> str:
    """Where the website is, as far as the settings tell."""
    return f"https://{site.domain}/" if "." in site.domain else next(iter(site.origins), "")


@blueprint.post("/privacy/<site>/me/withdraw")
def withdraw(site: str) -> Response:
    """Withdraw the consent that this browser's cookie holds, and forget its visits."""
    found = asked_here(site)
    answer = back(found, "withdrawn")
    cookies.forget_visit(answer)
    refuse(answer, found, note=True)
    return answer


@blueprint.post("/privacy/<site>/me/delete")
def delete(site: str) -> Response:
    """Delete the visit state and the history; a refusal takes the place of a consent, so that nobody asks again."""
    found = asked_here(site)
    answer = back(found, "deleted")
    cookies.forget_visit(answer)
    history.forget(answer, found.domain, list(request.cookies), request.is_secure)
    refuse(answer, found, note=False)
    return answer


@blueprint.post("/privacy/<site>/me/object")
def objection(site: str) -> Response:
    """Object to marketing. It holds at once; what was decided on statistics stays, for as long as it would have."""
    found = asked_here(site)
    answer = back(found, "objected")
    grant = remembered(found, time.time())
    if grant is None:
        decide(answer, found, "object", Choices(), note=False)
    elif grant.marketing:
        choices = Choices(statistics=grant.statistics)
        decide(answer, found, "object", choices, note=True, until=grant.until * 60)
    return answer


def asked_here(domain: str) -> Site:
    """The site, if the button is on our own page."""
    found = site_named(domain)
    if request.headers.get("Origin", request.host_url.rstrip("/")) != request.host_url.rstrip("/"):
        abort(403, "this can only be asked on the page itself")
    return found


def back(site: Site, what: str) -> Response:
    """To the page, which says what was done."""
    answer = redirect(url_for(".mine", site=site.domain, done=what, language=request.args.get("language")), 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refuse(answer: Response, site: Site, *, note: bool) -> None:
    """Where there is a consent, put a recorded withdrawal in its place. One no longer in force is just deleted."""
    grant = remembered(site, time.time())
    if grant is None:
        cookies.forget_consent(answer)
    elif grant.statistics or grant.marketing:
        decide(answer, site, "withdraw", Choices(), note=note)


def decide(answer: Response, site: Site, method: Method, choices: Choices, *, note: bool, until: int = 0) -> None:
    """Record a decision made here, and let the browser remember it; `until`: when it ends, in epoch seconds."""
    now = time.time()
    try:
        proof = record(Decision(site.domain, choices, method, wished().language), site, now, until)
    except SpoolFull:
        abort(503, "this cannot be recorded just now; try again later")
    seconds = proof.grant.until * 60 - int(now)
    cookies.keep_consent(answer, services().consents.encode(proof.grant), max(seconds, 0))
    made = note_for(proof, replaces=False) if note else None
    if made:
        keep_note(answer, proof, made)
