"""Pages do not hold up beacons, and beacons are answered by one thread; in a real server with its real threads."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from collector.config import Settings
from collector.database import open_database, upgrade
from collector.sites import add_site
from collector.turns import BUSY_SECONDS, Threads, Turns
from collector.web import THREADS
from tests.crash.load import HEADERS, SITE, consent_token
from tests.running import KEY, await_true
from tests.service import free_port

# A thread that a busy machine keeps waiting is not idle yet, and a stop that waits for threads is not cut short.
SERVER = (
    "import os; from collector import turns, web; from collector.config import Settings; "
    "turns.BUSY_SECONDS, web.STOP_SECONDS = 1.0, 600; "
    "web.run(Settings.from_environment(os.environ), 'tests.collector.slow:create')"
)
PAGES = THREADS["process"].all - 1


class Server:
    """A running web process, and one request at a time to it."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIKDATNE_")}
        mine = {"DATA": str(data), "SECRET_KEY": KEY, "PORT": str(self.port), "WORKERS": "1"}
        self.environment = inherited | {f"SIKDATNE_{name}": value for name, value in mine.items()}
        settings = Settings.from_environment(self.environment)
        database = open_database(settings.database)
        upgrade(database)
        add_site(database, SITE, now=time.time())
        database.close()
        self.release = data / "release"
        self.body = f'{{"site":"{SITE}","url":"https://{SITE}/","consent":"{consent_token(settings)}"}}'
        self.process = subprocess.Popen([sys.executable, "-c", SERVER], env=self.environment)
        await_true(self.answers, "the server")

    def ask(self, method: str, path: str, connection: HTTPConnection | None = None) -> tuple[int, dict[str, str]]:
        own = connection or HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            own.request(method, path, self.body if method == "POST" else None, HEADERS)
            response = own.getresponse()
            response.read()
            return response.status, {name.lower(): value for name, value in response.getheaders()}
        finally:
            if connection is None:
                own.close()

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/healthz")[0] == 200
        except (OSError, HTTPException):
            return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path)
    yield started
    started.process.kill()
    started.process.wait()


def test_pages_that_take_long_leave_a_thread_for_beacons(server: Server) -> None:
    with ThreadPoolExecutor(PAGES) as visitors:
        pages = [visitors.submit(server.ask, "GET", "/slow") for _ in range(PAGES)]
        await_true(lambda: server.ask("GET", "/healthz")[0] == 503, "all threads but one to be busy")
        status, headers = server.ask("GET", "/healthz")
        assert (status, headers["retry-after"]) == (503, "1")
        assert [server.ask("POST", "/beacon")[0] for _ in range(20)] == [202] * 20
        assert not any(page.done() for page in pages)
        server.release.touch()
        assert [page.result()[0] for page in pages] == [200] * PAGES
    assert server.ask("GET", "/healthz")[0] == 200


def test_under_load_one_thread_answers_and_a_page_finds_another(server: Server) -> None:
    stop = threading.Event()

    def send() -> Counter[str]:
        threads: Counter[str] = Counter()
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        while not stop.is_set():
            status, headers = server.ask("POST", "/beacon", connection)
            assert status == 202
            threads[headers["x-thread"]] += 1
        connection.close()
        return threads

    with ThreadPoolExecutor(9) as visitors:
        senders: list[Future[Counter[str]]] = [visitors.submit(send) for _ in range(8)]
        try:
            for _ in range(20):
                assert server.ask("GET", "/healthz")[0] == 200
            stop.wait(1)  # one whole round of rests
        finally:
            stop.set()
        threads = sum((sender.result() for sender in senders), Counter())
    took_turns = [count for count in threads.values() if count > sum(threads.values()) / 10]
    assert 1 <= len(took_turns) <= 4, threads  # each page may have called another one to the beacons
    assert sum(took_turns) > sum(threads.values()) * 0.8, threads


def test_the_server_stops_at_once_though_threads_rest(server: Server) -> None:
    with ThreadPoolExecutor(8) as visitors:
        assert {status for status, _ in visitors.map(lambda _: server.ask("POST", "/beacon"), range(100))} == {202}
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(120) == 0


def test_who_was_busy_lately_goes_on_and_others_take_over_when_it_is_not() -> None:
    turns = Turns(lambda environ, start_response: [b""], Threads(3, awake=1))

    def elsewhere(now: float) -> bool:
        with ThreadPoolExecutor(1) as other:
            return other.submit(turns.may_go_on, now).result()

    assert turns.may_go_on(10.0)
    assert turns.may_go_on(10.01)
    assert not elsewhere(10.02)
    assert elsewhere(10.02 + BUSY_SECONDS)
    assert not turns.may_go_on(10.03 + BUSY_SECONDS)


def test_a_page_calls_a_resting_thread_and_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.turns.REST_SECONDS", 1000.0)  # so that it rises when called, and not otherwise
    turns = Turns(lambda environ, start_response: [b""], Threads(2, awake=1))
    assert turns.may_go_on(10.0)
    resting = threading.Thread(target=turns.rest)
    resting.start()
    await_true(lambda: turns._bells, "a thread at rest")
    assert turns.begin_page()
    assert not turns.begin_page()
    await_true(lambda: not resting.is_alive(), "the thread to be called")
    turns.end_page()
    assert turns.begin_page()


def test_a_page_that_fails_gives_its_place_back() -> None:
    def broken(environ: object, start_response: object) -> list[bytes]:
        raise RuntimeError("broken")

    turns = Turns(broken, Threads(2, awake=1))
    for _ in range(3):
        with pytest.raises(RuntimeError, match="broken"):
            turns({"PATH_INFO": "/"}, lambda *_: lambda _data: None)
    assert turns.pages == 0
