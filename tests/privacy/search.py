"""Searches everything a service wrote: files, as they are and decompressed, and the rows of all tables."""

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow

from collector.store import Store
from tests.privacy.known import Known

CHECKSUM = 16
HEADER = struct.Struct("<BII")  # method, bytes with this header, bytes inside
METHODS = {0x82: "lz4_raw", 0x90: "zstd"}
STORED, SEVERAL = 0x02, 0x91
NUMBERS = {0x92, 0x93, 0x94, 0x95}  # codecs of columns of numbers: Delta, T64, DoubleDelta, Gorilla
COMPRESSED = (".bin", ".cmrk", ".cmrk2", ".cmrk3", ".cmrk4", ".cidx")
# Files of hashes: any four bytes may occur in them by chance.
RANDOM = ("checksums.txt",)

Seen = dict[tuple[bytes, bool], list[str]]  # what was found in a content that is random or not


def search(blobs: Iterable[tuple[str, bytes, bool]], known: Iterable[Known], seen: Seen | None = None) -> list[str]:
    """What of the known things is in the blobs, and where.

    Most files of the engine are like others of it, and stay as they are: each content is searched once. `seen` keeps
    what was in it from one search to the next of the same known things.
    """
    things = list(known)
    seen = {} if seen is None else seen
    found = []
    for where, data, is_random in blobs:
        content = (data, is_random)
        if content not in seen:
            seen[content] = list(inside(data, is_random, things))
        found += [f"{what} in {where}" for what in seen[content]]
    return found


def inside(data: bytes, is_random: bool, things: Iterable[Known]) -> Iterator[str]:
    """Which of the things are in the data, and in what form."""
    lower = data.lower()
    for thing in things:
        if any(form in lower for form in thing.text):
            yield f"{thing.what}, as text,"
        if any(form in data for form in thing.packed):
            yield f"{thing.what}, encoded,"
        if not is_random and any(form in data for form in thing.short):
            yield f"{thing.what}, packed,"


def files(folder: Path) -> Iterator[tuple[str, bytes, bool]]:
    """Every file below `folder`, with the names of all of them; those of the engine decompressed, too."""
    # The engine renames and removes folders meanwhile, which Path.rglob does not forgive.
    every = sorted(Path(parent) / name for parent, _, names in os.walk(folder) for name in names)
    paths = [path for path in every if path.is_file() and not path.is_symlink()]
    yield "the names of files", "\n".join(map(str, paths)).encode(), False
    for path in paths:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue  # the service has merged or shipped it meanwhile
        packed = path.suffix in COMPRESSED
        yield str(path), data, packed or path.name in RANDOM
        if packed:
            yield f"{path} (decompressed)", b"".join(decompressed(data)), False


def decompressed(data: bytes) -> Iterator[bytes]:
    """What is inside of a compressed file of ClickHouse. Raises ValueError for what cannot be read."""
    at = 0
    while at + CHECKSUM + HEADER.size <= len(data):
        start = at + CHECKSUM
        at = start + HEADER.unpack_from(data, start)[1]
        if at > len(data):
            return  # still being written
        yield unpacked(data[start:at])


def unpacked(block: bytes) -> bytes:
    """The contents of one block; of columns of numbers as far as the codec before the numbers' own."""
    method, _, inside = HEADER.unpack_from(block)
    body = block[HEADER.size :]
    if method in METHODS:
        found: bytes = pyarrow.decompress(body, inside, codec=METHODS[method], asbytes=True)
        return found
    if method == SEVERAL:  # their number, their names, and a block of the last one around a block of the one before
        inner = unpacked(body[1 + body[0] :])
        return unpacked(inner) if body[0] > 1 and inner[0] not in NUMBERS else inner
    if method == STORED or method in NUMBERS:
        return body
    raise ValueError(f"a block of the unknown method {method:#x}")


def tables(store: Store) -> Iterator[tuple[str, bytes, bool]]:
    """Every row of every table of the store, as text, with their definitions."""
    names = store.execute(
        "SELECT database, name, create_table_query FROM system.tables WHERE engine LIKE '%MergeTree'"
        " AND database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA')"
    )
    for database, name, definition in names:
        rows = store.execute(f"SELECT * FROM `{database}`.`{name}`")
        yield f"table {database}.{name}", "\n".join([definition, *map(repr, rows)]).encode(), False
