"""The web processes: granian with a number of workers, each with the whole Flask application."""

import gc
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
from collector.turns import Threads, Turns

TARGET = "dashboards.wsgi:create"  # a name, not an import: the collector does not know the dashboards
# Threads of each worker. Where every beacon waits for the disk, several wait together for one sync.
THREADS = {"process": Threads(16, awake=1), "disk": Threads(24, awake=8)}
STOP_SECONDS = 5  # for a client that stalls in the middle of its request
log = logging.getLogger(__name__)


def run(settings: Settings, target: str = TARGET, threads: Threads | None = None) -> None:
    """Serve until SIGTERM or SIGINT. A worker that dies is replaced; all of them die with this process."""
    threads = threads or THREADS[settings.durability]
    Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # what browsers speak without TLS, and proxies with their servers
        workers=settings.workers,
        blocking_threads=threads.all,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        log_dictconfig=logs.granian_config(),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve(target_loader=partial(load, parent=os.getpid(), threads=threads))


def load(target: str, parent: int, threads: Threads) -> Any:
    """Make the application in a new worker."""
    die_with(parent)
    no_core_dumps()
    logs.set_up("web")
    module, _, factory = target.partition(":")
    try:
        application = getattr(importlib.import_module(module), factory)()
    except Exception:
        log.exception("the application cannot start")
        sys.exit(1)
    calm_collector()
    application = getattr(application, "wsgi_app", application)  # Flask's own call would only pass it on
    return Turns(application, threads) if threads.awake < threads.all else application


def calm_collector() -> None:
    """Let the garbage collector look rarely, and never again at what is there now: nothing of it will be garbage.

    A beacon leaves no cycles behind, but its objects count, and each look at all that Flask and its libraries hold
    takes as long as a thousand beacons.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
