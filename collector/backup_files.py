"""What a backup takes from beside the tables of the store: spool, imports, sites and users, the secret key."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy.engine import make_url

from collector.access_log.delivery import SLOT, Progress
from collector.config import Settings
from collector.engine_files import write_private
from collector.ledger import SOURCES, SpoolReader, balance
from collector.schema import apply_schema
from collector.shipper import ShipperError, open_shipper
from collector.store import Store

SHIP_SECONDS = 60.0
SECRET_FILE, IMPORTS = "secret_key", "imports"


def ship_first(settings: Settings, store: Store) -> None:
    """Bring what waits in the spool into the store: by the service, when it runs, else by this process."""
    try:
        shipper = open_shipper(settings, store)
    except ShipperError:
        reader = SpoolReader(settings.data / "spool", settings.data / "quarantine")
        waiting = {segment.name for segment in reader.sealed()}
        end = time.monotonic() + SHIP_SECONDS
        while waiting & {segment.name for segment in reader.sealed()} and time.monotonic() < end:
            time.sleep(0.1)
        return
    try:
        apply_schema(store, time.time())
        shipper.reader.recover()
        shipper.ship_all()
    finally:
        shipper.close()


def spooled(spool: Path) -> list[str]:
    """What of the spool is not in the store, in words."""
    count = sum(balance(spool, source).spooled for source in SOURCES)
    return [f"{count} beacons and decisions that wait in the spool; they come into the next backup"] if count else []


def copy_imports(data: Path, target: Path) -> list[str]:
    """Copy how far imports are, but of those whose page views are still on their way. What is left out, in words."""
    kept = {path.stem: path.read_bytes() for path in (data / IMPORTS).glob("*.json")}
    slot = data / "spool" / SLOT
    on_their_way = {path.name.split("-")[0] for kind in ("prepared", "seg") for path in slot.glob(f"*.{kind}")}
    for name, content in kept.items():
        if name not in on_their_way:
            (target / IMPORTS).mkdir(mode=0o700, exist_ok=True)
            write_private(target / IMPORTS / f"{name}.json", content.decode())
    count = len(on_their_way & kept.keys())
    return [f"how far {count} imports are; make another backup when they are done"] if count else []


def restore_imports(source: Path, data: Path) -> None:
    """So that a log imported before the backup is known again. The books of the spool begin anew, at nothing."""
    for path in (source / IMPORTS).glob("*.json"):
        progress = msgspec.structs.replace(msgspec.json.decode(path.read_bytes(), type=Progress), counted=0)
        (data / IMPORTS).mkdir(mode=0o700, exist_ok=True)
        write_private(data / IMPORTS / path.name, msgspec.json.encode(progress).decode())


def kept_elsewhere(settings: Settings) -> list[str]:
    """What is not under SIKDATNE_DATA, in words."""
    found = []
    if sqlite_file(settings) is None:
        kind = make_url(settings.database).get_backend_name()
        found.append(f"sites, users and tokens: they are in {kind} (SIKDATNE_DATABASE); back it up by its own tools")
    path = settings.data / SECRET_FILE
    if not path.exists() or settings.secret_keys != (path.read_text("ascii").strip().encode(),):
        found.append("the secret key: it is set by SIKDATNE_SECRET_KEY; keep it elsewhere, too")
    return found


def sqlite_file(settings: Settings) -> Path | None:
    """The file of the relational database; None when it is a server, which has tools of its own for this."""
    url = make_url(settings.database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that may be in use, by SQLite's own means."""
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)
    target.chmod(0o600)


def copy_secret(source: Path, target: Path) -> None:
    write_private(target / SECRET_FILE, (source / SECRET_FILE).read_text("ascii"))
