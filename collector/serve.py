"""`sikdatne serve`: starts engine, web and ship, restarts what dies, and stops all of them together."""

import errno
import http.client
import logging
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import entry_points, version

import click
from sqlalchemy.exc import SQLAlchemyError

from collector import engine as embedded
from collector.config import Settings
from collector.database import Database
from collector.demo_goals import add_goals
from collector.location import LocationError, open_locator
from collector.register import delete_old
from collector.schema import apply_schema
from collector.shipper import ShipperError
from collector.sites import SiteDirectory, add_site, update_site
from collector.store import Store, StoreAwayError, StoreError, open_store
from collector.supervisor import NO_ENGINE, Child, ServeError, alone, wait_for

DEMO = "demo"
ALONE_SECONDS = 5.0
TIDY_SECONDS = 6 * 3600.0
log = logging.getLogger(__name__)


def serve(settings: Settings, database: Database, stop: threading.Event, demo: bool = False) -> None:
    """Run the whole service until `stop` is set. Raises ServeError when it cannot start."""
    check_settings(settings)
    await_alone(settings, stop)
    engine = None if settings.clickhouse else Child("engine")
    children = [child for child in (engine, Child("web"), Child("ship")) if child]
    base_url = f"http://{reachable(settings.host)}:{settings.port}"
    click.echo(f"Sīkdatne {version('sikdatne')} · data in {settings.data}")
    if demo:
        prepare_demo(database, settings.port, time.time())
    try:
        with progress("store" if settings.clickhouse else "embedded ClickHouse"):
            start_store(settings, engine, stop)
        with progress("web and shipper"):
            for child in children[-2:]:
                child.start()
            await_web(settings, children[-2], stop)
        if not stop.is_set():
            announce(database, base_url, demo)
        tidied = 0.0
        while not stop.wait(0.2):
            for child in children:
                child.care()
            if time.monotonic() - tidied > TIDY_SECONDS:
                tidied = time.monotonic()
                tidy(database, time.time())
    finally:
        click.echo("Stopping …")
        for child in (*children[-2:], *([engine] if engine else [])):
            child.stop()


def tidy(database: Database, now: float) -> None:
    """Delete what no setting keeps any longer, also where nobody looks at it."""
    try:
        delete_old(database, datetime.fromtimestamp(now, UTC).date())
    except SQLAlchemyError as error:  # it is tried again later
        log.warning("old requests cannot be deleted just now: %s", error)


class progress:  # noqa: N801 - used like a function
    """Says what is being started, and how long it took."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.begun = time.monotonic()
        click.echo(f"  starting {self.what} … ", nl=False)

    def __exit__(self, kind: object, *_: object) -> None:
        click.echo("failed" if kind else f"{time.monotonic() - self.begun:.1f} s")


def check_settings(settings: Settings) -> None:
    """Try what only shows when it is used, so that it is said in one line. Raises ServeError."""
    check_port(settings)
    try:
        open_locator(settings.geoip)
    except LocationError as error:
        raise ServeError(f"SIKDATNE_GEOIP: {error}; name others, or unset it") from error


def check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        mend = "set SIKDATNE_PORT to another one (or `make run PORT=…`)"
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            mend = "set SIKDATNE_HOST to an address of this machine, or to 0.0.0.0 for all of them"
        raise ServeError(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; {mend}") from error


def await_alone(settings: Settings, stop: threading.Event) -> None:
    """Return when no other process works on this data folder; those of a service just killed take a moment to end.

    Raises EngineError or ShipperError, which say whose it is.
    """
    end = time.monotonic() + ALONE_SECONDS
    while not stop.is_set():
        try:
            with alone(settings):
                if not settings.clickhouse:
                    embedded.check_free(settings.data)
            return
        except (embedded.EngineError, ShipperError):
            if time.monotonic() > end:
                raise
        stop.wait(0.1)


def start_store(settings: Settings, engine: Child | None, stop: threading.Event) -> None:
    """Start the engine, if there is one, and bring the schema up to date. A store elsewhere may be away meanwhile."""
    store = open_store(settings)
    try:
        if engine is None:
            try:
                apply_schema(store, time.time())
            except StoreAwayError as error:
                log.warning("the store is away; beacons wait in the spool until it is back: %s", error)
            except StoreError as error:
                raise ServeError(f"the store that SIKDATNE_CLICKHOUSE names refuses: {error}") from error
            return
        engine.start()
        wait_for(lambda: schema_applied(store), engine, stop, NO_ENGINE)
    finally:
        store.close()


def schema_applied(store: Store) -> bool:
    try:
        apply_schema(store, time.time())
    except StoreAwayError:
        return False
    return True


def await_web(settings: Settings, web: Child, stop: threading.Event) -> None:
    def healthy() -> bool:
        connection = http.client.HTTPConnection(reachable(settings.host), settings.port, timeout=2)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        return False

    wait_for(healthy, web, stop, "the web processes did not start; see their messages above")


def reachable(host: str) -> str:
    """The host by which a browser on this machine reaches a server that listens on `host`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - told apart, not bound
    return f"[{host}]" if ":" in host else host


def prepare_demo(database: Database, port: int, now: float) -> None:
    """The demo website is a site like any other; its origin is this service."""
    origins = (f"http://127.0.0.1:{port}", f"http://localhost:{port}")
    if SiteDirectory(database).get(DEMO, now) is None:
        add_site(database, DEMO, origins=origins, now=now)
        update_site(database, DEMO, controller="Velodarbnīca «Spieķis»", contact="labdien@spiekis.example")
    else:
        update_site(database, DEMO, origins=origins)
    add_goals(database, DEMO, now)


def announce(database: Database, base_url: str, demo: bool) -> None:
    """Say where everything is. The dashboards add how to log in for the first time."""
    click.echo(f"\n  Dashboards  {base_url}/")
    if demo:
        click.echo(f"  Demo site   {base_url}/demo/")
    for entry in entry_points(group="sikdatne.first_run"):
        try:
            link = entry.load()(database, base_url, time.time())
        except (ImportError, AttributeError, SQLAlchemyError) as error:  # a full disk is no reason to stop, either
            log.warning("no first steps from %s: %s", entry.name, error)
            continue
        if link:
            click.echo(f"  First user  {link}  (good once, for a day)")
    click.echo("\n  Stop with Ctrl-C.\n")
