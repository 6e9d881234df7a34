"""Processes of the service, started on a data folder of their own and ended by their id."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parent.parent
STOP_SECONDS = 30
SECRET = secrets.token_hex(32)  # all servers of a run accept the same tokens
FLOOR = (
    "import os, sys; from collector.config import Settings; from collector.web import Threads, run; "
    "threads = int(sys.argv[2]); run(Settings.from_environment(os.environ), sys.argv[1], Threads(threads, threads))"
)


class BenchError(Exception):
    """A measurement cannot be made; the message says why."""


@dataclass(frozen=True)
class Running:
    """A started process, its port on loopback and its data folder."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def environment(data: Path, port: int, workers: int = 1, durability: str = "process") -> dict[str, str]:
    """The settings of a benchmarked service; none of those of the shell it is called from."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIKDATNE_")}
    return inherited | {
        "SIKDATNE_DATA": str(data),
        "SIKDATNE_SECRET_KEY": SECRET,
        "SIKDATNE_PORT": str(port),
        "SIKDATNE_WORKERS": str(workers),
        "SIKDATNE_DURABILITY": durability,
        "SIKDATNE_TRUSTED_PROXIES": "1",
    }


@contextmanager
def running(
    arguments: tuple[str, ...], data: Path, path: str = "/readyz", *, workers: int = 1, durability: str = "process"
) -> Iterator[Running]:
    """`python -m collector` with these arguments, or a floor when the first one is "floor:<factory>"; the
    second one is the number of its threads then.

    Entered when `path` answers with a status below 500; what the process writes goes to a log in its data folder.
    """
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-m", "collector", *arguments)
    if arguments[0].startswith("floor:"):
        command = (sys.executable, "-c", FLOOR, arguments[0].removeprefix("floor:"), *arguments[1:])
    with (data / "log").open("ab") as log:
        process = subprocess.Popen(
            command, env=environment(data, port, workers, durability), cwd=ROOT, stdout=log, stderr=log
        )
    server = Running(process, port, data)
    try:
        if path:
            wait_until(lambda: answers(server, path), server)
        yield server
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process as an operator would, and by force when it takes too long."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], server: Running, seconds: float = 60) -> None:
    """Wait for the condition. Raises BenchError when the process ends before, or it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if server.process.poll() is not None or time.monotonic() > deadline:
            words = (server.data / "log").read_text("utf-8", "replace").strip().splitlines()[-5:]
            raise BenchError(f"no answer from {server.process.args!r}; its last words: " + " / ".join(words))
        time.sleep(0.01)


def answers(server: Running, path: str) -> bool:
    """Whether the server answers GET `path` with a status below 500."""
    try:
        return get(server, path)[0] < 500
    except OSError:
        return False


def get(server: Running, path: str) -> tuple[int, bytes]:
    """Status and body of GET `path`."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
