"""What refuses a request reads it first, so that the caller's connection stays; and says so where it does not stay."""

import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest

from tests.service import Service, running

LATE = 0.2  # seconds after which a body follows its head


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


def send_late(sock: socket.socket, path: str, kind: str, body: bytes, framing: bytes) -> HTTPResponse:
    """Head and body as a slow network brings them: one after the other."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n".encode()
    sock.sendall(head + framing + b"\r\n")
    time.sleep(LATE)
    sock.sendall(body)
    answer = HTTPResponse(sock, method="POST")
    answer.begin()
    answer.read()
    return answer


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/beacon", "text/html", 415),
        ("/beacon", "text/plain", 400),
        ("/consent", "text/html", 415),
        ("/cookies", "text/html", 415),
        ("/api/v2/query", "application/json", 401),
        ("/login", "application/x-www-form-urlencoded", 400),
        ("/missing", "text/plain", 404),
        ("/healthz", "text/plain", 405),
    ],
)
def test_a_refused_request_leaves_its_connection(service: Service, path: str, kind: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as sock:
        answer = send_late(sock, path, kind, b"{'broken'}", b"Content-Length: 10\r\n")
        assert answer.status == status
        assert answer.getheader("Connection") is None
        again = HTTPConnection("127.0.0.1", service.port)
        again.sock = sock
        again.request("GET", "/healthz")
        assert again.getresponse().read() == b"ok\n"


@pytest.mark.parametrize("path", ["/beacon", "/consent", "/cookies"])
@pytest.mark.parametrize("framing", [b"Content-Length: 70000\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_one_that_is_too_large_ends_it_and_says_so(service: Service, path: str, framing: bytes) -> None:
    body = b"x" * 70_000 if b"Length" in framing else b"11170\r\n" + b"x" * 70_000
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as sock:
        answer = send_late(sock, path, "text/plain", body[:17_000], framing)  # the end never comes
        assert (answer.status, answer.getheader("Connection")) == (413, "close")
