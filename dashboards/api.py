"""`POST /api/v2/query`: the stats API, in the shape of Plausible's v2, so that its clients work unchanged.

`POST /api/v2/report` has the reports that Plausible's has not: funnels, flows, cohorts, vitals and topics.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from collector.app import json_error
from collector.services import services
from collector.sites import Site
from collector.store import StoreError
from dashboards import context
from dashboards.accounts import digest
from dashboards.query import QueryError, decoded, parse, parse_report, run, run_report
from dashboards.tokens import site_of

LARGEST_QUERY = 65_536  # bytes
PER_MINUTE = 300  # queries of a token, and unknown tokens from a network, that one web process takes
LIMITER = "sikdatne.api"  # extension of the application
log = logging.getLogger(__name__)
blueprint = Blueprint("api", __name__, url_prefix="/api/v2")
Answer = Callable[[str], Response]


class RefusedError(Exception):
    """The question may not be asked, or not of this site."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


@blueprint.record_once
def prepare(state: BlueprintSetupState) -> None:
    state.app.config.setdefault("API_QUERIES_PER_MINUTE", PER_MINUTE)
    state.app.extensions[LIMITER] = FixedWindowRateLimiter(MemoryStorage())


@blueprint.post("/query")
def query() -> Response:
    """Answers a query about the site of the token; docs/api.md tells what can be asked."""
    return answered(answer_query)


@blueprint.post("/report")
def report() -> Response:
    """Answers a question for one of the reports, likewise."""
    return answered(answer_report)


def answered(answer: Answer) -> Response:
    """What `answer` says of the body, to whom has a token."""
    domain = site_of_token()
    if isinstance(domain, Response):
        return domain
    try:
        return answer(domain)
    except QueryError as error:
        return json_error(400, "bad_request", str(error))
    except RefusedError as error:
        return json_error(error.status, error.kind, str(error))
    except StoreError as error:
        log.warning("a query was not answered: %s", error)
        return unavailable()


def site_of_token() -> str | Response:
    """The site that the token opens, or why there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return unauthorized("send the header Authorization: Bearer <token>; `sikdatne token add` makes one")
    if not within_limit(token.strip()):
        return too_many()
    domain = site_of(context.database(), token.strip(), context.now())
    if domain is None:
        return unauthorized("this token is not known") if within_limit(context.caller_network()) else too_many()
    return domain


def answer_query(domain: str) -> Response:
    """The answer to the query in the body, which may be about this site only."""
    asked = parse(read_body())
    site = opened(asked.site_id, domain)
    return written(run(asked, context.store(), site, context.now()).document())


def answer_report(domain: str) -> Response:
    """The report that the body asks for, of this site only."""
    asked = parse_report(read_body())
    site = opened(asked.site_id, domain)
    return written(run_report(asked, context.store(), site, context.now()))


def opened(asked: str, domain: str) -> Site:
    """The site that is asked about, if the token of `domain` opens it. Raises RefusedError."""
    if asked != domain:
        raise RefusedError(403, "forbidden", f"this token does not open {asked}")
    site = services().sites.get(domain, context.now())
    if site is None:
        raise RefusedError(404, "not_found", f"there is no site {domain}")
    return site


def read_body() -> object:
    """The decoded body. Raises QueryError."""
    if (request.content_length or 0) > LARGEST_QUERY:
        raise QueryError(f"a query has at most {LARGEST_QUERY} bytes")
    return decoded(request.get_data())


def within_limit(key: str) -> bool:
    """Counts one more of this key; False when there were too many in the minute. Kept in memory only."""
    limit = RateLimitItemPerMinute(current_app.config["API_QUERIES_PER_MINUTE"])
    limiter: FixedWindowRateLimiter = current_app.extensions[LIMITER]
    return limiter.hit(limit, digest(key))


def written(document: Mapping[str, Any]) -> Response:
    response = Response(msgspec.json.encode(document), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def too_many() -> Response:
    response = json_error(429, "too_many_requests", "too many queries; wait a minute")
    response.headers["Retry-After"] = "60"
    return response


def unauthorized(message: str) -> Response:
    response = json_error(401, "unauthorized", message)
    response.headers["WWW-Authenticate"] = 'Bearer realm="sikdatne"'
    return response


def unavailable() -> Response:
    response = json_error(503, "unavailable", "the store cannot be reached; what is counted meanwhile is not lost")
    response.headers["Retry-After"] = "10"
    return response
