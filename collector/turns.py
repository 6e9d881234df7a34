"""Of the threads of a web process, one takes beacons while the others rest.

Threads of Python take turns at the interpreter. Two that answer beacons at once spend a fifth of their time on handing
it over; but with a single one, a page of the dashboards would hold up every beacon behind it. So there are more, and
one that answers a beacon while another is busy with beacons goes to rest, when its answer is out. It rises when the
busy one turns to a page, and in any case after a second: nothing depends on being called.
docs/decisions/0009-one-thread-takes-beacons.md tells more.
"""

import threading
import time
from collections.abc import Iterable
from threading import get_ident
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication

from collector.bodies import PageBody, RestAfter
from collector.request_body import LAST

BEACONS = ("/beacon", "/pixel.gif")
SHORT = ("/consent",)  # waits for the disk, together with all others that do; never turned away
REST_SECONDS = 1.0
BUSY_SECONDS = 0.05  # whoever answered a beacon so lately will take the next one, too
TOO_MANY = b"All threads are busy with pages just now; try again in a second.\n"


class Threads(NamedTuple):
    """How many threads a web process has, and how many of them take beacons at the same time."""

    all: int
    awake: int


class Turns:
    """An application whose requests come from `threads.all` threads; one of them is always left for beacons."""

    def __init__(self, application: WSGIApplication, threads: Threads) -> None:
        self._application = application
        self._threads = threads
        self._lock = threading.Lock()
        self._busy: dict[int, float] = {}  # threads that take beacons, and when each answered its last one
        self._bells: list[threading.Lock] = []  # one for each thread that rests, held until it is called
        self.pages = 0

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in BEACONS:
            answer = self._application(environ, start_response)
            if self.may_go_on(time.monotonic()) or not isinstance(answer, list):
                return answer
            return RestAfter(answer, self.rest)
        if not self.begin_page(environ["PATH_INFO"] in SHORT):
            start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Retry-After", "1"), LAST])
            return [TOO_MANY]
        try:
            return PageBody(self._application(environ, start_response), self.end_page)
        except BaseException:
            self.end_page()
            raise

    def may_go_on(self, now: float) -> bool:
        """Whether this thread, which answered a beacon at `now`, may take the next request; if not, it is to rest."""
        me = get_ident()
        if me not in self._busy:
            with self._lock:
                if len(self._busy) >= self._threads.awake:
                    idle = [thread for thread, last in [*self._busy.items()] if now - last > BUSY_SECONDS]
                    if not idle:
                        return False
                    del self._busy[idle[0]]
        self._busy[me] = now
        return True

    def rest(self) -> None:
        """Return when this thread is called, or after a second."""
        bell = threading.Lock()
        bell.acquire()
        with self._lock:
            self._bells.append(bell)
        bell.acquire(timeout=REST_SECONDS)
        with self._lock:
            if bell in self._bells:
                self._bells.remove(bell)

    def begin_page(self, short: bool = False) -> bool:
        """Whether this thread may turn to a page; another one is called to take the beacons meanwhile.

        The last thread turns to nothing that is not `short`.
        """
        with self._lock:
            if self.pages >= self._threads.all - 1 and not short:
                return False
            self.pages += 1
            took_beacons = self._busy.pop(get_ident(), None) is not None
            if self._bells and (took_beacons or not self._busy):
                self._bells.pop().release()
            return True

    def end_page(self) -> None:
        with self._lock:
            self.pages -= 1
