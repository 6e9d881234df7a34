"""The whole service as its users start it: `python -m collector serve` with a folder and a port of its own."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

# Limits are for what never comes; a busy machine may take many times as long as a calm one.
START_SECONDS = 180.0
STOP_SECONDS = 90.0
# Below those that systems give to whoever asks for any port or connects somewhere, so that nobody takes one of these
# between its choice and its use. Each worker of pytest has a part of its own.
PORTS = range(20_000, 32_000)
PART = 1_000
_given = itertools.count(os.getpid() * 7)
ROOT = Path(__file__).parent.parent


class ServiceError(Exception):
    """The service did not do what a test needs of it; the message ends with its log."""


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and body of a response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Service:
    """One installation: data in `folder/data`, all it says in `folder/service.log`, temporary files beside them."""

    folder: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """The environment of every command of this installation; settings of the caller's own shell stay out."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("SIKDATNE_")}
        given = {f"SIKDATNE_{name}": value for name, value in self.environment.items()}
        places = {"TMPDIR": str(self.folder), "SIKDATNE_DATA": str(self.data), "SIKDATNE_PORT": str(self.port)}
        return mine | places | given

    def start(self, *arguments: str) -> None:
        """Start `serve` with these arguments and return when it is ready. Raises ServiceError."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "collector", "serve", *arguments],
                cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.wait_ready()

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Return when /readyz answers 200. Raises ServiceError when it does not within `seconds`."""
        until = time.monotonic() + seconds
        last = "no answer"
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                raise ServiceError(f"the service ended with status {self.process.returncode}\n{self.last_words()}")
            try:
                answer = self.request("GET", "/readyz", timeout=10)
            except (OSError, HTTPException) as error:
                last = repr(error)
            else:
                if answer.status == 200:
                    return
                last = answer.body.decode("utf-8", "replace")
            time.sleep(0.1)
        raise ServiceError(f"not ready after {seconds:.0f} s: {last}\n{self.last_words()}")

    def stop(self) -> int:
        """Ask the service to end, as systemd does, and return its exit status. Raises ServiceError when it stays."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServiceError(f"still there {STOP_SECONDS:.0f} s after SIGTERM\n{self.last_words()}") from None

    def kill(self) -> None:
        """Kill the supervisor; its children die with it. Returns when nothing listens on the port any more."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        until = time.monotonic() + STOP_SECONDS
        while listens(self.port):
            if time.monotonic() > until:
                raise ServiceError(f"a child of the killed service still listens on port {self.port}")
            time.sleep(0.05)

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run `sikdatne` with these arguments here and return its standard output. Raises ServiceError."""
        done = subprocess.run(
            [sys.executable, "-m", "collector", *arguments],
            cwd=self.folder, env=self.env, input=stdin, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        with self.log.open("a", encoding="utf-8") as log:
            log.write(done.stderr)
        if done.returncode != 0:
            raise ServiceError(f"sikdatne {' '.join(arguments)}: status {done.returncode}\n{done.stderr}")
        return done.stdout

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Answer:  # fmt: skip
        """One request on a connection of its own. Redirects are not followed."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            return exchange(connection, method, path, body, headers)
        finally:
            connection.close()

    def consent(self, site: str, *, statistics: bool = True, headers: Mapping[str, str] | None = None) -> str:
        """Decide on `site` as its banner does, and return the consent token."""
        notice = self.request("GET", f"/consent?site={site}&language=lv").json
        method = "accept_all" if statistics else "reject_all"
        choices = {"statistics": statistics, "marketing": statistics}
        decision = {"site": site, "choices": choices, "method": method, "language": "lv", "notice": notice["hash"]}
        kind = {"Content-Type": "application/json"}
        answer = self.request("POST", "/consent", json.dumps(decision).encode(), kind | dict(headers or {}))
        if answer.status != 200:
            raise ServiceError(f"POST /consent: {answer.status} {answer.body!r}")
        return str(answer.json["consent"])

    def last_words(self, lines: int = 40) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])


def exchange(
    connection: HTTPConnection, method: str, path: str, body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:  # fmt: skip
    """One request on a connection that stays open; for thousands of them."""
    connection.request(method, path, body, dict(headers or {}))
    response = connection.getresponse()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


@contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[Service]:
    """A service in `folder` that is ready; settings without their prefix: `TRUSTED_PROXIES="1"`. Ended afterwards."""
    service = Service(folder, free_port(), settings)
    try:
        service.start(*arguments)
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.stop()


def free_port() -> int:
    """A port of loopback that nobody uses, and that is given to nobody else for as long as possible."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mine = PORTS[worker * PART % len(PORTS) :][:PART]
    for port in (mine[next(_given) % PART] for _ in mine):
        if bindable(port):
            return port
    raise ServiceError(f"no port is free between {mine[0]} and {mine[-1]}")


def bindable(port: int) -> bool:
    """Whether a server could have this port of loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
