"""What a view of the dashboards may ask for: the parts of the running service, the time, and who is asking."""

import time
from typing import cast

from flask import current_app, g, request, session
from werkzeug.exceptions import NotFound

from collector.config import Settings
from collector.database import Database
from collector.network import network_of
from collector.services import services
from collector.sites import Site
from collector.store import Store
from dashboards.accounts import User, session_user

SESSION = "login"  # where the signed cookie holds the session token; the server knows only its digest
STORE = "sikdatne.dashboards.store"  # extension of the application


def settings() -> Settings:
    return services().settings


def database() -> Database:
    return services().database


def store() -> Store:
    """The store with the rights of the dashboards; it may be away."""
    return cast(Store, current_app.extensions[STORE])


def now() -> float:
    """Epoch seconds; tests set the application's CLOCK."""
    return float(current_app.config.get("CLOCK", time.time)())


def user() -> User | None:
    """Who is logged in, looked up once a request."""
    if "user" not in g:
        token = session.get(SESSION)
        g.user = session_user(database(), token, now()) if isinstance(token, str) else None
    return cast(User | None, g.user)


def site_or_404(domain: str) -> Site:
    known = services().sites
    site = known.get(domain, now())
    if site is None:  # another process may have added it a moment ago
        known.fresh_until = float("-inf")
        site = known.get(domain, now())
    if site is None:
        raise NotFound(f"There is no site {domain}.")
    return site


def caller_network() -> str:
    """The network that is asking, never the address: the key of login limits."""
    return network_of(request.remote_addr or "")
