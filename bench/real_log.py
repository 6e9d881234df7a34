"""An access log into a store, with the importer and the shipper of the service."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.history import SITE
from bench.traffic import settings_for
from collector.importer import Import, Place, Report
from collector.location import open_locator
from collector.shipper import open_shipper
from collector.sites import Site
from collector.store import Store


def import_log(log: Path, data: Path, store: Store, now: float) -> Report:
    """Import the log, moved so that its last day is the day before `now`. Raises ImportFailed and OSError."""
    settings = settings_for(data)
    place = Place(data, settings.key("imports"), settings.spool_limit, open_locator(settings.geoip))
    yesterday = (datetime.fromtimestamp(now, UTC) - timedelta(days=1)).date()
    report = Import(log, Site(SITE), place, now, yesterday).run()
    shipper = open_shipper(settings, store)
    shipper.ship_all()
    shipper.close()
    return report
