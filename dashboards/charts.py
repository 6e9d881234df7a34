"""Geometry of the drawings that the server makes itself (SVG), in units of their view box. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Value = float | int | None
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis: x or y in view-box units, and what stands there (an index or a value)."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A line drawing: path data for SVG, and where its axes carry labels."""

    width: int
    height: int
    left: int
    bottom: float
    line: str
    open: str
    area: str
    before: str
    across: list[Tick]
    up: list[Tick]
    last: tuple[float, float] | None


def drawing(
    values: Sequence[Value], before: Sequence[Value], size: tuple[int, int], across: Sequence[int], step: str, *,
    running: bool, cut: bool = False,
) -> Drawing:  # fmt: skip
    """A line and the dashed one of the earlier period. `across` are the places that get a label; None values are gaps.

    `running`: the last value still grows, or is a part; `cut`: the first is. Ways to these are drawn apart (`open`).
    """
    width, height = size
    left, top, right, bottom = 48 if width > 600 else 36, 12, 12, height - 28
    scale = scale_for([value for value in (*values, *before) if value is not None], step)
    highest = scale[-1]
    gap = (width - left - right) / max(len(values) - 1, 1)
    points = _points(values, (left, bottom), gap, (bottom - top) / highest)
    earlier = _points(before, (left, bottom), gap, (bottom - top) / highest)
    present = [point for point in points if point is not None]
    apart = ([present[:2]] if cut else []) + ([present[-2:]] if running and (not cut or len(present) > 2) else [])
    return Drawing(
        width, height, left, bottom,
        line=path(present[int(cut) : len(present) - int(running)]),
        open="".join(map(path, apart)),
        area=area(points, bottom),
        before=path(earlier[: len(values)]),
        across=[Tick(round(left + index * gap, 1), index) for index in across],
        up=[Tick(round(bottom - (bottom - top) * value / highest, 1), value) for value in scale],
        last=present[-1] if present else None,
    )  # fmt: skip


def sparkline(values: Sequence[Value], size: tuple[int, int] = (120, 32)) -> str:
    """Path data of a line without axes; empty when there is nothing to draw."""
    width, height = size
    known = [value for value in values if value is not None]
    if len(values) < 2 or not known or max(known) <= 0:
        return ""
    gap = width / (len(values) - 1)
    return path(_points(values, (0, height - 2), gap, (height - 4) / max(known)))


def scale_for(values: Sequence[float | int], step: str) -> list[float]:
    """Round values from zero to just above the highest; `step` is number, percent or duration (seconds)."""
    highest = max(values, default=0)
    if step == "percent":
        return [0, 25, 50, 75, 100]
    steps = (15, 30, 60, 120, 300, 600, 900, 1800, 3600) if step == "duration" else ()
    chosen = next((each for each in steps if each * 4 >= highest), 0) or round_step(highest / 4)
    return [chosen * index for index in range(max(math.ceil(highest / chosen), 2) + 1)]


def round_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is no less, and at least 1."""
    if rough <= 1:
        return 1
    power = 10 ** math.floor(math.log10(rough))
    factors = (1, 2, 2.5, 5, 10) if power > 1 else (1, 2, 5, 10)
    return float(next(factor * power for factor in factors if factor * power >= rough))


def spread(count: int, most: int) -> list[int]:
    """Evenly spread places out of `count`, at most `most` of them, the first one among them."""
    if count < 1:
        return []
    return list(range(0, count, max(math.ceil(count / most), 1)))


def path(points: Sequence[Point | None]) -> str:
    """SVG path data through the points there are; what is unknown in between is passed over."""
    return "".join(f"{'L' if index else 'M'}{x:g} {y:g}" for index, (x, y) in enumerate(filter(None, points)))


def area(points: Sequence[Point | None], bottom: float) -> str:
    """The surface under a line."""
    known = [point for point in points if point is not None]
    if len(known) < 2:
        return ""
    return f"{path(known)}L{known[-1][0]:g} {bottom:g}L{known[0][0]:g} {bottom:g}Z"


def _points(values: Sequence[Value], origin: tuple[float, float], gap: float, rise: float) -> list[Point | None]:
    """One point a value: `gap` units apart and `rise` units high for each one of the value."""
    left, bottom = origin
    return [
        None if value is None else (round(left + index * gap, 1), round(bottom - value * rise, 1))
        for index, value in enumerate(values)
    ]
