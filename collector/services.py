"""What the parts of the web process share, made once at its start."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path

from flask import Flask, current_app

from collector.beacon import Counter
from collector.bot import is_bot
from collector.config import Settings
from collector.database import Database, open_database
from collector.location import Location, open_locator
from collector.metrics import Outcomes
from collector.sites import SiteDirectory
from collector.spool import SpoolWriter
from collector.tokens import ConsentTokens, VisitTokens
from collector.unrecorded import Unrecorded


@dataclass(frozen=True)
class Services:
    """Settings and open resources of one web process."""

    settings: Settings
    database: Database
    sites: SiteDirectory
    spool: SpoolWriter
    consent_spool: SpoolWriter
    visits: VisitTokens
    consents: ConsentTokens
    locate: Callable[[str], Location]
    counter: Counter
    outcomes: Outcomes
    unrecorded: Unrecorded

    def close(self) -> None:
        """Seal the spools and give everything back. Doing it again changes nothing."""
        self.counter.close()
        self.spool.close()
        self.consent_spool.close()
        self.database.close()
        self.outcomes.close()


def spool_directory(data: Path) -> Path:
    """Where segments wait to be shipped."""
    return data / "spool"


def open_services(settings: Settings) -> Services:
    """Open everything a web process needs. The relational tables must be there already."""
    database = open_database(settings.database)
    sites = SiteDirectory(database)
    directory = spool_directory(settings.data)
    spool = SpoolWriter.open(directory, "beacons", durability=settings.durability, limit=settings.spool_limit)
    consent_spool = SpoolWriter.open(directory, "consents", durability="disk", limit=settings.spool_limit)
    visits = VisitTokens(settings.key("visit"))
    consents = ConsentTokens(settings.key("consent"))
    locate = open_locator(settings.geoip)
    counter = Counter(sites, spool, visits, consents, locate, settings.trusted_proxies)
    spool.tend = lambda: counter.tend(time.time())
    is_bot("warm-up")  # reads its patterns now, not during the first beacon
    outcomes = Outcomes(settings.data / "metrics")
    services = Services(
        settings, database, sites, spool, consent_spool, visits, consents, locate, counter, outcomes, Unrecorded(spool)
    )
    Finalize(None, services.close, exitpriority=0)  # granian's workers are of multiprocessing, which skips atexit
    return services


def services() -> Services:
    """The services of the application that handles the current request."""
    return of(current_app)


def of(app: Flask) -> Services:
    """The services of `app`."""
    found: Services = app.extensions["sikdatne"]
    return found
