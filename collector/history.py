"""The decisions a browser has made so far, kept by that browser alone.

The log of decisions knows no person, so it cannot tell whose records belong together. The browser can: it keeps a
signed note of each consent and of what became of it, with the id of the receipt (a refusal has none). A note is a
cookie for the privacy pages only, so it never travels with a beacon; where cookies do not reach the collector, the
page's storage holds the notes. A browser that only ever refused holds none.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from werkzeug.wrappers import Response

from collector.decision import VALID_DAYS
from collector.tokens import SignedTokens

PREFIX = "decision-"  # of the names of the cookies
FIELD = "decisions"  # all notes, separated by spaces, as a page hands them over
KEY = "decisions"  # of Settings.key
MOST = 12


class Past(NamedTuple):
    """A decision: seconds since the epoch, and the receipt's id or nothing."""

    decided: int
    method: str
    statistics: bool
    marketing: bool
    policy: int
    receipt: str


class HistoryTokens:
    """Carries notes in tokens, each signed for one site."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._tokens = SignedTokens(keys)
        self._decoder = msgspec.json.Decoder(Past)

    def encode(self, site: str, past: Past) -> str:
        return self._tokens.sign(site, msgspec.json.encode(past))

    def decode(self, site: str, token: str) -> Past | None:
        """The decision in `token`, or None if it is forged or foreign to the site."""
        payload = self._tokens.open(site, token) if token else None
        if payload is None:
            return None
        try:
            return self._decoder.decode(payload)
        except msgspec.DecodeError:
            return None

    def all(self, site: str, given: Mapping[str, str]) -> list[Past]:
        """The newest MOST decisions in these cookies or in this form, the oldest first."""
        tokens = {value for name, value in given.items() if name.startswith(PREFIX)}
        tokens.update(given.get(FIELD, "").split()[:100])
        found = (self.decode(site, token) for token in tokens)
        return sorted(past for past in found if past is not None)[-MOST:]


def path(site: str) -> str:
    """The only pages that the notes are sent to."""
    return f"/privacy/{site}"


def keep(response: Response, site: str, past: Past, token: str, secure: bool) -> None:
    """Keep a note in the visitor's browser, for as long as a decision holds."""
    response.set_cookie(
        f"{PREFIX}{past.decided}", token, max_age=VALID_DAYS * 86_400, path=path(site), secure=secure, httponly=True,
        samesite="Lax",
    )  # fmt: skip


def forget(response: Response, site: str, names: Sequence[str], secure: bool) -> None:
    """Delete those of these cookies that are notes."""
    for name in names:
        if name.startswith(PREFIX):
            response.delete_cookie(name, path=path(site), secure=secure, httponly=True, samesite="Lax")
