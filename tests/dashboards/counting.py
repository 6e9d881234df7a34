"""Counts hits as the collector does, without browsers and spool; rows go straight into a store."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from secrets import token_hex
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collector import rows
from collector.clock import LocalClock, day_number
from collector.sites import Site
from collector.store import Store
from collector.visit import Hit, Kind, Origin, State, advance
from collector.vitals import bucket_of

RIGA = ZoneInfo("Europe/Riga")
KEPT_DAY = date(2099, 1, 1)  # so that no row of a test is deleted by its age
KEPT = day_number(KEPT_DAY)
COLUMNS = rows.BEACON_COLUMNS


class Seen(NamedTuple):
    """A hit of a visitor at an instant; `origin` is how he came, if a visit begins with it."""

    visitor: object
    at: float
    page: str = "/"
    kind: Kind = "pageview"
    name: str = ""
    seconds: int = 0
    depth: int | None = None
    origin: Mapping[str, str] = {}
    props: Mapping[str, str] = {}
    revenue: int = 0  # minor units of `currency`
    currency: str = ""
    topic: str = ""
    vitals: Mapping[str, float] = {}


def at(text: str, zone: ZoneInfo = RIGA) -> float:
    """Epoch seconds of a local time like 2026-03-02T12:30."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def payloads(site: Site, hits: Iterable[Seen]) -> list[bytes]:
    """What the collector would spool for these hits, which may come in any order; `site` brings goals and funnels."""
    clock = LocalClock(site.timezone)
    states: dict[object, State] = {}
    spooled = []
    for seen in sorted(hits, key=lambda one: one.at):
        vitals = tuple((metric, bucket_of(metric, value)) for metric, value in seen.vitals.items())
        hit = Hit(
            seen.kind, seen.page, seen.name, seen.seconds, seen.depth, tuple(seen.props.items()), seen.revenue,
            seen.currency, seen.topic, vitals,
        )  # fmt: skip
        origin = Origin(entry=seen.page, **seen.origin)
        came = lambda origin=origin: origin  # noqa: E731
        step = advance(states.get(seen.visitor), hit, int(seen.at), clock, came, site.rules)
        if step is None:
            continue
        states[seen.visitor] = step.state
        minute = int(seen.at) // 60 * 60
        more = (step.deltas, step.extras)
        spooled.append(rows.encode_beacon(site.domain, (KEPT, KEPT), step.state.origin, minute, step.idle, *more))
    return spooled


def insert(store: Store, spooled: Iterable[bytes], token: str) -> None:
    """One segment of beacons."""
    batches = rows.columns(spooled)
    store.insert_columns("beacons", COLUMNS, batches.beacons, token)
    for table, columns, data in batches.extras:
        store.insert_columns(table, columns, data, token)


def count(store: Store, site: Site, hits: Iterable[Seen]) -> None:
    """Count these hits."""
    insert(store, payloads(site, hits), site.domain)


def add_rows(store: Store, table: str, made: list[dict[str, Any]]) -> None:
    """Rows straight into a table, for what no hit would make quickly."""
    names = list(made[0])
    store.insert_columns(table, names, [[row[name] for row in made] for name in names], token_hex(8))
