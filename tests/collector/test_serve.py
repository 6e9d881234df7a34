"""`serve` starts everything, restarts what dies, says where it is, and takes everything with it when it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.supervisor import FIRST_DELAY, LONGEST_DELAY, Child
from tests.crash.load import victims
from tests.running import await_true
from tests.service import Service, free_port, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("serve"), "--demo") as started:
        await_true(lambda: "Stop with Ctrl-C" in started.log.read_text(), "the end of the start")
        yield started


def test_it_says_where_everything_is(service: Service) -> None:
    said = service.log.read_text()
    assert f"Dashboards  {service.url}/" in said
    assert f"Demo site   {service.url}/demo/" in said
    assert "level=" not in said, "nobody has to read a log to begin"
    link = re.search(rf"First user  {service.url}(/\S+)", said)
    assert link
    assert service.request("GET", link[1]).status == 200


def test_the_demo_website_is_a_site(service: Service) -> None:
    assert service.command("site", "list").startswith(f"demo\tEurope/Riga\thttp://127.0.0.1:{service.port}")


def test_what_dies_is_started_again(service: Service) -> None:
    for part in ("ship", "engine", "worker", "web"):
        before = [process for name, process in victims(service) if name == part]
        assert before, part
        os.kill(before[0], signal.SIGKILL)
        await_true(
            lambda: len({p for name, p in victims(service) if name == part} - set(before)) > 0,  # noqa: B023
            f"another {part}",
        )
    service.wait_ready()


def test_doctor_finds_nothing_wrong(service: Service) -> None:
    await_true(lambda: "problem" not in doctor(service), "a sound service")
    assert f"the service answers on 127.0.0.1 port {service.port}" in doctor(service)
    assert "SQL for analysts: clickhouse://analyst:" in doctor(service)


def doctor(service: Service) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "collector", "doctor"], env=service.env, capture_output=True, text=True, check=False
    )
    return done.stdout


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        environment = {"PATH": os.environ["PATH"], "SIKDATNE_DATA": str(tmp_path), "SIKDATNE_PORT": str(port)}
        done = subprocess.run(
            [sys.executable, "-m", "collector", "serve"], env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert f"port {port}: Address already in use" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "engine").exists()


def test_a_data_folder_is_served_once(service: Service) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "collector", "serve"], env=service.env | {"SIKDATNE_PORT": str(free_port())},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "being shipped by another process" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_web_does_not_share_its_port(service: Service, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "collector", "web"], env=service.env | {"SIKDATNE_DATA": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Address already in use" in done.stderr


def test_a_store_that_refuses_is_named(service: Service, tmp_path: Path) -> None:
    port = (service.data / "engine" / "port").read_text().strip()
    mine = {"SIKDATNE_DATA": str(tmp_path), "SIKDATNE_PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, "-m", "collector", "serve"],
        env=service.env | mine | {"SIKDATNE_CLICKHOUSE": f"clickhouse://collector:wrong@127.0.0.1:{port}/sikdatne"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "the store that SIKDATNE_CLICKHOUSE names refuses: collector: Authentication failed" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_clean_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    with running(tmp_path, "--demo") as service:
        consent = service.consent("demo")
        body = {"site": "demo", "url": f"{service.url}/demo/", "consent": consent}
        browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
        answer = service.request("POST", "/beacon", json.dumps(body).encode(), browser)
        assert answer.status == 202
        assert service.stop() == 0
        assert [*(service.data / "spool").rglob("*.open"), *(service.data / "spool").rglob("*.seg")] == []
        service.command("backup", str(tmp_path / "backup"))
    rows = json.loads((tmp_path / "backup" / "manifest.json").read_text())["tables"]
    assert rows["rollup_site"] == 1
    assert rows["consent_log"] == 1
    assert rows["networks"] == 1, "the sums of the last seconds are written when a worker ends"


def test_nothing_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        everybody = [process for _, process in victims(service)]
        assert len(everybody) >= 5
        service.kill()
        await_true(lambda: not any(map(is_running, everybody)), "the end of all processes")


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_keeps_dying_is_started_less_and_less_often() -> None:
    child = Child("ship")
    delays = []
    for _ in range(8):
        child.process = subprocess.Popen(["false"])
        child.process.wait()
        child.care()
        delays.append(child.delay)
        assert not child.alive(), "started again at once"
        assert child.due > time.monotonic()
    assert delays == [min(FIRST_DELAY * 2**number, LONGEST_DELAY) for number in range(8)]
