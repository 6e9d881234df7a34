"""Consent records as the shipper gets them, for tests of the log."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from collector import consent_log
from collector.chain_heads import ChainWriter, heads_of, save_heads
from collector.config import Settings
from collector.database import Database, open_database, upgrade
from collector.notice_text import hash_of
from collector.notices import NoticeRow, snapshot
from collector.rows import CONSENT_COLUMNS, ConsentRecord, columns, encode_consent
from collector.shipper import Shipper
from collector.sites import add_site
from collector.spool import SpoolWriter
from collector.store import Store
from collector.verify import Check, Finding

SITE = "example.lv"
NOW = int(time.time())
TODAY = NOW // 86400
AT_ONCE = {"mutations_sync": 2}
CONTENT = {"site": SITE, "text": "Mēs skaitām apmeklējumus.", "version": 1}
NOTICE = hash_of(CONTENT)


def record(number: int, site: str = SITE, **changes: object) -> ConsentRecord:
    """The `number`th decision; every third one is a refusal."""
    yes = number % 3 > 0
    fields: dict[str, object] = {
        "id": str(UUID(int=(0xABC << 100) + number)), "consent": f"c{number}" if yes else "", "site": site,
        "choices": {"statistics": yes, "marketing": False}, "method": "save_selection" if yes else "reject_all",
        "decided": NOW + number + number % 1000 / 1000, "policy_version": 1, "language": "lv", "notice": NOTICE,
        "signals": ["gpc"] if number % 2 else [], "valid_until": NOW + 180 * 86400, "supersedes": "",
        "expires": TODAY + 1276,
    }  # fmt: skip
    return ConsentRecord(**(fields | changes))  # type: ignore[arg-type]


def prepared(settings: Settings) -> Database:
    """A relational database with the site and its notice."""
    database = open_database(settings.database)
    upgrade(database)
    add_site(database, SITE, now=NOW)
    keep_notice(database)
    return database


def keep_notice(database: Database) -> None:
    """The notice that the records refer to."""
    with database.session() as session:
        made = datetime.fromtimestamp(NOW, UTC)
        session.add(NoticeRow(hash=NOTICE, site=SITE, language="lv", version=1, content=CONTENT, created=made))


def spool(data: Path, records: Sequence[ConsentRecord]) -> None:
    """The records in a sealed segment."""
    writer = SpoolWriter.open(data / "spool", "consents")
    for each in records:
        writer.append(encode_consent(each))
    writer.close()


def open_shipper(settings: Settings, store: Store, database: Database) -> Shipper:
    """A shipper that signs as the installation does."""
    chains = ChainWriter(settings.data, settings.key("consent-log")[0], lambda heads: save_heads(database, heads))
    return Shipper(settings.data, store, chains)


def ship(settings: Settings, store: Store, database: Database, *segments: Sequence[ConsentRecord]) -> None:
    """Have segments of records in the log, one after another."""
    shipper = open_shipper(settings, store, database)
    for each in segments:
        spool(settings.data, each)
        shipper.ship_all()
    shipper.close()


class Log(NamedTuple):
    """The log of an installation, and what is done to it."""

    settings: Settings
    store: Store
    database: Database

    def findings(self, today: int = TODAY, settings: Settings | None = None) -> list[Finding]:
        keys = (settings or self.settings).key("consent-log")
        check = Check(SITE, keys, lambda wanted: snapshot(self.database, wanted), today)
        return list(check.run(self.store, lambda: heads_of(self.settings.data, self.database, SITE), lambda _n: None))

    def records(self) -> list[ConsentRecord]:
        return list(consent_log.records(self.store, SITE, consent_log.windows(self.store, SITE)))

    def delete(self, condition: str) -> None:
        self.store.execute(f"ALTER TABLE consent_log DELETE WHERE {condition}", settings=AT_ONCE)

    def insert(self, *records: ConsentRecord) -> None:
        rows = columns(map(encode_consent, records)).consents
        self.store.insert_columns("consent_log", CONSENT_COLUMNS, rows, f"tamper {records!r}")

    def replace(self, *records: ConsentRecord) -> None:
        """Put these records in the places of those with the same ids."""
        self.delete(" OR ".join(f"id = '{each.id}'" for each in records))
        self.insert(*records)
