"""`sikdatne doctor`: checks what a user can get wrong and says how to mend it."""

import importlib.util
import os
import platform
import shutil
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from collector.config import GEOIP_FROM_NPM, NAMES, ConfigError, Settings, unknown_names
from collector.database import is_current, open_database
from collector.engine import LEAST_FREE_BYTES, EngineError, addresses
from collector.ledger import SOURCES, balance
from collector.location import open_locator
from collector.metrics import oldest_seconds
from collector.schema import current, newest
from collector.spool import used_bytes
from collector.store import Store, StoreError, open_store

Level = Literal["ok", "warning", "problem"]
OLDEST_PYTHON = (3, 11)
LATE_SECONDS = 60.0
CLOCK_SECONDS = 5.0
LITTLE_FREE_BYTES = 2 * 1024**3
WELL_KNOWN_ADDRESS = "8.8.8.8"  # every location database knows it; nothing is sent there


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; `mend` says what to do."""

    level: Level
    what: str
    mend: str = ""


Findings = Iterator[Finding]


def examine(env: Mapping[str, str], now: Callable[[], float] = time.time) -> Findings:
    """All checks, in the order in which their causes build on each other."""
    yield from check_python()
    try:
        settings = Settings.from_environment(env)
    except ConfigError as error:
        yield Finding("problem", str(error), "correct the setting and run doctor again")
        return
    yield from check_names(env)
    yield from check_data(settings)
    yield from check_port(settings)
    yield from check_database(settings)
    yield from check_engine(settings)
    yield from check_store(settings, now)
    yield from check_locations(settings)
    yield from check_spool(settings, now())


def check_python() -> Findings:
    found = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("problem", f"Python {found} is too old", "install Python 3.11 or newer")
    else:
        yield Finding("ok", f"Python {found}")


def check_names(env: Mapping[str, str]) -> Findings:
    for name in unknown_names(env):
        yield Finding("warning", f"{name} is no setting", f"the settings are SIKDATNE_ and one of {', '.join(NAMES)}")


def check_data(settings: Settings) -> Findings:
    data = settings.data
    if not os.access(data, os.W_OK | os.X_OK):
        yield Finding("problem", f"{data} cannot be written", f"chown it to the user that runs the service: {data}")
        return
    free = shutil.disk_usage(data).free
    size = f"{free / 1024**3:.1f} GiB free in {data}"
    if free < LEAST_FREE_BYTES:
        yield Finding("problem", size, "make room: neither engine nor spool can write")
    elif free < LITTLE_FREE_BYTES:
        yield Finding("warning", size, "make room before it gets less")
    else:
        yield Finding("ok", size)
    for name in ("secret_key", "engine/passwords.json"):
        path = data / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding("problem", f"{path} can be read by other users", f"chmod 600 {path}")


def check_port(settings: Settings) -> Findings:
    place = f"{settings.host} port {settings.port}"
    try:
        with socket.create_connection((settings.host, settings.port), timeout=2) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            answer = connection.recv(64)
    except OSError:
        yield Finding("warning", f"nothing listens on {place}", "start the service with `sikdatne serve`")
        return
    if b" 200" in answer.split(b"\r\n")[0]:
        yield Finding("ok", f"the service answers on {place}")
    else:
        yield Finding("problem", f"another program listens on {place}", "set SIKDATNE_PORT to a free port")


def check_database(settings: Settings) -> Findings:
    try:
        database = open_database(settings.database)
    except ConfigError as error:
        yield Finding("problem", str(error), "correct the setting and run doctor again")
        return
    try:
        if is_current(database):
            yield Finding("ok", "sites and users can be read")
        else:
            yield Finding(
                "warning",
                "the tables of sites and users are not there yet, or of an older release",
                "start the service once",
            )
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        yield Finding("problem", f"sites and users cannot be read: {reason}", "check SIKDATNE_DATABASE")
    finally:
        database.close()


def check_engine(settings: Settings) -> Findings:
    if settings.clickhouse:
        return
    if importlib.util.find_spec("chdb") is None:
        yield Finding(
            "problem",
            f"the embedded engine is not there for {platform.system()} {platform.machine()}",
            "pip install chdb-core, or set SIKDATNE_CLICKHOUSE to the address of a ClickHouse server",
        )


def check_store(settings: Settings, now: Callable[[], float]) -> Findings:
    store = open_store(settings)
    try:
        yield from check_schema(store)
        yield from check_clock(store, now)
        yield from say_how_to_query(settings)
    except (StoreError, EngineError) as error:
        mend = "check SIKDATNE_CLICKHOUSE" if settings.clickhouse else "start the service with `sikdatne serve`"
        yield Finding(
            "problem", f"the store does not answer: {error}", f"{mend}; meanwhile the spool keeps all beacons"
        )
    finally:
        store.close()


def check_schema(store: Store) -> Findings:
    found, wanted = current(store), newest()
    if found == wanted:
        yield Finding("ok", f"the store answers and has schema {found}")
    elif found > wanted:
        yield Finding(
            "problem", f"the store has schema {found}, this release knows {wanted}", "install a newer release"
        )
    else:
        yield Finding("warning", f"the store has schema {found}, this release wants {wanted}", "start the service once")


def check_clock(store: Store, now: Callable[[], float]) -> Findings:
    difference = abs(float(store.execute("SELECT toUnixTimestamp64Milli(now64(3))")[0][0]) / 1000 - now())
    if difference > CLOCK_SECONDS:
        yield Finding("warning", f"the store's clock differs by {difference:.0f} s", "set both clocks by NTP")
    if now() < 1_767_225_600:  # 2026: older than this release
        yield Finding("problem", "the clock of this machine is years behind", "set it, for example by NTP")


def say_how_to_query(settings: Settings) -> Findings:
    analyst = urlsplit(addresses(settings).analyst)
    if not settings.clickhouse:
        yield Finding("ok", f"SQL for analysts: {analyst.geturl()}")


def check_locations(settings: Settings) -> Findings:
    if not settings.geoip:
        yield Finding(
            "warning",
            "there is no location database, so all countries are unknown",
            f"`make run` brings one into {Path(os.path.relpath(GEOIP_FROM_NPM))}, or set SIKDATNE_GEOIP",
        )
        return
    try:
        location = open_locator(settings.geoip)(WELL_KNOWN_ADDRESS)
    except Exception as error:
        yield Finding("problem", f"a location database cannot be read: {error}", "check SIKDATNE_GEOIP")
        return
    names = ", ".join(path.name for path in settings.geoip)
    if location.country:
        yield Finding("ok", f"locations from {names}")
    else:
        yield Finding("warning", f"{names} does not know a well-known address", "it takes a city or country database")


def check_spool(settings: Settings, now: float) -> Findings:
    spool = settings.data / "spool"
    if not spool.is_dir():
        return
    used, late = used_bytes(spool), oldest_seconds(spool, now)
    if used >= settings.spool_limit:
        yield Finding("problem", "the spool is full and beacons are refused", "see that store and shipper run")
    elif late > LATE_SECONDS:
        yield Finding("warning", f"the spool's oldest beacons have waited for {late:.0f} s", "see that `ship` runs")
    else:
        yield Finding("ok", f"the spool holds {used} bytes")
    for source in SOURCES:
        books = balance(spool, source)
        if books.quarantined:
            yield Finding(
                "warning",
                f"{books.quarantined} of {source} could not be stored and were put aside",
                f"the reasons are in {settings.data / 'quarantine'}/*.txt",
            )
