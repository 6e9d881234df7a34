"""A person at the dashboards: the whole application on a real store, and a client that fills in forms."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import dashboards
from collector.app import create_app
from collector.config import Settings
from collector.database import Database, open_database, upgrade
from collector.services import of
from collector.sites import add_site
from collector.store import Store
from dashboards.accounts import User, add_user, instant, open_session
from dashboards.context import SESSION, STORE
from tests.dashboards.counting import at
from tests.dashboards.website import NOW
from tests.running import KEY

EMAIL, PASSWORD = "anna@example.lv", "maize un sviests"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Clock:
    """The time of the application, in epoch seconds; tests set it."""

    now: float = field(default_factory=lambda: at(NOW))

    def __call__(self) -> float:
        return self.now


@contextmanager
def installed(folder: Path, clickhouse: str, clock: Clock) -> Iterator[Flask]:
    """The application with two sites (only example.lv has figures) and no user yet."""
    database = open_database(settings_of(folder, clickhouse).database)
    upgrade(database)
    for domain in ("example.lv", "new.lv"):
        add_site(database, domain, now=clock.now)
    database.close()
    with worker(folder, clickhouse, clock) as app:
        yield app


@contextmanager
def worker(folder: Path, clickhouse: str, clock: Clock) -> Iterator[Flask]:
    """The application of one web process."""
    app = create_app(settings_of(folder, clickhouse))
    dashboards.init_app(app)
    app.config["CLOCK"] = clock
    store: Store = app.extensions[STORE]
    yield app
    store.close()
    of(app).close()


def settings_of(folder: Path, clickhouse: str) -> Settings:
    return Settings.from_environment(
        {"SIKDATNE_DATA": str(folder / "data"), "SIKDATNE_SECRET_KEY": KEY, "SIKDATNE_CLICKHOUSE": clickhouse}
    )


def with_user(app: Flask, role: str = "admin") -> Database:
    database = of(app).database
    add_user(database, EMAIL, PASSWORD, at(NOW), role)
    return database


def signed_in(app: Flask, clock: Clock, role: str = "admin") -> "Person":
    """Somebody who is logged in already, without the costly password."""
    database, client = of(app).database, app.test_client()
    user = User(email=EMAIL, password_hash="none", role=role, created=instant(clock.now))
    with database.session() as adding:
        adding.add(user)
    with client.session_transaction() as cookie:
        cookie[SESSION] = open_session(database, user, clock.now)
    return Person(client)


@dataclass
class Person:
    """Somebody with a browser."""

    client: FlaskClient
    base: str = "http://localhost"

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=self.base, headers={"Accept": "text/html", **headers})

    def submit(self, form: str, to: str | None = None, **fields: str) -> TestResponse:
        """Opens the page with the form and sends it, with the token that the page carries."""
        token = TOKEN.search(self.get(form).text)
        assert token, f"{form} has no form token"
        return self.post(to or form, csrf_token=token[1], **fields)

    def post(self, path: str, **fields: str) -> TestResponse:
        headers = {"Accept": "text/html", "Referer": self.base + path}
        return self.client.post(path, base_url=self.base, data=fields, headers=headers)

    def log_in(self, email: str = EMAIL, password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.submit("/login", email=email, password=password, **fields)


def words(page: TestResponse) -> str:
    """What a page says, without its tags, in one line."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", page.text, flags=re.DOTALL)
    return " ".join(unescape(bare).split())
