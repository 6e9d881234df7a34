"""Metrics add up over all processes, and readiness says what is missing."""

import multiprocessing
import os
import time
from pathlib import Path

from collector.config import Settings
from collector.metrics import Outcomes, outcomes, readiness, render
from collector.spool import SpoolWriter
from tests.collector.test_shipper import PAGEVIEW
from tests.running import KEY


def values(settings: Settings) -> dict[str, float]:
    body, content_type = render(settings)
    assert content_type.startswith("text/plain")
    lines = [line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def count_and_die(folder: Path) -> None:
    counting = Outcomes(folder)
    for _ in range(5):
        counting.count("counted")
    os._exit(1)


def test_outcomes_of_all_processes_add_up_and_survive_them(tmp_path: Path) -> None:
    here = Outcomes(tmp_path)
    here.count("counted")
    here.count("bot")
    spawn = multiprocessing.get_context("spawn")
    for _ in range(2):
        other = spawn.Process(target=count_and_die, args=(tmp_path,))
        other.start()
        other.join()
    assert outcomes(tmp_path) == {"counted": 11, "bot": 1}
    here.close()
    again = Outcomes(tmp_path)
    again.count("bot")
    assert outcomes(tmp_path) == {"counted": 11, "bot": 2}
    again.close()


def test_the_books_are_in_the_metrics(settings: Settings) -> None:
    writer = SpoolWriter.open(settings.data / "spool")
    for _ in range(3):
        writer.append(PAGEVIEW)
    found = values(settings)
    assert found['sikdatne_accepted_total{source="beacons"}'] == 3
    assert found['sikdatne_beacon_outcomes_total{outcome="counted"}'] == 3
    assert found['sikdatne_spooled{source="beacons"}'] == 3
    assert found['sikdatne_stored_total{source="beacons"}'] == 0
    assert found['sikdatne_quarantined_total{source="beacons"}'] == 0
    assert found["sikdatne_spool_bytes"] > 0
    assert found["process_resident_memory_bytes"] > 0
    writer.close()


def test_outcomes_are_in_the_metrics(settings: Settings) -> None:
    counting = Outcomes(settings.data / "metrics")
    counting.count("consent")
    counting.close()
    assert values(settings)['sikdatne_beacon_outcomes_total{outcome="consent"}'] == 1


def test_ready_when_the_spool_has_room(tmp_path: Path) -> None:
    environment = {"SIKDATNE_DATA": str(tmp_path), "SIKDATNE_SECRET_KEY": KEY, "SIKDATNE_SPOOL_LIMIT": str(1 << 20)}
    settings = Settings.from_environment(environment)
    now = time.time()
    assert "cannot be written" in readiness(settings, now)[0]
    writer = SpoolWriter.open(tmp_path / "spool")
    assert readiness(settings, now) == []
    for _ in range(20):
        writer.append(b"b" + b"x" * 60_000)
    writer.close()
    assert "is full" in readiness(settings, now)[0]
