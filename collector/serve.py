"""`sikdatne serve`: starts engine, web and ship, restarts what dies, and stops all of them together."""

import http.client
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import entry_points, version

import click

from collector.config import Settings
from collector.database import Database
from collector.schema import apply_schema
from collector.shipper import take_lock
from collector.sites import SiteDirectory, add_site, update_site
from collector.store import Store, StoreAwayError, open_store

START_SECONDS = 90.0
STOP_SECONDS = 15.0
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
HEALTHY_SECONDS = 10.0
DEMO = "demo"
NO_ENGINE = "the embedded engine did not start; see its message above"
log = logging.getLogger(__name__)


class ServeError(Exception):
    """The service cannot start; the message says why in one line."""


@dataclass
class Child:
    """A process of the service and when to start it again."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    delay: float = 0.0
    due: float = field(default=0.0)

    def start(self) -> None:
        command = [sys.executable, "-m", "collector", self.name, "--parent", str(os.getpid())]
        # A group of its own: Ctrl-C in a terminal reaches only this process, which then stops the others in order.
        self.process = subprocess.Popen(command, process_group=0)  # noqa: S603 - our own command
        self.started = time.monotonic()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def care(self) -> None:
        """Start it again when it has died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        if self.alive():
            if self.delay and now - self.started > HEALTHY_SECONDS:
                self.delay = 0.0
            return
        if self.process is not None:
            self.delay = min(max(FIRST_DELAY, self.delay * 2), LONGEST_DELAY)
            self.due = now + self.delay
            log.error(
                "%s ended and is started again",
                self.name,
                extra={"status": self.process.returncode, "delay": self.delay},
            )
            self.process = None
        if now >= self.due:
            self.start()

    def stop(self) -> None:
        """Ask it to end, wait, and end it by force when it does not."""
        if self.process is None or not self.alive():
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("%s did not end by itself and is killed", self.name)
            self.process.kill()
            self.process.wait()


def serve(settings: Settings, database: Database, stop: threading.Event, demo: bool = False) -> None:
    """Run the whole service until `stop` is set. Raises ServeError when it cannot start."""
    check_port(settings)
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
        while not stop.wait(0.2):
            for child in children:
                child.care()
    finally:
        click.echo("Stopping …")
        for child in (*children[-2:], *([engine] if engine else [])):
            child.stop()


@contextmanager
def running_store(settings: Settings) -> Iterator[Store]:
    """The store, with an embedded engine of our own when there should be one and the service does not run."""
    store, engine = open_store(settings), Child("engine")
    try:
        if not settings.clickhouse and not store.answers():
            engine.start()
            wait(store.answers, engine, threading.Event(), NO_ENGINE)
        yield store
    finally:
        store.close()
        engine.stop()


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """While held, no service ships into the store. Raises ShipperError when one does."""
    spool = settings.data / "spool"
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = take_lock(spool / "ship.lock")
    try:
        yield
    finally:
        os.close(lock)


class progress:  # noqa: N801 - used like a function
    """Says what is being started, and how long it took."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.begun = time.monotonic()
        click.echo(f"  starting {self.what} … ", nl=False)

    def __exit__(self, kind: object, *_: object) -> None:
        click.echo("failed" if kind else f"{time.monotonic() - self.begun:.1f} s")


def check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise ServeError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; set SIKDATNE_PORT to another one"
            " (or `make run PORT=…`)"
        ) from error


def start_store(settings: Settings, engine: Child | None, stop: threading.Event) -> None:
    """Start the engine, if there is one, and bring the schema up to date. A store elsewhere may be away meanwhile."""
    store = open_store(settings)
    try:
        if engine is None:
            try:
                apply_schema(store, time.time())
            except StoreAwayError as error:
                log.warning("the store is away; beacons wait in the spool until it is back: %s", error)
            return
        engine.start()
        wait(lambda: schema_applied(store), engine, stop, NO_ENGINE)
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

    wait(healthy, web, stop, "the web processes did not start; see their messages above")


def wait(condition: Callable[[], bool], child: Child, stop: threading.Event, otherwise: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not stop.is_set() and not condition():
        if not child.alive() or time.monotonic() > end:
            raise ServeError(otherwise)
        stop.wait(0.05)


def reachable(host: str) -> str:
    """The host by which a browser on this machine reaches a server that listens on `host`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - told apart, not bound
    return f"[{host}]" if ":" in host else host


def prepare_demo(database: Database, port: int, now: float) -> None:
    """The demo website is a site like any other; its origin is this service."""
    origins = (f"http://127.0.0.1:{port}", f"http://localhost:{port}")
    if SiteDirectory(database).get(DEMO, now) is None:
        add_site(database, DEMO, origins=origins, now=now)
    else:
        update_site(database, DEMO, origins=origins)


def announce(database: Database, base_url: str, demo: bool) -> None:
    """Say where everything is. The dashboards add how to log in for the first time."""
    click.echo(f"\n  Dashboards  {base_url}/")
    if demo:
        click.echo(f"  Demo site   {base_url}/demo/")
    for entry in entry_points(group="sikdatne.first_run"):
        try:
            link = entry.load()(database, base_url, time.time())
        except (ImportError, AttributeError) as error:
            log.warning("no first steps from %s: %s", entry.name, error)
            continue
        if link:
            click.echo(f"  First user  {link}  (good once, for a day)")
    click.echo("\n  Stop with Ctrl-C.\n")
