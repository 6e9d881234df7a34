"""One line of an access log in the combined format of Apache and nginx.

    203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 2326 "https://referrer/" "user agent"

Fields behind the user agent, as nginx's packages write them, are passed over.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

_TEXT = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
_REQUEST = r'"([A-Z]{3,16}+) ((?:[^"\\\s]|\\.)++)(?: HTTP/\d(?:\.\d)?)?"'
_LINE = re.compile(
    r"(\S++) \S++ .*?\[(\d\d/\w\w\w/\d{4}:\d\d:\d\d):(\d\d) ([+-]\d{4})\]"
    rf" {_REQUEST} (\d{{3}}) \S++ {_TEXT} {_TEXT}",
    re.ASCII,
)
_ESCAPED = re.compile(r"\\x([0-9A-Fa-f]{2})")
MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
REMEMBERED = 512  # minutes


class Line(NamedTuple):
    """A request. `time` is in seconds since the epoch; missing texts are empty."""

    address: str
    time: int
    method: str
    target: str
    status: int
    referrer: str
    user_agent: str


class LineReader:
    """Reads lines. It remembers the minutes it saw, since neighbours share them."""

    def __init__(self) -> None:
        self._minutes: dict[tuple[str, str], int] = {}

    def read(self, raw: bytes) -> Line | None:
        """The request in a line, or None when it is none: broken, of another format, or no text at all."""
        match = _LINE.match(raw.decode("utf-8", "replace"))
        if match is None:
            return None
        address, minute, second, zone, method, target, status, referrer, user_agent = match.groups()
        start = self._minutes.get((minute, zone)) or self._minute(minute, zone)
        if start is None:
            return None
        if "\\" in target:  # nginx writes \xD0 for a byte that is no ASCII
            target = _ESCAPED.sub(r"%\1", target)
        referrer = "" if referrer == "-" else referrer
        user_agent = "" if user_agent == "-" else user_agent
        return Line(address, start + min(int(second), 59), method, target, int(status), referrer, user_agent)

    def _minute(self, text: str, zone: str) -> int | None:
        if len(self._minutes) >= REMEMBERED:
            self._minutes.clear()
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:])) * (-1 if zone[0] == "-" else 1)
        try:
            month = MONTHS[text[3:6]]
            when = datetime(
                int(text[7:11]), month, int(text[:2]), int(text[12:14]), int(text[15:17]), tzinfo=timezone(offset)
            )
            found = int(when.astimezone(UTC).timestamp())
        except (KeyError, ValueError, OverflowError):  # no such month, day, minute or zone
            return None
        self._minutes[text, zone] = found
        return found
