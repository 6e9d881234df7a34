"""With which days a period is compared: those before, the same of last year, others, or none. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboards.periods import Period, PeriodError
from dashboards.query import Period as Days
from dashboards.query.period import compared

Mode = Literal["before", "year", "custom", "none"]
MODES: tuple[Mode, ...] = ("before", "year", "custom", "none")
ANY_ZONE = "UTC"  # of whole days the time zone does not matter


@dataclass(frozen=True, slots=True)
class Compare:
    """`first` and `last` are there for other days. `weekdays` moves the days so that Monday meets Monday."""

    mode: Mode = "before"
    first: date | None = None
    last: date | None = None
    weekdays: bool = False

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of an address that ask for this."""
        made: list[tuple[str, str]] = [("compare", self.mode)] if self.mode != "before" else []
        if self.mode == "custom" and self.first and self.last:
            made += [("with_from", self.first.isoformat()), ("with_to", self.last.isoformat())]
        return [*made, ("weekdays", "1")] if self.weekdays else made

    def days(self, period: Period) -> tuple[date, date] | None:
        """The days to compare with, both included."""
        if self.mode == "none":
            return None
        if self.mode == "custom" and self.first and self.last:
            return self.first, self.last
        if not self.weekdays and (self.mode == "before" or period.name == "year"):
            return period.before
        mode = "previous_period" if self.mode == "before" else "year_over_year"
        found = compared(
            Days(period.first, period.last), mode, None, match_weekday=self.weekdays, timezone=ANY_ZONE
        )  # fmt: skip
        return found.first, found.last


def parse(arguments: Mapping[str, str]) -> Compare:
    """Reads `compare`, `with_from`, `with_to` and `weekdays`. Raises PeriodError for days that do not exist."""
    mode: Mode = next((each for each in MODES if each == arguments.get("compare")), "before")
    weekdays = arguments.get("weekdays") == "1" and mode in ("before", "year")
    if mode != "custom":
        return Compare(mode, weekdays=weekdays)
    try:
        ends = sorted(date.fromisoformat(arguments.get(key, "")) for key in ("with_from", "with_to"))
    except ValueError:
        raise PeriodError("“with_from” and “with_to” take dates such as 2026-01-31.") from None
    return Compare(mode, ends[0], ends[1])
