"""Which content topics visitors read who consented to marketing: groups of people, so never a small one."""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from dashboards.query.errors import QueryError
from dashboards.query.kept import Source
from dashboards.query.period import Period
from dashboards.query.store import fetch

TOPICS = (Path(__file__).parent.parent / "queries" / "topics.sql").read_text(encoding="utf-8")
SMALLEST_AUDIENCE = 100  # visitors of an audience group that may be shown to anybody


class Topic(NamedTuple):
    """A topic; empty: all those that are not shown. Visitors are exact for a day, and summed over `days`."""

    topic: str
    visitors: int
    days: int


def topics(source: Source, period: Period) -> list[Topic]:
    """Topics with the days on which each had at least 100 visitors, most visitors first, and the rest.

    The day that is running is left out: who watches a number grow sees single visitors. Raises QueryError for hours,
    and StoreError.
    """
    if period.hours is not None:
        raise QueryError("topics are counted by the day; ask for whole days")
    period = source.kept(period)
    last = min(period.last, source.period("day").last - timedelta(days=1))
    params = {"site": source.site.domain, "first": period.first, "last": last, "k": SMALLEST_AUDIENCE}
    return [Topic(str(name), int(visitors), int(days)) for name, visitors, days in fetch(source.store, TOPICS, params)]
