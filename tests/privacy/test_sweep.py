"""The privacy sweep: known addresses, user agents, query strings and personal data go in, and none of them is written.

Searched is every byte below the folder of the service (data, log output, temporary files) and every row of every table:
while the service runs, after it was killed with beacons in its spool, and after it has stored everything.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.config import Settings
from collector.ledger import balance
from collector.shipper import paused_by_backup
from collector.store import Store, open_store
from tests.privacy import traffic
from tests.privacy.known import IPV4, IPV6, Known, everything, known_address, known_text, known_token
from tests.privacy.search import Seen, files, search, tables
from tests.running import await_true
from tests.service import Service, running

BEACONS = 3000
LINES = 600
OWNER = "ipasnieks@example.lv"


@dataclass
class Sweep:
    """What was sent, and what was found of it, by the moment of the search."""

    service: Service
    known: list[Known] = field(default_factory=everything)
    found: dict[str, list[str]] = field(default_factory=dict)
    seen: Seen = field(default_factory=dict)  # known things are complete before the first search
    answers: dict[str, int] = field(default_factory=dict)
    waiting: int = 0  # beacons in the spool of the killed service
    pageviews: int = 0  # in the counters, at the end

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self.service.env)

    def look(self, moment: str, store: Store | None = None) -> None:
        """Search everything now."""
        self.found[moment] = search(files(self.service.folder), self.known, self.seen)
        if store is not None:
            self.found[moment] += search(tables(store), self.known, self.seen)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    """A service that had all the traffic, searched at three moments; it still runs."""
    folder = tmp_path_factory.mktemp("service")
    log = tmp_path_factory.mktemp("input") / "access.log"
    with running(folder, TRUSTED_PROXIES="1") as service:
        swept = Sweep(service)
        service.command("site", "add", traffic.SITE)
        service.command("user", "add", OWNER, "--password-stdin", stdin="owner-password-3309zq\n")
        swept.known.append(known_token(service.command("token", "add", "--site", traffic.SITE).strip()))
        send(swept)
        swept.look("running")
        kill_under_load(swept)
        traffic.write_access_log(log, LINES, time.time())
        service.start()
        service.command("import", "access-log", str(log), "--site", traffic.SITE)
        store = open_store(swept.settings)
        await_true(lambda: stored(swept), "everything to be stored", 300)
        swept.pageviews = int(store.execute("SELECT sum(pageviews) FROM counters")[0][0])
        swept.look("stored", store)
        yield swept
        store.close()


def send(sweep: Sweep) -> None:
    """All the traffic, once."""
    await_true(lambda: consent(sweep.service), "the site to be known to all workers")
    client = traffic.Client(sweep.service)
    token = consent(sweep.service)
    visits = traffic.consented(client, BEACONS, token)
    traffic.refused(client, 20, token)
    traffic.others(client, 20, token)
    traffic.logins(client, 4, OWNER)
    client.close()
    sweep.known += [known_token(text) for text in (token, *visits[:10])]
    sweep.answers = dict(client.answers)


def consent(service: Service) -> str:
    """A consent token, or an empty string while a worker does not know the site yet."""
    if any(service.request("GET", f"/consent?site={traffic.SITE}").status != 200 for _ in range(8)):
        return ""
    return service.consent(traffic.SITE, headers={"X-Forwarded-For": IPV4[0]})


def kill_under_load(sweep: Sweep) -> None:
    """Kill everything right after a burst that was not shipped, and search what is left behind."""
    spool = sweep.service.data / "spool"
    client = traffic.Client(sweep.service)
    with paused_by_backup(spool):
        traffic.consented(client, 200, consent(sweep.service))
        sweep.service.kill()
    client.close()
    sweep.waiting = balance(spool).spooled
    sweep.look("killed")


def stored(sweep: Sweep) -> bool:
    """Whether the spool is empty and its books are even."""
    books = [balance(sweep.service.data / "spool", source) for source in ("beacons", "consents")]
    waiting = list((sweep.service.data / "spool").glob("*/*.seg"))
    return not waiting and all(book.spooled == 0 and book.holds for book in books)


def test_the_traffic_was_taken_in(sweep: Sweep) -> None:
    """Otherwise there would be nothing to find."""
    answers = sweep.answers
    assert answers["POST /beacon 202"] > BEACONS / 2
    assert {"POST /beacon 204", "POST /beacon 400", "POST /beacon 413", "POST /beacon 415"} <= set(answers)
    assert {"GET /pixel.gif 202", "GET /pixel.gif 204", "GET /missing 404", "POST /login 401"} <= set(answers)
    assert {"POST /consent 200", "POST /consent 400", "POST /api/v2/query 401"} <= set(answers)
    assert {"POST /cookies 202", "POST /cookies 204", "POST /cookies 400"} <= set(answers)
    assert sum(count for answer, count in answers.items() if answer.endswith(" 500")) == 0
    assert sweep.pageviews > BEACONS / 4 + LINES / 2


@pytest.mark.parametrize("moment", ["running", "killed", "stored"])
def test_nothing_of_it_is_written_anywhere(sweep: Sweep, moment: str) -> None:
    assert sweep.found[moment] == []


def test_a_killed_service_left_beacons_to_be_searched(sweep: Sweep) -> None:
    assert sweep.waiting > 100


def test_nothing_is_left_after_a_clean_stop(sweep: Sweep) -> None:
    store = open_store(sweep.settings)
    plant(store)
    in_tables = search(tables(store), sweep.known)
    store.close()
    assert sweep.service.stop() == 0
    sweep.look("stopped")
    assert in_tables == [f"{IPV6[0]}, as text, in table sikdatne.networks"], "the search does not find what is there"
    assert sweep.found["stopped"] != [], "the search does not find what is in the engine's compressed files"
    assert all(IPV6[0] in found and "/store/" in found for found in sweep.found["stopped"])


def plant(store: Store) -> None:
    """A row with a whole address, as a fault of the collector would write it."""
    row: list[list[object]] = [[datetime.now(UTC).date()], [IPV6[0]], [1], [0]]
    store.insert_columns("networks", ("day", "network", "requests", "refused"), row, "planted")


@pytest.mark.parametrize("thing", [known_address(IPV4[0]), known_address(IPV6[0]), known_text("query-token-8fh2kq71")])
def test_each_form_of_a_known_thing_is_found(thing: Known, tmp_path: Path) -> None:
    file = tmp_path / "planted"
    for form in thing.text | thing.packed | thing.short:
        file.write_bytes(b"something before " + form + b" and behind")
        assert search(files(tmp_path), [thing]), form
    file.write_bytes(b"something before and behind")
    assert search(files(tmp_path), [thing]) == []
