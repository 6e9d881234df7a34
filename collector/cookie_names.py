"""Names of cookies, so that no person can be told apart by one: whatever looks made at random becomes a `*`.

Names are chosen by programs, and some carry an identifier: `_hjSession_4711`, `wordpress_logged_in_6f9c…`. Words stay,
with at most two digits behind them; what is no word goes. Pure.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote

MOST = 60  # names of one report
LONGEST = 64  # characters of a name that is kept
STAR = "*"

_PARTS = re.compile(r"([^A-Za-z0-9]+)")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBERED = re.compile(r"([A-Za-z]+)\d{1,2}")
_SHORT = re.compile(r"\d{1,2}|\d?[A-Za-z]{1,2}\d?|\d{1,2}[A-Za-z]")
_HEX = re.compile(r"[0-9a-f]{8,}|(?=[a-f]*\d)[0-9a-f]{4,}", re.IGNORECASE)
_UNUSUAL = re.compile(r"[^\W_]*[^A-Za-z0-9_.:|!#$%&'^`~+*-][^\W_]*")
_MAIL = re.compile(r"^(AMCVS?_).*@AdobeOrg$|^.*@.*$")  # Adobe's names hold the number of an organisation
_RANDOM_TAIL = re.compile(r"^(ASPSESSIONID)[A-Z]{8}$|^(TS01)[0-9a-f]{6}$")
_BETWEEN = re.compile(r"\*.*\*")


def fold(name: str) -> str:
    """The name as it is kept: `_ga_G-1AB2CD3EF4` becomes `_ga_G-*`; empty for what is no name.

    Everything between two parts that were folded goes with them.
    """
    name = _MAIL.sub(_kept, unquote(name, errors="replace").strip())
    name = _RANDOM_TAIL.sub(_kept, name)
    parts = _PARTS.split(_UNUSUAL.sub(STAR, name))
    folded = "".join(part if at % 2 or _is_word(part) else STAR for at, part in enumerate(parts))
    folded = _BETWEEN.sub(STAR, folded)
    return folded if len(folded) <= LONGEST else folded[: LONGEST - 1].partition(STAR)[0] + STAR


def folded(names: Iterable[str]) -> list[str]:
    """Names as they are kept, each once, at most 60 of them."""
    return [name for name in dict.fromkeys(map(fold, names)) if name][:MOST]


def _kept(match: re.Match[str]) -> str:
    """What stands before the identifier, and a star."""
    return "".join(part for part in match.groups() if part) + STAR


def _is_word(part: str) -> bool:
    """Whether a part between punctuation is made of words, and not drawn at random."""
    if not part or _SHORT.fullmatch(part):
        return True
    numbered = _NUMBERED.fullmatch(part)
    letters = numbered[1] if numbered else part
    if not letters.isalpha() or _HEX.fullmatch(part):
        return False
    words = _WORDS.findall(letters)
    if len(letters) >= 8 and len(letters) / len(words) < 2.5:
        return False  # upper and lower case change places as they do in base64
    return all(len(word) <= 16 and (len(word) <= 6 or re.search("[aeiouy]", word, re.IGNORECASE)) for word in words)
