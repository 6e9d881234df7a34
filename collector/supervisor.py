"""Starting a process of the service, keeping it alive, and stopping it."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from collector.config import Settings
from collector.shipper import take_lock
from collector.store import Store, open_store

START_SECONDS = 90.0
STOP_SECONDS = 15.0
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
HEALTHY_SECONDS = 5.0
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
            if now - self.started > HEALTHY_SECONDS:
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


def wait_for(condition: Callable[[], bool], child: Child, stop: threading.Event, otherwise: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not stop.is_set() and not condition():
        if not child.alive() or time.monotonic() > end:
            raise ServeError(otherwise)
        stop.wait(0.05)


@contextmanager
def running_store(settings: Settings) -> Iterator[Store]:
    """The store, with an embedded engine of our own when there should be one and the service does not run."""
    store, engine = open_store(settings), Child("engine")
    try:
        if not settings.clickhouse and not store.answers():
            engine.start()
            wait_for(store.answers, engine, threading.Event(), NO_ENGINE)
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
