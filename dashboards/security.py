"""What protects the dashboards: response headers, the session cookie, form tokens and limits on login attempts.

All of it is bound to the dashboards' own blueprints: the collector's addresses take requests from foreign pages and
have rules of their own.
"""

from flask import Blueprint, Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect

from collector.config import Settings
from collector.database import Database
from dashboards import accounts, context
from dashboards.attempts import DatabaseStorage

ATTEMPTS = "10 per 5 minutes; 60 per day"  # for one account from one network
NETWORK_ATTEMPTS = "60 per 5 minutes"  # from one network, whatever the account
ACCOUNT_ATTEMPTS = "500 per day"  # for one account, from wherever: slows guessing without locking its owner out soon
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS = "max-age=31536000"
LIMITER = "sikdatne.dashboards.limiter"  # extension of the application
ACCOUNT = "account "  # with what the keys of limits of an account begin


class SessionCookie(SecureCookieSessionInterface):
    """The session cookie is Secure exactly where the page came by https, so that plain http on a desk works too."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def protect(app: Flask, settings: Settings, blueprints: tuple[Blueprint, ...]) -> None:
    """Guards these blueprints, and the error pages of addresses that nobody serves."""
    signing, *older = settings.key("session")
    app.config.update(
        SECRET_KEY=signing,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME="sikdatne",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=accounts.SESSION_LIFE,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # a form token lasts as long as its session
    )
    app.session_interface = SessionCookie()
    names = frozenset(blueprint.name for blueprint in blueprints)
    csrf = CSRFProtect(app)

    @app.before_request
    def check_form() -> None:
        if request.blueprint in names:
            csrf.protect()

    @app.after_request
    def add_headers(response: Response) -> Response:
        if request.blueprint in names or request.endpoint is None:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            if request.is_secure:
                response.headers.setdefault("Strict-Transport-Security", HSTS)
        return response


def limit_attempts(app: Flask, settings: Settings, database: Database, blueprint: Blueprint) -> None:
    """Limits what is posted to this blueprint (login and set-up). The counts are shared by all workers."""
    options = {"database": database, "secret": settings.key("attempts")[0], "clock": context.now}
    uri = f"{DatabaseStorage.STORAGE_SCHEME[0]}://"
    limiter = Limiter(_network, storage_uri=uri, storage_options=options)  # type: ignore[arg-type]
    for limits, key in ((ATTEMPTS, _account_and_network), (NETWORK_ATTEMPTS, _network), (ACCOUNT_ATTEMPTS, _account)):
        limiter.limit(limits, key_func=key, methods=["POST"])(blueprint)
    limiter.init_app(app)
    app.extensions[LIMITER] = limiter


def forgive() -> None:
    """After a login that succeeded: attempts before it no longer count against its account."""
    limiter: Limiter = current_app.extensions[LIMITER]
    for each in limiter.current_limits:
        if any(part.startswith(ACCOUNT) for part in each.request_args):
            limiter.limiter.clear(each.limit, *each.request_args)


def _account() -> str:
    return ACCOUNT + request.form.get("email", "").strip().lower()[:254]


def _network() -> str:
    return "network " + context.caller_network()


def _account_and_network() -> str:
    return f"{_account()} {_network()}"
