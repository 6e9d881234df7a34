"""A disk that is really full: nothing is half-written, everybody is told to come again, and room is all it needs."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from collector.chain_heads import ChainWriter
from collector.config import Settings
from collector.ledger import SOURCES, SpoolReader, balance
from collector.metrics import Outcomes
from collector.services import of
from collector.shipper import Shipper
from collector.spool import RESERVED_BYTES, SpoolFull, SpoolWriter
from collector.store import Store
from tests.collector.installation import SITE, decision, installed, kept
from tests.collector.test_shipper import PAGEVIEW
from tests.running import KEY, await_true

DISK_BYTES = RESERVED_BYTES + (8 << 20)
PAGE = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, 8 MiB larger than what the spool leaves free."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("mounting a small disk takes Linux and root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room there is, as another program would."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    return ballast


def fill_spool(writer: SpoolWriter) -> None:
    while True:
        writer.append(PAGEVIEW)


def send(client: FlaskClient, consent: str) -> tuple[int, str]:
    answer = client.post("/beacon", json={"site": SITE, "url": f"https://{SITE}/", "consent": consent}, headers=PAGE)
    return answer.status_code, answer.headers.get("Retry-After", "")


def test_a_full_disk_refuses_whole_beacons_and_decisions_until_there_is_room(small: Path) -> None:
    settings = Settings.from_environment({"SIKDATNE_DATA": str(small / "data"), "SIKDATNE_SECRET_KEY": KEY})
    with installed(settings) as app:
        client = app.test_client(use_cookies=False)
        consent = client.post("/consent", json=decision(client)).json["consent"]  # type: ignore[index]
        choice = decision(client)
        ballast = fill(small)
        answers = [send(client, consent)]
        end = time.monotonic() + 120
        while answers[-1][0] == 202:  # an open segment has its room; the next one finds none
            answers.append(send(client, consent))
            assert time.monotonic() < end
        assert answers[-1] == (503, "10")
        decided = 1
        while (refused := client.post("/consent", json=choice)).status_code == 200:
            decided += 1
            assert time.monotonic() < end
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
        assert "Set-Cookie" not in refused.headers
        assert client.get("/readyz").status_code == 503
        assert client.get("/metrics").status_code == 200

        ballast.unlink()
        await_true(lambda: send(client, consent)[0] == 202, "a beacon to be taken again")
        assert client.get("/readyz").status_code == 200
        await_true(lambda: client.post("/consent", json=choice).status_code == 200, "a decision to be taken again")
        assert len(kept(app, "beacons")) >= len(answers)
        spool = of(app).spool.slot.parent
        contents = [segment.read()[1] for segment in SpoolReader(spool, small / "quarantine").sealed()]
        assert not any(content.torn or content.damaged for content in contents)
        assert all(balance(spool, source).holds for source in SOURCES)
        assert balance(spool, "consents").accepted == decided + 1


def test_a_disk_that_the_spool_filled_is_emptied_by_the_shipper(small: Path, store: Store) -> None:
    spool = small / "data" / "spool"
    writer = SpoolWriter.open(spool)
    with pytest.raises(SpoolFull):
        fill_spool(writer)
    writer.close()
    shipper = Shipper(small / "data", store, ChainWriter(small / "data", b"k" * 32, lambda _heads: None))
    assert shipper.ship_all() > 0
    shipper.close()
    books = balance(spool)
    assert books.holds
    assert (books.stored, books.spooled) == (books.accepted, 0)
    SpoolWriter.open(spool).close()


def test_a_process_that_starts_on_a_full_disk_says_so_and_is_not_killed_by_its_counters(small: Path) -> None:
    fill(small)
    with pytest.raises(OSError, match="No space left"):
        Outcomes(small)
