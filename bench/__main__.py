"""`python -m bench`: all measurements in one run, as tables in Markdown on standard output."""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from bench import decisions, memory, moments, storage, throughput
from bench.filling import Load
from bench.processes import BenchError
from bench.storage import MILLION, load_of
from bench.traffic import wrk
from collector.access_log.delivery import ImportFailed

PACKAGES = ("granian", "flask", "chdb-core", "clickhouse-driver")


def main() -> None:
    """Run what is asked for; progress goes to standard error."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="everything in short runs, about 90 seconds")
    asked.add_argument("--events", type=int, help="page views for the storage tables, instead of 1 and 10 million")
    asked.add_argument("--log", type=Path, default=storage.LOG, help="an access log for the storage tables")
    names = ("throughput", "decisions", "memory", "moments", "storage")
    asked.add_argument("--only", choices=names, help="one part alone")
    chosen = asked.parse_args()
    quick: bool = chosen.quick
    parts: dict[str, Callable[[], Iterable[str]]] = {
        "throughput": lambda: [throughput.measure(rounds=1 if quick else 3, seconds=2 if quick else 5)],
        "decisions": lambda: [decisions.measure(seconds=2 if quick else 5)],
        "memory": lambda: [memory.measure(seconds=4 if quick else 10)],
        "moments": lambda: (measure() for measure in (moments.measure_step, moments.measure_start)),
        "storage": lambda: storage.measure(loads(chosen.events, quick), None if quick else chosen.log),
    }
    try:
        wrk()
        print(machine(), flush=True)
        for name, tables in parts.items():
            if chosen.only in (None, name):
                print(f"measuring {name} …", file=sys.stderr)
                for text in tables():
                    print(text, flush=True)
    except (BenchError, ImportFailed) as error:
        sys.exit(f"bench: {error}")


def loads(events: int | None, quick: bool) -> list[Load]:
    """What is stored: so many events or, unless it is to be quick, one million and ten."""
    first = events or (50_000 if quick else MILLION)
    found = [load_of(first), load_of(first, leaves=True)]
    return found if events or quick else [*found, load_of(10 * MILLION)]


def machine() -> str:
    """One line about what was measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"{packages}, {time.strftime('%Y-%m-%d')}; load before: {load:.1f}. Ratios hold from machine to machine.\n"
    )


if __name__ == "__main__":
    main()
