"""A plain reading of raw hits, written without `advance`: what a person would count with paper and pencil.

One visitor's hits in their order. Times are seconds since the epoch; days and hours come from zoneinfo alone. Visits
and visitors are read here, what they reached and where they went in oracle_reports.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class RawHit:
    """A page view, an event, a leave or a report of vitals, as the pixel saw it; `came` is how a visit that begins with
    it came, `revenue` is in minor units."""

    visitor: int
    at: int
    page: str
    kind: str = "pageview"
    seconds: int = 0
    depth: int | None = None
    name: str = ""
    props: tuple[tuple[str, str], ...] = ()
    revenue: int = 0
    currency: str = ""
    topic: str = ""
    vitals: tuple[tuple[str, float], ...] = ()
    came: str = ""

    @property
    def is_step(self) -> bool:
        return self.kind in ("pageview", "event")


@dataclass
class Visit:
    """One visit: its page views and events; and every hit of it, with the visit's engaged seconds up to it."""

    hits: list[RawHit]
    alive: int  # minute of the last sign of life
    seconds: int = 0
    log: list[tuple[RawHit, int]] = field(default_factory=list)

    @property
    def came(self) -> str:
        return self.hits[0].came

    @property
    def places(self) -> list[RawHit]:
        """The hit that began the visit, and its page views: where the visitor was, one after the other."""
        return [self.hits[0], *(hit for hit in self.hits[1:] if hit.kind == "pageview")]


def visits_of(hits: Iterable[RawHit]) -> list[Visit]:
    """The visits of one visitor: 30 minutes without a sign of life end one; time spent reading is not idle time."""
    visits: list[Visit] = []
    for hit in hits:
        minute = hit.at // 60
        current = visits[-1] if visits else None
        if hit.is_step and (current is None or minute - current.alive >= 30):
            current = Visit([], minute)
            visits.append(current)
        if current is None:
            continue
        if hit.is_step:
            current.hits.append(hit)
            current.alive = minute
        elif hit.kind == "leave":
            seconds = min(hit.seconds, (minute - current.hits[0].at // 60 + 1) * 60)
            current.seconds += seconds
            if minute - current.alive - seconds // 60 < 30:
                current.alive = minute
        current.log.append((hit, current.seconds))
    return visits


def lives_of(hits: Iterable[RawHit], zone: str) -> list[list[RawHit]]:
    """The hits of one browser, cut where its memory had expired: 13 months after the first of them."""
    lives: list[list[RawHit]] = []
    for hit in hits:
        over = not lives or (day_of(hit.at, zone) - day_of(lives[-1][0].at, zone)).days >= 393
        if over and hit.is_step:
            lives.append([hit])
        elif not over:
            lives[-1].append(hit)
    return lives


def local(at: int, zone: str) -> datetime:
    """The local time of an instant."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))


def day_of(at: int, zone: str) -> date:
    """The local day of an instant."""
    return local(at, zone).date()


def totals(visits: Iterable[Visit]) -> Counter[str]:
    """Visits, bounces, page views, events and seconds."""
    counts: Counter[str] = Counter()
    for visit in visits:
        views = [hit for hit in visit.hits if hit.kind == "pageview"]
        counts["visits"] += 1
        counts["bounces"] += len(views) == 1 and len(visit.hits) == 1
        counts["pageviews"] += len(views)
        counts["events"] += len(visit.hits) - len(views)
        counts["seconds"] += visit.seconds
    return counts


def by_page(visits: Iterable[Visit]) -> dict[str, Counter[str]]:
    """Entries, exits and page views of each page."""
    pages: dict[str, Counter[str]] = defaultdict(Counter)
    for visit in visits:
        pages[visit.hits[0].page]["entries"] += 1
        pages[visit.places[-1].page]["exits"] += 1
        for hit in visit.hits:
            pages[hit.page]["pageviews"] += hit.kind == "pageview"
    return pages


def active_days(hits: Iterable[RawHit], zone: str) -> set[date]:
    """Days on which the visitor viewed a page or did something."""
    return {day_of(hit.at, zone) for hit in hits if hit.is_step}


def active_hours(hits: Iterable[RawHit], zone: str) -> set[tuple[str, str]]:
    """Hours of it; the offset tells apart the two hours that share a name when the clocks go back."""
    times = (local(hit.at, zone) for hit in hits if hit.is_step)
    return {(time.strftime("%Y-%m-%dT%H"), time.strftime("%z")) for time in times}
