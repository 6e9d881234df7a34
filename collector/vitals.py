"""Web vitals as classes of values, each a tenth wider than the one before, so that counts alone tell quantiles.

Values are milliseconds; cls, the layout shift, is a score and is counted in thousandths. A class is told by a bucket
from 0 to 150; its value is within five percent of every value in it, from 1 ms to 24 minutes.
"""

from math import log

METRICS = ("lcp", "inp", "cls", "fcp", "ttfb")
BASE = 1.1
LAST = 150
SCORE, THOUSANDTHS = "cls", 1000


def bucket_of(metric: str, value: float) -> int:
    """The class of a measured value."""
    scaled = value * THOUSANDTHS if metric == SCORE else value
    if scaled <= 0:
        return 0
    return min(max(round(log(scaled, BASE)) + 1, 1), LAST)


def value_of(metric: str, bucket: int) -> float:
    """The value that a class stands for."""
    if bucket <= 0:
        return 0.0
    value = BASE ** (bucket - 1)
    return value / THOUSANDTHS if metric == SCORE else value
