"""What the page of goals shows in its tables, written out already. No I/O."""

import msgspec

from dashboards import figures
from dashboards.address import Address
from dashboards.figures import Change
from dashboards.i18n import _
from dashboards.shown import Away, Tab

ALL_ROWS = 1000


class GoalRow(msgspec.Struct, frozen=True):
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
    """A card with a table: its columns, its tabs, and why nothing is in it, if so. `third` stands above amounts;
    `rest` leads to the rows that are not shown."""

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
    rest: Away | None = None


class Foot(msgspec.Struct, frozen=True):
    """What stands below a table that has more rows than it shows: the link to them, or that they are too many."""

    rest: Away | None = None
    note: str = ""


def most(address: Address, part: str, few: int) -> int:
    """How many rows a table shows: few, or all where the address says `rows=` and the table."""
    return ALL_ROWS if address.picks.get("rows") == part else few


def foot(address: Address, part: str, few: int, found: int) -> Foot:
    """For a table of so many rows. They are looked for up to one more than all that are shown."""
    if found <= few:
        return Foot()
    whole = address.picks.get("rows") == part
    label, url = (_("Fewer"), address.picking(rows="")) if whole else (_("All"), address.picking(rows=part))
    cut = whole and found > ALL_ROWS
    note = _("The first %(number)s; there are more.", number=figures.written(ALL_ROWS)) if cut else ""
    return Foot(Away(label, url.url()), note)
