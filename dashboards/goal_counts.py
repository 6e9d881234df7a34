"""How often the goals of a site were reached, now and in the days to compare with."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from dashboards.asked import Asked
from dashboards.i18n import _
from dashboards.query import Period, QueryError

Counts = dict[str, dict[str, Any]]  # name of a goal → metric → value; revenue is an amount by currency


class GoalCounts(Asked):
    """All goals that were reached, and the one that the address chose."""

    @cached_property
    def chosen(self) -> str:
        """The goal that the address chose; empty for the list of all."""
        return self.address.picks.get("goal", "")

    @cached_property
    def problem(self) -> str:
        """Why conversions cannot be told under the filters."""
        try:
            _counted = self._counted
        except QueryError as error:
            return self.told(error)
        return ""

    @cached_property
    def _counted(self) -> Counts:
        return self._asked(self._metrics(hourly=False), self.days)

    @cached_property
    def _counted_before(self) -> Counts:
        if self.part_before is None:
            return {}
        try:
            return self._asked(self._metrics(hourly=self.part_before.hours is not None), self.part_before)
        except QueryError:
            return {}

    def _asked(self, metrics: Sequence[str], days: Period) -> Counts:
        found = self.rows(metrics, ["event:goal"], days=days)
        return {row.dimensions[0]: dict(zip(metrics, row.metrics, strict=True)) for row in found if row.dimensions[0]}

    def _metrics(self, *, hourly: bool) -> list[str]:
        """What can be known: visitors of a goal by the day alone, like a rate that is of a page's visitors."""
        by_day = [] if hourly else ["visitors"]
        rates = ["conversion_rate"] if self.rated and not (hourly and self.paged) else []
        return ["conversions", *by_day, *rates, *(["revenue"] if self.rated else [])]

    @cached_property
    def rated(self) -> bool:
        """Whether there are rates: of all visits, or of one page's visitors; those of several pages are not known."""
        pages = [item for item in self.filters if item[:2] == ["is", "event:page"]]
        return not self.paged or any(item[3:] == [] and len(cast(list[str], item[2])) == 1 for item in pages[:1])

    @property
    def rate_of(self) -> str:
        """What a rate is of, under the filters."""
        return _("Of the page's visitors") if self.paged else _("Conversion rate")

    @cached_property
    def currencies(self) -> list[str]:
        """Those in which the goal earned something. Amounts of two are never summed."""
        return sorted(self._revenue(self._counted, self.chosen)) if not self.problem else []

    @staticmethod
    def _value(counted: Mapping[str, Mapping[str, Any]], name: str, metric: str) -> float:
        return counted.get(name, {}).get(metric) or 0

    @staticmethod
    def _revenue(counted: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, float]:
        return dict(counted.get(name, {}).get("revenue") or {})
