"""The embedded engine: a real ClickHouse on loopback, in a process of its own, from the wheel chdb-core.

The wheel holds ClickHouse's local server. Its public functions cannot open ports; the private `_chdb.query` can, by
`SYSTEM START LISTEN TCP`. That name is used here alone, the version is pinned, and a test fails when it goes.
"""

import errno
import fcntl
import importlib
import os
import platform
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, cast
from urllib.parse import quote

from collector.config import Settings
from collector.engine_files import read_passwords, write_config, write_passwords, write_private

DATABASE = "sikdatne"
LEAST_FREE_BYTES = 256 * 1024**2
# A statement that never ends keeps the server alive; it sleeps, and holds the only session that `default` may have.
STATEMENTS = (
    "SYSTEM START LISTEN TCP; SELECT sleepEachRow(3) FROM system.numbers "
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 10000000 FORMAT Null"
)


class EngineError(Exception):
    """The engine cannot start; the message says why and how to mend it, in one line."""


@dataclass(frozen=True)
class Addresses:
    """Where each part of the service reaches the store, with its own user and rights."""

    collector: str = field(repr=False)
    dashboards: str = field(repr=False)
    analyst: str = field(repr=False)


def addresses(settings: Settings) -> Addresses:
    """The addresses of the configured ClickHouse, or of the embedded engine as it was last started."""
    if settings.clickhouse:
        return Addresses(settings.clickhouse, settings.clickhouse, settings.clickhouse)
    folder = settings.data / "engine"
    try:
        port = int((folder / "port").read_text("ascii"))
        passwords = read_passwords(folder)
    except (FileNotFoundError, ValueError) as error:
        raise EngineError(f"no engine has been started in {folder} yet; start it with `sikdatne serve`") from error
    urls = {
        user: f"clickhouse://{user}:{quote(password)}@127.0.0.1:{port}/{DATABASE}"
        for user, password in passwords.items()
    }
    return Addresses(**urls)


def run(data: Path) -> NoReturn:
    """Be the engine of this data folder until a signal ends the process. Raises EngineError when it cannot start."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})  # before the wheel starts its threads
    folder = data / "engine"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = lock_folder(folder)
    check_disk(folder)
    write_passwords(folder)
    port = choose_port(folder / "port")
    write_config(folder, port)
    query = load_query()
    threading.Thread(target=end_on_signal, daemon=True).start()
    os.chdir(folder)
    words = LastWords()
    query(STATEMENTS, "CSV", path=str(folder / "data"))  # returns only when a statement failed
    os.close(lock)
    raise explained(words.text(), port, folder)


def lock_folder(folder: Path) -> int:
    """Hold the folder for this process alone."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(handle, 32, 0).decode("ascii", "replace") or "unknown"
        os.close(handle)
        raise EngineError(
            f"{folder} is in use by another engine (process {holder}); stop that one, or set another SIKDATNE_DATA"
        ) from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


def check_free(data: Path) -> None:
    """Raise EngineError when an engine runs on this data folder."""
    folder = data / "engine"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(lock_folder(folder))


def check_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise EngineError(
            f"the disk of {folder} is full ({free >> 20} MiB free, {LEAST_FREE_BYTES >> 20} MiB needed); make room"
        )


def choose_port(file: Path) -> int:
    """The port kept in the file, or a free one when there is none yet or another program has taken it."""
    try:
        kept = int(file.read_text("ascii"))
    except (FileNotFoundError, ValueError):
        kept = 0
    port = free_port(kept) or free_port(0)
    if port != kept:
        write_private(file, f"{port}\n")
    return port


def free_port(wanted: int) -> int:
    """The wanted port when it is free on loopback, else 0. With 0 wanted: any free port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return 0
            raise
        return int(probe.getsockname()[1])


def load_query() -> Callable[..., Any]:
    """The private function of the wheel. Importing opens a session in the current folder, so go to an empty one."""
    try:
        with tempfile.TemporaryDirectory() as empty:
            before = Path.cwd()
            os.chdir(empty)
            importlib.import_module("chdb")
            query = importlib.import_module("chdb._chdb").query
            os.chdir(before)
    except ImportError as error:
        raise EngineError(
            f"no embedded engine for {platform.system()} {platform.machine()}, Python {platform.python_version()} "
            f"({error}); install the package chdb-core, or set SIKDATNE_CLICKHOUSE to a ClickHouse server's address"
        ) from error
    return cast(Callable[..., Any], query)


def end_on_signal() -> None:
    """What was confirmed is on disk, so there is nothing to wait for."""
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    os._exit(0)


class LastWords:
    """Passes on what the engine writes to standard error and remembers the end of it: its only way to say why."""

    def __init__(self) -> None:
        self.kept = b""
        self.out = os.dup(2)
        read, write = os.pipe()
        os.dup2(write, 2)
        os.close(write)
        self.thread = threading.Thread(target=self.copy, args=(read,), daemon=True)
        self.thread.start()

    def copy(self, read: int) -> None:
        while piece := os.read(read, 8192):
            self.kept = (self.kept + piece)[-8192:]
            os.write(self.out, piece)

    def text(self) -> str:
        """Everything said up to now; gives standard error back."""
        sys.stderr.flush()
        os.dup2(self.out, 2)
        self.thread.join(timeout=1)
        return self.kept.decode("utf-8", "replace")


def explained(words: str, port: int, folder: Path) -> EngineError:
    """The engine's own last words in the language of its user."""
    if "Address already in use" in words:
        return EngineError(f"port {port} was taken by another program; start again and another one is chosen")
    if "No space left on device" in words or "NOT_ENOUGH_SPACE" in words:
        return EngineError(f"the disk of {folder} is full; make room")
    if "CANNOT_OPEN_FILE" in words or "Cannot lock file" in words:
        return EngineError(f"{folder} is in use by another engine, or not all of it can be written")
    first = words.strip().splitlines()[:1]
    return EngineError(f"the engine in {folder} stopped: {first[0] if first else 'it did not say why'}")
