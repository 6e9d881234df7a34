"""Signed tokens that the browser carries: the visit state and the consent. Their owner can read them."""

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import msgspec

from collector.grant import ConsentGrant
from collector.visit import HASH_LENGTH, Origin, State

__all__ = ["ConsentGrant", "ConsentTokens", "SignedTokens", "VisitTokens", "text_of"]

MAC_BYTES = 16
MAX_TOKEN = 1500  # bytes; a longer token was not made here
CACHED = 4096  # consents, in memory only: one visit brings the same one several times
DISPENSABLE: tuple[tuple[str, Any], ...] = (("trail", ()), ("spent", ()), ("reached", 0), ("first", ()))  # one by one
MAX_PAYLOAD = (MAX_TOKEN - 33) * 3 // 4  # 33: the point and the encoded MAC


def text_of(given: object) -> str:
    """What was given as a token, if it is a text; else an empty one, which is no token."""
    return given if isinstance(given, str) else ""


class SignedTokens:
    """`<base64url of readable JSON>.<keyed BLAKE2b of 128 bits in hexadecimal>`, bound to a site.

    The first key signs, all of them verify, so that a secret can be rotated. BLAKE2b is as good a signature as
    HMAC-SHA256 and takes a third of its time, which is a good part of the time a beacon takes.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("at least one key is needed to sign tokens")
        self._keyed = tuple(blake2b(key=key, digest_size=MAC_BYTES) for key in keys)

    def sign(self, site: str, payload: bytes) -> str:
        """The token for `payload`, valid on `site` alone."""
        # As cookies may carry it; the functions of base64 for this take thrice the time.
        encoded = b2a_base64(payload, newline=False).rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_")
        return f"{encoded.decode('ascii')}.{_mac(self._keyed[0], site, encoded)}"

    def open(self, site: str, token: str) -> bytes | None:
        """The payload of a token that was signed here for `site`; None for every other text."""
        if len(token) > MAX_TOKEN or not token.isascii():
            return None
        text, _, mac = token.partition(".")
        encoded = text.encode("ascii")
        for keyed in self._keyed:
            if compare_digest(_mac(keyed, site, encoded), mac):
                break
        else:
            return None
        try:
            return a2b_base64(encoded.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(encoded) % 4))
        except Base64Error:
            return None


def _mac(keyed: blake2b, site: str, encoded: bytes) -> str:
    signature = keyed.copy()
    signature.update(site.encode() + b"\0" + encoded)
    return signature.hexdigest()


class VisitTokens:
    """Carries a visit state in a token."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._tokens = SignedTokens(keys)
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(State)

    def encode(self, site: str, state: State) -> str:
        """The token of `state` on `site`."""
        payload = self._encoder.encode(state)
        if len(payload) > MAX_PAYLOAD:
            payload = self._shortened(state, len(payload) - MAX_PAYLOAD)
        return self._tokens.sign(site, payload)

    def _shortened(self, state: State, excess: int) -> bytes:
        """The payload by at least `excess` bytes shorter: the browser forgets what matters least.

        That is which pages it saw first today, which steps it took first today, then the way to its page; and, where 63
        goals meet funnels and the longest names, what the visit spent (it stays booked on the page of that moment),
        which goals it reached today, and what the first visit was like.
        """
        forget = -(-excess // HASH_LENGTH) * HASH_LENGTH
        of_pages = min(forget, len(state.pages))
        state = msgspec.structs.replace(
            state, pages=state.pages[of_pages:], steps=state.steps[min(forget - of_pages, len(state.steps)) :]
        )
        payload = self._encoder.encode(state)
        if len(payload) > MAX_PAYLOAD:
            for name, nothing in DISPENSABLE:
                state = msgspec.structs.replace(state, **{name: nothing})
                payload = self._encoder.encode(state)
                if len(payload) <= MAX_PAYLOAD:
                    break
        return payload

    def decode(self, site: str, token: str) -> State | None:
        """The state in `token`, or None if it is forged, foreign to the site, or of no known shape."""
        payload = self._tokens.open(site, token)
        if payload is None:
            return None
        try:
            return self._decoder.decode(payload)
        except msgspec.DecodeError:
            return _older(payload)


def _older(payload: bytes) -> State | None:
    """The state in a payload of version 0.1, in which the origin was an object with the names of its fields."""
    try:
        fields = msgspec.json.decode(payload)
        fields["origin"] = [fields["origin"].get(name, "") for name in Origin.__struct_fields__]
        return msgspec.convert(fields, State)
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError):
        return None


class ConsentTokens:
    """Carries a consent decision in a token."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._tokens = SignedTokens(keys)
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(ConsentGrant)
        self.decode = lru_cache(maxsize=CACHED)(self._decode)

    def encode(self, grant: ConsentGrant) -> str:
        """The token of `grant`."""
        return self._tokens.sign(grant.site, self._encoder.encode(grant))

    def _decode(self, site: str, token: str) -> ConsentGrant | None:
        """The decision in `token` if it was made on `site`; whether it still holds is for the gate to say."""
        payload = self._tokens.open(site, token)
        if payload is None:
            return None
        try:
            grant = self._decoder.decode(payload)
        except msgspec.DecodeError:
            return None
        return grant if grant.site == site else None

    def latest(self, site: str, *tokens: str) -> ConsentGrant | None:
        """The last of several decisions of one browser; of two in the same minute the one that allows less.

        A page's storage and the cookie can differ: a withdrawal on another page of the site reaches only the cookie.
        """
        given = [token for token in tokens if token]
        if len(given) == 1:
            return self.decode(site, given[0])
        grants = [grant for token in given if (grant := self.decode(site, token)) is not None]
        return max(grants, key=lambda grant: (grant.decided, -grant.statistics, -grant.marketing), default=None)
