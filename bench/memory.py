"""Resident memory of all processes of the service, at rest and under load."""

import threading
import time
from pathlib import Path

from bench.processes import running
from bench.table import Cell, table
from bench.traffic import add_bench_site, run_wrk, scratch, write_choices

PARTS = ("serve", "engine", "ship", "web")
MIB = 1 << 20
REST_SECONDS = 3
Sizes = dict[str, tuple[int, int]]


def measure(seconds: int = 8, workers: int = 2) -> str:
    """The table of memory: RSS, and PSS, which shares out the pages that processes have in common."""
    with scratch() as folder:
        data, choices = Path(folder) / "data", Path(folder) / "choices.lua"
        data.mkdir()
        add_bench_site(data)
        write_choices(choices, time.time())
        with running(("serve",), data, workers=workers) as server:
            time.sleep(REST_SECONDS)
            rest = memory(server.process.pid)
            load = threading.Thread(target=run_wrk, args=(server, choices, seconds))
            load.start()
            time.sleep(seconds * 0.8)
            loaded = memory(server.process.pid)
            load.join()
    rows: list[list[Cell]] = [[part, *in_mib(rest[part]), *in_mib(loaded[part])] for part in PARTS]
    rows.append(["all", *in_mib(summed(rest)), *in_mib(summed(loaded))])
    rows[3][0] = f"web, {workers} workers and their parent"
    header = ("process", "RSS at rest", "PSS at rest", "RSS under load", "PSS under load")
    return table("Memory in MiB", header, rows, "PSS shares out the pages that several processes have in common.")


def memory(pid: int) -> Sizes:
    """RSS and PSS in bytes of a process and those below it, by the part of the service they are."""
    found: Sizes = {}
    for one in family(pid):
        command = Path(f"/proc/{one}/cmdline").read_text("utf-8").split("\0")
        part = next((word for word in command if word in PARTS), "web")
        lines = Path(f"/proc/{one}/smaps_rollup").read_text("ascii").splitlines()[1:]
        sizes = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
        rss, pss = found.get(part, (0, 0))
        found[part] = rss + sizes["Rss"], pss + sizes["Pss"]
    return found


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *(one for child in children for one in family(int(child)))]


def summed(sizes: Sizes) -> tuple[int, int]:
    return sum(rss for rss, _ in sizes.values()), sum(pss for _, pss in sizes.values())


def in_mib(sizes: tuple[int, int]) -> tuple[int, int]:
    return round(sizes[0] / MIB), round(sizes[1] / MIB)
