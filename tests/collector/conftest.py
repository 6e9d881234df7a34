"""An installation with the usual site, in this process."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from collector.config import Settings
from tests.collector.installation import installed


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with installed(settings) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
