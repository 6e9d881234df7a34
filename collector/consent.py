"""Consent: the notice a banner shows, and the record of what the visitor decided. Proof first, effect second."""

import gzip
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import cast
from uuid import uuid4
from wsgiref.types import StartResponse

import msgspec
from flask import Blueprint, Flask, Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from collector import banner_counts, consent_log, cookies, history, rows
from collector.body import BadPayload
from collector.config import Settings
from collector.decision import MAX_DECISION, VALID_DAYS, Decision, Proof, decode, prove
from collector.endpoint import RETRY_SECONDS, TYPES, Environ, common_headers, host_of
from collector.gate import in_force
from collector.notice_text import KINDS
from collector.notices import Notice, Notices
from collector.phrases import choose_language
from collector.receipt import receipt_of
from collector.services import of, services
from collector.sites import Site
from collector.spool import SpoolFull
from collector.store import Store, StoreError, open_store
from collector.tokens import ConsentGrant

NOTICES, STORE = "sikdatne.notices", "sikdatne.consent_log"
AWAY = "the decision cannot be recorded just now, so it does not take effect; try again later"

log = logging.getLogger(__name__)
blueprint = Blueprint("consent", __name__)


@blueprint.record_once
def open_notices(state: BlueprintSetupState) -> None:
    """The notices of this process, and its way to the log."""
    app = cast("Flask", state.app)
    app.extensions[NOTICES] = Notices(of(app).database)
    app.extensions[STORE] = open_store(of(app).settings)


def log_store() -> Store:
    """The store with the consent log; it may be away."""
    found: Store = current_app.extensions[STORE]
    return found


def notices() -> Notices:
    """The notices of the application that handles the current request."""
    found: Notices = current_app.extensions[NOTICES]
    return found


