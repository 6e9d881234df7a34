"""What a goal and a funnel may be: checked and brought into the form in which beacons are compared with them. Pure."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from collector.body import PAGE_VIEW
from collector.page import MAX_PAGE, clean_path
from collector.text import REMOVED, clean_text

Kind = Literal["event", "page", "scroll", "engaged"]
KINDS: tuple[Kind, ...] = ("event", "page", "scroll", "engaged")
LONGEST_NAME = 60  # characters
MOST_PROPS = 5
STEPS = range(2, 9)
LONGEST_ENGAGED = 3600  # seconds
ALL_PAGES = "/**"


class GoalError(Exception):
    """A goal or a funnel cannot be added or removed; the message says why in one line."""


class Goal(msgspec.Struct, frozen=True):
    """What a visit can reach. `threshold` is percent of the page for `scroll`, seconds of the visit for `engaged`.

    `event` is the name of an event, in which * stands for anything; all of `props` must be among its properties.
    `page` is a pattern of paths: * stands for anything but a slash, ** for anything.
    """

    name: str
    kind: Kind
    event: str = ""
    props: tuple[tuple[str, str], ...] = ()
    page: str = ""
    threshold: int = 0
    number: int = 0  # given by the list of the site

    def condition(self) -> tuple[object, ...]:
        """What makes it the goal it is, whatever its number."""
        return self.name, self.kind, self.event, self.props, self.page, self.threshold


class Funnel(msgspec.Struct, frozen=True):
    """Goals (by number) in the order in which they are to be reached.

    `strict`: nothing may lie between two steps. `across`: the steps may lie in several visits.
    """

    name: str
    steps: tuple[int, ...]
    strict: bool = False
    across: bool = False
    number: int = 0

    def condition(self) -> tuple[object, ...]:
        return self.name, self.steps, self.strict, self.across


def checked_goal(goal: Goal) -> Goal:
    """The goal with everything that its kind does not use left out. Raises GoalError."""
    name = checked_name(goal.name, "goal")
    if goal.kind == "event":
        return Goal(name, "event", event=_event(goal.event), props=_props(goal.props))
    if goal.kind == "page":
        return Goal(name, "page", page=_page(goal.page))
    if goal.kind == "scroll":
        if not 1 <= goal.threshold <= 100:
            raise GoalError("a scroll depth is 1 to 100 percent of the page")
        return Goal(name, "scroll", page=_page(goal.page or ALL_PAGES), threshold=goal.threshold)
    if goal.kind == "engaged":
        if not 1 <= goal.threshold <= LONGEST_ENGAGED:
            raise GoalError(f"an engaged time is 1 to {LONGEST_ENGAGED} seconds")
        return Goal(name, "engaged", threshold=goal.threshold)
    raise GoalError(f"a goal is one of {', '.join(KINDS)}")


def checked_name(name: str, what: str) -> str:
    """The name of a goal or a funnel in one line. Raises GoalError."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise GoalError(f"the name of a {what} has 1 to {LONGEST_NAME} printable characters")
    return name


def checked_steps(steps: Sequence[int]) -> tuple[int, ...]:
    """Raises GoalError when these cannot be the steps of a funnel."""
    if len(steps) not in STEPS:
        raise GoalError(f"a funnel has {STEPS.start} to {STEPS.stop - 1} steps")
    if len(set(steps)) != len(steps):
        raise GoalError("a goal can be one step of a funnel only")
    return tuple(steps)


def _event(name: str) -> str:
    kept = _text(name, "the name of the event")
    if kept == PAGE_VIEW:
        raise GoalError("page views are no event; a goal of the kind page with the page /** is reached by any of them")
    return kept


def _text(text: str, what: str) -> str:
    """A text as beacons carry it. Raises GoalError where none ever could."""
    kept = clean_text(text)
    if not kept:
        raise GoalError(f"{what} is missing")
    if REMOVED in kept and REMOVED not in text:
        raise GoalError(f"{what} looks like personal data, which is taken out of every beacon")
    return kept


def _props(props: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    if len(props) > MOST_PROPS:
        raise GoalError(f"a goal takes at most {MOST_PROPS} properties")
    kept = tuple((_text(key, "the name of a property"), _text(value, f"the value of {key}")) for key, value in props)
    if len({key for key, _ in kept}) != len(kept):
        raise GoalError("a property can have one value only")
    return kept


def _page(pattern: str) -> str:
    """A pattern of paths; a whole address is cut down to its path."""
    given = pattern.strip()
    path = given.partition("://")[2].partition("/")[2] if "://" in given else given
    if not given:
        raise GoalError("the page is missing; it takes a path like /thanks or /blog/**")
    if "?" in path or "#" in path:
        raise GoalError("a page is its path alone; what follows ? or # is not kept")
    kept = clean_path(path)
    if REMOVED in kept and REMOVED not in path:
        raise GoalError("the page looks like personal data, which is taken out of every path")
    if len(path.encode()) > MAX_PAGE:
        raise GoalError(f"a page has at most {MAX_PAGE} bytes")
    return kept
