"""What a visit was made with: kind of device, browser and operating system, from the user agent and client hints.

Only families and major versions leave this module; the user agent itself is held for a while in small caches in memory
and never kept. Chromium freezes its user agents ("Android 10; K", "Mac OS X 10_15_7"): what is known to be frozen says
nothing and counts as unknown, and the client hints that every Chromium sends (Sec-CH-UA, Sec-CH-UA-Mobile and
Sec-CH-UA-Platform) name the real browser and system. An iPad that asks for desktop pages cannot be told from a Mac.
"""

from functools import cache, lru_cache
from typing import Any, NamedTuple

from ua_parser import Parser
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver
from user_agents.parsers import UserAgent, parse_browser, parse_device, parse_operating_system

from collector.device_names import BRAND, BRANDS, BROWSERS, CONSOLE, FROZEN, GENERIC, LINUXES, PLATFORMS, SYSTEMS, TV
from collector.text import clean_text, shorten

LONGEST = 512  # characters of a user agent or a hint that are looked at
CACHED = 2048


class Hints(NamedTuple):
    """The headers Sec-CH-UA, Sec-CH-UA-Mobile and Sec-CH-UA-Platform as they came; empty where missing."""

    brands: str = ""
    mobile: str = ""
    platform: str = ""


class Device(NamedTuple):
    """desktop, mobile, tablet, tv, console or empty; families; major versions. Empty where unknown, and short."""

    device: str = ""
    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""


def describe(user_agent: str, hints: Hints | None = None) -> Device:
    """The device behind a user agent; hints that contradict it win."""
    if hints is None or not any(hints):
        return _describe(user_agent[:LONGEST], None)
    return _describe(user_agent[:LONGEST], Hints(*(hint[:LONGEST] for hint in hints)))


@lru_cache(maxsize=CACHED)
def parse(user_agent: str) -> Any:
    """The user agent as the user-agents library sees it, read by its fast parser."""
    return _UserAgent(user_agent)


@cache
def _parser() -> Parser:
    return Parser(Resolver(load_lazy_builtins()))  # 0.15 s and 27 MB, so not before it is needed


class _UserAgent(UserAgent):  # type: ignore[misc]  # the library has no types
    """user-agents on top of ua-parser-rs: by itself it would use a parser that is 25 times slower."""

    def __init__(self, text: str) -> None:
        self.ua_string = text.encode("utf-8", "replace").decode()
        found = _parser().parse(self.ua_string).with_defaults()
        browser, system, device = found.user_agent, found.os, found.device
        self.browser = parse_browser(browser.family, browser.major, browser.minor, browser.patch)
        self.os = parse_operating_system(system.family, system.major, system.minor, system.patch)
        self.device = parse_device(device.family, device.brand, device.model)


@lru_cache(maxsize=CACHED)
def _describe(user_agent: str, hints: Hints | None) -> Device:
    agent = parse(user_agent)
    browser = BROWSERS.get(agent.browser.family, agent.browser.family)
    system = SYSTEMS.get(agent.os.family, agent.os.family)
    found = Device(_kind(agent), browser, _major(agent.browser), system, _system_version(agent))
    found = found if hints is None else _corrected(found, hints, user_agent)
    # An application may name itself as it likes.
    return found._replace(
        browser=clean_text(found.browser, 24), browser_version=shorten(found.browser_version, 6),
        os=clean_text(found.os, 20), os_version=shorten(found.os_version, 6),
    )  # fmt: skip


def _kind(agent: Any) -> str:
    text = agent.ua_string
    if TV.search(text):
        return "tv"
    if CONSOLE.search(text):
        return "console"
    if agent.is_tablet and agent.browser.family != "Opera Mini":
        return "tablet"
    if agent.is_mobile or agent.browser.family == "Firefox Mobile":
        return "mobile"
    return "desktop" if agent.is_pc or "X11;" in text else ""  # X11: the BSDs, which the library does not know as PCs


def _major(part: Any) -> str:
    return str(part.version[0])[:8] if part.version else ""


def _system_version(agent: Any) -> str:
    if FROZEN.search(agent.ua_string):
        return ""
    version = _major(agent.os)
    if agent.os.family == "Mac OS X" and version == "10":
        return ".".join(str(number) for number in agent.os.version[:2])  # 10.14 and 10.15 were major releases
    return version


def _corrected(found: Device, hints: Hints, user_agent: str) -> Device:
    """What the hints of a Chromium say better. Other browsers send none, so for them hints are forged and ignored."""
    if "Chrome/" not in user_agent:
        return found
    if found.browser in GENERIC:
        for brand, version in BRAND.findall(hints.brands):
            if brand in BRANDS and (BRANDS[brand] != "Chrome" or found.browser == ""):
                found = found._replace(browser=BRANDS[brand], browser_version=version)
    system = PLATFORMS.get(hints.platform.strip('" '))
    if system and system != found.os and not (system == "Linux" and found.os in LINUXES):
        found = found._replace(os=system, os_version="")
    if found.device in ("desktop", "mobile", "tablet", "") and hints.mobile in ("?0", "?1"):
        found = found._replace(device=_kind_by_hint(found, hints.mobile == "?1"))
    return found


def _kind_by_hint(found: Device, mobile: bool) -> str:
    if mobile:
        return "mobile"
    return "tablet" if found.os == "Android" else "desktop"
