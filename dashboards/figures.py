"""How figures are written: numbers, shares, durations and changes, in the reader's language. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from dashboards.i18n import _, currency, decimal, percent

Form = Literal["number", "percent", "duration", "rate"]  # a rate is a percentage that may be small
Number = int | float

METRICS: dict[str, Form] = {
    "visitors": "number",
    "visits": "number",
    "pageviews": "number",
    "bounce_rate": "percent",
    "visit_duration": "duration",
}
BESIDE: dict[str, dict[str, Form]] = {  # what a list of all values tells of each beside its first figure
    "page": {"pageviews": "number", "time_on_page": "duration", "scroll_depth": "percent"},
}
LESS_IS_BETTER = frozenset({"bounce_rate"})


def label(metric: str) -> str:
    """The name of a metric."""
    return {
        "visitors": _("Visitors"),
        "visits": _("Visits"),
        "pageviews": _("Page views"),
        "bounce_rate": _("Bounce rate"),
        "visit_duration": _("Visit duration"),
        "time_on_page": _("Time on page"),
        "scroll_depth": _("Scroll depth"),
    }[metric]


def meaning(metric: str) -> str:
    """What a metric counts, in one sentence."""
    return {
        "visitors": _("Browsers that came at least once in the period; each counts once, however often it came."),
        "visits": _("A visit ends after 30 minutes without activity."),
        "pageviews": _("Pages shown, each time they were shown."),
        "bounce_rate": _("Share of visits with a single page and no interaction."),
        "visit_duration": _("Engaged time of an average visit: the page was visible and in use."),
    }[metric]


def written(value: Number | None, form: Form = "number") -> str:
    """A figure as text; a dash where there is nothing to tell. Percent are 0 to 100, durations seconds."""
    if value is None:
        return "–"
    if form == "percent":
        return percent(value / 100)
    if form == "duration":
        return duration(round(value))
    if form == "rate":
        return rate(value)
    return decimal(round(value))


def duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    if minutes:
        return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest)
    return _("%(seconds)s s", seconds=rest)


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved against the period before. `mood` is good, bad or even."""

    arrow: str
    text: str
    mood: Literal["good", "bad", "even"]
    spoken: str


def change(metric: str, value: Number | None, before: Number | None) -> Change | None:
    """The change of a metric; None where there is nothing to compare with."""
    return moved(value, before, METRICS[metric], less_is_better=metric in LESS_IS_BETTER)


def moved(
    value: Number | None, before: Number | None, form: Form = "number", *, digits: int = 0, less_is_better: bool = False
) -> Change | None:
    """How a figure moved: percent in points with so many digits, everything else in percent."""
    if value is None or before is None or (not before and form != "percent"):
        return None
    if form == "percent":
        by = round(round(value, digits) - round(before, digits), digits)
        points = decimal(abs(by), "#,##0.##")
        amount = _("%(points)s pt", points=points) if abs(by) == 1 else _("%(points)s pts", points=points)
    else:
        share = (value - before) / before
        by = round(share * 100)
        amount = percent(min(abs(share), 99.99))
    if not by:
        return Change("", _("no change"), "even", _("unchanged"))
    good = (by < 0) == less_is_better
    spoken = _("up by %(amount)s", amount=amount) if by > 0 else _("down by %(amount)s", amount=amount)
    return Change("↑" if by > 0 else "↓", amount, "good" if good else "bad", spoken)


def rate(value: Number | None) -> str:
    """A rate with a digit after the point where it needs one. Percent are 0 to 100."""
    if value is None:
        return "–"
    return percent(value / 100, "#,##0.#%")


def broken(shown: Iterable[Mapping[str, float]]) -> bool:
    """Whether one of the amounts that are shown together has cents; then all are written with them."""
    return any(amount != round(amount) for by_currency in shown for amount in by_currency.values())


def amounts(by_currency: Mapping[str, float], *, cents: bool) -> tuple[str, ...]:
    """Amounts of money, one for each currency."""
    return tuple(currency(amount, code, cents=cents) for code, amount in sorted(by_currency.items()))


def money(by_currency: Mapping[str, float], *, cents: bool) -> str:
    """Amounts by currency; several stand beside one another, since they cannot be summed."""
    return " + ".join(amounts(by_currency, cents=cents))


def share(value: Number, total: Number) -> str:
    """A part of a whole, as text."""
    if total <= 0 or value <= 0:
        return ""
    part = value / total
    return "<1%" if part < 0.005 else percent(min(part, 1))
