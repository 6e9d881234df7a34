"""Days and hours in a site's time zone, as plain integers."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
QUARTER = 900  # every time zone's offset from UTC is a multiple of 15 minutes


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return day.toordinal() - EPOCH_ORDINAL


@lru_cache(maxsize=4096)
def day_date(number: int) -> date:
    """The date that is `number` days after 1970-01-01."""
    return date.fromordinal(EPOCH_ORDINAL + number)


class LocalClock:
    """Tells the hour and the day of instants in one time zone, quickly: one conversion for each quarter of an hour."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)
        self._quarters: dict[int, tuple[int, int]] = {}

    def hour(self, timestamp: int) -> tuple[int, int]:
        """The local hour of `timestamp` (seconds since the epoch).

        Returns the instant at which that hour began, in seconds since the epoch, and its day, in days since
        1970-01-01. The two hours that share a name when the clocks go back stay two hours.
        """
        quarter = timestamp // QUARTER
        known = self._quarters.get(quarter)
        if known is None:
            if len(self._quarters) > 20_000:
                self._quarters.clear()
            known = self._quarters[quarter] = self._convert(quarter * QUARTER)
        return known

    def _convert(self, timestamp: int) -> tuple[int, int]:
        local = datetime.fromtimestamp(timestamp, UTC).astimezone(self.zone)
        since_hour = timedelta(minutes=local.minute, seconds=local.second)
        return timestamp - int(since_hour.total_seconds()), day_number(local.date())


def week_of(day: int) -> int:
    """The Monday of the week of a day."""
    return day - (day + 3) % 7  # 1970-01-01 was a Thursday


@lru_cache(maxsize=4096)
def month_of(day: int) -> int:
    """The first day of the month of a day."""
    return day - day_date(day).day + 1
