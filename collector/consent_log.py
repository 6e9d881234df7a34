"""Reading the consent log: a record by its id, and all records of a site in the order of their chains."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from collector.clock import day_number
from collector.rows import ConsentRecord
from collector.store import Store

WINDOW = 10_000  # sequence numbers read at once
RECORD = """
    toString(id), consent, site, choices, method, toUnixTimestamp64Milli(decided) / 1000, policy_version, language,
    notice, signals, toUnixTimestamp(valid_until), supersedes, expires, chain, sequence, previous, previous_expires,
    hash, signature
"""
WINDOWS = """
    SELECT chain, intDiv(sequence, {window:UInt64}) AS part, count()
    FROM consent_log
    WHERE site = {site:String}
    GROUP BY chain, part
    ORDER BY chain, part
"""
STRETCHES = """
    SELECT chain, min(sequence), max(sequence)
    FROM consent_log
    WHERE site = {site:String} AND toDate(decided) BETWEEN {first:Date} AND {last:Date}
    GROUP BY chain
    ORDER BY chain
"""
IN_WINDOW = f"""
    SELECT {RECORD}
    FROM consent_log
    WHERE site = {{site:String}} AND chain = {{chain:String}} AND sequence BETWEEN {{low:UInt64}} AND {{high:UInt64}}
    ORDER BY sequence, id
"""  # noqa: S608 - a list of columns
BY_ID = f"SELECT {RECORD} FROM consent_log WHERE id = {{id:UUID}} LIMIT 1"  # noqa: S608 - a list of columns
LATER = f"SELECT {RECORD} FROM consent_log WHERE site = {{site:String}} AND supersedes = {{id:String}} ORDER BY decided LIMIT 1"  # noqa: S608, E501 - a list of columns
FIRST_DAY = date(1970, 1, 1)  # that the store knows


class Window(NamedTuple):
    """A stretch of a chain that holds records, and how many."""

    chain: str
    low: int
    high: int
    held: int


def windows(store: Store, site: str) -> list[Window]:
    """Where the site's records are, chain after chain. Raises StoreError."""
    found = store.execute(WINDOWS, {"site": site, "window": WINDOW})
    return [Window(chain, part * WINDOW, part * WINDOW + WINDOW - 1, held) for chain, part, held in found]


def windows_of_days(store: Store, site: str, first: date, last: date) -> list[Window]:
    """The same for the records of these days (UTC), both included, and those that were written down between them.

    Where two processes take decisions, records of two days mingle around midnight; without these there would be gaps.
    """
    asked = {"site": site, "first": first, "last": last}
    ends = {chain: (low, high) for chain, low, high in store.execute(STRETCHES, asked)}
    return [
        window._replace(low=max(window.low, ends[window.chain][0]), high=min(window.high, ends[window.chain][1]))
        for window in windows(store, site)
        if window.chain in ends and window.low <= ends[window.chain][1] and window.high >= ends[window.chain][0]
    ]


def records(store: Store, site: str, found: list[Window]) -> Iterator[ConsentRecord]:
    """The records in these windows, chain after chain, each by sequence; never more than one window in memory.

    Raises StoreError.
    """
    for window in found:
        asked = {"site": site, "chain": window.chain, "low": window.low, "high": window.high}
        yield from map(to_record, store.execute(IN_WINDOW, asked))


def find(store: Store, record_id: str) -> ConsentRecord | None:
    """The record with this id, of whatever site. Raises StoreError."""
    try:
        found = store.execute(BY_ID, {"id": UUID(record_id)})
    except ValueError:
        return None
    return to_record(found[0]) if found else None


def replaced_by(store: Store, record: ConsentRecord) -> ConsentRecord | None:
    """The first record of the same site that says it replaces this one. Raises StoreError."""
    found = store.execute(LATER, {"site": record.site, "id": record.id})
    return to_record(found[0]) if found else None


def to_record(row: tuple[Any, ...]) -> ConsentRecord:
    """A row of the log."""
    values = list(row)
    values[3], values[9] = dict(row[3]), list(row[9])
    values[12], values[16] = day_number(row[12]), day_number(row[16])
    return ConsentRecord(*values)
