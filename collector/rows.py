"""What goes through the spool: the payload of a frame, and its way into columns for ClickHouse.

A payload is one byte of kind and a MessagePack value. None holds an address, a user agent or anything else of a
person; consent records have a spool of their own and never meet the counters.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from collector import extras, tallies
from collector.clock import day_date
from collector.network import network_text
from collector.state import DELTA_FIELDS, Delta, Extra, Origin

BEACON, DROP, NETWORKS, CONSENT = b"b", b"d", b"n", b"c"

BEACON_COLUMNS = (
    "site", "detail_expires", "expires", *Origin.__struct_fields__, "minute", "idle", "hits", *DELTA_FIELDS,
)  # fmt: skip
WAY, NO_WAY = "f", ["", "", "", 0]  # an extra of an older release, and the end of a delta that it did not write
PAGEVIEWS = DELTA_FIELDS.index("pageviews")
ORIGIN_FIELDS = len(Origin.__struct_fields__)
NAME = DELTA_FIELDS.index("name")
DROP_COLUMNS = ("site", "minute", "reason", "drops")
NETWORK_COLUMNS = ("day", "network", "requests", "refused")
CONSENT_COLUMNS = (
    "id", "consent", "site", "choices", "method", "decided", "policy_version", "language", "notice", "signals",
    "valid_until", "supersedes", "chain", "sequence", "previous", "previous_expires", "hash", "signature", "expires",
)  # fmt: skip


class ConsentRecord(msgspec.Struct, frozen=True):
    """One decision, as `consent_log` keeps it. Instants are in seconds since the epoch, `…expires` are day numbers.

    The last six fields are given to it when it is shipped (`collector/chain.py`).
    """

    id: str
    consent: str
    site: str
    choices: dict[str, bool]
    method: str
    decided: float
    policy_version: int
    language: str
    notice: str
    signals: list[str]
    valid_until: int
    supersedes: str
    expires: int
    chain: str = ""
    sequence: int = 0
    previous: str = ""
    previous_expires: int = 0
    hash: str = ""
    signature: str = ""


Link = Callable[[ConsentRecord], ConsentRecord]


def unlinked(record: ConsentRecord) -> ConsentRecord:
    """The record as it was taken."""
    return record


class Batches(NamedTuple):
    """The rows of a segment, column by column, in the order of the `_COLUMNS` above; `counted` is its beacons.

    `extras` are what its beacons add beside the deltas, and tallies, for each table that gets any of it.
    """

    beacons: list[Sequence[Any]]
    drops: list[Sequence[Any]]
    networks: list[Sequence[Any]]
    consents: list[Sequence[Any]]
    counted: int
    extras: list[extras.Batch]


class BeaconFrame(msgspec.Struct, array_like=True):
    """A counted beacon as it lies in the spool. An older release wrote no extras, and origins with fewer fields."""

    site: str
    detail_expires: int
    expires: int
    origin: list[str]
    minute: int
    idle: int
    deltas: list[list[Any]]
    extras: list[list[Any]] = []


_encode = msgspec.msgpack.Encoder().encode
_decode_beacon = msgspec.msgpack.Decoder(BeaconFrame).decode
_decode_drop = msgspec.msgpack.Decoder(tuple[str, int, str]).decode
_decode_networks = msgspec.msgpack.Decoder(tuple[int, list[tuple[Any, int, int]]]).decode
_decode_consent = msgspec.msgpack.Decoder(ConsentRecord).decode


def encode_beacon(
    site: str,
    expires: tuple[int, int],
    origin: Origin,
    minute: int,
    idle: int,
    deltas: Sequence[Delta],
    more: Sequence[Extra] = (),
) -> bytes:
    """One counted beacon. `expires` are the day numbers of the detailed row and of the rollups, `minute` is in
    seconds since the epoch, `idle` in minutes (-1: no hit, a leave), `more` are its extras."""
    return BEACON + _encode((site, *expires, origin, minute, idle, deltas, more))


def encode_drop(site: str, minute: int, reason: str) -> bytes:
    """One beacon that was not recorded."""
    return DROP + _encode((site, minute, reason))


def encode_networks(day: int, counts: Iterable[tuple[bytes, int, int]]) -> bytes:
    """Requests and refused requests of networks, by their prefix, on a day."""
    return NETWORKS + _encode((day, list(counts)))


def encode_consent(record: ConsentRecord) -> bytes:
    """One decision for the consent log."""
    return CONSENT + _encode(record)


def columns(payloads: Iterable[bytes], link: Link = unlinked) -> Batches:
    """The rows of many payloads, ready for columnar inserts; `link` gives each consent record its place in a chain.

    Raises ValueError on a payload of no known shape.
    """
    beacons: list[tuple[Any, ...]] = []
    drops: dict[tuple[str, int, str], int] = {}
    networks: dict[tuple[int, str], tuple[int, int]] = {}
    consents: list[tuple[Any, ...]] = []
    sums, tallied = extras.Sums(), tallies.Sums()
    counted = 0
    try:
        for payload in payloads:
            kind, body = payload[:1], memoryview(payload)[1:]
            if kind == BEACON:
                counted += 1
                _beacon_rows(body, beacons, sums)
            elif kind == DROP:
                site, minute, reason = _decode_drop(body)
                drops[site, minute, reason] = drops.get((site, minute, reason), 0) + 1
            elif kind == NETWORKS:
                _add_networks(body, networks)
            elif kind == CONSENT:
                consents.append(_consent_row(link(_decode_consent(body))))
            elif kind in tallies.KINDS:
                tallied.add(kind, body)
            else:
                raise ValueError(f"frame of unknown kind {kind!r}")
        more = [*tallied.batches(), *sums.batches()]
    except (msgspec.DecodeError, TypeError, IndexError, OverflowError) as error:
        raise ValueError(f"frame of unknown shape: {error}") from error
    return Batches(
        _turn(beacons, len(BEACON_COLUMNS)),
        _turn([(*key, count) for key, count in drops.items()], len(DROP_COLUMNS)),
        _turn([(day_date(day), network, *two) for (day, network), two in networks.items()], len(NETWORK_COLUMNS)),
        _turn(consents, len(CONSENT_COLUMNS)),
        counted,
        more,
    )


def _turn(rows: list[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _beacon_rows(body: memoryview, rows: list[tuple[Any, ...]], sums: extras.Sums) -> None:
    frame = _decode_beacon(body)
    origin = (*frame.origin, *[""] * (ORIGIN_FIELDS - len(frame.origin)))
    start = (frame.site, day_date(frame.detail_expires), day_date(frame.expires), *origin, frame.minute)
    hits = int(frame.idle >= 0)
    if frame.deltas and len(frame.deltas[0]) < len(DELTA_FIELDS):
        _complete(frame)
    for delta in frame.deltas:
        rows.append((*start, frame.idle if hits else 0, hits, day_date(delta[0]), *delta[1:]))
        hits = 0
    if frame.extras:
        event = next((delta[NAME] for delta in frame.deltas if delta[NAME]), "")  # what a page view has none of
        sums.add(frame.site, (frame.detail_expires, frame.expires), origin, frame.minute, frame.extras, event)


def _complete(frame: BeaconFrame) -> None:
    """What a release before wrote of the way to a page was an extra, and is now with the page view."""
    way = next((extra[3:6] + extra[7:8] for extra in frame.extras if extra[:1] == [WAY]), None)
    frame.extras = [extra for extra in frame.extras if extra[:1] != [WAY]]
    frame.deltas = [[*delta, *(way if way and delta[PAGEVIEWS] else NO_WAY)] for delta in frame.deltas]


def _add_networks(body: memoryview, networks: dict[tuple[int, str], tuple[int, int]]) -> None:
    day, counts = _decode_networks(body)
    for prefix, requests, refused in counts:
        network = network_text(prefix) if isinstance(prefix, bytes) else prefix  # text: by an older release
        before = networks.get((day, network), (0, 0))
        networks[day, network] = (before[0] + requests, before[1] + refused)


def _consent_row(record: ConsentRecord) -> tuple[Any, ...]:
    fields = msgspec.structs.asdict(record)
    fields["id"] = UUID(record.id)
    fields["decided"] = datetime.fromtimestamp(record.decided, UTC)
    fields["valid_until"] = datetime.fromtimestamp(record.valid_until, UTC)
    fields["expires"] = day_date(record.expires)
    fields["previous_expires"] = day_date(record.previous_expires)
    return tuple(fields[name] for name in CONSENT_COLUMNS)


def expiry(day: date, months: int) -> date:
    """The first day on which data of `day` is deleted, when it is kept for `months`; whole months of 30.44 days."""
    return date.fromordinal(day.toordinal() + round(months * 30.4375) + 1)
