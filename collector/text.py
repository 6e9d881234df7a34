"""Texts as they are kept: one line, without personal data, cut to a length in bytes."""

import re

REMOVED = "(removed)"
# Personal data that ends up in addresses: e-mail, IPv4, Latvian personal code, long numbers (telephone, cards).
_SUSPECT = re.compile(r"[@:+]|\d{6}|\d\.\d|\b00\d")
_PERSONAL = re.compile(
    r"@"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    r"|\b\d{6}-\d{5}\b|\d{11}|(?:\+|\b00)\d{8}"
    r"|[0-9a-f]*::[0-9a-f]|(?:[0-9a-f]{1,4}:){4}",
    re.IGNORECASE,
)
# With what turns the direction of writing: a name could pass for another one in a list.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def clean_text(text: str, limit: int = 64) -> str:
    """A short label as it is kept: one line, without personal data, at most `limit` bytes long."""
    if not text:
        return ""
    text = CONTROL.sub("", text).strip().replace('"', "'").replace("\\", "/")
    return shorten(without_personal(text), limit)


def without_personal(text: str) -> str:
    """`text` with each part between slashes that looks like personal data replaced by "(removed)"."""
    if _SUSPECT.search(text) is None:
        return text
    return "/".join(REMOVED if _PERSONAL.search(part) else part for part in text.split("/"))


def shorten(text: str, limit: int) -> str:
    """`text` cut to `limit` bytes of UTF-8, on a character."""
    if len(text) <= limit and text.isascii():
        return text
    data = text.encode("utf-8", "replace")
    return text if len(data) <= limit else data[:limit].decode("utf-8", "ignore")
