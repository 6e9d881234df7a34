"""Where a request came from: country, region and city by its address, from databases on this machine.

There is no cache: a look-up takes a few microseconds, once a visit, and a cache would hold addresses.

Databases come in two shapes: MaxMind's own (GeoLite2-City, GeoIP2-City, DB-IP's in the same shape), read with geoip2,
and the flat records of ip-location-db, which geoip2 refuses. Several may be given, for IPv4 and IPv6 apart or one as a
reserve of the other: the first that knows an address answers. Without any, every place is unknown.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geoip2.database
import geoip2.errors
import maxminddb


class Location(NamedTuple):
    """ISO 3166-1 alpha-2 code of the country, English names of region and city; empty where unknown."""

    country: str = ""
    region: str = ""
    city: str = ""


class LocationError(Exception):
    """A file is no location database that can be read; the message names it."""


Locate = Callable[[str], Location]
UNKNOWN = Location()


def open_locator(paths: Sequence[Path]) -> Locate:
    """A function from an address to its place that never raises. Opening raises LocationError."""
    databases = [_open(path) for path in paths]

    def locate(address: str) -> Location:
        for look_up in databases:
            try:
                found = look_up(address)
            except (ValueError, TypeError, geoip2.errors.AddressNotFoundError, maxminddb.InvalidDatabaseError):
                # No address at all (TypeError: with a NUL in it), one of the other IP version, one the database lacks,
                # or a damaged database.
                continue
            if found.country:
                return found
        return UNKNOWN

    return locate if databases else lambda address: UNKNOWN


def _open(path: Path) -> Locate:
    try:
        raw = maxminddb.open_database(path)
        kind = raw.metadata().database_type
        if not any(word in kind for word in ("City", "Enterprise", "Country")):
            return lambda address: _flat(raw.get(address))
        raw.close()
        reader = geoip2.database.Reader(path)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a location database (.mmdb)"
        raise LocationError(f"{path}: {reason}") from error
    return _by_city(reader) if "Country" not in kind else _by_country(reader)


def _by_city(reader: geoip2.database.Reader) -> Locate:
    def look_up(address: str) -> Location:
        record = reader.city(address)
        region = record.subdivisions[0].name if record.subdivisions else None
        return Location(record.country.iso_code or "", region or "", record.city.name or "")

    return look_up


def _by_country(reader: geoip2.database.Reader) -> Locate:
    return lambda address: Location(reader.country(address).country.iso_code or "")


def _flat(record: Any) -> Location:
    """ip-location-db: {"country_code": "LV", "state1": "Riga", "city": "Riga (Centra rajons)", …}."""
    if not isinstance(record, dict):
        return UNKNOWN
    # A district in brackets says more of a person's whereabouts than a city does, and splits the city in the reports.
    city = str(record.get("city") or "").partition(" (")[0]
    return Location(str(record.get("country_code") or "").upper(), str(record.get("state1") or ""), city)
