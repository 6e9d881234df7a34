"""Puts a notice together: the words of a language, the owner's own words, and what the site declares. Pure."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from collector.banner import Banner, BannerTexts
from collector.declared import BUILT_IN, PURPOSES, Declared, Purpose
from collector.phrases import Phrases, filled
from collector.sites import Site

# Texts that go out as they are.
LABELS = (
    "accept", "reject", "customise", "save", "withdraw", "close", "reopen", "policy", "mine", "failed",
    "columns",
)  # fmt: skip
OTHERS = {
    "cookiebot": "Cookiebot", "klaro": "Klaro", "cookieyes": "CookieYes", "tcf": "IAB TCF", "own": "–",
}  # fmt: skip
KINDS = ("banner", "embed", *OTHERS)


def banner_content(site: Site, banner: Banner, cookies: Sequence[Declared], words: Phrases) -> dict[str, Any]:
    """Everything that the banner shows: first layer, and second layer with each cookie."""
    own, texts = banner.texts.get(words.language, BannerTexts()), words.texts
    return {
        **heading(site, words),
        **{label: texts[label] for label in LABELS},
        "title": own.title or texts["title"],
        "text": introduction(site, own, cookies, words),
        "purposes": [purpose_shown(purpose, site, own, cookies, words) for purpose in PURPOSES],
        "position": banner.position,
        "floating": banner.floating,
    }


def embed_content(site: Site, banner: Banner, cookies: Sequence[Declared], words: Phrases) -> dict[str, Any]:
    """What stands in place of something held back, such as a map. The page fills in `{host}` and `{purpose}`."""
    texts, labels = words.texts["embed"], ("once", "always")
    return {
        **heading(site, words),
        **{label: texts[label] for label in labels},
        "text": texts["text"],
        "scope": filled(texts["scope"], reopen=words.texts["reopen"]),
        "policy": words.texts["policy"],
        "failed": words.texts["failed"],
        "purposes": {purpose: words.texts["purposes"][purpose]["title"] for purpose in PURPOSES},
    }


def external_content(site: Site, words: Phrases, kind: str) -> dict[str, Any]:
    """What is known of a text that another consent tool showed: which tool it was, and what its answer is used for."""
    texts = words.texts
    return {
        **heading(site, words),
        "banner": kind,
        "text": filled(texts["external"], banner=OTHERS[kind]),
        "purposes": {purpose: texts["purposes"][purpose]["title"] for purpose in PURPOSES},
    }


def heading(site: Site, words: Phrases) -> dict[str, Any]:
    """What every notice carries."""
    return {
        "site": site.domain,
        "version": site.policy_version,
        "language": words.language,
        "direction": words.direction,
        "controller": controller(site),
    }


def controller(site: Site) -> str:
    return site.controller or site.domain


def introduction(site: Site, own: BannerTexts, cookies: Sequence[Declared], words: Phrases) -> str:
    """Who asks and what for; who else gets data; how to change one's mind."""
    texts, named = words.texts, controller(site)
    intro = filled(own.intro or texts["intro"], controller=named)
    if named not in intro:
        intro = f"{named}: {intro}"
    others = sorted({cookie.provider for cookie in cookies if cookie.third_party})
    parties = words.counted(texts["third"], len(others), names=", ".join(others)) if others else texts["own"]
    return f"{intro} {parties} {filled(texts['change'], reopen=texts['reopen'])}"


def purpose_shown(
    purpose: Purpose, site: Site, own: BannerTexts, cookies: Sequence[Declared], words: Phrases
) -> dict[str, Any]:
    """One purpose with the cookies that serve it: rows of name, provider, purpose, time kept."""
    texts = words.texts["purposes"][purpose]
    built_in = [
        row(cookie, words.texts["built_in"][key], site, words)
        for key, cookie in BUILT_IN.items()
        if cookie.purpose == purpose
    ]
    rows = built_in + [row(each, each.text(words.language), site, words) for each in cookies if each.purpose == purpose]
    return {
        "key": purpose,
        "title": f"{texts['title']} · {words.texts['always']}" if purpose == "necessary" else texts["title"],
        "text": getattr(own, purpose) or texts["text"],
        "count": words.cookies(len(rows)),
        "cookies": rows,
    }


def row(cookie: Declared, text: str, site: Site, words: Phrases) -> list[str]:
    provider = cookie.provider or controller(site)
    if cookie.third_party:
        provider += f" ({words.texts['third_party']})"
    return [cookie.name, provider, text, words.duration(cookie)]


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the content as JSON with sorted keys and no spaces, in UTF-8."""
    exact = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(exact.encode()).hexdigest()
