"""The hash chain of the consent log: what a record's hash covers, how it is signed, and how one follows another. Pure.

A chain belongs to one site and one installation, which is its only writer. Days of expiry never go down along a chain,
and each record knows the one of the record before it: so what retention deletes is always the beginning of a chain, and
the first record that is left says whether the deletion was due.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence

import msgspec

from collector.rows import ConsentRecord

PURPOSE = "consent-log"  # of the keys that sign
LATE_DAYS = 7  # a segment may be shipped that much later than a younger one, and then is kept as long as that one
UNCOVERED = ("hash", "signature")


class Head(msgspec.Struct, frozen=True):
    """The last record of a chain. `expires` is a day number; `signature` covers the rest."""

    site: str
    chain: str
    sequence: int
    hash: str
    expires: int
    signature: str = ""


def canonical(record: ConsentRecord) -> bytes:
    """What the hash covers: every field but hash and signature, as JSON with sorted keys, no spaces, in UTF-8.

    `decided` is in whole milliseconds, `valid_until` in seconds since the epoch; days count from 1970-01-01.
    """
    fields = {name: value for name, value in msgspec.structs.asdict(record).items() if name not in UNCOVERED}
    fields["decided"] = milliseconds(record)
    return as_json(fields)


def as_json(value: object) -> bytes:
    """JSON that is the same for the same value, whoever writes it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def milliseconds(record: ConsentRecord) -> int:
    """When it was decided, as exactly as the log keeps it."""
    return round(record.decided * 1000)


def hash_of(record: ConsentRecord) -> str:
    """SHA-256 of the canonical record, in hexadecimal."""
    return hashlib.sha256(canonical(record)).hexdigest()


def signature_of(key: bytes, record_hash: str) -> str:
    """HMAC-SHA256 of a record's hash, in hexadecimal."""
    return hmac.digest(key, record_hash.encode(), hashlib.sha256).hex()


def is_signed(record: ConsentRecord, keys: Sequence[bytes]) -> bool:
    """Whether the record's hash was signed here, with the key in use or an older one."""
    return _signed_by(keys, record.hash.encode(), record.signature)


def sign_head(key: bytes, head: Head) -> Head:
    """The same head with its signature."""
    return msgspec.structs.replace(head, signature=hmac.digest(key, _head_bytes(head), hashlib.sha256).hex())


def is_head_signed(head: Head, keys: Sequence[bytes]) -> bool:
    """Whether the head was signed here."""
    return _signed_by(keys, _head_bytes(head), head.signature)


def _head_bytes(head: Head) -> bytes:
    return b"head" + as_json([head.site, head.chain, head.sequence, head.hash, head.expires])


def _signed_by(keys: Sequence[bytes], message: bytes, signature: str) -> bool:
    given = signature.encode("utf-8", "surrogateescape")
    return any(hmac.compare_digest(hmac.digest(key, message, hashlib.sha256).hex().encode(), given) for key in keys)


def linked(record: ConsentRecord, heads: Sequence[Head], installation: str, key: bytes) -> tuple[ConsentRecord, Head]:
    """The record with its place in the chain, and the new head. `heads` are those of the site's chains, in order.

    Where retention became shorter, a new chain begins, because days of expiry never go down along one.
    """
    head = heads[-1] if heads else None
    if head is not None and record.expires < head.expires - LATE_DAYS:
        head = None
    placed = msgspec.structs.replace(
        record,
        decided=milliseconds(record) / 1000,
        expires=max(record.expires, head.expires) if head else record.expires,
        chain=head.chain if head else f"{installation}-{len(heads) + 1}",
        sequence=head.sequence + 1 if head else 1,
        previous=head.hash if head else "",
        previous_expires=head.expires if head else 0,
        hash="",
        signature="",
    )
    found = hash_of(placed)
    placed = msgspec.structs.replace(placed, hash=found, signature=signature_of(key, found))
    return placed, Head(placed.site, placed.chain, placed.sequence, found, placed.expires)
