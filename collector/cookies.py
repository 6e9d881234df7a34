"""The two cookies: what the visitor decided, and the visit state. Both belong to the collector alone."""

from flask import request
from werkzeug.wrappers import Response

CONSENT, VISIT = "consent", "visit"


def keep_consent(response: Response, token: str, seconds: int) -> None:
    """Keep a decision in the visitor's browser; a refusal is remembered in the same way."""
    response.set_cookie(
        CONSENT, token, max_age=seconds, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )


def forget_visit(response: Response) -> None:
    """Delete the visit state from the visitor's browser."""
    response.delete_cookie(VISIT, path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def forget_consent(response: Response) -> None:
    """Delete a decision that is no longer in force."""
    response.delete_cookie(CONSENT, path="/", secure=request.is_secure, httponly=True, samesite="Lax")
