"""Checks the consent log of a site against itself, its notices, and what is known of the ends of its chains."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from collector import chain, consent_log
from collector.chain import Head
from collector.notice_text import hash_of as notice_hash
from collector.rows import ConsentRecord
from collector.store import Store

Kind = Literal[
    "changed", "not signed", "removed", "inserted", "out of order", "cut off", "no end", "notice missing",
    "notice changed",
]  # fmt: skip
FindNotice = Callable[[str], "Mapping[str, Any] | None"]


class Finding(NamedTuple):
    """Something that is not as it was written. `record` is the id of the record where it shows, or empty."""

    kind: Kind
    record: str
    chain: str
    text: str

    def __str__(self) -> str:
        where = f"record {self.record}" if self.record else f"chain {self.chain or '(none)'}"
        return f"{self.kind}: {where}: {self.text}"


class Check:
    """One run over the log of a site. `today` is a day number; `keys` are those that may have signed."""

    def __init__(self, site: str, keys: Sequence[bytes], find_notice: FindNotice, today: int) -> None:
        self.site = site
        self.keys = keys
        self.find_notice = find_notice
        self.today = today
        self.seen: dict[str, ConsentRecord] = {}  # the last record of each chain
        self.reached: dict[tuple[str, int], str] = {}  # hashes of the records that heads speak of
        self.notices: dict[str, Kind | None] = {}

    def run(self, store: Store, heads: Callable[[], list[Head]], done: Callable[[int], object]) -> Iterator[Finding]:
        """All findings, as they come. `heads` are the known ends of the chains; `done` is told each record read.

        Raises StoreError.
        """
        known = heads()  # before the log is read: it may only grow meanwhile
        for head in known:
            self.reached[head.chain, head.sequence] = ""
        for record in consent_log.records(store, self.site, consent_log.windows(store, self.site)):
            yield from self.record(record)
            done(1)
        yield from self.ends(known, heads)

    def record(self, record: ConsentRecord) -> Iterator[Finding]:
        """Findings about one record, given the one before it."""
        before = self.seen.get(record.chain)
        if (record.chain, record.sequence) in self.reached and not self._repeats(before, record):
            self.reached[record.chain, record.sequence] = record.hash
        if not record.chain or not record.sequence:
            yield self._finding("inserted", record, "it has no place in a chain, so it was not written by the shipper")
        if chain.hash_of(record) != record.hash:
            yield self._finding("changed", record, "its hash is not that of its contents")
        if not chain.is_signed(record, self.keys):
            yield self._finding("not signed", record, "its hash is not signed by this installation")
        yield from self._order(before, record)
        if not self._repeats(before, record):
            self.seen[record.chain] = record
        yield from self._notice(record)

    @staticmethod
    def _repeats(before: ConsentRecord | None, record: ConsentRecord) -> bool:
        return before is not None and before.sequence == record.sequence

    def _order(self, before: ConsentRecord | None, record: ConsentRecord) -> Iterator[Finding]:
        if before is not None and before.sequence == record.sequence:
            twice = "it is there twice" if before.hash == record.hash else f"its place is that of record {before.id}"
            yield self._finding("inserted", record, f"{twice} (number {record.sequence})")
            return
        expected = before.sequence + 1 if before else 1
        if record.sequence > expected:
            if record.previous_expires > self.today:
                count = record.sequence - expected
                numbers = f"number {expected}" if count == 1 else f"numbers {expected} to {record.sequence - 1}"
                yield self._finding("removed", record, f"{numbers} before it {'is' if count == 1 else 'are'} missing")
            return
        if record.previous != (before.hash if before else ""):
            after = f"record {before.id}" if before else "the beginning of its chain"
            yield self._finding("out of order", record, f"it was not written after {after}")

    def _notice(self, record: ConsentRecord) -> Iterator[Finding]:
        if not record.notice:
            return
        if record.notice not in self.notices:
            self.notices[record.notice] = self._look_at(record.notice)
        kind = self.notices[record.notice]
        if kind == "notice missing":
            yield self._finding(kind, record, f"the notice {record.notice} that was shown is not there")
        elif kind == "notice changed":
            yield self._finding(kind, record, f"the notice {record.notice} is not what was shown")

    def _look_at(self, wanted: str) -> Kind | None:
        content = self.find_notice(wanted)
        if content is None:
            return "notice missing"
        same = notice_hash(dict(content)) == wanted and content.get("site") == self.site
        return None if same else "notice changed"

    def ends(self, known: list[Head], heads: Callable[[], list[Head]]) -> Iterator[Finding]:
        """Findings about the ends of the chains."""
        for head in dict.fromkeys(known):
            if not chain.is_head_signed(head, self.keys):
                yield Finding(
                    "not signed", "", head.chain, "what is known of its end is not signed by this installation"
                )
                continue
            last = self.seen.get(head.chain)
            if last is None or last.sequence < head.sequence:
                if head.expires > self.today:  # else retention deleted it
                    there = f"it ends with number {last.sequence}" if last else "nothing of it is there"
                    text = f"{there}, but number {head.sequence} was written"
                    yield Finding("cut off", last.id if last else "", head.chain, text)
                continue
            found = self.reached[head.chain, head.sequence]
            if found and found != head.hash:
                yield Finding(
                    "changed", "", head.chain, f"its number {head.sequence} is another record than was written"
                )
        ended = {head.chain for head in known}
        if missing := self.seen.keys() - ended - {""}:
            missing -= {head.chain for head in heads()}  # it may have begun meanwhile
        for name in sorted(missing):
            yield Finding("no end", "", name, "nothing is known of where it ends, so what is cut off would not be seen")

    @staticmethod
    def _finding(kind: Kind, record: ConsentRecord, text: str) -> Finding:
        return Finding(kind, record.id, record.chain, text)
