"""What a page that goes away has not sent yet goes at once, whatever it was waiting for."""

from tests.browser.conftest import Visitor
from tests.browser.pixel import asked, await_sent, consenting
from tests.browser.test_pixel_life import NewVisitor
from tests.running import await_true
from tests.service import Service

# The answer to the first beacon of a page never comes.
DEAF = """
const real = fetch;
let calls = 0;
window.fetch = (...given) => {
  const made = real(...given), isFirst = String(given[0]).endsWith("/beacon") && !calls++;
  return isFirst && location.pathname == "/kluss" ? new Promise(() => {}) : made;
};
"""
ALL = ("One", "Two", "Three")


def counted(service: Service, site: str, *events: str) -> dict[str, int]:
    rows = asked(service, site, ["events"], "event:name", filters=[["is", "event:name", list(events)]])
    return dict(rows)


def deaf_page(site: str, person: Visitor) -> str:
    """The address of a page whose first beacon is counted and never answered."""
    page = consenting(person, site)
    page.add_init_script(DEAF)
    page.goto(f"http://www.{site}/kluss")
    await_sent(page, person, 1)
    return page.url


def test_events_and_time_that_wait_for_an_answer_are_not_lost(site: str, service: Service, visitor: NewVisitor) -> None:
    person = visitor()
    deaf_page(site, person)
    page = person.context.pages[0]
    for name in ALL:
        page.evaluate("(name) => sikdatne.track(name)", name)
    page.wait_for_timeout(1500)
    page.mouse.wheel(0, 300)
    assert counted(service, site, *ALL) == {}, "they wait"
    page.goto("about:blank")
    await_true(lambda: len(counted(service, site, *ALL)) == 3, "the events of the page that went")
    assert set(counted(service, site, *ALL).values()) == {1}, "and none twice"

    def seconds() -> int:
        rows = asked(service, site, ["time_on_page"], "event:page", filters=[["is", "event:page", ["/kluss"]]])
        return int(rows[0][1] or 0)

    await_true(lambda: seconds() >= 1, "the time to be counted")
    assert asked(service, site, ["visits"], "visit:entry_page")[0][1] == 1, "still one visit"
