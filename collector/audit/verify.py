"""Checks an export of consent records: python3 verify.py [folder]. Needs nothing but Python."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NUMBERS = ("decided", "policy_version", "valid_until", "expires", "sequence", "previous_expires")


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def records(folder: Path) -> Iterator[dict[str, Any]]:
    lines = folder / "records.jsonl"
    if lines.exists():
        with lines.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
        return
    with (folder / "records.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            numbers = {name: int(row[name]) for name in NUMBERS}
            yield {**row, **numbers, **{name: json.loads(row[name]) for name in ("choices", "signals")}}


def problems(folder: Path, today: int) -> Iterator[str]:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    last: dict[str, dict[str, Any]] = {}
    shown: set[str] = set()
    count = 0
    for record in records(folder):
        count += 1
        if record["site"] != manifest["site"]:
            yield f"record {record['id']}: it is of another site"
        yield from problems_of(record, last.get(record["chain"]), today)
        last[record["chain"]] = record
        shown.add(record["notice"])
    if count != manifest["records"]:
        yield f"there are {count} records; {manifest['records']} were exported"
    for head in manifest["chains"]:
        end = last.get(head["chain"])
        if end is not None and end["sequence"] == head["sequence"] and end["hash"] != head["hash"]:
            yield f"record {end['id']}: it is not the one that ended its chain"
    yield from problems_of_notices(folder, shown)


def problems_of(record: dict[str, Any], before: dict[str, Any] | None, today: int) -> Iterator[str]:
    covered = {name: value for name, value in record.items() if name not in ("hash", "signature")}
    if hashlib.sha256(as_json(covered)).hexdigest() != record["hash"]:
        yield f"record {record['id']}: the hash is not that of its contents"
    if before is None:
        return
    if record["sequence"] == before["sequence"] + 1:
        if record["previous"] != before["hash"]:
            yield f"record {record['id']}: it was not written after {before['id']}"
    elif record["sequence"] <= before["sequence"] or record["previous_expires"] > today:
        yield f"record {record['id']}: number {record['sequence']} follows {before['sequence']}"


def problems_of_notices(folder: Path, shown: set[str]) -> Iterator[str]:
    for notice in sorted(shown - {""}):
        file = folder / "notices" / f"{notice}.json"
        if not file.exists():
            yield f"the notice {notice} is missing"
        elif hashlib.sha256(as_json(json.loads(file.read_text("utf-8")))).hexdigest() != notice:
            yield f"the notice {notice} was changed"


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    found = 0
    for problem in problems(folder, int(time.time()) // 86400):
        found += 1
        print(problem)
    print(f"{found} problems found." if found else "Everything is as it was exported, and the chains are whole.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
