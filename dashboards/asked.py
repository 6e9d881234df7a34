"""What every report of a site begins with: what was asked, and which of its days the site still keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from collector.sites import Site
from dashboards import questions
from dashboards.address import Address, split
from dashboards.i18n import _, date_text
from dashboards.query import Period, QueryError, Row, Source, Store, check_filters, parse, run
from dashboards.query.result import instants
from dashboards.shown import Away


@dataclass
class Asked:
    """What the address asks for, at `now` (epoch seconds). What is asked may raise StoreError."""

    address: Address
    site: Site
    store: Store
    now: float

    @cached_property
    def gone(self) -> bool:
        """No day of the period is kept any more."""
        return self.address.period.last < self._oldest

    @cached_property
    def cut(self) -> str:
        """What to know of a period that begins before what is kept; empty where all of it is kept."""
        if self.address.period.first >= self._oldest:
            return ""
        since = date_text(self._oldest, "d MMMM y")
        if self.gone:
            return _(
                "The site keeps its numbers for %(months)s months: there are none before %(since)s.",
                months=self.site.rollup_months,
                since=since,
            )
        return _(
            "The site keeps its numbers for %(months)s months: days before %(since)s are left out.",
            months=self.site.rollup_months,
            since=since,
        )

    @property
    def _oldest(self) -> date:
        return self.source.oldest

    @cached_property
    def source(self) -> Source:
        return Source(self.store, self.site, self.now)

    @property
    def days(self) -> Period:
        return Period(self.address.period.first, self.address.period.last)

    @cached_property
    def kept_days(self) -> Period:
        """The days that are still kept. Raises QueryError when none is."""
        return self.source.kept(self.days)

    @property
    def running(self) -> bool:
        """The period is today alone, of which hours are still to come."""
        return self.days.days == 1 and self.address.period.live

    @cached_property
    def days_before(self) -> Period | None:
        """The days to compare with, where nothing is known by the hour: none for a day that is not over."""
        return Period(*self.address.before) if self.address.before and not self.running else None

    @cached_property
    def before_range(self) -> questions.Range | None:
        """The days to compare with, or of another day only as many hours as today has had."""
        if self.address.before is None:
            return None
        first, last = self.address.before
        if first != last or not self.running:
            return first, last
        local = datetime.fromtimestamp(self.now, ZoneInfo(self.site.timezone)).replace(tzinfo=None)
        hours = round(local.hour + local.minute / 60)
        begin = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - local time of the site
        return (begin, begin + timedelta(hours=hours)) if hours else None

    @cached_property
    def part_before(self) -> Period | None:
        """The same days or hours as the query layer takes them."""
        if self.before_range is None:
            return None
        first, last = self.before_range
        return self.source.period((first.isoformat(), last.isoformat()))

    @property
    def uncompared(self) -> str:
        """Why a report that is known by whole days alone compares today with nothing."""
        if not self.running or self.address.before is None:
            return ""
        return _("Today is not over, and this is known by whole days: it is compared with others tomorrow.")

    @cached_property
    def filters(self) -> list[list[object]]:
        """The filters of the address, in the language of the query layer."""
        return questions.filters(self.address)

    @cached_property
    def mistaken(self) -> str:
        """What is wrong with a filter, as a regular expression that is none; empty where they can be asked."""
        try:
            check_filters(self.filters, self.store)
        except QueryError as error:
            return f"{_sentence(error)} {_('Remove the filter to see the figures.')}"
        return ""

    @cached_property
    def paged(self) -> bool:
        """Whether a filter asks for certain pages: of visits it is not known which pages they saw."""
        return any(split(name)[0] == "page" for name, _value in self.address.filters)

    def told(self, error: QueryError) -> str:
        """Why something cannot be known, for people who did not write a query."""
        if self.mistaken:
            return self.mistaken
        if self.paged:
            return _("This is not known of single pages; remove the filter by page to see it.")
        text = str(error)
        if "need detail" in text:
            return _(
                "The site keeps details for %(days)s days and then only totals. Choose later days, or remove filters.",
                days=self.site.detail_days,
            )
        return _sentence(error)

    @property
    def away(self) -> Away | None:
        """The same page without the filters that may be in the way of something."""
        if self.paged:
            return Away(_("Without the filter by page"), self.address.kept(lambda name: name != "page").url())
        return Away(_("Without filters"), self.address.unfiltered().url()) if self.address.filters else None

    def rows(
        self, metrics: Sequence[str], by: Sequence[str] = (), *, days: Period | None = None, limit: int = 1000,
        filters: Sequence[list[object]] = (),
    ) -> Sequence[Row]:  # fmt: skip
        """The answer under the filters of the address and these. Raises QueryError for what cannot be known."""
        period = days or self.days
        document = {
            "site_id": self.site.domain,
            "metrics": list(metrics),
            "date_range": _range(period, self.site.timezone),
            "dimensions": list(by),
            "filters": [*self.filters, *filters],
            "pagination": {"limit": limit},
        }
        return run(parse(document), self.store, self.site, self.now).rows


def _range(period: Period, timezone: str) -> list[str]:
    if period.hours is not None:
        return instants(period, timezone)
    return [period.first.isoformat(), period.last.isoformat()]


def _sentence(error: QueryError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
