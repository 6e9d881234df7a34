"""What the page of goals shows in its tables, written out already. No I/O."""

import msgspec

from dashboards.figures import Change
from dashboards.shown import Tab


class GoalLine(msgspec.Struct, frozen=True):
    """A goal in the list. `bar` is its length in percent of the longest."""

    name: str
    condition: str
    conversions: str
    visitors: str
    rate: str
    revenue: str
    change: Change | None
    bar: int
    url: str


class Line(msgspec.Struct, frozen=True):
    """A row of a table with two numbers, and with amounts of money: one for each currency."""

    label: str
    text: str
    second: str
    bar: int
    url: str
    amounts: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """A card with a table: its columns, its tabs, and why nothing is in it, if so. `third` stands above amounts."""

    id: str
    name: str
    heading: str
    unit: str
    second: str
    tabs: list[Tab]
    rows: list[Line]
    problem: str = ""
    note: str = ""
    third: str = ""
