"""The web process as a whole: collector and dashboards in one Flask application, for granian."""

import os

from flask import Flask

import dashboards
from collector.app import create_app
from collector.config import Settings


def create() -> Flask:
    """The application, from the settings in the environment."""
    app = create_app(Settings.from_environment(os.environ))
    dashboards.init_app(app)
    return app
