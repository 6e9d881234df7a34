"""Signed tokens that the browser carries: the visit state and the consent. Their owner can read them."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence

import msgspec

from collector.visit import HASH_LENGTH, State

MAC_BYTES = 16
MAX_TOKEN = 1500  # bytes; a longer token was not made here
MAX_PAYLOAD = (MAX_TOKEN - 23) * 3 // 4  # 23: the point and the encoded MAC


class ConsentGrant(msgspec.Struct, frozen=True):
    """A decision about purposes, as the beacon's gate needs it. It holds no consent id."""

    site: str
    policy: int  # version of the policy it was given for
    statistics: bool
    marketing: bool
    decided: int  # minute since the epoch
    until: int  # minute since the epoch in which it expires


class SignedTokens:
    """`<base64url of readable JSON>.<base64url of a truncated HMAC-SHA256>`, bound to a site.

    The first key signs, all of them verify, so that a secret can be rotated.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("at least one key is needed to sign tokens")
        self._keys = tuple(keys)

    def sign(self, site: str, payload: bytes) -> str:
        """The token for `payload`, valid on `site` alone."""
        encoded = urlsafe_b64encode(payload).rstrip(b"=")
        return (encoded + b"." + _mac(self._keys[0], site, encoded)).decode("ascii")

    def open(self, site: str, token: str) -> bytes | None:
        """The payload of a token that was signed here for `site`; None for every other text."""
        if len(token) > MAX_TOKEN or not token.isascii():
            return None
        encoded, _, mac = token.encode("ascii").partition(b".")
        if not any(hmac.compare_digest(_mac(key, site, encoded), mac) for key in self._keys):
            return None
        try:
            return urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))
        except (Base64Error, ValueError):
            return None


def _mac(key: bytes, site: str, encoded: bytes) -> bytes:
    digest = hmac.digest(key, site.encode() + b"\0" + encoded, "sha256")
    return urlsafe_b64encode(digest[:MAC_BYTES]).rstrip(b"=")


class VisitTokens:
    """Carries a visit state in a token."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._tokens = SignedTokens(keys)
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(State)

    def encode(self, site: str, state: State) -> str:
        """The token of `state` on `site`. If it would be too long, the pages seen first today are forgotten."""
        payload = self._encoder.encode(state)
        excess = len(payload) - MAX_PAYLOAD
        if excess > 0:
            forget = -(-excess // HASH_LENGTH) * HASH_LENGTH
            payload = self._encoder.encode(msgspec.structs.replace(state, pages=state.pages[forget:]))
        return self._tokens.sign(site, payload)

    def decode(self, site: str, token: str) -> State | None:
        """The state in `token`, or None if it is forged, foreign to the site, or of no known shape."""
        payload = self._tokens.open(site, token)
        if payload is None:
            return None
        try:
            return self._decoder.decode(payload)
        except msgspec.DecodeError:
            return None


class ConsentTokens:
    """Carries a consent decision in a token."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._tokens = SignedTokens(keys)
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(ConsentGrant)

    def encode(self, grant: ConsentGrant) -> str:
        """The token of `grant`."""
        return self._tokens.sign(grant.site, self._encoder.encode(grant))

    def decode(self, site: str, token: str) -> ConsentGrant | None:
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
        grants = [grant for token in {*tokens} - {""} if (grant := self.decode(site, token)) is not None]
        return max(grants, key=lambda grant: (grant.decided, -grant.statistics, -grant.marketing), default=None)
