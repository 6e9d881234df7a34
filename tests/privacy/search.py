"""Searches everything a service wrote: files, as they are and decompressed, and the rows of all tables."""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow

from collector.store import Store
from tests.privacy.known import Known

BLOCK = struct.Struct("<16sBII")  # checksum, method, bytes with this header but without the checksum, bytes inside
METHODS = {0x82: "lz4_raw", 0x90: "zstd"}
STORED = 0x02
COMPRESSED = (".bin", ".cmrk", ".cmrk2", ".cmrk3", ".cmrk4", ".cidx")
# Files of hashes: any four bytes may occur in them by chance.
RANDOM = ("checksums.txt",)


def search(blobs: Iterable[tuple[str, bytes, bool]], known: Iterable[Known]) -> list[str]:
    """What of the known things is in the blobs, and where."""
    things = list(known)
    found = []
    for where, data, is_random in blobs:
        lower = data.lower()
        for thing in things:
            if any(form in lower for form in thing.text):
                found.append(f"{thing.what}, as text, in {where}")
            if any(form in data for form in thing.packed):
                found.append(f"{thing.what}, encoded, in {where}")
            if not is_random and any(form in data for form in thing.short):
                found.append(f"{thing.what}, packed, in {where}")
    return found


def files(folder: Path) -> Iterator[tuple[str, bytes, bool]]:
    """Every file below `folder`, with the names of all of them; those of the engine decompressed, too."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
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
    while at + BLOCK.size <= len(data):
        _, method, size, inside = BLOCK.unpack_from(data, at)
        end = at + 16 + size
        if end > len(data):
            return  # still being written
        body = data[at + BLOCK.size : end]
        if method == STORED:
            yield body
        elif method in METHODS:
            yield pyarrow.decompress(body, inside, codec=METHODS[method], asbytes=True)
        else:
            raise ValueError(f"a block of the unknown method {method:#x}")
        at = end


def tables(store: Store) -> Iterator[tuple[str, bytes, bool]]:
    """Every row of every table of the store, as text, with their definitions."""
    names = store.execute(
        "SELECT database, name, create_table_query FROM system.tables WHERE engine LIKE '%MergeTree'"
        " AND database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA')"
    )
    for database, name, definition in names:
        rows = store.execute(f"SELECT * FROM `{database}`.`{name}`")
        yield f"table {database}.{name}", "\n".join([definition, *map(repr, rows)]).encode(), False
