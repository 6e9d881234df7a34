"""Beacons under load, each for a page of its own, so that what became of every single one can be looked up."""

import itertools
import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from collector.config import Settings
from collector.ledger import Balance, balance
from collector.store import Store
from collector.tokens import ConsentGrant, ConsentTokens
from tests.running import await_true
from tests.service import Service, exchange

SITE = "example.lv"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
HEADERS = {"Content-Type": "text/plain", "User-Agent": CHROME, "Origin": f"https://{SITE}"}
SENDERS = 3
PAUSE_SECONDS = 0.002  # a load that leaves the machine to others, too


class Load:
    """Sends page views from several threads until stopped, whatever happens to the service."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self.service = service
        self.consent = consent_token(settings)
        self.numbers = itertools.count()
        self.answered: set[int] = set()
        self.unanswered: set[int] = set()
        self.statuses: dict[int, int] = {}
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.send) for _ in range(SENDERS)]

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def send(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        while not self.stop.wait(PAUSE_SECONDS):
            number = next(self.numbers)
            body = {"site": SITE, "url": f"https://{SITE}/{number}", "consent": self.consent}
            try:
                status = exchange(connection, "POST", "/beacon", json.dumps(body).encode(), HEADERS).status
            except (OSError, HTTPException):
                connection.close()
                status = 0
                self.stop.wait(0.02)
            with self.lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                if status == 202:
                    self.answered.add(number)
                elif status == 0:
                    self.unanswered.add(number)
        connection.close()


def consent_token(settings: Settings) -> str:
    minute = int(time.time()) // 60
    grant = ConsentGrant(SITE, 1, statistics=True, marketing=False, decided=minute, until=minute + 1000)
    return ConsentTokens(settings.key("consent")).encode(grant)


def settings_of(service: Service) -> Settings:
    return Settings.from_environment(service.env)


def books(service: Service) -> Balance:
    return balance(service.data / "spool")


def settle(service: Service, store: Store) -> Balance:
    """Wait until nothing is left in the spool and the store answers; the books then."""
    await_true(lambda: books(service).spooled == 0, "an empty spool", 300)
    await_true(store.answers, "the store")
    return books(service)


def pages(store: Store) -> dict[int, int]:
    """Page views by the number of their beacon."""
    rows = store.execute("SELECT page, sum(pageviews) FROM counters WHERE site = {s:String} GROUP BY page", {"s": SITE})
    return {int(page.strip("/")): int(count) for page, count in rows}


def assert_exactly_once(load: Load, service: Service, store: Store) -> None:
    """Every beacon answered 202 is counted once, no beacon twice, and all tables and the books agree."""
    final = settle(service, store)
    counted = pages(store)
    assert load.answered, "nothing was accepted"
    assert {number for number, count in counted.items() if count != 1} == set()
    assert load.answered - set(counted) == set(), "lost"
    assert set(counted) - load.answered - load.unanswered == set(), "counted and never sent, or refused"
    assert final.accepted == final.stored == len(counted)
    assert (final.spooled, final.quarantined) == (0, 0)
    assert final.holds
    for table, measure in (("rollup_site", "pageviews"), ("rollup_pages", "pageviews"), ("rollup_hours", "visits")):
        total = store.execute(f"SELECT sum({measure}) FROM {table} WHERE site = {{s:String}}", {"s": SITE})
        assert total == [(len(counted),)], table


def children(process: int) -> list[int]:
    try:
        found = Path(f"/proc/{process}/task/{process}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(part) for part in found.split()]


def command(process: int) -> Sequence[str]:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return ()


def victims(service: Service) -> Iterator[tuple[str, int]]:
    """The processes of the service by their part: engine, ship, web, and each worker of web."""
    assert service.process is not None
    for child in children(service.process.pid):
        for part in ("engine", "ship", "web"):
            if part in command(child):
                yield part, child
                if part == "web":
                    yield from (("worker", worker) for worker in children(child))


def kill(service: Service, part: str, chance: random.Random) -> bool:
    """`kill -9` one process of this part; False when there is none just now."""
    found = [process for name, process in victims(service) if name == part]
    if not found:
        return False
    try:
        os.kill(chance.choice(found), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
