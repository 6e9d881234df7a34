"""The goals and funnels of a site in the form in which hits are compared with them. Pure."""

from typing import Literal

import msgspec


class GoalRule(msgspec.Struct, frozen=True):
    """One goal. `threshold` is percent of the page for `scroll`, seconds of the visit for `engaged`."""

    number: int
    name: str
    kind: Literal["event", "page", "scroll", "engaged"]
    event: str = ""
    props: tuple[tuple[str, str], ...] = ()
    page: str = ""
    threshold: int = 0


class FunnelRule(msgspec.Struct, frozen=True):
    """One funnel: goals by number, in order. `strict`: nothing between steps; `across`: over several visits."""

    number: int
    name: str
    steps: tuple[int, ...]
    strict: bool = False
    across: bool = False


class Rules(msgspec.Struct, frozen=True):
    """What is looked for in every hit of a site."""

    goals: tuple[GoalRule, ...] = ()
    funnels: tuple[FunnelRule, ...] = ()


NO_RULES = Rules()
