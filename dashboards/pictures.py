"""Geometry of the pictures of reports: steps of a funnel, paths, bars over time. Pure; units of view boxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboards.query import Flow, FlowNode

COLUMN, BAR, TALL = 100, 40, 100  # of a funnel: a step's share of the width, its bar's, and the full height
BOX, GAP, HEIGHT = 208.0, 96.0, 420.0  # of paths: a page, the space between two, and all that came
LEAST = 7.0  # units of height under which nothing is drawn
READABLE = 17.0  # units of height from which a text fits


@dataclass(frozen=True, slots=True)
class Steps:
    """Bars by (x, y, height) and the bands between them as points of polygons."""

    width: int
    bars: list[tuple[int, float, float]]
    bands: list[str]


def steps(shares: Sequence[float]) -> Steps:
    """A funnel; `shares` are percent of those who entered."""
    heights = [min(max(share, 0.0), 100.0) for share in shares]
    bars = [(index * COLUMN, round(TALL - height, 2), round(height, 2)) for index, height in enumerate(heights)]
    bands = [
        f"{left + BAR},{top} {left + COLUMN},{below} {left + COLUMN},{TALL} {left + BAR},{TALL}"
        for (left, top, _h), (_x, below, _height) in pairwise(bars)
    ]
    return Steps(len(bars) * COLUMN, bars, bands)


@dataclass(frozen=True, slots=True)
class Box:
    """A page on a way. `page` is empty for the rest, `band` is the x where the way to the page before begins."""

    x: float
    y: float
    height: float
    page: str
    flows: int
    share: float
    band: float | None
    readable: bool


@dataclass(frozen=True, slots=True)
class Paths:
    width: float
    height: float
    boxes: list[Box]


def paths(flow: Flow, depth: int) -> Paths:
    """Pages in columns, as high as they are frequent, each beside the page it follows (or leads to, backward). Those
    too thin for a text lie together."""
    width = BOX + depth * (BOX + GAP)
    forward = flow.direction == "forward"

    def left(column: int) -> float:
        return column * (BOX + GAP) if forward else width - BOX - column * (BOX + GAP)

    boxes = [Box(left(0), 0, HEIGHT, flow.page, flow.flows, 100, None, True)]

    def place(nodes: Sequence[FlowNode], column: int, top: float, unit: float) -> None:
        """`unit` is the height of one step."""
        for node in gathered(nodes, READABLE / unit if unit else 0):
            height = node.flows * unit
            if height >= LEAST:
                band = left(column) - GAP if forward else left(column) + BOX
                made = (round(top + 1, 1), round(height - 2, 1))
                boxes.append(
                    Box(left(column), *made, node.page, node.flows, node.share, band, height >= READABLE)
                )  # fmt: skip
                place(node.nodes, column + 1, top, unit)
            top += height

    place(flow.nodes, 1, 0, HEIGHT / flow.flows if flow.flows else 0)
    return Paths(width, HEIGHT, boxes)


def gathered(nodes: Sequence[FlowNode], least: float) -> list[FlowNode]:
    """The pages with so many flows, and the others as one, with the rest; a single one that is left stays itself."""
    large = [node for node in nodes if node.page and node.flows >= least]
    others = [node for node in nodes if not (node.page and node.flows >= least)]
    if len(others) < 2:
        return list(nodes)
    rest = FlowNode("", sum(node.flows for node in others), sum(node.share for node in others))
    return [*large, rest]


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar of two parts: x and width, then y and height of the lower and of the upper part."""

    x: float
    width: float
    lower: tuple[float, float]
    upper: tuple[float, float]


def stacks(lower: Sequence[float], upper: Sequence[float], size: tuple[int, int]) -> list[Stack]:
    """Bars side by side over the whole width; the highest sum takes the whole height."""
    width, height = size
    highest = max((low + up for low, up in zip(lower, upper, strict=True)), default=0) or 1
    slot = width / max(len(lower), 1)
    bar = min(slot * 0.78, 56)
    made = []
    for index, (low, up) in enumerate(zip(lower, upper, strict=True)):
        low_high, up_high = (round(value / highest * height, 2) for value in (low, up))
        x = round(index * slot + (slot - bar) / 2, 2)
        lower_part = (round(height - low_high, 2), low_high)
        upper_part = (round(height - low_high - up_high, 2), up_high)
        made.append(Stack(x, round(bar, 2), lower_part, upper_part))
    return made
