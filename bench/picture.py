"""`python -m bench.picture`: makes docs/dashboard.png, from nine invented weeks of a workshop's website.

The hits go through `advance` and the store like real ones; the picture is what the dashboard then shows in Chromium.
"""

import random
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
from playwright.sync_api import FloatRect, sync_playwright

from bench.processes import ROOT, running
from bench.traffic import scratch, settings_for
from collector import rows
from collector.clock import LocalClock
from collector.database import open_database, upgrade
from collector.sites import add_site
from collector.store import open_store
from collector.visit import Hit, Origin, State, advance
from dashboards.accounts import add_user

SITE, OWNER, PASSWORD = "spiekis.example", "owner@spiekis.example", "a picture of a dashboard"
PICTURE = ROOT / "docs" / "dashboard.png"
WEEKS, DAY, WIDTH = 9, 86_400, 1280
CLOCK = LocalClock("Europe/Riga")
HOURS = (1, 1, 0, 0, 0, 1, 3, 8, 13, 16, 17, 16, 15, 14, 14, 15, 17, 18, 17, 16, 15, 12, 7, 3)  # of the day, UTC + 2
WEEKDAYS = (1.15, 1.1, 1.0, 1.0, 0.95, 0.75, 0.65)
PAGES = {
    "/": 30, "/remonts": 26, "/cenas": 18, "/noma": 15, "/pieraksts": 12, "/blogs/ziemas-riepas": 9,
    "/kontakti": 8, "/blogs/kedes-apkope": 6, "/par-mums": 4, "/noma/kravas-velosipeds": 4, "/en/": 3,
}  # fmt: skip
SOURCES = {
    ("Organic Search", "Google"): 46, ("Direct", ""): 27, ("Organic Social", "Facebook"): 9, ("Email", "newsletter"): 6,
    ("Organic Social", "Instagram"): 5, ("Referral", "velo.example"): 4, ("Organic Search", "Bing"): 3,
    ("Organic Search", "DuckDuckGo"): 2, ("AI", "ChatGPT"): 2,
}  # fmt: skip
PLACES = {
    "LV": 70, "LT": 8, "EE": 7, "DE": 5, "FI": 3, "SE": 3, "PL": 2, "GB": 2, "NO": 1, "US": 1, "FR": 1, "UA": 1,
}  # fmt: skip
DEVICES = {
    ("mobile", "Chrome", "Android", "xs"): 38, ("mobile", "Safari", "iOS", "xs"): 22,
    ("desktop", "Chrome", "Windows", "l"): 22, ("desktop", "Firefox", "Linux", "m"): 5,
    ("desktop", "Safari", "macOS", "m"): 6, ("desktop", "Edge", "Windows", "l"): 6,
    ("tablet", "Safari", "iPadOS", "s"): 3,
}  # fmt: skip
T = TypeVar("T")
LANGUAGES = {"lv": 72, "ru": 12, "en": 11, "lt": 3, "et": 2}


def main() -> None:
    """Fill an installation of its own, log in, and take the picture."""
    with scratch() as folder:
        data = Path(folder) / "data"
        prepare(data)
        with running(("serve",), data) as server:
            store = open_store(settings_for(data))
            made = rows.columns(payloads(int(time.time()) // DAY * DAY, random.Random(4)))
            for table, columns, values in (*made.extras, ("beacons", rows.BEACON_COLUMNS, made.beacons)):
                store.insert_columns(table, columns, values, "picture")
            store.close()
            take(server.url)
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")


def prepare(data: Path) -> None:
    """The relational database with the site and its owner."""
    data.mkdir(parents=True)
    database = open_database(settings_for(data).database)
    upgrade(database)
    add_site(database, SITE, now=time.time())
    add_user(database, OWNER, PASSWORD, time.time())
    database.close()


def payloads(end: int, dice: random.Random) -> Iterator[bytes]:
    """What the collector would spool in the weeks before `end`, visitor by visitor, for a site that slowly grows."""
    for day in range(-7 * WEEKS, 0):
        share = WEEKDAYS[time.gmtime(end + day * DAY).tm_wday] * (1 + day / 200) * dice.uniform(0.85, 1.15)
        for _ in range(int(190 * share)):
            yield from visitor(end, day, dice)


def visitor(end: int, day: int, dice: random.Random) -> Iterator[bytes]:
    """Everything of one visitor: the first visit, and for one in four others within the next weeks."""
    came, state = arrival(dice), None
    while day < 0:
        now = end + day * DAY + chosen(dict(enumerate(HOURS)), dice) * 3600 - 7200 + dice.randrange(3600)
        path = chosen(PAGES, dice)
        came = msgspec.structs.replace(came, entry=path)
        for _ in range(min(1 + int(dice.expovariate(0.75)), 9)):
            seconds = 6 + int(dice.expovariate(1 / 38))
            for hit, at in (
                (Hit("pageview", path), now),
                (Hit("leave", path, seconds=seconds, depth=dice.randint(30, 100)), now + seconds),
            ):
                state, payload = counted(state, hit, at, came)
                yield payload
            now, path = now + seconds + 2, chosen(PAGES, dice)
        day += dice.randint(1, 20) if dice.random() < 0.25 else -day


def counted(state: State | None, hit: Hit, now: int, came: Origin) -> tuple[State, bytes]:
    step = advance(state, hit, now, CLOCK, lambda: came)
    assert step is not None, "a leave always follows a page view"
    kept = CLOCK.hour(now)[1]
    extras = step.deltas, step.extras
    minute = now // 60 * 60
    return step.state, rows.encode_beacon(SITE, (kept + 181, kept + 761), step.state.origin, minute, step.idle, *extras)


def arrival(dice: random.Random) -> Origin:
    (channel, source), (device, browser, os, screen) = chosen(SOURCES, dice), chosen(DEVICES, dice)
    return Origin(
        channel=channel, source=source, country=chosen(PLACES, dice), device=device,
        browser=browser, os=os, screen=screen, language=chosen(LANGUAGES, dice),
    )  # fmt: skip


def chosen(weights: dict[T, int], dice: random.Random) -> T:
    return dice.choices(list(weights), list(weights.values()))[0]


def take(url: str) -> None:
    """Log in, and take the picture of the last 28 days, down to the map."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 1000}, locale="en-GB", color_scheme="light")
        page.goto(f"{url}/login")
        page.get_by_label("E-mail").fill(OWNER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda address: "/login" not in address)
        last = datetime.now(UTC).date() - timedelta(days=2)
        days = f"from={last - timedelta(days=27)}&to={last}"
        page.goto(f"{url}/sites/{SITE}?{days}", wait_until="networkidle")
        places = page.locator("#places").bounding_box()
        assert places is not None, "the page has a map"
        clip = FloatRect(x=0, y=0, width=WIDTH, height=places["y"] + places["height"] + 16)
        page.screenshot(path=PICTURE, full_page=True, clip=clip)
        browser.close()


if __name__ == "__main__":
    main()
