"""How a visitor found the site: channel, source and campaign, from the landing address and the referrer.

A campaign named in the address (utm_*, or `source` and `ref`) wins over the referrer. Of a referrer only the site is
kept, never the page. The ids that advertisers add (gclid and the like) tell that a click was paid for and are dropped.
docs/sources.md says the rules in words.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import unquote_plus

from collector.channel import Known, channel_of
from collector.referrers import ALIASES, APPS, KINDS
from collector.text import REMOVED, clean_text


class Source(NamedTuple):
    """Where a visit came from. `source` is the referring site's name or host, or utm_source; empty when direct."""

    channel: str
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


LONGEST = 4096  # characters of a query string or a referrer that are looked at
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "source", "ref")
# Ids of clicks: what was paid for, and by which source if nothing else names one.
PAID_CLICKS = {
    "gclid": "Google", "gbraid": "Google", "wbraid": "Google", "dclid": "Google Ads", "msclkid": "Bing",
    "yclid": "Yandex", "ttclid": "TikTok", "twclid": "X", "li_fat_id": "LinkedIn", "rdt_cid": "Reddit",
    "epik": "Pinterest", "sccid": "Snapchat",
}  # fmt: skip
# Facebook and Instagram add theirs to every outgoing link, paid for or not.
CLICKS = {"fbclid": "Facebook", "igsh": "Instagram", "igshid": "Instagram", "mc_cid": "Mailchimp"}
WANTED = {*CAMPAIGN, *PAID_CLICKS, *CLICKS}

_REFERRER = re.compile(r"(https?|android-app|ios-app)://(?:[^/?#@]*@)?([^/?#\\\s]+)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d([-._ ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)")
_SUSPECT = re.compile(r"[0-9@:%]")
# A person may stand behind these: e-mail, telephone, personal code, customer number, IP address, token.
_PERSONAL = re.compile(
    r"[^\s@]\s*(?:@|%40)\s*[^\s@]"
    r"|\d{7}|\d[\d ()-]{7,}\d"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
    r"|[0-9a-f]*::[0-9a-f]|(?:[0-9a-f]{1,4}:){4}"
    r"|[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}-|eyj[\w-]{10}",
    re.IGNORECASE,
)


def classify(query: str, referrer: str, is_internal: Callable[[str], bool]) -> Source:
    """The source of a visit that begins on an address with this query string (without "?").

    `is_internal` tells whether a host (with its port where it has one) belongs to the site: from there is Direct.
    """
    given = _parameters(query)
    origin = _from_referrer(referrer, is_internal)
    if not given:
        return Source(channel_of("", origin), origin.name)
    medium = _clean(given.get("utm_medium", "")).lower()
    click = next((PAID_CLICKS[key] for key in PAID_CLICKS if key in given), "")
    source = _named(given)
    if not source.name:
        other = click or next((CLICKS[key] for key in CLICKS if key in given), "")
        source = origin if origin.name else _by_name(other.lower()) or Known()
    if not source.kind:
        source = Known(source.name, origin.kind)
    return Source(
        channel_of(medium, source, paid=bool(click)),
        source.name,
        medium,
        _clean(given.get("utm_campaign", "")),
        _clean(given.get("utm_term", "")).lower(),
        _clean(given.get("utm_content", "")),
    )


def _parameters(query: str) -> dict[str, str]:
    """The first value of each wanted parameter, undecoded; click ids without their value."""
    found: dict[str, str] = {}
    if "=" not in query:
        return found
    for pair in query[:LONGEST].split("&"):
        key, _, value = pair.partition("=")
        key = key.lower()
        if value and key in WANTED and key not in found:
            found[key] = value if key in CAMPAIGN else "1"
    return found


def _named(given: dict[str, str]) -> Known:
    """The source that the address names."""
    value = _clean(given.get("utm_source", "")).lower()
    if not value:
        # Other programs use these two words as well, so a value that had to be removed is no source.
        value = _clean(given.get("source") or given.get("ref") or "").lower().replace(REMOVED, "")
    if not value:
        return Known()
    known = _by_name(value)
    if known is None and "." in value:
        known = _by_host(value.removeprefix("https://").removeprefix("http://").partition("/")[0])
    return known or Known(value)


def _from_referrer(referrer: str, is_internal: Callable[[str], bool]) -> Known:
    site = _site_of(referrer) if len(referrer) <= 128 else _site_of.__wrapped__(referrer[:LONGEST])
    if site is None:
        return Known()
    scheme, netloc = site
    if scheme == "android-app":
        return _by_name(APPS.get(netloc, "").lower()) or Known(_clean(netloc) if _HOST.fullmatch(netloc) else "")
    host = netloc.partition(":")[0].rstrip(".")
    if is_internal(netloc) or is_internal(host):
        return Known()
    if netloc.startswith("["):
        return Known(REMOVED)
    return _by_host(host) or Known()


@lru_cache(maxsize=2048)
def _site_of(referrer: str) -> tuple[str, str] | None:
    """Scheme and host (with its port) of a referrer; browsers send no more of most of them."""
    match = _REFERRER.match(referrer)
    return (match[1].lower(), match[2].lower()) if match else None


@lru_cache(maxsize=4096)
def _by_host(host: str) -> Known | None:
    """What is known of a host; a host nobody knows stands for itself; None for what is no host."""
    if not _HOST.fullmatch(host):
        return None
    table = _hosts()
    labels = host.split(".")
    for at in range(len(labels)):
        rest = labels[at:]
        known = table.get(".".join(rest))
        if known is None and len(rest) in (2, 3) and all(len(label) <= 3 for label in rest[1:]):
            known = table.get(rest[0] + ".*")
        if known is None and len(rest) in (3, 4) and all(len(label) <= 3 for label in rest[2:]):
            known = table.get(f"{rest[0]}.{rest[1]}.*")
        if known is not None:
            return known
    kind = "email" if labels[0] in ("mail", "webmail") and len(labels) > 2 else ""
    return Known(_clean(host.removeprefix("www.")), kind)


@cache
def _hosts() -> dict[str, Known]:
    return {
        host: Known(name, kind)
        for kind, names in KINDS.items()
        for name, hosts in names.items()
        for host in hosts.split()
    }


@cache
def _names() -> dict[str, Known]:
    names = {name.lower(): Known(name, kind) for kind, table in KINDS.items() for name in table}
    names |= {name.replace(" ", ""): known for name, known in names.items()}
    return names | {alias: names[name.lower()] for alias, name in ALIASES.items()}


def _by_name(name: str) -> Known | None:
    return _names().get(name)


@lru_cache(maxsize=1024)
def _clean(value: str) -> str:
    """A value as it may be kept: decoded, at most 64 bytes, or "(removed)" when a person may be behind it."""
    if not value:
        return ""
    value = unquote_plus(value, errors="replace").replace("\ufffd", "")
    if _SUSPECT.search(value) and _PERSONAL.search(_DATE.sub(" ", value)):
        return REMOVED
    return clean_text("".join(filter(str.isprintable, value)), 64)
