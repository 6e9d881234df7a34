"""The collector's application on an empty data folder, and what it wrote down."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from collector import rows
from collector.app import create_app
from collector.config import Settings
from collector.database import open_database, upgrade
from collector.ledger import SpoolReader
from collector.services import of, spool_directory
from collector.sites import add_site

SITE = "example.lv"


@contextmanager
def installed(settings: Settings) -> Iterator[Flask]:
    """The application with one site."""
    database = open_database(settings.database)
    upgrade(database)
    add_site(database, SITE, origins=("https://shop.example.com",), now=time.time())
    database.close()
    app = create_app(settings)
    yield app
    of(app).close()


def kept(app: Flask, name: str) -> list[dict[str, Any]]:
    """The rows in the spools, by their columns: of "consents", "drops" or "beacons". Seals what is open."""
    shared = of(app)
    shared.spool.seal()
    shared.consent_spool.seal()
    columns = {"consents": rows.CONSENT_COLUMNS, "drops": rows.DROP_COLUMNS, "beacons": rows.BEACON_COLUMNS}[name]
    directory = spool_directory(shared.settings.data)
    segments = SpoolReader(directory, directory / "quarantine").sealed()
    batches = rows.columns(payload for segment in segments for payload in segment.read()[1].payloads)
    return [dict(zip(columns, row, strict=True)) for row in zip(*getattr(batches, name), strict=True)]


def notice_of(client: FlaskClient, language: str = "lv") -> str:
    """The hash of the notice that the banner shows now."""
    return str(client.get(f"/consent?site={SITE}&language={language}").json["hash"])  # type: ignore[index]


def decision(client: FlaskClient, method: str = "accept_all", **changes: Any) -> dict[str, Any]:
    """What the banner sends for a button."""
    yes = method == "accept_all"
    choices = {"statistics": yes, "marketing": yes}
    body = {"site": SITE, "choices": choices, "method": method, "language": "lv", "notice": notice_of(client)}
    return body | changes
