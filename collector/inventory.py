"""POST /cookies: names of the cookies that a page sees, never values, from visitors who agreed to statistics."""

import time
from typing import Annotated

import msgspec
from flask import Blueprint, Response, request

from collector import tallies
from collector.banner_counts import days_of
from collector.beacon import Request
from collector.body import MAX_BODY, BadPayload
from collector.bot import is_bot
from collector.cookie_names import folded
from collector.declared import OWN_NAMES
from collector.endpoint import RETRY_SECONDS, TYPES, common_headers, request_of
from collector.gate import refusal
from collector.history import PREFIX as NOTES
from collector.page import Page, page_of
from collector.payload import Token
from collector.services import services
from collector.spool import SpoolFull
from collector.tokens import text_of

Name = Annotated[str, msgspec.Meta(max_length=256)]
Names = Annotated[list[Name], msgspec.Meta(max_length=100)]
blueprint = Blueprint("inventory", __name__)


class CookieReport(msgspec.Struct):
    """The body: names that were there before consent, and names that came later."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    url: Annotated[str, msgspec.Meta(min_length=1, max_length=8192)]
    before: Names = []
    after: Names = []
    consent: Token = None


_decode = msgspec.json.Decoder(CookieReport).decode


@blueprint.post("/cookies", provide_automatic_options=False)
def take() -> Response:
    """202 when it is counted, 204 with the reason when consent or anything else forbids it."""
    now = time.time()
    report, asked, origin = decode(), request_of(request.environ), request.headers.get("Origin", "")
    page = page_of(report.url)
    reason = forbidden(report, page, asked, now)
    if reason or page is None:
        open_to = "" if reason in ("site", "origin") else origin
        return Response(status=204, headers=[*common_headers(open_to), ("X-Not-Recorded", reason)])
    before, after = foreign(report.before), foreign(report.after)
    after = [name for name in after if name not in before]
    if before or after:
        site = services().sites.get(report.site, now)
        assert site is not None  # the gate saw it
        services().spool.append(tallies.encode_cookies(site.domain, days_of(site, now), page.path, before, after))
    body = msgspec.json.encode({"names": len(before) + len(after)})
    return Response(body, 202, common_headers(origin), mimetype="application/json")


def forbidden(report: CookieReport, page: Page | None, asked: Request, now: float) -> str:
    """Why it may not be counted, or nothing. The same gate as before a beacon."""
    grant = services().consents.latest(report.site, text_of(report.consent), asked.consent)
    hosts = (page.host if page else "", *([asked.origin] if asked.origin else []))
    site = services().sites.get(report.site, now)
    reason = refusal(site, hosts, grant, signal=asked.signal, minute=int(now) // 60)
    return reason or ("bot" if is_bot(asked.user_agent) else "")


def foreign(names: list[str]) -> list[str]:
    """As they are kept, without Sīkdatne's own."""
    return [name for name in folded(names) if name not in OWN_NAMES and not name.startswith(NOTES)]


def decode() -> CookieReport:
    """The body of this request. Raises BadPayload."""
    if request.mimetype not in TYPES:
        raise BadPayload("content_type", "the body is application/json or text/plain", 415)
    body = request.stream.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise BadPayload("too_large", f"the body may hold {MAX_BODY} bytes", 413)
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        raise BadPayload("invalid", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadPayload("malformed", "the body is no JSON object in UTF-8") from None


@blueprint.route("/cookies", methods=["OPTIONS"], provide_automatic_options=False)
def preflight() -> Response:
    """Lets a page of another origin send application/json."""
    headers = [
        *common_headers(request.headers.get("Origin", "")),
        ("Access-Control-Allow-Methods", "POST"),
        ("Access-Control-Allow-Headers", "Content-Type"),
        ("Access-Control-Max-Age", "86400"),
    ]
    return Response(status=204, headers=headers)


@blueprint.errorhandler(BadPayload)
def refused(error: BadPayload) -> Response:
    """The contract's error."""
    return answered(error.type, str(error), error.status)


@blueprint.errorhandler(SpoolFull)
def full(_error: SpoolFull) -> Response:
    answer = answered("full", "nothing can be counted just now; try again later", 503)
    answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


def answered(kind: str, message: str, status: int) -> Response:
    body = msgspec.json.encode({"error": {"type": kind, "message": message}})
    return Response(body, status, common_headers(request.headers.get("Origin", "")), mimetype="application/json")
