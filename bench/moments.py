"""Short times: one step of the counting with its tokens, and the start of the service."""

import time
from pathlib import Path
from statistics import median

from bench.history import SITE, begun, count_hit
from bench.load import read_model, views
from bench.processes import running
from bench.table import Cell, table
from bench.traffic import scratch, settings_for
from collector.location import UNKNOWN
from collector.tokens import VisitTokens
from collector.visit import Hit

STEPS = 20_000


def measure_step() -> str:
    """Microseconds for decoding a visit state, `advance`, and encoding the new one."""
    with scratch() as folder:
        tokens = VisitTokens(settings_for(Path(folder)).key("visit"))
    now = int(time.time())
    view = next(views(read_model()))
    token = tokens.encode(SITE, begun(view, now))
    model = read_model()
    taken: dict[str, list[int]] = {"decode": [], "advance": [], "encode": []}
    clock = time.perf_counter_ns
    for number in range(STEPS):
        hit = Hit("pageview", model.paths[number % len(model.paths)])
        start = clock()
        state = tokens.decode(SITE, token)
        decoded = clock()
        step = count_hit(state, hit, now, view, lambda address: UNKNOWN)
        advanced = clock()
        token = tokens.encode(SITE, step.state)
        for name, since, until in (
            ("decode", start, decoded), ("advance", decoded, advanced), ("encode", advanced, clock()),
        ):  # fmt: skip
            taken[name].append(until - since)
    rows: list[list[Cell]] = [[name, median(times) / 1000] for name, times in taken.items()]
    rows.append(["together", sum(median(times) for times in taken.values()) / 1000])
    return table("One page view of a visit that goes on", ("step", "µs, median"), rows)


def measure_start() -> str:
    """Seconds from starting the service to its being ready, with a fresh and with an existing data folder."""
    with scratch() as folder:
        rows: list[list[Cell]] = [[name, started(Path(folder) / "data")] for name in ("fresh", "existing")]
    note = "`python -m collector serve --demo`, as `make run` starts it, until /readyz answers 200; two workers."
    return table("Start", ("data folder", "seconds until ready"), rows, note)


def started(data: Path) -> float:
    begun_at = time.monotonic()
    with running(("serve", "--demo"), data, "/readyz", workers=2):
        return time.monotonic() - begun_at