@blueprint.get("/consent", provide_automatic_options=False)
def ask() -> Response:
    """Whether to show the banner, and the notice to show in it. `open` in the query: the visitor wants to see it.

    `notice` asks for the text of another place where consent is given: `embed`, or the name of another banner.
    """
    now = time.time()
    site = allowed_site(request.args.get("site", ""), now)
    language = choose_language([request.args.get("language", ""), *request.accept_languages.values()])
    if "failed" in request.args:  # a decision that did not arrive, told by the page
        services().unrecorded.count(site.domain, int(now) // 60 * 60)
        return answered(None, 202)
    kind = request.args.get("notice", "banner")
    if kind not in KINDS:
        raise BadPayload("notice", f"there is no such notice; there are {', '.join(KINDS)}")
    notice = notices().current(site, language, now, kind)
    grant, signals = remembered(site, now), signals_sent()
    if grant is None and signals and "open" not in request.args:
        services().spool.append(rows.encode_drop(site.domain, int(now) // 60 * 60, "signal"))
    asks = grant is None and not signals
    shown = grant is None and kind == "banner" and (asks or "open" in request.args)
    if shown:
        banner_counts.count("shown", site, notice.language, now)
    answer = answered(
        {
            "ask": asks,
            "shown": shown,
            "notice": notice.content,
            "hash": notice.hash,
            "policy": notice.version,
            "signals": signals,
            "choice": None if grant is None else choice_of(grant),
        }
    )
    return packed(answer) if grant is None else answer  # what holds a token is better not guessed by its length


def decide() -> Response:
    """POST /consent: record a decision; it takes effect when that is done."""
    now = time.time()
    if request.mimetype not in TYPES:
        raise BadPayload("content_type", "the body is application/json or text/plain", 415)
    decision = decode(request.stream.read(MAX_DECISION + 1))
    site = g.site = allowed_site(decision.site, now)
    proof = record(checked(decision, site), site, now)
    services().unrecorded.settle()
    count_answer(proof, site, now)
    token = services().consents.encode(proof.grant)
    note = note_for(proof, bool(decision.supersedes))
    answer = answered({"consent": token, "receipt": proof.receipt, "decision": note})
    take_effect(answer, proof, token)
    if note:
        keep_note(answer, proof, note)
    return answer


def count_answer(proof: Proof, site: Site, now: float) -> None:
    """Count what became of a banner that was shown: only its first answer, and only as a number."""
    outcome = banner_counts.OUTCOMES.get(proof.record.method)
    if outcome and request.args.get("asked") == "1":
        with suppress(SpoolFull):  # the decision itself is on disk
            banner_counts.count(outcome, site, proof.record.language, now)


@blueprint.get("/consent/receipt/<record_id>", provide_automatic_options=False)
def receipt(record_id: str) -> Response:
    """The receipt again, for whoever knows its id: a random one that only the visitor was given."""
    found = consent_log.find(log_store(), record_id)
    if found is None or not found.consent:
        raise BadPayload("receipt", "there is no receipt with this id; a new one takes a few seconds to arrive", 404)
    site = services().sites.get(found.site, time.time()) or Site(found.site)
    origin = request.headers.get("Origin", "")
    g.allowed_origin = origin if origin and site.allows(host_of(origin)) else ""
    return answered(receipt_of(found, site, consent_log.replaced_by(log_store(), found)))


@blueprint.route("/consent", methods=["OPTIONS"])
def preflight() -> Response:
    """Lets a page of another origin send application/json; whether it may decide is for the decision itself."""
    headers = [
        *common_headers(request.headers.get("Origin", "")),
        ("Access-Control-Allow-Methods", "GET, POST"),
        ("Access-Control-Allow-Headers", "Content-Type"),
        ("Access-Control-Max-Age", "86400"),
    ]
    return Response(status=204, headers=headers)


def allowed_site(domain: str, now: float) -> Site:
    """The site, if the page that asks is one of its pages. Raises BadPayload."""
    site = services().sites.get(domain, now)
    if site is None:
        raise BadPayload("site", "this site is not known here", 404)
    origin = request.headers.get("Origin", "")
    if origin and not site.allows(host_of(origin)):
        raise BadPayload("origin", f"pages of {origin} do not belong to this site", 403)
    g.allowed_origin = origin
    return site


def signals_sent() -> list[str]:
    """Privacy signals of this request: by header, or as the banner read them from the browser."""
    told = request.args.get("signals", "").split(",")
    found = {"gpc": request.headers.get("Sec-GPC") == "1", "dnt": request.headers.get("DNT") == "1"}
    return [name for name, sent in found.items() if sent or name in told]


def remembered(site: Site, now: float) -> ConsentGrant | None:
    """The decision in force that this browser's cookie holds for the site."""
    grant = services().consents.decode(site.domain, request.cookies.get(cookies.CONSENT, ""))
    return grant if grant is not None and in_force(grant, site, int(now) // 60) else None


def choice_of(grant: ConsentGrant) -> dict[str, object]:
    """A remembered decision, for a page that lost its own copy or never had one."""
    return {
        "consent": services().consents.encode(grant),
        "choices": {"statistics": grant.statistics, "marketing": grant.marketing},
        "until": grant.until * 60,
    }


def checked(decision: Decision, site: Site) -> Decision:
    """The decision, with a notice that was really shown on this site. Raises BadPayload."""
    notice = notices().find(decision.notice) if decision.notice else None
    if notice is not None and notice.site != site.domain:
        notice = None
    if decision.choices.grants:
        check_consented_notice(decision, notice, site)
    return msgspec.structs.replace(
        decision,
        notice=notice.hash if notice is not None else "",
        language=notice.language if notice is not None else choose_language([decision.language]),
    )


def check_consented_notice(decision: Decision, notice: Notice | None, site: Site) -> None:
    """Consent is given to a text; a refusal needs none. Raises BadPayload."""
    if decision.notice and notice is None:
        raise BadPayload("notice", "no notice with this hash was ever shown on this site")
    if notice is not None and notice.version != site.policy_version:
        raise BadPayload("notice", "the policy changed since this notice was shown; show the new one", 409)


def record(decision: Decision, site: Site, now: float, until: int = 0) -> Proof:
    """Write the record to disk and give its proof back. It holds `until` then, if that is given. Raises SpoolFull."""
    proof = prove(decision, site, signals_sent(), (str(uuid4()), str(uuid4())), now, until)
    services().consent_spool.append(rows.encode_consent(proof.record), sync=True)
    return proof


def take_effect(answer: AnyResponse, proof: Proof, token: str) -> None:
    """Let the visitor's browser remember the decision, and forget its visits unless statistics are allowed."""
    cookies.keep_consent(answer, token, VALID_DAYS * 86_400)
    if not proof.grant.statistics:
        cookies.forget_visit(answer)


def note_for(proof: Proof, replaces: bool) -> str | None:
    """The browser's own note of a consent, and of what replaces one; nothing for somebody who only refuses."""
    before = services().consents.decode(proof.grant.site, request.cookies.get(cookies.CONSENT, ""))
    agreed = before is not None and (before.statistics or before.marketing)
    if not (replaces or agreed or proof.grant.statistics or proof.grant.marketing):
        return None
    return notes().encode(proof.grant.site, past_of(proof))


def keep_note(answer: AnyResponse, proof: Proof, note: str) -> None:
    """Let the visitor's browser keep the note, for the privacy pages alone."""
    history.keep(answer, proof.grant.site, past_of(proof), note, request.is_secure)


def past_of(proof: Proof) -> history.Past:
    record, grant = proof.record, proof.grant
    receipt = record.id if record.consent else ""
    return history.Past(
        int(record.decided), record.method, grant.statistics, grant.marketing, record.policy_version, receipt
    )


def notes() -> history.HistoryTokens:
    return _notes(services().settings)


@lru_cache(maxsize=4)
def _notes(settings: Settings) -> history.HistoryTokens:
    return history.HistoryTokens(settings.key(history.KEY))


def answered(body: object, status: int = 200) -> Response:
    """JSON that the page may read and nobody may keep."""
    headers = common_headers(g.get("allowed_origin", ""))
    return Response(msgspec.json.encode(body), status, headers, mimetype="application/json")


def packed(answer: Response) -> Response:
    """The answer gzipped, where the browser takes that."""
    if request.accept_encodings["gzip"] > 0:
        answer.set_data(gzip.compress(answer.get_data(), mtime=0))
        answer.content_encoding = "gzip"
    answer.vary.add("Accept-Encoding")
    return answer


@blueprint.errorhandler(BadPayload)
def refused(error: BadPayload) -> Response:
    """The contract's error."""
    return answered({"error": {"type": error.type, "message": str(error)}}, error.status)


@blueprint.errorhandler(StoreError)
def log_away(_error: StoreError) -> Response:
    """The receipt is there, but cannot be read just now."""
    answer = answered({"error": {"type": "unavailable", "message": "the log is away; try again later"}}, 503)
    answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


@blueprint.errorhandler(SpoolFull)
@blueprint.errorhandler(SQLAlchemyError)
def away(_error: Exception) -> Response:
    """Nothing is in force that could not be written down; the owner is told of each decision that was lost so."""
    if "site" in g:
        services().unrecorded.count(g.site.domain, int(time.time()) // 60 * 60)
    answer = answered({"error": {"type": "unavailable", "message": AWAY}}, 503)
    answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


class DecisionEndpoint:
    """Answers POST /consent in front of Flask's dispatcher, and passes every other request on.

    What the dashboards ask of every request of theirs (sessions, limits, headers) takes longer than the decision.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._behind = app.wsgi_app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/consent" or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        with self._app.request_context(environ):
            answer = self.answer()
        start_response(answer.status, answer.headers.to_wsgi_list())
        return [answer.get_data()]

    @staticmethod
    def answer() -> Response:
        try:
            return decide()
        except BadPayload as error:
            return refused(error)
        except HTTPException as error:
            return refused(BadPayload("malformed", error.description or error.name, error.code or 400))
        except (SpoolFull, SQLAlchemyError) as error:
            return away(error)
        except Exception:
            log.exception("a decision failed")
            return answered({"error": {"type": "internal", "message": "the decision was not recorded"}}, 500)
