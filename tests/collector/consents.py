"""Consent records as the shipper gets them, for tests of the log."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from collector.chain_heads import ChainWriter, save_heads
from collector.config import Settings
from collector.database import Database, open_database, upgrade
from collector.notices import NoticeRow, hash_of
from collector.rows import ConsentRecord, encode_consent
from collector.shipper import Shipper
from collector.sites import add_site
from collector.spool import SpoolWriter
from collector.store import Store

SITE = "example.lv"
NOW = int(time.time())
TODAY = NOW // 86400
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
