"""A plain reading of raw hits, written without `advance`: what a person would count with paper and pencil.

One visitor's hits in their order. Times are seconds since the epoch; days and hours come from zoneinfo alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class RawHit:
    """A page view, an event or a leave, as the pixel saw it."""

    visitor: int
    at: int
    page: str
    kind: str = "pageview"
    seconds: int = 0


@dataclass
class Visit:
    """One visit: its hits without leaves, and the engaged time reported for it."""

    hits: list[RawHit]
    alive: int  # minute of the last sign of life
    seconds: int = 0


def visits_of(hits: Iterable[RawHit]) -> list[Visit]:
    """The visits of one visitor: 30 minutes without a sign of life end one; time spent reading is not idle time."""
    visits: list[Visit] = []
    for hit in hits:
        minute = hit.at // 60
        current = visits[-1] if visits else None
        if hit.kind == "leave":
            if current is not None:
                elapsed = (minute - current.hits[0].at // 60 + 1) * 60
                seconds = min(hit.seconds, elapsed)
                current.seconds += seconds
                if minute - current.alive - seconds // 60 < 30:
                    current.alive = minute
            continue
        if current is None or minute - current.alive >= 30:
            visits.append(Visit([hit], minute))
        else:
            current.hits.append(hit)
            current.alive = minute
    return visits


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
        last = [hit for hit in visit.hits if hit.kind == "pageview"] or visit.hits[:1]
        if visit.hits[0].kind == "event":  # a visit that begins with an event is on that page until it views another
            last = [visit.hits[0], *(hit for hit in visit.hits if hit.kind == "pageview")]
        pages[last[-1].page]["exits"] += 1
        for hit in visit.hits:
            pages[hit.page]["pageviews"] += hit.kind == "pageview"
    return pages


def active_days(hits: Iterable[RawHit], zone: str) -> set[date]:
    """Days on which the visitor viewed a page or did something."""
    return {day_of(hit.at, zone) for hit in hits if hit.kind != "leave"}


def active_hours(hits: Iterable[RawHit], zone: str) -> set[tuple[str, str]]:
    """Hours of it; the offset tells apart the two hours that share a name when the clocks go back."""
    times = (local(hit.at, zone) for hit in hits if hit.kind != "leave")
    return {(time.strftime("%Y-%m-%dT%H"), time.strftime("%z")) for time in times}
