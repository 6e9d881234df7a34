"""Traffic that carries every known thing in every place of a request where it can stand."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.privacy.known import BOTS, FORGED, IPV4, IPV6, USER_AGENTS
from tests.service import Answer, Service, exchange

SITE = "example.lv"
ADDRESSES = (*IPV4, *IPV6)
PERSON = "Anna 010199-11337"
TOPICS = ("Auto", f"Auto of {PERSON}", "anna.temats@pasts-paraugs.lv")
MAIL = "anna.paraugs@pasts-paraugs.lv"
PAGES = ("/", "/cenas", "/raksti/1", "/raksti/2", "/klienti/anna.cels@pasts-paraugs.lv/rekini", "/zvanit/+37126543217")
QUERY = (
    f"?token=query-token-8fh2kq71&email={MAIL}&gclid=click-id-77ab31zq&utm_source=newsletter"
    "&utm_campaign=anna.kampana@pasts-paraugs.lv&utm_term=010199-11337&ref=referrer-token-61xq"
)
REFERRERS = (
    "https://forum.example.org/lietotaji/referrer-path-anna-berzina?sid=referrer-token-61xq",
    f"https://mail.example.net/inbox/?user={MAIL}#fragment-token-5pw9",
    "",
)
EVENTS = ("Pirkums", "Pasts anna.notikums@pasts-paraugs.lv", "Zvans +37126543217")


class Client:
    """A caller behind the trusted proxy: one connection, and a known address and user agent for each request."""

    def __init__(self, service: Service) -> None:
        self.connection = HTTPConnection("127.0.0.1", service.port, timeout=30)
        self.answers: Counter[str] = Counter()

    def send(self, number: int, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Request number `number`: address and user agent go by it."""
        agent = (*USER_AGENTS, *USER_AGENTS, *BOTS)[number % (2 * len(USER_AGENTS) + len(BOTS))]
        mine = {
            "X-Forwarded-For": f"{FORGED[number % 2]}, {ADDRESSES[number % len(ADDRESSES)]}",
            "X-Real-IP": FORGED[0],
            "Forwarded": f"for={FORGED[0]}",
            "User-Agent": agent,
            "Accept-Language": "lv-LV,lv;q=0.9,x-header-value-7755",
            "X-Custom": "header-value-7755",
        }
        answer = exchange(self.connection, method, path, body, mine | headers)
        self.answers[f"{method} {path.partition('?')[0]} {answer.status}"] += 1
        return answer

    def post(self, number: int, path: str, body: Any, **headers: str) -> Answer:
        """The same with JSON in its body."""
        return self.send(number, "POST", path, json.dumps(body).encode(), **{"Content-Type": "text/plain"}, **headers)

    def close(self) -> None:
        self.connection.close()


def beacon(number: int, **more: Any) -> dict[str, Any]:
    """The body of beacon `number`."""
    kind = ("pageview", "pageview", "event", "leave")[number % 4]
    body: dict[str, Any] = {
        "site": SITE,
        "kind": kind,
        "url": f"https://janis:user-info-pw-3vk8@{SITE}{PAGES[number % len(PAGES)]}{QUERY}#fragment-token-5pw9",
        "referrer": REFERRERS[number % len(REFERRERS)],
        "width": 390 + number % 3 * 700,
        "language": "lv-LV",
        "unknown": "unknown-field-3391",
    }
    if kind == "event":
        body |= {"name": EVENTS[number % len(EVENTS)], "props": {"klients": PERSON, "pasts": MAIL, PERSON: "tur"}}
        body |= {"revenue": {"amount": 19.99, "currency": "EUR"}}
    else:
        body |= {"props": {"klients": "prop-value-4492kd"}, "topic": TOPICS[number % len(TOPICS)]}
    if kind == "leave":
        body |= {"seconds": 7, "depth": 55}
    return body | more


def consented(client: Client, count: int, consent: str) -> list[str]:
    """Beacons of visitors who agreed, each with a history of its own; returns their last visit tokens."""
    visits = [""] * 40
    for number in range(count):
        visitor = number * 7 % len(visits)
        body = beacon(number, consent=consent, visit=visits[visitor])
        answer = client.post(number, "/beacon", body, Cookie="other=cookie-value-2264")
        if answer.status == 202:
            visits[visitor] = answer.json["visit"]
    return [visit for visit in visits if visit]


def refused(client: Client, count: int, consent: str) -> None:
    """Beacons that must not be counted: no consent, forged tokens, foreign origins, broken bodies."""
    for number in range(count):
        forged = beacon(number, consent="forged-consent-5518.zzzz", visit="forged-visit-9931.zzzz")
        client.post(number, "/beacon", beacon(number))
        client.post(number, "/beacon", forged)
        client.post(number, "/beacon", beacon(number, consent=consent, visit="forged-visit-9931.zzzz"))
        client.post(number, "/beacon", beacon(number), **{"Sec-GPC": "1"})
        client.post(number, "/beacon", beacon(number, consent=consent), Origin=f"https://{MAIL}.example.org")
        client.post(number, "/beacon", beacon(number, consent=consent, kind="kind-value-6627"))
        client.post(number, "/beacon", beacon(number, consent=consent, width="malformed-value-8812"))
        client.post(number, "/beacon", beacon(number, consent=consent, site="malformed-value-8812.example.org"))
        cut = json.dumps(beacon(number, name="malformed-value-8812")).encode()[:-9]
        client.send(number, "POST", "/beacon", cut, **{"Content-Type": "application/json"})
        client.send(number, "POST", "/beacon", b"\xff\xfe" + cut, **{"Content-Type": "application/json"})
        client.send(number, "POST", "/beacon", cut * 60, **{"Content-Type": "application/json"})
        client.send(number, "POST", "/beacon", cut, **{"Content-Type": "text/malformed-value-8812"})


