"""The web processes: granian with a number of workers, each with the whole Flask application."""

import importlib
import logging
import os
import sys
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from collector import logs
from collector.config import Settings
from collector.process import die_with, no_core_dumps

TARGET = "dashboards.wsgi:create"  # a name, not an import: the collector does not know the dashboards
# Threads of each worker. They wait for each other's interpreter lock: one answers a fifth more beacons than two, and
# four a third fewer, but with one a page of the dashboards would hold up all beacons of its worker. Where every beacon
# waits for the disk, threads wait together for one sync.
BLOCKING_THREADS = {"process": 2, "disk": 8}
STOP_SECONDS = 5  # for a client that stalls in the middle of its request
log = logging.getLogger(__name__)


def run(settings: Settings, target: str = TARGET) -> None:
    """Serve until SIGTERM or SIGINT. A worker that dies is replaced; all of them die with this process."""
    Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # what browsers speak without TLS, and proxies with their servers
        workers=settings.workers,
        blocking_threads=BLOCKING_THREADS[settings.durability],
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        log_dictconfig=logs.granian_config(),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve(target_loader=partial(load, parent=os.getpid()))


def load(target: str, parent: int) -> Any:
    """Make the application in a new worker."""
    die_with(parent)
    no_core_dumps()
    logs.set_up("web")
    module, _, factory = target.partition(":")
    try:
        return getattr(importlib.import_module(module), factory)()
    except Exception:
        log.exception("the application cannot start")
        sys.exit(1)
