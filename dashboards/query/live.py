"""What happens now, what was not counted, and what visitors decided: small questions beside the query language."""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from collector.sites import Site
from dashboards.query.period import Period, clock_of, day_start
from dashboards.query.store import Store, fetch

QUERIES = Path(__file__).parent.parent / "queries"
VISITORS_NOW = (QUERIES / "visitors_now.sql").read_text(encoding="utf-8")
DROPS = (QUERIES / "drops.sql").read_text(encoding="utf-8")
DECISIONS = (QUERIES / "decisions.sql").read_text(encoding="utf-8")


class Drop(NamedTuple):
    """Beacons not recorded, for one reason."""

    reason: str
    drops: int


class Decisions(NamedTuple):
    """How often visitors allowed statistics, refused, and withdrew what they had allowed."""

    agreed: int
    refused: int
    withdrew: int


def visitors_now(store: Store, site: Site, minutes: int, now: float) -> int:
    """Exact visitors of the last `minutes` minutes, the running one included (at most a day). `now`: epoch seconds."""
    first = (int(now) // 60 - minutes + 1) * 60
    rows = fetch(store, VISITORS_NOW, {"site": site.domain, "first": first, "last": int(now)})
    return int(rows[0][0])


def drops(store: Store, site: Site, period: Period) -> list[Drop]:
    """What was not counted in these days (or hours), most frequent reason first."""
    rows = fetch(store, DROPS, {"site": site.domain, **instants(site, period)})
    return [Drop(str(reason), int(number)) for reason, number in rows]


def decisions(store: Store, site: Site, period: Period) -> Decisions:
    """What visitors decided about statistics in these days (or hours); who decided twice is in it twice."""
    agreed, refused, withdrew = fetch(store, DECISIONS, {"site": site.domain, **instants(site, period)})[0]
    return Decisions(int(agreed), int(refused), int(withdrew))


def instants(site: Site, period: Period) -> dict[str, int]:
    """Where a period begins and ends, in epoch seconds."""
    if period.hours is not None:
        return {"first": period.hours[0], "end": period.hours[1] + 3600}
    clock = clock_of(site.timezone)
    return {"first": day_start(period.first, clock), "end": day_start(period.last + timedelta(days=1), clock)}
