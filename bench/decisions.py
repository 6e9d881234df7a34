"""Decisions about cookies taken in a second, each on disk before its answer, and then found again in a whole log."""

import time
from pathlib import Path

import msgspec

from bench.history import SITE
from bench.processes import BenchError, Running, get, running, wait_until
from bench.table import Cell, table
from bench.traffic import CONNECTIONS, Run, add_bench_site, run_script, scratch, settings_for
from collector.chain import PURPOSE
from collector.chain_heads import heads_of
from collector.database import open_database
from collector.ledger import balance
from collector.notices import snapshot
from collector.store import open_store
from collector.verify import Check

SCRIPT = Path(__file__).with_name("decisions.lua")
LANGUAGE = "lv"
HEADER = ("service", "workers", "decisions/s", "p50 ms", "p99 ms", "not 200", "verified afterwards")


def measure(seconds: int, workers: tuple[int, ...] = (1, 2)) -> str:
    """The table of decisions."""
    rows = [measure_with(count, seconds) for count in workers]
    note = (
        f"{CONNECTIONS} connections, the load generator on the same cores, {seconds} s. Each decision is synced to "
        "disk before its answer. Afterwards all of them were in the log, and `sikdatne consent verify` had no findings."
    )
    return table("Decisions on consent", HEADER, rows, note)


def measure_with(workers: int, seconds: int) -> list[Cell]:
    with scratch() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        add_bench_site(data)
        with running(("serve",), data, "/readyz", workers=workers) as server:
            shown = msgspec.json.decode(get(server, f"/consent?site={SITE}&language={LANGUAGE}")[1])["hash"]
            runs = [run_script(server, SCRIPT, length, SITE, shown) for length in (1, seconds)]
            wait_until(lambda: balance(data / "spool", "consents").spooled == 0, server, 120)
            verified = check(server, runs)
        run = runs[-1]
        return ["web, shipper, engine", workers, run.rate, run.p50, run.p99, run.other, verified]


def check(server: Running, runs: list[Run]) -> int:
    """Every answer was 200, and each is in the log, which is whole. Returns how many. Raises BenchError."""
    bad = [run for run in runs if run.other or run.errors]
    if bad:
        raise BenchError(f"{bad[0].other} other answers than 200 to decisions, like {bad[0].example!r}")
    answered = sum(run.accepted for run in runs)
    settings = settings_for(server.data)
    database, store = open_database(settings.database), open_store(settings)
    counted = 0

    def count(more: int) -> None:
        nonlocal counted
        counted += more

    log = Check(SITE, settings.key(PURPOSE), lambda shown: snapshot(database, shown), int(time.time()) // 86_400)
    findings = list(log.run(store, lambda: heads_of(settings.data, database, SITE), count))
    store.close()
    database.close()
    if findings:
        raise BenchError(f"the log of decisions has {len(findings)} findings, like: {findings[0]}")
    if not 0 <= counted - answered <= CONNECTIONS * len(runs):  # wrk hangs up at the end of a run
        raise BenchError(f"{answered} decisions were answered, the log has {counted}")
    return counted
