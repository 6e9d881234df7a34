"""The application factory of the collector: what answers websites and their visitors, and what operators ask.

The dashboards add themselves to the same application; the collector does not know them.
"""

import logging
import time
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from collector import metrics
from collector.body import MAX_BODY
from collector.config import Settings
from collector.consent import DecisionEndpoint
from collector.consent import blueprint as consent
from collector.demo import blueprint as demo
from collector.endpoint import BeaconEndpoint, common_headers
from collector.inventory import blueprint as inventory
from collector.mine import blueprint as mine
from collector.privacy import blueprint as privacy
from collector.request_body import ReadFirst
from collector.scripts import blueprint as scripts
from collector.services import Services, open_services, services

EXTENSION = "sikdatne"
MAX_FORM = 64 * 1024  # bytes of any request but a beacon
log = logging.getLogger(__name__)
operations = Blueprint("operations", __name__)


def create_app(settings: Settings) -> Flask:
    """The application of one web process. Opens its spools and databases."""
    app = Flask("collector", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM, SECRET_KEY=settings.key("session")[0])
    shared = open_services(settings)
    app.extensions[EXTENSION] = shared
    for blueprint in (operations, scripts, consent, inventory, privacy, mine, demo):
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, as_json)
    mount(app, shared)
    return app


def mount(app: Flask, shared: Services) -> None:
    """Put beacons and decisions in front of Flask's dispatcher, and all but beacons behind the trusted proxies."""
    hops = shared.settings.trusted_proxies
    flask_app: Any = ReadFirst(DecisionEndpoint(app), MAX_FORM)
    if hops:
        flask_app = ProxyFix(flask_app, x_for=hops, x_proto=hops, x_host=hops)
    app.wsgi_app = BeaconEndpoint(flask_app, shared.counter, shared.outcomes.count)  # type: ignore[method-assign]


def as_json(error: HTTPException) -> Response:
    """An error in the shape of the contract."""
    kind = (error.name or "error").lower().replace(" ", "_")
    return json_error(error.code or 500, kind, error.description or error.name)


def json_error(status: int, kind: str, message: str) -> Response:
    """`{"error": {"type", "message"}}` with its status; never kept by a cache."""
    body = msgspec.json.encode({"error": {"type": kind, "message": message}})
    return Response(body, status, common_headers(""), mimetype="application/json")


@operations.route("/beacon", methods=["OPTIONS"])
def preflight() -> Response:
    """Lets a page of another origin send application/json; whether it is counted is decided by the beacon itself."""
    headers = common_headers(request.headers.get("Origin", ""))
    headers += [
        ("Access-Control-Allow-Methods", "POST"),
        ("Access-Control-Allow-Headers", "Content-Type"),
        ("Access-Control-Max-Age", "86400"),
    ]
    return Response(status=204, headers=headers)


@operations.route("/beacon", methods=["GET", "PUT", "PATCH", "DELETE"])
def not_a_beacon() -> Response:
    """A beacon is a POST."""
    answer = json_error(405, "method_not_allowed", f"send a POST with JSON of at most {MAX_BODY} bytes")
    answer.headers["Allow"] = "POST, OPTIONS"
    return answer


@operations.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain", headers=common_headers(""))


@operations.get("/readyz")
def readyz() -> Response:
    """Beacons can be taken: the spool can be written, and the store is reachable or the spool has room."""
    problems = metrics.readiness(services().settings, time.time())
    return Response(
        msgspec.json.encode({"ready": not problems, "problems": problems}) + b"\n",
        503 if problems else 200,
        common_headers(""),
        mimetype="application/json",
    )


@operations.get("/metrics")
def prometheus() -> Response:
    """Metrics in Prometheus' text format."""
    body, content_type = metrics.render(services().settings)
    return Response(body, headers=common_headers(""), content_type=content_type)