def others(client: Client, count: int, consent: str) -> None:
    """Everything else that a browser may ask for."""
    for number in range(count):
        cookie_names(client, number, consent)
        cookies = f"consent={consent}; visit=forged-visit-9931; other=cookie-value-2264"
        where = f"site={SITE}&url=https%3A%2F%2F{SITE}%2Fcenas{QUERY.replace('?', '%3F').replace('&', '%26')}"
        client.send(number, "GET", f"/pixel.gif?{where}", Cookie=cookies, Referer=REFERRERS[0])
        client.send(number, "GET", f"/pixel.gif?{where}", Referer=REFERRERS[1])
        client.send(number, "GET", f"/pixel.js{QUERY}", Referer=REFERRERS[1])
        client.send(number, "GET", f"/missing{QUERY}&x=missing-page-query-1188", Referer=REFERRERS[0])
        client.send(number, "GET", f"/privacy/{SITE}{QUERY}", Cookie=cookies)
        client.send(number, "GET", f"/privacy/{SITE}/me{QUERY}", Cookie=cookies)
        client.send(number, "GET", f"/sites/{SITE}?filter=missing-page-query-1188&email={MAIL}")
        client.post(number, "/api/v2/query", {"site_id": MAIL}, Authorization="Bearer bearer-value-7120")
        decisions(client, number)


def cookie_names(client: Client, number: int, consent: str) -> None:
    """Reports of cookies whose names hold what no name should, with consent and without."""
    address = ADDRESSES[number % len(ADDRESSES)]
    names = [
        f"user_{MAIL}", MAIL, PERSON, "id_010199-11337", "tel_+37126543217", f"ip_{address}", address,
        f"sid_{USER_AGENTS[0]}", "query-token-8fh2kq71=cookie-value-2264", "_ga",
    ]  # fmt: skip
    url = f"https://janis:user-info-pw-3vk8@{SITE}{PAGES[number % len(PAGES)]}{QUERY}#fragment-token-5pw9"
    body = {"site": SITE, "url": url, "before": names, "after": [f"{name}_2" for name in names], "unknown": PERSON}
    client.post(number, "/cookies", body | {"consent": consent}, Referer=REFERRERS[0])
    client.post(number, "/cookies", body | {"consent": "forged-consent-5518.zzzz"})
    client.post(number, "/cookies", body | {"before": "malformed-value-8812"})
    where = f"site={SITE}&page=%2Fklienti%2F{MAIL}%2Frekini&asked=1&language=lv"
    client.send(number, "GET", f"/consent?{where}", Referer=REFERRERS[0])


def decisions(client: Client, number: int) -> None:
    """Decisions about cookies, lawful ones and broken ones."""
    notice = client.send(number, "GET", f"/consent?site={SITE}&language=lv&email={MAIL}").json
    yes = {"site": SITE, "choices": {"statistics": True, "marketing": True}, "method": "accept_all", "language": "lv",
           "notice": notice["hash"], "unknown": "unknown-field-3391"}  # fmt: skip
    no = yes | {"choices": {"statistics": False, "marketing": False}, "method": "reject_all"}
    for body in (yes, no, no | {"method": "withdraw"}, yes | {"notice": "notice-value-9043"}, yes | {"method": MAIL}):
        client.post(number, "/consent", body, Cookie="other=cookie-value-2264", Referer=REFERRERS[0])


def logins(client: Client, count: int, owner: str) -> None:
    """Attempts to log in as somebody unknown and as the owner with a wrong password; then the owner, once."""
    page = client.send(0, "GET", "/login")
    session = page.headers["set-cookie"].partition(";")[0]
    found = re.search(rb'name="csrf_token" value="([^"]+)"', page.body)
    assert found is not None
    for number in range(count):
        for email, password in (
            ("svesais.lietotajs@pasts-paraugs.lv", "wrong-password-6601xk"),
            (owner, "wrong-password-6601xk"),
        ):
            form(client, number, session, csrf_token=found[1].decode(), email=email, password=password)
    entered = form(client, 3, session, csrf_token=found[1].decode(), email=owner, password="owner-password-3309zq")
    assert entered.status == 302, entered.body
    session = entered.headers["set-cookie"].partition(";")[0]
    for number in range(count):
        seen = client.send(number, "GET", f"/sites/{SITE}?period=day&token=query-token-8fh2kq71", Cookie=session)
        assert seen.status == 200, seen.body


def form(client: Client, number: int, session: str, **fields: str) -> Answer:
    """The login form, sent off."""
    body = "&".join(f"{name}={value.replace('@', '%40')}" for name, value in fields.items()).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Referer": "http://127.0.0.1/login"}
    return client.send(number, "POST", "/login", body, Cookie=session, **kind)


def write_access_log(path: Path, count: int, now: float) -> None:
    """A log of today with the known addresses in its lines."""
    path.write_text("\n".join(log_lines(count, now)) + "\n", encoding="utf-8")


def log_lines(count: int, now: float) -> Iterator[str]:
    for number in range(count):
        when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now - count + number))
        address, agent = ADDRESSES[number % len(ADDRESSES)], USER_AGENTS[number % len(USER_AGENTS)]
        target, referrer = PAGES[number % len(PAGES)] + QUERY, REFERRERS[number % len(REFERRERS)] or "-"
        yield f'{address} - {MAIL} [{when}] "GET {target} HTTP/1.1" 200 512 "{referrer}" "{agent}"'
    yield f"{ADDRESSES[0]} malformed-value-8812 {MAIL}"
