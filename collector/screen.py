"""Two things a browser says of itself: the width of its screen and its language, each in a coarse form."""

import re
from functools import lru_cache

LANGUAGE = re.compile(r"\s*([A-Za-z]{2})(?![A-Za-z0-9])")


def screen_class(width: float | None) -> str:
    """The width of the screen in CSS pixels as one of five classes; empty when unknown or impossible."""
    if width is None or width <= 0:
        return ""
    for limit, name in ((576, "xs"), (992, "s"), (1440, "m"), (1920, "l")):
        if width < limit:
            return name
    return "xl"


@lru_cache(maxsize=512)
def language_of(tag: str) -> str:
    """The two-letter code of a language tag ("lv-LV") or of the first one in Accept-Language; else empty."""
    found = LANGUAGE.match(tag)
    return found[1].lower() if found else ""
