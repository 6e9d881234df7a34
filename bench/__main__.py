"""`python -m bench`: all measurements in one run, as tables in Markdown on standard output."""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

from bench import decisions, memory, moments, storage, throughput
from bench.processes import BenchError
from bench.traffic import wrk

PACKAGES = ("granian", "flask", "chdb-core", "clickhouse-driver")


def main() -> None:
    """Run what is asked for; progress goes to standard error."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="everything in short runs, about 90 seconds")
    asked.add_argument("--events", type=int, help="page views for the storage tables (1,000,000; quick: 50,000)")
    names = ("throughput", "decisions", "memory", "moments", "storage")
    asked.add_argument("--only", choices=names, help="one part alone")
    chosen = asked.parse_args()
    quick: bool = chosen.quick
    events: int = chosen.events or (50_000 if quick else storage.MILLION)
    parts: dict[str, tuple[Callable[[], str], ...]] = {
        "throughput": (lambda: throughput.measure(rounds=1 if quick else 3, seconds=2 if quick else 5),),
        "decisions": (lambda: decisions.measure(seconds=2 if quick else 5),),
        "memory": (lambda: memory.measure(seconds=4 if quick else 10),),
        "moments": (moments.measure_step, moments.measure_start),
        "storage": (lambda: storage.measure(events),),
    }
    try:
        wrk()
        print(machine(), flush=True)
        for name, steps in parts.items():
            if chosen.only in (None, name):
                print(f"measuring {name} …", file=sys.stderr)
                for step in steps:
                    print(step(), flush=True)
    except BenchError as error:
        sys.exit(f"bench: {error}")


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
