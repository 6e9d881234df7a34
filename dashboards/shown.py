"""What the templates are given: values that are written out already. No I/O."""

import msgspec

from dashboards.figures import Change


class Tile(msgspec.Struct, frozen=True):
    """One metric of the period. `unknown` says why it cannot be known under the filters, if so."""

    metric: str
    label: str
    meaning: str
    unknown: str
    text: str
    before: str
    change: Change | None
    spark: str
    url: str
    current: bool


class Figure(msgspec.Struct, frozen=True):
    """A number of something that was chosen, what it was before, and its share of a whole where it has one."""

    label: str
    text: str
    before: str
    change: Change | None
    share: str = ""


class Tab(msgspec.Struct, frozen=True):
    label: str
    url: str
    current: bool


class Away(msgspec.Struct, frozen=True):
    """A link to more, or to what can be told."""

    label: str
    url: str


class Line(msgspec.Struct, frozen=True):
    """A row of a table: `bar` is its length in percent of the longest, `beside` its further figures. `before` is what
    the first figure was in the days to compare with."""

    label: str
    text: str
    share: str
    bar: int
    url: str
    beside: tuple[str, ...] = ()
    before: str = ""
    change: Change | None = None


class Panel(msgspec.Struct, frozen=True):
    """A table of one dimension. `problem` says why it cannot be told, `note` what to know when reading it; `compared`
    whether its rows say how they moved."""

    id: str
    name: str
    title: str
    heading: str
    unit: str
    tabs: list[Tab]
    rows: list[Line]
    more: str
    note: str
    problem: str
    compared: bool = False


class Dropped(msgspec.Struct, frozen=True):
    name: str
    why: str
    text: str
