"""Whether a user agent is a program and no person.

The patterns of crawler-user-agents run in the same Rust matcher as user-agent parsing: about 2 µs for all of its 1,500
patterns, where Python's own regular expressions take 160 µs.
"""

import re
from functools import cache, lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from ua_parser_rs import UserAgentExtractor

from collector.device import LONGEST, parse

CACHED = 4096
HEADLESS = "HeadlessChrome/"
# What the list lacks or names only in part: browsers driven by a program, libraries, and programs that say where to
# complain. (Toolbars of the old Internet Explorer wrote addresses, too.)
DRIVEN = re.compile(
    r"headless|phantomjs|slimerjs|puppeteer|playwright|selenium|webdriver|jsdom|fetcher|^dalvik/|cfnetwork/"
    r"|\w@[\w-]+\.\w|^(?!.*msie).*://",
    re.IGNORECASE | re.DOTALL,
)


def with_window(user_agent: str) -> str:
    """The user agent of the same Chromium with a window. For beacons: whoever drives it decided in the banner, so it
    counts (docs/decisions/0007-headless-browsers.md); in a log nothing was decided, and it is a robot."""
    return user_agent.replace(HEADLESS, "Chrome/")


def is_bot(user_agent: str) -> bool:
    """Crawlers, monitors, libraries and driven browsers; also who sends no user agent at all."""
    return _is_bot(user_agent[:LONGEST])


@lru_cache(maxsize=CACHED)
def _is_bot(user_agent: str) -> bool:
    text = user_agent.encode("utf-8", "replace").decode().strip()
    if not text.strip("-") or _crawlers().extract(text) is not None:
        return True
    if DRIVEN.search(text):
        return True
    agent = parse(user_agent)
    known = (agent.browser.family, agent.os.family, agent.device.family) != ("Other", "Other", "Other")
    return bool(agent.is_bot) or not known  # a person's browser says something of itself


@cache
def _crawlers() -> UserAgentExtractor:
    patterns = (entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA)
    return UserAgentExtractor((pattern, "bot", None, None, None, None) for pattern in patterns)
