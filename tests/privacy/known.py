"""Things that must never reach a disk, in every form in which they could lie there."""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import quote

# Each octet is high, and two neighbours are no valid UTF-8: neither text nor small numbers look like their packed form.
IPV4 = ("197.211.163.241", "213.245.201.239", "195.244.198.233", "212.193.227.197", "194.199.251.214")
IPV6 = (
    "2a03:ec80:77a1:8123:9c3d:5eff:fe21:b7c4",
    "2001:1ae9:41f3:9d02:c85a:e7b1:93d4:6fe2",
    "2a02:8f67:d3c9:51ba:f4e1:28d7:b69c:e35d",
    "2a0d:3344:9ac1:7bd0:d19e:f0c3:85a7:42bf",
)
FORGED = ("198.229.214.203", "2a07:fe42:b91c:4dd8:ae93:71c5:d0f6:9b28")  # sent where proxies do not look
USER_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.7390.5417 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; ZQX-S918Q Build/UP1A.231005.993) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.7339.9155 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_73 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E9148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0 Zyxobar/9.83.7",
)
BOTS = ("ZyxCrawlbot/7.31 (+mailto:rotala@zyx-robots.example)",)
SECRETS = (
    "Chrome/141.0.7390.5417", "ZQX-S918Q", "15E9148", "Zyxobar", "UP1A.231005.993", "ZyxCrawlbot",  # of user agents
    "query-token-8fh2kq71", "fragment-token-5pw9", "click-id-77ab31zq", "user-info-pw-3vk8",  # of addresses
    "anna.paraugs@pasts-paraugs.lv", "anna.kampana@pasts-paraugs.lv", "anna.cels@pasts-paraugs.lv",
    "anna.notikums@pasts-paraugs.lv", "anna.temats@pasts-paraugs.lv", "+37126543217", "010199-11337",
    "referrer-path-anna-berzina", "referrer-token-61xq",
    "prop-value-4492kd", "malformed-value-8812", "unknown-field-3391", "kind-value-6627", "forged-visit-9931",
    "forged-consent-5518", "cookie-value-2264", "header-value-7755",
    "svesais.lietotajs@pasts-paraugs.lv", "wrong-password-6601xk", "owner-password-3309zq", "missing-page-query-1188",
    "bearer-value-7120", "notice-value-9043",
)  # fmt: skip


class Known(NamedTuple):
    """One thing, and its forms: text in lower case, bytes, and bytes so few that random data may hold them."""

    what: str
    text: frozenset[bytes]
    packed: frozenset[bytes]
    short: frozenset[bytes] = frozenset()


def known_address(text: str) -> Known:
    """An IP address as text of many kinds, hashed without a key, and packed."""
    address = ip_address(text)
    spellings = {text, address.exploded, address.reverse_pointer.partition(".i")[0], address.packed.hex()}
    packed = {address.packed, address.packed[::-1]}
    if isinstance(address, IPv4Address):
        words = address.packed.hex()
        spellings |= {str(int(address)), f"{words[:4]}:{words[4:]}"}
        return Known(text, _texts(spellings), _bytes_of(text), frozenset(packed))
    assert isinstance(address, IPv6Address)
    subnet = ":".join(text.split(":")[:4])  # the network that may be kept has three groups
    spellings |= {subnet, address.packed[8:].hex(), ":".join(text.split(":")[4:])}
    return Known(text, _texts(spellings), _bytes_of(text) | _base64(address.packed) | packed | {address.packed[8:]})


def known_text(text: str) -> Known:
    """A text as it is, encoded and hashed without a key."""
    return Known(text, _texts({text, text.encode().hex()}), _bytes_of(text))


def known_token(text: str) -> Known:
    """A token of the browser; its digest may be kept, itself not."""
    return Known(f"token {text[:24]}…", frozenset({text.lower().encode()}), _base64(text.encode()))


def everything() -> list[Known]:
    """All that the traffic of this test carries."""
    return [known_address(address) for address in (*IPV4, *IPV6, *FORGED)] + [
        known_text(text) for text in (*USER_AGENTS, *BOTS, *SECRETS)
    ]


def _texts(spellings: Iterable[str]) -> frozenset[bytes]:
    """The spellings in lower case, as they are, percent-encoded as a whole, and hashed, in hexadecimal."""
    forms: set[str] = set()
    for spelling in spellings:
        every = "".join(f"%{byte:02x}" for byte in spelling.encode())
        forms |= {spelling, quote(spelling, safe=""), quote(spelling, safe="").replace(".", "%2e"), every}
        forms |= {digest.hex() for digest in _digests(spelling)}
    return frozenset(form.lower().encode() for form in forms)


def _bytes_of(text: str) -> frozenset[bytes]:
    """Forms in which upper and lower case differ: base64, digests."""
    return _base64(text.encode()) | _digests(text) | {form for digest in _digests(text) for form in _base64(digest)}


def _digests(text: str) -> frozenset[bytes]:
    data = text.encode()
    return frozenset(hashlib.new(name, data).digest() for name in ("md5", "sha1", "sha256", "blake2b"))


def _base64(data: bytes) -> frozenset[bytes]:
    """What `data` becomes inside of base64, at each of three offsets, without the characters its neighbours share."""
    forms: set[bytes] = set()
    for offset in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            whole = encode(bytes(offset) + data)
            forms.add(whole[(offset * 8 + 5) // 6 : (offset + len(data)) * 8 // 6])
    return frozenset(forms)
