"""The cookies: what the visitor decided, and the visit state. They belong to the collector alone."""

from flask import request
from werkzeug.wrappers import Response

from collector.messages import LEFT, VISIT

CONSENT = "consent"


def keep_consent(response: Response, token: str, seconds: int) -> None:
    """Keep a decision in the visitor's browser; a refusal is remembered in the same way."""
    response.set_cookie(
        CONSENT, token, max_age=seconds, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )


def forget_visit(response: Response) -> None:
    """Delete the visit state from the visitor's browser: the cookie of this host, and any of that name of its domains,
    as a proxy or an earlier set-up may have left them."""
    for name in (VISIT, LEFT):
        for domain in (None, *domains_of(request.host)):
            response.delete_cookie(name, "/", domain, secure=request.is_secure, httponly=True, samesite="Lax")


def domains_of(host: str) -> list[str]:
    """The domains that a cookie of this host (with or without port) could have been set for, as far as names tell."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    labels = name.lower().rstrip(".").split(".")
    if labels[-1].isdigit() or "[" in name:
        return []  # an address
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def forget_consent(response: Response) -> None:
    """Delete a decision that is no longer in force."""
    response.delete_cookie(CONSENT, path="/", secure=request.is_secure, httponly=True, samesite="Lax")
