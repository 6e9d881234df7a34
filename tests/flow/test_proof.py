"""From many visitors' clicks to a proof that verifies: the whole service, as it is started and as it is killed."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.running import await_true
from tests.service import Service, ServiceError, running

SITE = "example.lv"
VISITORS, EACH = 48, 5
JSON = {"Content-Type": "application/json", "Origin": f"https://{SITE}"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("proof"), WORKERS="1") as started:
        started.command("site", "add", SITE)
        await_true(lambda: started.request("GET", f"/consent?site={SITE}").status == 200, "the site")
        yield started


def decide(service: Service, notice: str, method: str, supersedes: str = "") -> dict[str, Any]:
    """The receipt of a decision; fails unless it was taken."""
    yes = method == "accept_all"
    body = {"site": SITE, "choices": {"statistics": yes, "marketing": yes}, "method": method, "notice": notice}
    answer = service.request("POST", "/consent", json.dumps(body | {"supersedes": supersedes}).encode(), JSON)
    assert answer.status == 200, answer.body
    return dict(answer.json["receipt"])


def verified(service: Service) -> str:
    return service.command("consent", "verify", "--site", SITE).strip()


def test_many_decide_at_once_and_every_decision_is_proven(service: Service, tmp_path: Path) -> None:
    """More at once than the service has threads: none is turned away."""
    notice = service.request("GET", f"/consent?site={SITE}&language=lv").json["hash"]

    def visitor(number: int) -> dict[str, Any]:
        for _ in range(EACH - 2):
            decide(service, notice, "reject_all")
        given = decide(service, notice, "accept_all")
        decide(service, notice, "withdraw", given["id"])
        return given

    with ThreadPoolExecutor(VISITORS) as crowd:
        receipts = list(crowd.map(visitor, range(VISITORS)))
    whole = f"{VISITORS * EACH} records of {SITE} are as they were written."
    await_true(lambda: verified(service) == whole, "all decisions in the log")
    assert len({receipt["id"] for receipt in receipts}) == VISITORS
    again = service.request("GET", f"/consent/receipt/{receipts[0]['id']}").json
    assert again["consent_id"] == receipts[0]["consent_id"]
    assert again["replaced"]["method"] == "withdraw"
    service.command("consent", "export", "--site", SITE, str(tmp_path / "proof.zip"))
    with zipfile.ZipFile(tmp_path / "proof.zip") as archive:
        archive.extractall(tmp_path / "proof")
    assert subprocess.run([sys.executable, str(tmp_path / "proof" / "verify.py")], check=False).returncode == 0


def test_a_killed_service_loses_no_decision_and_its_chain_goes_on(service: Service) -> None:
    before = int(verified(service).split()[0])
    notice = service.request("GET", f"/consent?site={SITE}&language=lv").json["hash"]
    for _ in range(10):
        decide(service, notice, "accept_all")
    service.kill()
    service.start()
    for _ in range(10):
        decide(service, notice, "accept_all")
    whole = f"{before + 20} records of {SITE} are as they were written."
    await_true(lambda: verified(service) == whole, "all decisions in the log")


def test_what_is_changed_behind_its_back_is_found(service: Service) -> None:
    with (service.data / "consent" / "chains.json").open() as file:
        heads = json.load(file)["heads"]
    assert list(heads) == [SITE]
    heads[SITE][0]["sequence"] += 1
    content = json.loads((service.data / "consent" / "chains.json").read_text())
    (service.data / "consent" / "chains.json").write_text(json.dumps(content | {"heads": heads}))
    with pytest.raises(ServiceError, match="finding"):
        verified(service)
