"""What wrk needs to send beacons by the load model, and one run of it."""

import json
import shutil
import subprocess
import tempfile
import time
from itertools import islice
from pathlib import Path

import msgspec

from bench.history import SITE, begun
from bench.load import NEW_SHARE, RECENT, read_model, views
from bench.processes import BenchError, Running, environment
from collector.config import Settings
from collector.database import open_database, upgrade
from collector.sites import add_site
from collector.tokens import ConsentGrant, ConsentTokens, VisitTokens

SCRIPT = Path(__file__).with_name("beacons.lua")
CONNECTIONS = 32
CONSENTS = 20_000  # different decisions, five times as many as a web process remembers; each visitor brings one
YEAR_MINUTES = 365 * 24 * 60


class Run(msgspec.Struct):
    """What wrk saw: answers with 202, `other` ones, failed requests; latencies in milliseconds."""

    seconds: float
    requests: int
    accepted: int
    other: int
    errors: int
    p50: float
    p99: float
    example: str

    @property
    def rate(self) -> float:
        """Requests answered with 202 in a second."""
        return self.accepted / self.seconds


def settings_for(data: Path) -> Settings:
    """The settings of a benchmarked service with this data folder."""
    return Settings.from_environment(environment(data, 1))


def add_bench_site(data: Path) -> None:
    """Make the data folder know the site that the load is for."""
    database = open_database(settings_for(data).database)
    upgrade(database)
    add_site(database, SITE, now=time.time())
    database.close()


def write_choices(path: Path, now: float) -> None:
    """Write the Lua file from which beacons.lua makes its requests: the model, consents, visits that have begun."""
    model = read_model()
    settings = settings_for(path.parent)
    minute = int(now) // 60
    consents = ConsentTokens(settings.key("consent"))
    visits = VisitTokens(settings.key("visit"))
    newcomers = (view for view in views(model) if view.is_new)
    choices = msgspec.structs.asdict(model) | {
        "site": SITE,
        "origin": f"https://{SITE}",
        "host": f"stats.{SITE}",
        "new_share": NEW_SHARE,
        "recent": RECENT,
        "consents": [
            consents.encode(ConsentGrant(SITE, 1, True, False, minute - back, minute - back + YEAR_MINUTES))
            for back in range(CONSENTS)
        ],
        "states": [visits.encode(SITE, begun(view, int(now))) for view in islice(newcomers, RECENT)],
    }
    path.write_text("return " + lua(choices) + "\n", "ascii")


def lua(value: object) -> str:
    """A value of strings, numbers, lists and dicts as Lua writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {lua(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "{" + ", ".join(map(lua, value)) + "}"
    return json.dumps(value)


def wrk() -> str:
    """The load generator. Raises BenchError when there is none."""
    program = shutil.which("wrk")
    if program is None:
        raise BenchError("the load generator wrk is missing; install it (on Debian: apt-get install wrk)")
    return program


def run_wrk(server: Running, choices: Path, seconds: int) -> Run:
    """Load the server with beacons for some seconds."""
    return run_script(server, SCRIPT, seconds, str(choices))


def run_script(server: Running, script: Path, seconds: int, *arguments: str) -> Run:
    """Load the server for some seconds with what a script sends; `accepted` is what the script takes for good."""
    command = (
        wrk(), "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s",
        "--timeout", "10s", "--latency", "--script", str(script), server.url, "--", *arguments,
    )  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise BenchError(f"wrk failed: {(done.stderr or done.stdout).strip()}")
    return msgspec.json.decode(lines[-1], type=Run)


def scratch() -> "tempfile.TemporaryDirectory[str]":
    """A folder for the data of one measurement."""
    return tempfile.TemporaryDirectory(prefix="sikdatne-bench-")
