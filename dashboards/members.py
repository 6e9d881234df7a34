"""What every page behind the login has in common."""

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from dashboards import context


def members(name: str, import_name: str) -> Blueprint:
    """A blueprint whose pages are for those who are logged in, and whose figures stay in no cache."""
    made = Blueprint(name, import_name)
    made.before_request(only_users)
    made.after_request(keep_private)
    return made


def only_users() -> Response | None:
    if context.user():
        return None
    if request.method != "GET" or request.path.endswith("/live"):
        abort(403)
    target = request.full_path.rstrip("?")
    return redirect(url_for("accounts.login", next=None if target == "/" else target))


def keep_private(response: Response) -> Response:
    """Figures belong in no cache."""
    response.headers.setdefault("Cache-Control", "no-store, private")
    return response


def only_admins() -> None:
    """Stops those who may look, but not change."""
    user = context.user()
    if user is None or user.role != "admin":
        abort(403)
