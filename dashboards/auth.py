"""Login, logout, and the page of the first run."""

import re

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from dashboards import accounts, context, security
from dashboards.i18n import _

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/login")
def login() -> Response | str:
    if context.user():
        return redirect(url_for("pages.sites"))
    first = not accounts.any_user(context.database())
    return render_template("login.html", next=request.args.get("next", ""), first=first)


@blueprint.post("/login")
def log_in() -> Response | tuple[str, int]:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    user = accounts.check_password(context.database(), email, password[: accounts.PASSWORD_LENGTHS.stop])
    if user is None:
        error = _("The e-mail address or the password is not right.")
        return render_template("login.html", next=request.form.get("next", ""), email=email, error=error), 401
    security.forgive()
    return _enter(user, request.form.get("next", ""))


@blueprint.post("/logout")
def logout() -> Response:
    token = session.get(context.SESSION)
    if isinstance(token, str):
        accounts.close_session(context.database(), token)
    session.clear()
    return redirect(url_for("accounts.login"))


@blueprint.get("/setup/<token>")
def setup(token: str) -> str | tuple[str, int]:
    if not accounts.setup_open(context.database(), token, context.now()):
        return _spent()
    return render_template("setup.html")


@blueprint.post("/setup/<token>")
def set_up(token: str) -> Response | str | tuple[str, int]:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        user = accounts.use_setup(context.database(), token, email, password, context.now())
    except accounts.AccountError as error:
        return render_template("setup.html", email=email, error=str(error)), 400
    return _enter(user, "") if user else _spent()


def _enter(user: accounts.User, target: str) -> Response:
    """Begins a session under a fresh token: what the browser held before the login is worth nothing after it."""
    session.clear()
    session.permanent = True
    session[context.SESSION] = accounts.open_session(context.database(), user, context.now())
    return redirect(target if _is_own(target) else url_for("pages.sites"))


def _is_own(target: str) -> bool:
    """Whether this is a path of ours, so that a login never leads to a foreign site."""
    return re.fullmatch(r"/(?!/)[^\x00-\x20\\]*", target) is not None


def _spent() -> tuple[str, int]:
    message = _("This set-up link was used or is older than 24 hours.")
    help_ = _("Start the service again for a new one, or make a user with “sikdatne user add”.")
    return render_template("message.html", title=_("Set-up link"), message=message, help=help_), 410
