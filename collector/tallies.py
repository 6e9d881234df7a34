"""Counts that stand beside the beacons and have nothing of a visit in them: names of cookies, and the banner's answers.

Each is a frame of a kind of its own; here those of a segment are summed and turned into columns. Pure.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from collector.clock import day_date
from collector.extras import Batch

COOKIES, BANNER = b"k", b"q"
KINDS = (COOKIES, BANNER)
Outcome = Literal["shown", "accepted", "refused", "customised"]
BEFORE, AFTER = "before", "after"

COOKIE_COLUMNS = ("site", "day", "expires", "page", "name", "moment", "seen")
BANNER_COLUMNS = ("site", "day", "expires", "outcome", "dimension", "value", "times")

_encode = msgspec.msgpack.Encoder().encode
_decode_cookies = msgspec.msgpack.Decoder(tuple[str, int, int, str, list[str], list[str]]).decode
_decode_banner = msgspec.msgpack.Decoder(tuple[str, int, int, Outcome, list[tuple[str, str]]]).decode


def encode_cookies(
    site: str, days: tuple[int, int], page: str, before: Iterable[str], after: Iterable[str]
) -> bytes:  # fmt: skip
    """The names that a page saw before consent, and those it saw later. `days`: the day, and the day of deletion."""
    return COOKIES + _encode((site, *days, page, list(before), list(after)))


def encode_banner(site: str, days: tuple[int, int], outcome: Outcome, where: Iterable[tuple[str, str]]) -> bytes:
    """The banner was shown or answered. `where` are dimensions and values, each to be counted for itself."""
    return BANNER + _encode((site, *days, outcome, list(where)))


class Sums:
    """Sums of both kinds. Days are numbers until they become columns."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[Any, ...], int] = {}
        self._banner: dict[tuple[Any, ...], int] = {}

    def add(self, kind: bytes, body: memoryview) -> None:
        """Add one frame. Raises msgspec.DecodeError."""
        if kind == COOKIES:
            site, day, expires, page, before, after = _decode_cookies(body)
            for moment, names in ((BEFORE, before), (AFTER, after)):
                for name in names:
                    key = (site, day, expires, page, name, moment)
                    self._cookies[key] = self._cookies.get(key, 0) + 1
            return
        site, day, expires, outcome, where = _decode_banner(body)
        for dimension, value in (("", ""), *where):
            key = (site, day, expires, outcome, dimension, value)
            self._banner[key] = self._banner.get(key, 0) + 1

    def batches(self) -> list[Batch]:
        """What there is, table by table."""
        both = (("cookies_seen", COOKIE_COLUMNS, self._cookies), ("banner_counts", BANNER_COLUMNS, self._banner))
        return [Batch(table, columns, _columns(sums)) for table, columns, sums in both if sums]


def _columns(sums: dict[tuple[Any, ...], int]) -> list[Sequence[Any]]:
    site, day, expires, *rest = zip(*((*key, count) for key, count in sums.items()), strict=True)
    return [site, list(map(day_date, day)), list(map(day_date, expires)), *rest]
