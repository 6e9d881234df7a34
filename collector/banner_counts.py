"""Counts how often the banner was shown and what became of it: by language, kind of device and page, each for itself.

Nothing is looked up and nothing remembered: the device is one of two words from a header, the page is a path without
personal data, and no two of them ever stand in one row. Why that is done before consent: docs/decisions/0012.
"""

import re
from functools import lru_cache

from flask import request
from werkzeug.datastructures import Headers

from collector import rows, tallies
from collector.clock import LocalClock, day_date, day_number
from collector.page import clean_path
from collector.services import services
from collector.sites import Site
from collector.tallies import Outcome

MOBILE = re.compile(r"Mobi|Android|iPhone|iPad", re.IGNORECASE)
ROBOT = re.compile(r"bot\b|bot/|crawl|spider|slurp|headless|preview", re.IGNORECASE)
LONGEST_PATH = 2048
OUTCOMES: dict[str, Outcome] = {"accept_all": "accepted", "reject_all": "refused", "save_selection": "customised"}


def count(outcome: Outcome, site: Site, language: str, now: float) -> None:
    """Count it for the page that the current request names, now (epoch seconds). Raises SpoolFull."""
    agent = request.headers.get("User-Agent", "")
    if not agent or ROBOT.search(agent):
        return
    path = request.args.get("page", "")[:LONGEST_PATH]
    where = [("language", language), ("device", device_class(request.headers))]
    if path:
        where.append(("page", clean_path(path)))
    services().spool.append(tallies.encode_banner(site.domain, days_of(site, now), outcome, where))


def device_class(headers: Headers) -> str:
    """ "mobile" or "desktop", by what the browser says of itself; nothing is kept of that, in memory neither."""
    hint = headers.get("Sec-CH-UA-Mobile")
    if hint in ("?0", "?1"):
        return "mobile" if hint == "?1" else "desktop"
    return "mobile" if MOBILE.search(headers.get("User-Agent", "")) else "desktop"


def days_of(site: Site, now: float) -> tuple[int, int]:
    """Today in the site's time zone, and the day on which its rows are deleted."""
    today = clock(site.timezone).hour(int(now))[1]
    return today, day_number(rows.expiry(day_date(today), site.rollup_months))


@lru_cache(maxsize=256)
def clock(timezone: str) -> LocalClock:
    return LocalClock(timezone)
