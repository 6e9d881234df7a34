"""Proof of consent for an audit: records, the notices they refer to, and how to verify them without this program."""

import csv
import io
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from collector import consent_log
from collector.chain import Head, as_json, milliseconds
from collector.database import Database
from collector.notices import snapshot
from collector.rows import ConsentRecord
from collector.sites import Site
from collector.store import Store

HERE = Path(__file__).parent / "audit"
FORMATS = ("csv", "jsonl")
COLUMNS = ConsentRecord.__struct_fields__


class Wanted(NamedTuple):
    """Days (UTC) on which decisions were made, both included, and one of FORMATS."""

    first: date
    last: date
    form: str


class Written(NamedTuple):
    """How much is in an export."""

    records: int
    notices: int


def export(
    store: Store, database: Database, heads: Sequence[Head], site: Site, wanted: Wanted, target: Path | IO[bytes],
    now: float,
) -> Written:  # fmt: skip
    """Write the zip. Never more than a window of records is in memory.

    Raises StoreError, SQLAlchemyError, OSError.
    """
    notices: set[str] = set()
    count = 0

    def watched() -> Iterator[ConsentRecord]:
        nonlocal count
        for record in consent_log.records(store, site.domain, found):
            count += 1
            if record.notice:
                notices.add(record.notice)
            yield record

    found = consent_log.windows_of_days(store, site.domain, wanted.first, wanted.last)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(info(f"records.{wanted.form}", now), "w") as file:
            WRITERS[wanted.form](file, watched())
        for shown in sorted(notices):
            content = snapshot(database, shown)
            if content is not None:  # a missing one is for verify to find
                archive.writestr(info(f"notices/{shown}.json", now), as_json(content))
        archive.writestr(info("manifest.json", now), manifest(site, wanted, heads, count, now))
        for name in ("README.md", "verify.py"):
            archive.writestr(info(name, now), (HERE / name).read_bytes())
    return Written(count, len(notices))


def info(name: str, now: float) -> zipfile.ZipInfo:
    """The entry of a file that its owner alone may read."""
    entry = zipfile.ZipInfo(name, time.gmtime(now)[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def manifest(site: Site, wanted: Wanted, heads: Sequence[Head], count: int, now: float) -> bytes:
    """Whose records they are, of which days, and where the chains ended when they were written."""
    content = {
        "site": site.domain,
        "controller": site.controller or site.domain,
        "made": datetime.fromtimestamp(int(now), UTC).isoformat(),
        "first_day": wanted.first.isoformat(),
        "last_day": wanted.last.isoformat(),
        "records": count,
        "chains": [msgspec.structs.asdict(head) for head in heads],
    }
    return msgspec.json.format(msgspec.json.encode(content))


def fields_of(record: ConsentRecord) -> dict[str, Any]:
    """The fields of a record, exactly as the hash covers them, with hash and signature."""
    return msgspec.structs.asdict(record) | {"decided": milliseconds(record)}


def write_lines(file: IO[bytes], found: Iterable[ConsentRecord]) -> None:
    """A record a line, as JSON."""
    for record in found:
        file.write(as_json(fields_of(record)) + b"\n")


def write_csv(file: IO[bytes], found: Iterable[ConsentRecord]) -> None:
    """A record a line, with the names of the columns first; choices and signals are JSON."""
    text = io.TextIOWrapper(file, "utf-8", newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for record in found:
        fields = fields_of(record)
        packed = {name: as_json(fields[name]).decode() for name in ("choices", "signals")}
        rows.writerow([(fields | packed)[name] for name in COLUMNS])
    text.flush()
    text.detach()


WRITERS: dict[str, Callable[[IO[bytes], Iterable[ConsentRecord]], None]] = {"csv": write_csv, "jsonl": write_lines}
