"""`POST /api/v2/query`: the stats API, in the shape of Plausible's v2, so that its clients work unchanged."""

import logging

import msgspec
from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from collector.app import json_error
from collector.services import services
from collector.store import StoreError
from dashboards import context
from dashboards.accounts import digest
from dashboards.query import QueryError, Result, parse, run
from dashboards.tokens import site_of

LARGEST_QUERY = 65_536  # bytes
PER_MINUTE = 300  # queries of a token, and unknown tokens from a network, that one web process takes
LIMITER = "sikdatne.api"  # extension of the application
log = logging.getLogger(__name__)
blueprint = Blueprint("api", __name__, url_prefix="/api/v2")


@blueprint.record_once
def prepare(state: BlueprintSetupState) -> None:
    state.app.config.setdefault("API_QUERIES_PER_MINUTE", PER_MINUTE)
    state.app.extensions[LIMITER] = FixedWindowRateLimiter(MemoryStorage())


@blueprint.post("/query")
def query() -> Response:
    """Answers a query about the site of the token; docs/api.md tells what can be asked."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return unauthorized("send the header Authorization: Bearer <token>; `sikdatne token add` makes one")
    if not within_limit(token.strip()):
        return too_many()
    domain = site_of(context.database(), token.strip(), context.now())
    if domain is None:
        return unauthorized("this token is not known") if within_limit(context.caller_network()) else too_many()
    return answer_for(domain)


def answer_for(domain: str) -> Response:
    """The answer to the query in the body, which may be about this site only."""
    try:
        asked = parse(read_body())
    except (QueryError, msgspec.DecodeError) as error:
        return json_error(400, "bad_request", str(error))
    if asked.site_id != domain:
        return json_error(403, "forbidden", f"this token does not open {asked.site_id}")
    site = services().sites.get(domain, context.now())
    if site is None:
        return json_error(404, "not_found", f"there is no site {domain}")
    try:
        return answer(run(asked, context.store(), site, context.now()))
    except QueryError as error:
        return json_error(400, "bad_request", str(error))
    except StoreError as error:
        log.warning("a query was not answered: %s", error)
        return unavailable()


def read_body() -> object:
    """The decoded body. Raises QueryError or DecodeError."""
    if (request.content_length or 0) > LARGEST_QUERY:
        raise QueryError(f"a query has at most {LARGEST_QUERY} bytes")
    return msgspec.json.decode(request.get_data())


def within_limit(key: str) -> bool:
    """Counts one more of this key; False when there were too many in the minute. Kept in memory only."""
    limit = RateLimitItemPerMinute(current_app.config["API_QUERIES_PER_MINUTE"])
    limiter: FixedWindowRateLimiter = current_app.extensions[LIMITER]
    return limiter.hit(limit, digest(key))


def answer(result: Result) -> Response:
    response = Response(msgspec.json.encode(result.document()), mimetype="application/json")
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
