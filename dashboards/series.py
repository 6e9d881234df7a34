"""Metrics over time: the points of the line, of the earlier one beside it, and their drawing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from collector.sites import Site
from dashboards import charts, figures, questions
from dashboards.address import Address
from dashboards.buckets import alike, days_of, dotted, is_part, long_label, short_label, ticks
from dashboards.buckets import name as bucket_name
from dashboards.controls import compared_text
from dashboards.figures import Number
from dashboards.i18n import _, compact
from dashboards.periods import INTERVALS, Interval
from dashboards.periods import Period as Days
from dashboards.query import Period, QueryError, Store, run
from dashboards.query.pairing import paired
from dashboards.shown import Tab

WIDE, SLIM = (1120, 280), (328, 220)
LABELS_WIDE, LABELS_SLIM = 12, 4


class Points(msgspec.Struct, frozen=True):
    """Labels of the buckets (local dates or hours in ISO 8601), the values of every metric at them, and the days that
    they cover, where these are not those of the address."""

    labels: list[str]
    values: dict[str, list[Number | None]]
    days: Period | None = None

    def of(self, metric: str) -> list[Number | None]:
        return self.values.get(metric, [])


class Series(msgspec.Struct, frozen=True):
    this: Points
    before: Points
    interval: Interval

    def spark(self, metric: str) -> str:
        return charts.sparkline(self.this.of(metric))


@dataclass(frozen=True)
class Drawn:
    """The metric of a line, what it is called, and how its values are written: by their form, or as `write` does."""

    metric: str
    name: str
    form: figures.Form = "number"
    write: Callable[[Number | None], str] | None = None

    def text(self, value: Number | None) -> str:
        return self.write(value) if self.write else figures.written(value, self.form)


@dataclass(frozen=True)
class ChartRow:
    """`then` names the week or month that `before` is of; a day or an hour needs no name."""

    label: str
    text: str
    before: str
    then: str


@dataclass(frozen=True)
class Chart:
    """Everything about the line: two drawings (wide, slim), texts, rows of the table, and JSON for the script."""

    title: str
    legend: str
    legend_before: str
    column: str
    note: str
    labels: list[str]
    rows: list[ChartRow]
    wide: charts.Drawing
    slim: charts.Drawing
    dotted: str
    scale_text: Callable[[float], str]
    config: str
    tabs: list[Tab]


def series(address: Address, site: Site, store: Store, now: float) -> Series:
    """All metrics that can be known, bucket by bucket, in the period and in the one before. Raises StoreError."""
    interval = address.interval
    this = points(address, (address.period.first, address.period.last), site, store, now)
    without_future(this, interval, site, now)
    before = points(address, address.before, site, store, now) if address.before else Points([], {})
    return Series(this, before, interval)


def without_future(these: Points, interval: Interval, site: Site, now: float) -> None:
    """What is still to come is not zero but unknown."""
    local = datetime.fromtimestamp(now, ZoneInfo(site.timezone))
    limit = local.strftime("%Y-%m-%d %H:%M:%S") if interval == "hour" else local.date().isoformat()
    for values in these.values.values():
        for index, label in enumerate(these.labels):
            if label > limit:
                values[index] = None


def points(address: Address, days: tuple[date, date], site: Site, store: Store, now: float) -> Points:
    """The buckets of these days, also those in which nothing happened; none where it cannot be known."""
    interval = address.interval
    wanted = questions.metrics(address, hourly=interval == "hour")
    try:
        asked = questions.query(address, wanted, [f"time:{interval}"], days=days, labels=True)
        result = run(asked, store, site, now)
    except QueryError:
        return Points([], {})
    labels: list[str] = result.meta["time_labels"]
    found = {row.dimensions[0]: row.metrics for row in result.rows}
    nothing = tuple(0 if figures.METRICS[metric] == "number" else None for metric in wanted)
    columns = zip(*(_known(found.get(label, nothing), wanted) for label in labels), strict=True)
    return Points(labels, dict(zip(wanted, map(list, columns), strict=True)), result.period)


def _known(values: tuple[Number | None, ...], wanted: list[str]) -> tuple[Number | None, ...]:
    """The rates of a bucket without visits are not zero but unknown."""
    if "visits" not in wanted or values[wanted.index("visits")]:
        return values
    return tuple(
        value if figures.METRICS[name] == "number" else None for name, value in zip(wanted, values, strict=True)
    )


def chart(found: Series, address: Address) -> Chart:
    """The line of the metric that the address chose."""
    metric = questions.shown_metric(address)
    summed = metric == "visitors" and len(found.this.labels) > 1
    note = _("Whoever came on several of these is one visitor in the total, so these add up to more.") if summed else ""
    return line(found, address, Drawn(metric, figures.label(metric), figures.METRICS[metric]), note)


def line(
    found: Series, address: Address, drawn: Drawn, note: str = "", intervals: Sequence[Interval] = INTERVALS
) -> Chart:
    """The line of one metric. `intervals` are those by which it can be drawn."""
    metric, name, form = drawn.metric, drawn.name, drawn.form
    values, labels, interval = found.this.of(metric), found.this.labels, found.interval
    before = _before(found, address, metric)
    then, thens = [value for value, _label, _days in before], [days for _value, _label, days in before]
    texts = [drawn.text(value) for value in values]
    earlier = [drawn.text(value) if label else "" for value, label, _days in before]
    days, running = found.this.days or _days(address.period), address.period.live
    longs = [long_label(label, interval, days, running=running) for label in labels]
    first, last = (is_part(label, interval, days) for label in (labels[0], labels[-1])) if labels else (False, False)
    cut, several = bool(first and values and values[0] is not None), days.days > 1
    shorts = [short_label(label, interval, several) for label in labels]
    places = [ticks(labels, interval, most) for most in (LABELS_WIDE, LABELS_SLIM)]
    scale = charts.scale_for([value for value in (*values, *then) if value is not None], form)
    config = {
        "values": values, "before": then, "texts": texts, "beforeTexts": earlier, "labels": shorts, "ticks": places,
        "running": running or last, "cut": cut, "days": longs, "beforeDays": [label for _value, label, _days in before],
        "form": form, "scale": scale, "scaleTexts": [scale_text(form)(value) for value in scale],
    }  # fmt: skip
    pictures = [
        charts.drawing(values, then, size, across, form, running=running or last, cut=cut)
        for size, across in zip((WIDE, SLIM), places, strict=True)
    ]
    empty = [""] * (len(labels) - len(earlier))
    return Chart(
        title=_("%(metric)s over time", metric=name),
        legend=name,
        legend_before=compared_text(address) if found.before.values else "",
        column=bucket_name(interval),
        note=" ".join(filter(None, (note, _unequal(before, interval)))),
        labels=shorts,
        rows=[ChartRow(*row) for row in zip(longs, texts, [*earlier, *empty], [*thens, *empty], strict=True)]
        if texts
        else [],
        wide=pictures[0],
        slim=pictures[1],
        dotted=dotted(interval, first=cut, last=last, running=running),
        scale_text=scale_text(form),
        config=msgspec.json.encode(config).decode(),
        tabs=interval_tabs(address, interval, intervals),
    )


def interval_tabs(address: Address, chosen: Interval, intervals: Sequence[Interval] = INTERVALS) -> list[Tab]:
    """The choice of how far apart the points are; none where there is only one way."""
    offered = [each for each in address.period.intervals if each in intervals]
    tabs = [Tab(bucket_name(each), address.drawn(each).url(), each == chosen) for each in offered]
    return tabs if len(tabs) > 1 else []


def _days(period: Days) -> Period:
    return Period(period.first, period.last)


def _before(found: Series, address: Address, metric: str) -> list[tuple[Number | None, str, str]]:
    """For each point of the line the value, the name and, of a week or month, the days of the point that it is compared
    with; empty where nothing was counted then: a line at zero would only be in the way. A part of a week or month has
    only a part of as many days to be compared with."""
    values, those = found.before.of(metric), found.before.labels
    if address.before is None or not any(values):
        return []
    now, then = _days(address.period), Period(*address.before)
    shown, shown_then = found.this.days or now, found.before.days or then
    named = {
        label: (
            value,
            long_label(label, found.interval, shown_then),
            days_of(label, found.interval, shown_then) if found.interval in ("week", "month") else "",
        )
        for label, value in zip(those, values, strict=True)
    }
    met = paired(f"time:{found.interval}", found.this.labels, those, now, then)
    return [
        named[other] if other and alike(label, shown, other, shown_then, found.interval) else (None, "", "")
        for label, other in zip(found.this.labels, met, strict=True)
    ]


def _unequal(before: Sequence[tuple[Number | None, str, str]], interval: Interval) -> str:
    """What to know of weeks or months that are compared with nothing, though there is something."""
    missing = interval in ("week", "month") and any(not label for _value, label, _days in before)
    return _("A part of a week or month is compared only with as many days.") if missing else ""


def scale_text(form: figures.Form) -> Callable[[float], str]:
    """How a value is written beside its line: short."""

    def text(value: float) -> str:
        if form == "duration":
            minutes, seconds = divmod(round(value), 60)
            return f"{minutes}:{seconds:02}"
        if form == "number" and value >= 10_000:
            return compact(value)
        return figures.written(value, form)

    return text
