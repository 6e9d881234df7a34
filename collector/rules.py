"""The goals and funnels of a site in the form in which hits are compared with them. Pure."""

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Literal

import msgspec

ANYTHING = re.compile(r"\*{2,}")
STARS = re.compile(r"\*+")
Pairs = tuple[tuple[str, str], ...]


class GoalRule(msgspec.Struct, frozen=True):
    """One goal. `threshold` is percent of the page for `scroll`, seconds of the visit for `engaged`.

    `event` is a name in which * stands for anything, and all of `props` must be among the event's properties; `page` is
    a path in which * stands for anything but a slash and ** for anything.
    """

    number: int
    name: str
    kind: Literal["event", "page", "scroll", "engaged"]
    event: str = ""
    props: Pairs = ()
    page: str = ""
    threshold: int = 0


class FunnelRule(msgspec.Struct, frozen=True):
    """One funnel: goals by number, in order. `strict`: nothing between steps; `across`: over several visits."""

    number: int
    name: str
    steps: tuple[int, ...]
    strict: bool = False
    across: bool = False


Goals = tuple[GoalRule, ...]


class Rules(msgspec.Struct, frozen=True, dict=True):
    """What is looked for in every hit of a site. `past` are goals that were removed; visits under way may have them."""

    goals: Goals = ()
    funnels: tuple[FunnelRule, ...] = ()
    past: Goals = ()

    @cached_property
    def names_of(self) -> Callable[[int], tuple[str, ...]]:
        """The names of goals, removed ones included, by their bits; the last combinations are remembered."""
        names = {1 << goal.number - 1: goal.name for goal in (*self.goals, *self.past)}
        return lru_cache(maxsize=1024)(lambda goals: tuple(name for bit, name in names.items() if goals & bit))

    @cached_property
    def any_strict(self) -> bool:
        """Whether a funnel is broken by what stands between its steps."""
        return any(funnel.strict for funnel in self.funnels)

    @cached_property
    def funnel_by_number(self) -> dict[int, FunnelRule]:
        return {funnel.number: funnel for funnel in self.funnels}

    @cached_property
    def _kinds(self) -> dict[str, Goals]:
        kinds: dict[str, list[GoalRule]] = {}
        for goal in self.goals:
            kinds.setdefault(goal.kind, []).append(goal)
        return {kind: tuple(goals) for kind, goals in kinds.items()}

    @cached_property
    def viewed(self) -> Callable[[str], Goals]:
        """The goals that a view of a page reaches; those of the last pages are remembered."""
        goals = self._kinds.get("page", ())
        return lru_cache(maxsize=1024)(lambda page: tuple(goal for goal in goals if on_page(goal.page, page)))

    def done(self, name: str, props: Pairs) -> Goals:
        """The goals that an event reaches."""
        return tuple(
            goal
            for goal in self._kinds.get("event", ())
            if named(goal.event, name) and all(pair in props for pair in goal.props)
        )

    def left(self, page: str, depth: int | None, seconds: int) -> Goals:
        """The goals reached when a page is left: `depth` of it in percent, `seconds` of the visit up to now."""
        scrolled = tuple(
            goal
            for goal in self._kinds.get("scroll", ())
            if depth is not None and depth >= goal.threshold and on_page(goal.page, page)
        )
        return scrolled + tuple(goal for goal in self._kinds.get("engaged", ()) if seconds >= goal.threshold)


NO_RULES = Rules()


@lru_cache(maxsize=8192)
def on_page(pattern: str, path: str) -> bool:
    """Whether a path fits a pattern, in which * stands for anything but a slash and ** for anything."""
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=8192)
def named(pattern: str, name: str) -> bool:
    """Whether the name of an event fits a pattern, in which * stands for anything."""
    return _compiled(STARS.sub("**", pattern)).fullmatch(name) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as an expression that fails quickly, whatever a visitor's browser reports.

    What stands between two ** is best found where it comes first. So it is never looked for again (atomic groups), and
    many stars in a pattern cost no more than a few.
    """
    first, *others = ANYTHING.split(pattern)
    if not others:
        return re.compile(_piece(first, last=True), re.DOTALL)
    middle = "".join(f"(?>.*?{_piece(piece)})" for piece in others[:-1])
    return re.compile(f"{_piece(first)}{middle}.*?{_piece(others[-1], last=True)}", re.DOTALL)


def _piece(text: str, last: bool = False) -> str:
    """What stands between two **; `last`: it ends where the path does, so its last * may take all that is left."""
    begin, *others = (re.escape(part) for part in text.split("*"))
    if not others:
        return begin
    return (
        begin
        + "".join(f"(?>[^/]*?{part})" for part in others[:-1])
        + (f"[^/]*{others[-1]}" if last else f"(?>[^/]*?{others[-1]})")
    )
