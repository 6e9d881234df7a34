"""Pages that a browser really prerenders. Chromium does so only with nothing attached to it: it is started as people
start it, the pages' own scripts do what a visitor would, and the website learns from its requests what goes on."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import FLAGS, PERSON
from tests.browser.pixel import asked, page_with
from tests.browser.website import Handler, Own, website
from tests.running import await_true
from tests.service import Service

LIBRARY = """
const until = async (check) => {
  while (!check()) await new Promise((done) => setTimeout(done, 20));
  return check();
};
const say = (what) => fetch(`/said?what=${what}`);
const told = async (what) => (await fetch(`/told?what=${what}`)).text();
const within = ({ shadowRoot }) => shadowRoot?.querySelector("[data-consent-accept]");
const button = () => [...document.querySelectorAll("div")].map(within).find(Boolean);
"""
# The first page: accepts the banner and has the second one prerendered, in the order it is told to.
FIRST = """
const does = {
  accept: async () => { (await until(button)).click(); await until(() => sikdatne.consent?.statistics && !button()); },
  prepare: () => {
    const rules = document.createElement("script");
    rules.type = "speculationrules";
    rules.text = JSON.stringify({ prerender: [{ source: "list", urls: ["/b"], eagerness: "immediate" }] });
    document.head.append(rules);
  },
};
(async () => {
  for (const turn of ["1", "2"]) { await does[await told(turn)](); say(`done${turn}`); }
  location.href = await told("next");
})();
"""
# The second one says when the pixel runs in it, has an event at once, and goes on when it was seen and is told to.
SECOND = """
document.addEventListener("prerenderingchange", () => say("activated"));
(async () => {
  await until(() => window.sikdatne?.update);
  sikdatne.track("Loaded");
  say(`ran,${document.prerendering},${document.visibilityState}`);
  await until(() => !document.prerendering && document.querySelector("[data-consent-open]"));
  say(button() ? "asks" : "silent");
  location.href = await told("after");
})();
"""


@dataclass
class Talk:
    """What went on between a website and its pages."""

    fetched: list[tuple[str, str]] = field(default_factory=list)  # path and Sec-Purpose of the pages asked for
    said: list[str] = field(default_factory=list)  # by the pages
    tell: dict[str, str] = field(default_factory=dict)  # them, when they ask for it


Visit = Callable[[str], Talk]


class Talking(Handler):
    """A website whose pages say how they are, and wait for what they are to do."""

    talk: Talk

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        what = parse_qs(address.query).get("what", [""])[0]
        if address.path == "/said":
            self.talk.said.append(what)
            self.send(Own("", 204), b"")
        elif address.path == "/told":
            end = time.monotonic() + 60
            while what not in self.talk.tell and time.monotonic() < end:
                time.sleep(0.02)
            self.send(Own(""), self.talk.tell.get(what, "").encode())
        else:
            self.talk.fetched.append((address.path, self.headers.get("Sec-Purpose", "")))
            super().do_GET()


@pytest.fixture
def visit(service: Service, tmp_path: Path) -> Iterator[Visit]:
    """Opens an address in a Chromium of its own, on a website that talks with its pages."""

    class Here(Talking):
        talk = Talk()

    started: list[subprocess.Popen[bytes]] = []
    with website(Here) as served:

        def open_address(address: str) -> Talk:
            rules = (
                f"MAP stats.*.lv 127.0.0.1:{service.port},MAP *.lv 127.0.0.1:{served.port},"
                f"MAP *.example 127.0.0.1:{served.port}"
            )
            path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
            assert path is not None, "no Chromium was found"
            command = [path, "--headless", *FLAGS, f"--host-resolver-rules={rules}", f"--user-agent={PERSON}"]
            command += [f"--user-data-dir={tmp_path / 'person'}", "--lang=lv", address]
            with (tmp_path / "browser.log").open("wb") as log:
                started.append(subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True))
            return Here.talk

        yield open_address
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def await_said(here: Talk, what: str) -> None:
    await_true(lambda: what in here.said, f"pages to say: {what}")


def prepared(site: str, host: str, visit: Visit, order: list[str]) -> Talk:
    """A visitor on /a, who has accepted and whose browser has prerendered /b, in this order."""
    page_with(f"http://{host}/b", "", f"<p>B</p><script>{LIBRARY}{SECOND}</script>")
    page_with(f"http://{host}/c", "", "<p>C</p>")
    here = visit(page_with(f"http://{host}/a", "", f"<p>A</p><script>{LIBRARY}{FIRST}</script>"))
    for turn, what in zip(("1", "2"), order, strict=True):
        here.tell[turn] = what
        await_said(here, f"done{turn}")
        if what == "prepare":
            await_said(here, "ran,true,hidden")
    assert here.fetched == [("/a", ""), ("/b", "prefetch;prerender")]
    return here


def views(service: Service, site: str) -> list[Any]:
    """Page views and visitors of each page, as the stats API has them."""
    return asked(service, site, ["pageviews", "visitors"], "event:page")


ORDERS = {"after consent": ["accept", "prepare"], "before consent": ["prepare", "accept"]}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("top", ["lv", "example"])
def test_a_prerendered_page_is_one_view_when_it_is_gone_to(
    service: Service, site: str, visit: Visit, order: str, top: str
) -> None:
    host = f"www.{site}" if top == "lv" else f"{site.removesuffix('.lv')}.example"
    here = prepared(site, host, visit, ORDERS[order])
    await_true(lambda: views(service, site) == [("/a", 1, 1)], "the first page to be counted, and it alone")
    here.tell["next"] = "/b"
    await_said(here, "activated")
    await_true(lambda: views(service, site) == [("/a", 1, 1), ("/b", 1, 1)], "the second page to be counted")
    await_true(lambda: {"asks", "silent"} & set(here.said), "the banner's script in the second page")
    assert "asks" not in here.said  # it was decided on the page before
    here.tell["after"] = "/c"
    await_true(lambda: len(views(service, site)) == 3, "the third page to be counted")
    assert views(service, site) == [("/a", 1, 1), ("/b", 1, 1), ("/c", 1, 1)]
    assert asked(service, site, ["visits", "visitors", "pageviews"]) == [(1, 1, 3)]
    event = [("Loaded", 1)] if order == "after consent" else []  # without consent it went nowhere, then or later
    assert asked(service, site, ["events"], "event:name", filters=[["is_not", "event:name", ["pageview"]]]) == event
    assert here.fetched == [("/a", ""), ("/b", "prefetch;prerender"), ("/c", "")]  # what was prepared is what was seen


@pytest.mark.parametrize("order", ORDERS)
def test_a_prerendered_page_that_nobody_goes_to_is_no_view(
    service: Service, site: str, visit: Visit, order: str
) -> None:
    """What it had to report before is not told with the page gone to instead."""
    here = prepared(site, f"www.{site}", visit, ORDERS[order])
    here.tell["next"] = "/c"
    await_true(lambda: len(views(service, site)) == 2, "the third page to be counted")
    assert views(service, site) == [("/a", 1, 1), ("/c", 1, 1)]
    assert asked(service, site, ["visits", "visitors", "pageviews"]) == [(1, 1, 2)]
    assert "activated" not in here.said
