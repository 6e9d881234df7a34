"""What a command opens first: the settings of this run, and the relational database in its newest form."""

import os
from collections.abc import Mapping

from collector.config import Settings
from collector.database import Database, open_database, upgrade


def settings() -> Settings:
    """The settings of this run. Raises ConfigError."""
    return Settings.from_environment(os.environ)


def variables() -> Mapping[str, str]:
    """What the settings of this run are read from."""
    return os.environ


def database(of: Settings) -> Database:
    """The relational database, at its newest form."""
    opened = open_database(of.database)
    upgrade(opened)
    return opened
