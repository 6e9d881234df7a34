"""POST /beacon and GET /pixel.gif as a browser meets them: status, headers, cookies, and what lands in the spool."""

import io
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from collector import rows
from collector.config import Settings
from collector.database import upgrade
from collector.endpoint import BeaconEndpoint
from collector.ledger import SpoolReader
from collector.services import Services, open_services, spool_directory
from collector.sites import add_site, update_site
from collector.tokens import ConsentGrant
from tests.running import await_true

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class Visitor:
    """Sends beacons to the endpoint and keeps its cookies, as a browser does."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.outcomes: list[str] = []
        self.endpoint = BeaconEndpoint(self.behind, services.counter, self.outcomes.append)
        self.cookies: dict[str, str] = {}

    def behind(self, environ: Any, start_response: Any) -> list[bytes]:
        start_response("299 Passed On", [])
        return [b""]

    def consents(self, **changes: Any) -> None:
        self.cookies["consent"] = self.token(**changes)

    def token(self, **changes: Any) -> str:
        minute = int(time.time()) // 60
        fields: dict[str, Any] = {"site": "example.lv", "policy": 1, "statistics": True, "marketing": False}
        return self.services.consents.encode(
            ConsentGrant(**(fields | {"decided": minute, "until": minute + 1000} | changes))
        )

    def post(self, data: bytes | None = None, headers: dict[str, str] | None = None, **fields: Any) -> "Answer":
        content = data if data is not None else msgspec.json.encode({"site": "example.lv", "url": URL} | fields)
        return self.request("POST", "/beacon", content, headers or {})

    def image(self, headers: dict[str, str] | None = None, **query: str) -> "Answer":
        return self.request("GET", "/pixel.gif", b"", headers or {}, urlencode(query))

    def request(self, method: str, path: str, data: bytes, headers: dict[str, str], query: str = "") -> "Answer":
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(data)),
            "CONTENT_TYPE": "text/plain",
            "REMOTE_ADDR": "203.0.113.7",
            "HTTP_USER_AGENT": CHROME,
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.input": io.BytesIO(data),
            "wsgi.url_scheme": "https",
        }
        return self.send(environ | headers)

    def send(self, environ: dict[str, Any]) -> "Answer":
        answer = Answer()
        body = self.endpoint(environ, answer.start)
        answer.body = b"".join(body)
        self.take(answer)
        return answer

    def take(self, answer: "Answer") -> None:
        """What a browser does with the cookies of an answer, whenever it comes."""
        for header in answer.cookies:
            for name, morsel in SimpleCookie(header).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value

    def rows(self) -> list[dict[str, Any]]:
        """All deltas written so far, as rows of `beacons`."""
        return self.table(rows.BEACON_COLUMNS, "beacons")

    def drops(self) -> dict[str, int]:
        return {row["reason"]: row["drops"] for row in self.table(rows.DROP_COLUMNS, "drops")}

    def batches(self) -> Any:
        """Everything written so far."""
        self.services.spool.seal()
        directory = spool_directory(self.services.settings.data)
        segments = SpoolReader(directory, directory / "quarantine").sealed()
        return rows.columns(payload for segment in segments for payload in segment.read()[1].payloads)

    def table(self, columns: tuple[str, ...], name: str) -> list[dict[str, Any]]:
        data = getattr(self.batches(), name)
        return [dict(zip(columns, row, strict=True)) for row in zip(*data, strict=True)]


class Answer:
    """Status, headers and body of one answer."""

    status = 0
    headers: dict[str, str]
    cookies: list[str]
    body = b""

    def start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        self.status = int(status.split(maxsplit=1)[0])
        self.headers = dict(headers)
        self.cookies = [value for name, value in headers if name == "Set-Cookie"]
        assert len(self.headers) == len(headers) - max(len(self.cookies) - 1, 0)

    @property
    def error(self) -> str:
        decoded = msgspec.json.decode(self.body)
        assert set(decoded["error"]) == {"type", "message"}
        return str(decoded["error"]["type"])


URL = "https://example.lv/kontakti?utm_source=news&email=bob@example.com"


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    settings = Settings.from_environment({"SIKDATNE_DATA": str(tmp_path), "SIKDATNE_TRUSTED_PROXIES": "1"})
    services = open_services(settings)
    upgrade(services.database)
    add_site(services.database, "example.lv", now=time.time())
    yield Visitor(services)
    services.close()


def test_with_consent_a_page_view_is_counted_and_remembered_by_the_browser_alone(visitor: Visitor) -> None:
    visitor.consents()
    answer = visitor.post()
    assert answer.status == 202
    assert msgspec.json.decode(answer.body) == {"visit": visitor.cookies["visit"]}
    cookie = answer.headers["Set-Cookie"]
    for attribute in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=33955200"):
        assert attribute in cookie
    assert answer.headers["Cache-Control"] == "no-store"
    assert not {"ETag", "Last-Modified"} & set(answer.headers)
    (row,) = visitor.rows()
    assert (row["page"], row["source"], row["visitors"], row["device"]) == ("/kontakti", "news", 1, "desktop")


def test_a_second_visit_of_the_same_browser_is_no_second_visitor(visitor: Visitor) -> None:
    visitor.consents()
    visitor.post()
    visitor.post(url="https://example.lv/b")
    assert sum(row["visitors"] for row in visitor.rows()) == 1
    assert sum(row["pageviews"] for row in visitor.rows()) == 2


def test_the_state_in_the_body_serves_where_cookies_do_not_reach(visitor: Visitor) -> None:
    consent = visitor.token()
    first = msgspec.json.decode(visitor.post(consent=consent).body)["visit"]
    visitor.cookies.clear()
    visitor.post(consent=consent, visit=first, url="https://example.lv/b")
    assert sum(row["visitors"] for row in visitor.rows()) == 1


@pytest.mark.parametrize(
    "changes", [{"statistics": False}, {"policy": 2}, {"until": 1}, {"site": "other.lv"}], ids=lambda c: next(iter(c))
)
def test_without_valid_consent_nothing_is_stored_looked_up_or_set(visitor: Visitor, changes: dict[str, Any]) -> None:
    def unwanted(address: str) -> Any:
        raise AssertionError("a location was looked up")

    visitor.services.counter.locate = unwanted
    visitor.consents(**changes)
    answer = visitor.post()
    assert (answer.status, answer.headers["X-Not-Recorded"]) == (204, "consent")
    assert "Set-Cookie" not in answer.headers
    assert visitor.rows() == []
    assert visitor.drops() == {"consent": 1}
    assert visitor.table(rows.NETWORK_COLUMNS, "networks") == []


@pytest.mark.parametrize("header", ["HTTP_SEC_GPC", "HTTP_DNT"])
def test_a_signal_is_honoured_until_the_visitor_chooses(visitor: Visitor, header: str) -> None:
    answer = visitor.post(headers={header: "1"})
    assert (answer.status, answer.headers["X-Not-Recorded"]) == (204, "signal")
    visitor.consents()
    assert visitor.post(headers={header: "1"}).status == 202


def test_unknown_sites_foreign_origins_and_robots_are_dropped_with_a_reason(visitor: Visitor) -> None:
    visitor.consents()
    assert visitor.post(site="nobody.lv").headers["X-Not-Recorded"] == "site"
    assert visitor.post(url="https://evil.com/").headers["X-Not-Recorded"] == "origin"
    assert visitor.post(url="file:///a.html").headers["X-Not-Recorded"] == "origin"
    assert visitor.post(headers={"HTTP_ORIGIN": "https://evil.com"}).headers["X-Not-Recorded"] == "origin"
    assert visitor.post(headers={"HTTP_ORIGIN": "null"}).headers["X-Not-Recorded"] == "origin"
    assert visitor.post(headers={"HTTP_USER_AGENT": GOOGLEBOT}).headers["X-Not-Recorded"] == "bot"
    assert visitor.post(headers={"HTTP_USER_AGENT": ""}).headers["X-Not-Recorded"] == "bot"
    assert visitor.rows() == []
    assert visitor.drops() == {"origin": 4, "bot": 2} | {"site": 1}
    assert "visit" not in visitor.cookies


def test_a_headless_browser_that_consented_is_counted_as_the_browser_it_is(visitor: Visitor) -> None:
    headless = {"HTTP_USER_AGENT": CHROME.replace("Chrome/", "HeadlessChrome/")}
    assert visitor.post(headers=headless).headers["X-Not-Recorded"] == "consent"
    visitor.consents()
    assert visitor.post(headers=headless).status == 202
    assert [row["browser"] for row in visitor.rows()] == ["Chrome"]


@pytest.mark.parametrize(("told", "kept"), [("customer", "customer"), ("other", "other"), ("anna@example.lv", "")])
def test_an_audience_is_customer_or_other_and_nothing_finer(visitor: Visitor, told: str, kept: str) -> None:
    visitor.consents()
    visitor.post(audience=told)
    assert [row["audience"] for row in visitor.rows()] == [kept]


def test_only_pages_of_the_site_may_read_the_answer(visitor: Visitor) -> None:
    visitor.consents()
    good = visitor.post(headers={"HTTP_ORIGIN": "https://www.example.lv"})
    assert good.headers["Access-Control-Allow-Origin"] == "https://www.example.lv"
    assert good.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Origin" not in visitor.post(headers={"HTTP_ORIGIN": "https://evil.com"}).headers


@pytest.mark.parametrize(
    ("data", "headers", "status", "kind"),
    [
        (b"{", {}, 400, "malformed"),
        (b"\xff", {}, 400, "malformed"),
        (b"{}", {}, 400, "invalid"),
        (b'{"site":"example.lv","url":"https://example.lv/","kind":"telepathy"}', {}, 400, "kind"),
        (b"x" * 20_000, {}, 413, "too_large"),
        (b"x" * 20_000, {"CONTENT_LENGTH": ""}, 413, "too_large"),
        (b"{}", {"CONTENT_LENGTH": "ten"}, 400, "malformed"),
        (b"site=a", {"CONTENT_TYPE": "application/x-www-form-urlencoded"}, 415, "content_type"),
    ],
)
def test_bad_requests_are_refused_and_nothing_is_set(
    visitor: Visitor, data: bytes, headers: dict[str, str], status: int, kind: str
) -> None:
    visitor.consents()
    answer = visitor.post(data, headers)
    assert (answer.status, answer.error) == (status, kind)
    assert "Set-Cookie" not in answer.headers
    assert visitor.rows() == []


def test_the_client_is_found_behind_the_trusted_proxy_and_only_its_network_is_kept(visitor: Visitor) -> None:
    visitor.consents()
    visitor.post(headers={"HTTP_X_FORWARDED_FOR": "198.51.100.9, 192.0.2.33"})
    assert visitor.table(rows.NETWORK_COLUMNS, "networks") == [], "apart from the beacon"
    visitor.services.counter._networks_due = 1.0
    await_true(lambda: visitor.table(rows.NETWORK_COLUMNS, "networks"), "the networks, without another beacon")
    (row,) = visitor.table(rows.NETWORK_COLUMNS, "networks")
    assert (row["network"], row["requests"], row["refused"]) == ("192.0.2.0/24", 1, 0)


def test_networks_are_summed_and_none_is_lost(visitor: Visitor) -> None:
    visitor.consents()
    for last in range(3):
        visitor.post(headers={"HTTP_X_FORWARDED_FOR": f"192.0.2.{last}"})
    visitor.post(headers={"HTTP_X_FORWARDED_FOR": "2001:db8:7::1", "HTTP_USER_AGENT": GOOGLEBOT})
    visitor.post(headers={"HTTP_X_FORWARDED_FOR": "192.0.2.9"})
    visitor.post(headers={"HTTP_X_FORWARDED_FOR": "198.51.100.1"})
    visitor.services.counter.close()
    networks = visitor.table(rows.NETWORK_COLUMNS, "networks")
    assert sorted((row["network"], row["requests"], row["refused"]) for row in networks) == [
        ("192.0.2.0/24", 4, 0), ("198.51.100.0/24", 1, 0), ("2001:db8:7::/48", 1, 1),
    ]  # fmt: skip


def test_a_full_spool_answers_503_and_counts_nothing(visitor: Visitor) -> None:
    visitor.consents()
    visitor.services.spool._full, visitor.services.spool._limit = True, -1
    answer = visitor.post()
    assert (answer.status, answer.error, answer.headers["Retry-After"]) == (503, "full", "10")
    assert "Set-Cookie" not in answer.headers
    assert visitor.outcomes == ["full"]


def test_an_unexpected_failure_is_a_500_in_the_contracts_shape(visitor: Visitor, caplog: Any) -> None:
    def broken(address: str) -> Any:
        raise RuntimeError("broken")

    visitor.services.counter.locate = broken
    visitor.consents()
    assert (visitor.post().error, visitor.outcomes) == ("internal", ["failed"])
    assert "203.0.113.7" not in caplog.text


def test_the_image_counts_by_cookies_alone(visitor: Visitor) -> None:
    assert visitor.image(site="example.lv", url=URL).headers["X-Not-Recorded"] == "consent"
    visitor.consents()
    answer = visitor.image(site="example.lv", url=URL)
    assert (answer.status, answer.headers["Content-Type"], answer.body[:6]) == (202, "image/gif", b"GIF89a")
    assert answer.headers["Cache-Control"] == "no-store"
    visitor.image({"HTTP_REFERER": "https://example.lv/from-referer"}, site="example.lv")
    assert [row["page"] for row in visitor.rows() if row["pageviews"]] == ["/kontakti", "/from-referer"]
    assert sum(row["visitors"] for row in visitor.rows()) == 1
    assert visitor.image().status == 400


def test_other_requests_are_passed_on(visitor: Visitor) -> None:
    for method, path in (("GET", "/beacon"), ("OPTIONS", "/beacon"), ("POST", "/beacons"), ("POST", "/pixel.gif")):
        assert visitor.request(method, path, b"", {}).status == 299


def test_a_policy_change_ends_earlier_consent(visitor: Visitor) -> None:
    visitor.consents()
    update_site(visitor.services.database, "example.lv", policy_version=2)
    visitor.services.sites.fresh_until = 0
    assert visitor.post().headers["X-Not-Recorded"] == "consent"


def test_no_identifier_and_no_query_reaches_the_spool(visitor: Visitor) -> None:
    visitor.consents()
    visitor.post(referrer="https://mail.example.org/inbox?user=alice@example.org")
    visitor.services.close()
    written = b"".join(p.read_bytes() for p in spool_directory(visitor.services.settings.data).rglob("*.seg"))
    assert b"/kontakti" in written
    for secret in (b"203.0.113.7", bytes([203, 0, 113, 7]), b"bob@", b"alice", b"AppleWebKit", b"inbox", b"email"):
        assert secret not in written
