"""The scripts that websites load, and the demo website."""

import gzip
import re
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from collector.demo import PAGES
from collector.scripts import STATIC
from collector.services import of
from collector.sites import add_site
from tests.collector.links import Links


@pytest.mark.parametrize(("name", "budget"), [("pixel.js", 1000), ("banner.js", 3100)])
def test_the_scripts_are_small_and_carry_nothing_to_recognise_a_browser_by(
    client: FlaskClient, name: str, budget: int
) -> None:
    packed = client.get(f"/{name}", headers={"Accept-Encoding": "gzip"})
    plain = client.get(f"/{name}")
    assert packed.status_code == plain.status_code == 200
    assert gzip.decompress(packed.data) == plain.data == (STATIC / name).read_bytes()
    assert max(len(packed.data), len(gzip.compress(plain.data))) <= budget  # as served, and by another packer
    for answer in (packed, plain):
        assert answer.mimetype == "text/javascript"
        assert "ETag" not in answer.headers
        assert "Last-Modified" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert "max-age" in answer.headers["Cache-Control"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


# What would tell one browser from another; the system colour "Canvas" of style sheets is no canvas.
TELLING = re.compile(
    r"getContext|toDataURL|OffscreenCanvas|AudioContext|RTCPeerConnection|\.plugins|\.mimeTypes|document\.fonts|deviceMemory"
    r"|hardwareConcurrency|getBattery|maxTouchPoints|devicePixelRatio|colorDepth|userAgentData|enumerateDevices"
)


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda script: script.name)
def test_no_script_asks_for_what_tells_browsers_apart(script: Path) -> None:
    assert TELLING.findall(script.read_text("utf-8")) == []


def test_the_pixel_brings_no_banner_with_it(client: FlaskClient) -> None:
    assert b"dialog" not in client.get("/pixel.js").data


def test_the_demo_is_there_only_with_its_site(app: Flask, client: FlaskClient) -> None:
    assert client.get("/demo/").status_code == 404
    add_site(of(app).database, "demo", now=time.time())
    of(app).sites.fresh_until = float("-inf")
    addresses = [f"/demo/{path}" for path in PAGES] + ["/demo/en/", "/demo/pieraksts", "/demo/pieraksts/laiks"]
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200, address
        assert 'src="/pixel.js" data-site="demo"' in page.text
        assert "data-consent-open" in page.text
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        for link in Links(page.text).found:
            if link.startswith("/"):
                with client.get(link) as target:
                    assert target.status_code == 200, f"{link} on {address}"
