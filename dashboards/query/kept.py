"""What a site still keeps: its totals for some months, its detail for some days, and its first day with numbers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from collector.rows import expiry
from collector.sites import Site
from dashboards.query.errors import QueryError
from dashboards.query.period import Period, resolve
from dashboards.query.store import Store, fetch

FIRST_DAY = (Path(__file__).parent.parent / "queries" / "first_day.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Source:
    """Where and when a query is answered: the store, the site, and the time in epoch seconds."""

    store: Store
    site: Site
    now: float

    def period(self, asked: str | tuple[str, str]) -> Period:
        """The period that a date_range means now."""
        return resolve(asked, self.site.timezone, self.now, self.first_day)

    def first_day(self) -> date | None:
        """The first day with numbers, or None."""
        number, day = fetch(self.store, FIRST_DAY, {"site": self.site.domain})[0]
        return day if number else None

    @property
    def today(self) -> date:
        """By the clock of the store or of the site, whichever is ahead: what may be deleted today is not counted on."""
        return max(datetime.fromtimestamp(self.now, UTC).date(), self.period("day").last)

    @property
    def oldest(self) -> date:
        """The first day of which everything but the detail is kept."""
        return self.today - (expiry(self.today, self.site.rollup_months) - self.today) + timedelta(days=1)

    @property
    def oldest_detail(self) -> date:
        """The first day of which the detail is kept."""
        return self.today - timedelta(days=self.site.detail_days - 1)

    def kept(self, period: Period) -> Period:
        """The part that is kept: in a range that is half deleted, visitors would be too few. Raises QueryError."""
        oldest = self.oldest
        if period.first >= oldest:
            return period
        if period.last < oldest or period.hours is not None:
            months = self.site.rollup_months
            raise QueryError(f"date_range: the site keeps its numbers for {months} months, since {oldest}")
        return Period(oldest, period.last)

    def check_detail(self, period: Period) -> None:
        """Raises QueryError when the period reaches before the detail that is kept, and before that was something."""
        oldest = self.oldest_detail
        if period.first >= oldest or (self.first_day() or oldest) >= oldest:
            return
        raise QueryError(
            "these dimensions and filters together need detail, which the site keeps for "
            f"{self.site.detail_days} days, since {oldest}; ask for later days, or for fewer of them at once"
        )
