"""Helpers of tests that start processes of the service and wait for them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from collector.config import Settings
from collector.engine import EngineError, addresses
from collector.store import connect

KEY = "for-tests-only-and-long-enough-to-be-a-key"


def await_true(condition: Callable[[], object], what: str, seconds: float = 120) -> None:
    """Wait until the condition holds; fail with `what` when it does not in time, be the machine as slow as it may."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


def in_database(url: str, name: str) -> str:
    """The same address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def start_engine(data: Path) -> tuple[subprocess.Popen[bytes], Settings]:
    """A running embedded engine on this data folder, and settings to reach it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIKDATNE_")}
    environment["SIKDATNE_DATA"] = str(data)
    settings = Settings.from_environment({"SIKDATNE_DATA": str(data), "SIKDATNE_SECRET_KEY": KEY})
    command = [sys.executable, "-m", "collector", "engine", "--parent", str(os.getpid())]
    process = subprocess.Popen(command, env=environment)

    def ready() -> bool:
        assert process.poll() is None, "the engine ended; its message is above"
        try:
            store = connect(addresses(settings).collector)
        except EngineError:
            return False
        try:
            return store.answers()
        finally:
            store.close()

    await_true(ready, "the engine")
    return process, settings
