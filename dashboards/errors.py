"""Error pages in the look of the dashboards, for people; programs get the collector's JSON."""

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests

from collector.app import as_json
from dashboards.i18n import _


def init_app(app: Flask, ours: frozenset[str]) -> None:
    """Takes over errors of these blueprints, and of addresses that nobody serves."""

    def answer(error: HTTPException) -> Response:
        if error.response is not None:
            return make_response(error.get_response())
        blueprint = blueprint_of(app, error)
        unknown_address = not blueprint and request.endpoint is None and not request.path.startswith("/api/")
        if (blueprint in ours or unknown_address) and wants_page():
            return page(error)
        return as_json(error)

    app.register_error_handler(HTTPException, answer)


def wants_page() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "text/html"


def blueprint_of(app: Flask, error: HTTPException) -> str:
    """Who serves this address; also where it is served by other methods only, which leaves the request without one."""
    if request.blueprint or not isinstance(error, MethodNotAllowed):
        return request.blueprint or ""
    adapter, methods = app.create_url_adapter(request), sorted(error.valid_methods or ())
    endpoint = str(adapter.match(method=methods[0])[0]) if adapter and methods else ""
    return endpoint.rpartition(".")[0]


def page(error: HTTPException) -> Response:
    """The error as a page, with its status and its headers."""
    code = error.code or 500
    titles = {
        400: _("That cannot be understood"),
        403: _("This is not for you to see"),
        404: _("There is nothing here"),
        405: _("That is not possible here"),
        413: _("That is too much at once"),
        429: _("Too many attempts"),
    }
    messages = {
        400: error.description or "",
        403: _("Your account may look, but not change this. Ask an administrator."),
        404: _("The address is wrong, or what was here is gone."),
        429: _("Wait a few minutes, then try again."),
    }
    title = titles.get(code, _("Something went wrong here") if code >= 500 else error.name)
    message = messages.get(code, _("It is our fault, and it was logged. Try again in a moment.") if code >= 500 else "")
    response = make_response(render_template("message.html", title=title, message=message, code=code), code)
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    if isinstance(error, TooManyRequests):
        response.headers.setdefault("Retry-After", "300")
    return response
