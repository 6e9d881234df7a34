"""What a page may report, and within which bounds: the shape of a beacon's body."""

from typing import Annotated, Any

import msgspec

Short = Annotated[str, msgspec.Meta(max_length=64)]
Value = str | int | float | bool | None
Measured = Annotated[float, msgspec.Meta(ge=0, le=86_400_000)] | None
Token = Any  # whatever the page has kept: what is none is as good as none, not a reason to refuse all else


class Revenue(msgspec.Struct):
    """What an event earned, in units of the currency, by its ISO 4217 code; below zero when it was given back."""

    amount: Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{3}$")]


class Vitals(msgspec.Struct):
    """How fast a page was, in milliseconds; `cls`, the layout shift, is a score."""

    lcp: Measured = None
    inp: Measured = None
    cls: Measured = None
    fcp: Measured = None
    ttfb: Measured = None


class Payload(msgspec.Struct):
    """The body of a beacon. `seconds` is engaged time since the last report, `depth` a scroll depth in percent: over
    100 where a page can be pulled beyond its end. `vitals` come with a leave, or alone."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    url: Annotated[str, msgspec.Meta(min_length=1, max_length=8192)]
    kind: Short = "pageview"
    referrer: Annotated[str, msgspec.Meta(max_length=8192)] = ""
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    props: Annotated[dict[Short, Value], msgspec.Meta(max_length=30)] | None = None
    revenue: Revenue | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0
    depth: Annotated[float, msgspec.Meta(ge=0)] | None = None
    width: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | None = None
    language: Short = ""
    audience: Short = ""
    connection: Short = ""
    topic: Short = ""
    vitals: Vitals | None = None
    consent: Token = None
    visit: Token = None
