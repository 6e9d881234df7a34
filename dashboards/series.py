"""Metrics over time: the points of the line, of the earlier one beside it, and their drawing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from collector.sites import Site
from dashboards import charts, figures, questions
from dashboards.address import Address
from dashboards.controls import compared_text
from dashboards.figures import Number
from dashboards.i18n import _, compact, date_text
from dashboards.query import QueryError, Store, run

WIDE, SLIM = (1120, 280), (328, 220)
LABELS_WIDE, LABELS_SLIM = 12, 4


class Points(msgspec.Struct, frozen=True):
    """Labels of the buckets (local dates or hours in ISO 8601) and the values of every metric at them."""

    labels: list[str]
    values: dict[str, list[Number | None]]

    def of(self, metric: str) -> list[Number | None]:
        return self.values.get(metric, [])


class Series(msgspec.Struct, frozen=True):
    this: Points
    before: Points
    interval: str

    def spark(self, metric: str) -> str:
        return charts.sparkline(self.this.of(metric))


@dataclass(frozen=True)
class ChartRow:
    label: str
    text: str
    before: str


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
    running: str
    scale_text: Callable[[float], str]
    config: str


def series(address: Address, site: Site, store: Store, now: float) -> Series:
    """All metrics that can be known, bucket by bucket, in the period and in the one before. Raises StoreError."""
    interval = address.period.interval
    this = points(address, (address.period.first, address.period.last), site, store, now)
    without_future(this, interval, site, now)
    before = points(address, address.before, site, store, now) if address.before else Points([], {})
    return Series(this, before, interval)


def without_future(these: Points, interval: str, site: Site, now: float) -> None:
    """What is still to come is not zero but unknown."""
    local = datetime.fromtimestamp(now, ZoneInfo(site.timezone))
    limit = local.strftime("%Y-%m-%d %H:%M:%S") if interval == "hour" else local.date().isoformat()
    for values in these.values.values():
        for index, label in enumerate(these.labels):
            if label > limit:
                values[index] = None


def points(address: Address, days: tuple[date, date], site: Site, store: Store, now: float) -> Points:
    """The buckets of these days, also those in which nothing happened; none where it cannot be known."""
    interval = address.period.interval
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
    return Points(labels, dict(zip(wanted, map(list, columns), strict=True)))


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
    return line(found, address, metric, figures.label(metric), figures.METRICS[metric], note)


def line(found: Series, address: Address, metric: str, name: str, form: figures.Form, note: str = "") -> Chart:
    """The line of one metric."""
    running = address.period.live
    this, before = found.this.of(metric), found.before.of(metric)
    if not any(before):  # nothing was counted then: a line at zero would only be in the way
        before = []
    labels = found.this.labels
    texts = [figures.written(value, form) for value in this]
    earlier = [figures.written(value, form) for value in before[: len(labels)]]
    earlier += [""] * (len(labels) - len(earlier))
    longs = [long_label(label, found.interval) for label in labels]
    longs_before = [long_label(label, found.interval) for label in found.before.labels[: len(labels)] if before]
    shorts = [short_label(label, found.interval) for label in labels]
    config = {
        "values": this, "before": before[: len(labels)], "texts": texts, "beforeTexts": earlier,
        "labels": shorts, "running": running, "days": longs, "beforeDays": longs_before, "form": form,
        "scale": charts.scale_for([value for value in (*this, *before) if value is not None], form),
    }  # fmt: skip
    config["scaleTexts"] = [scale_text(form)(value) for value in config["scale"]]  # type: ignore[attr-defined]
    return Chart(
        title=_("%(metric)s over time", metric=name),
        legend=name,
        legend_before=compared_text(address) if found.before.values else "",
        column={"hour": _("Hour"), "day": _("Day")}.get(found.interval) or _("Month"),
        note=note,
        labels=shorts,
        rows=[ChartRow(*row) for row in zip(longs, texts, earlier, strict=True)] if texts else [],
        wide=charts.drawing(this, before, WIDE, LABELS_WIDE, form, running=running),
        slim=charts.drawing(this, before, SLIM, LABELS_SLIM, form, running=running),
        running=_running(found.interval) if running else "",
        scale_text=scale_text(form),
        config=msgspec.json.encode(config).decode(),
    )


def _running(interval: str) -> str:
    """What to know about the last point, which is not complete yet."""
    return {"hour": _("dotted: this hour so far"), "day": _("dotted: today so far")}.get(interval) or _(
        "dotted: this month so far"
    )


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


def moment(label: str) -> datetime:
    """The local time in a label; the offset that tells two equal hours apart is left out."""
    return datetime.fromisoformat(label[:19])


def short_label(label: str, interval: str) -> str:
    at = moment(label)
    if interval == "hour":
        return date_text(at, "HH:mm")
    return date_text(at, "MMM" if interval == "month" else "d MMM")


def long_label(label: str, interval: str) -> str:
    at = moment(label)
    if interval == "hour":
        return date_text(at, "EEE d MMM, HH:mm")
    return date_text(at, "MMMM y" if interval == "month" else "EEE d MMM y")
