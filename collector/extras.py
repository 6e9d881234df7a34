"""What some hits add beside their deltas: ways from page to page, cohorts, goals, funnels, properties, vitals, topics.

An extra is a tuple: a code, and what `SHAPES` says of it. It lies in the same frame of the spool as the deltas of its
hit, so that both are stored once. Here the extras of a segment are summed and turned into columns, table by table.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from collector.clock import day_date
from collector.state import COARSE, Origin

DAY = 86_400
EVERYTHING = ("site", "detail_expires", "expires", *Origin.__struct_fields__)
DATES = frozenset({"day", "born", "period"})


class Shape(NamedTuple):
    """The table an extra goes to, what the frame adds in front, the fields behind the code; the last ones are sums."""

    table: str
    frame: tuple[str, ...]
    fields: tuple[str, ...]
    sums: int

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.frame, *self.fields)


GOAL_FIELDS = ("day", "hour", "page", "goal", "currency", "conversions", "revenue", "goal_visitors")
GOAL, FUNNEL, COHORT, PROPERTY, VITAL, TOPIC = "g", "s", "c", "p", "v", "t"
GOAL_EXIT = "x"
GOAL_EVENT = "e"  # in no frame: made here of its goals, by the name of the event that reached them and its properties
SHAPES = {
    GOAL: Shape("goal_hits", EVERYTHING, GOAL_FIELDS, 3),
    GOAL_EXIT: Shape("goal_exit_hits", EVERYTHING, ("day", "hour", "page", "goal", "currency", "exits", "revenue"), 2),
    GOAL_EVENT: Shape("goal_event_hits", EVERYTHING, ("day", "name", "key", "value", *GOAL_FIELDS[1:]), 3),
    FUNNEL: Shape("funnel_hits", EVERYTHING, ("day", "funnel", "step", "reached"), 1),
    COHORT: Shape(
        "cohort_hits", ("site", "detail_expires", "expires"), ("unit", "born", "period", *COARSE, "visitors"), 1
    ),
    PROPERTY: Shape("property_hits", EVERYTHING, ("day", "name", "key", "value", "events"), 1),
    VITAL: Shape(
        "vitals", ("site", "expires", "device", "country"), ("day", "page", "metric", "bucket", "samples"), 1
    ),
    TOPIC: Shape("topics", ("site", "expires"), ("day", "topic", "visitors"), 1),
}  # fmt: skip
OF_GOALS = frozenset({GOAL, GOAL_EVENT})  # a release before the visitors of goals wrote one field less
FRAMES = {code: tuple(map(EVERYTHING.index, shape.frame)) for code, shape in SHAPES.items()}  # where these lie


class Batch(NamedTuple):
    """Rows for one table, column by column."""

    table: str
    columns: tuple[str, ...]
    data: list[Sequence[Any]]


class Sums:
    """Sums of extras by what they are of. Days are numbers until they become columns."""

    def __init__(self) -> None:
        self._by_code: dict[str, dict[tuple[Any, ...], list[int]]] = {code: {} for code in SHAPES}

    def add(
        self,
        site: str,
        expires: tuple[int, int],
        origin: tuple[str, ...],
        now: int,
        extras: list[list[Any]],
        event: str = "",
    ) -> None:
        """Add those of one frame. `expires` are the days of the detailed rows and of the others, counted from the day
        of `now` (seconds since the epoch); `event` is the name of the event that the frame is of, if it is of one.
        Raises ValueError for what has no known shape."""
        for code, *fields in _with_event(event, extras) if event else extras:
            shape = SHAPES.get(code)
            if code in OF_GOALS and len(fields) == len(SHAPES[code].fields) - 1:
                fields.append(0)
            if code == COHORT and len(fields) == 4:  # of a release before what the first visit was like
                fields[3:3] = [""] * len(COARSE)
            if shape is None or len(fields) != len(shape.fields):
                raise ValueError(f"an extra of unknown shape {code!r}")
            # A step of a funnel is booked when the funnel was entered, and must not be kept for longer than that.
            late = max(now // DAY - fields[0] - 1, 0) if shape.frame is EVERYTHING else 0
            whole = (site, expires[0] - late, expires[1] - late, *origin)
            key = (*(whole[at] for at in FRAMES[code]), *fields[: -shape.sums])
            sums = self._by_code[code].setdefault(key, [0] * shape.sums)
            for at, number in enumerate(fields[-shape.sums :]):
                sums[at] += number

    def batches(self) -> list[Batch]:
        """What there is, table by table."""
        return [
            Batch(shape.table, shape.columns, _columns(shape, self._by_code[code]))
            for code, shape in SHAPES.items()
            if self._by_code[code]
        ]


def _with_event(event: str, extras: list[list[Any]]) -> list[list[Any]]:
    """The extras of an event, and what of its goals is of its name (without a key) and of each of its properties."""
    pairs = [["", ""], *(extra[3:5] for extra in extras if extra[:1] == [PROPERTY])]
    goals = [extra for extra in extras if extra[:1] == [GOAL]]
    return [*extras, *([GOAL_EVENT, goal[1], event, *pair, *goal[2:]] for goal in goals for pair in pairs)]


def _columns(shape: Shape, sums: dict[tuple[Any, ...], list[int]]) -> list[Sequence[Any]]:
    data: list[Sequence[Any]] = list(zip(*((*key, *numbers) for key, numbers in sums.items()), strict=True))
    dates = DATES | {"expires", "detail_expires"}
    return [
        list(map(day_date, values)) if name in dates else values
        for name, values in zip(shape.columns, data, strict=True)
    ]
