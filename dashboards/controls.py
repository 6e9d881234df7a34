"""What stands above a report: the choice of days, what they are compared with, and the filters."""

from datetime import date

from dashboards import names, periods
from dashboards.address import CONDITIONS, FILTERS, OPPOSITE, UNKNOWN, Address, split
from dashboards.comparing import Compare
from dashboards.i18n import _, date_text


def controls(address: Address) -> dict[str, object]:
    """Links of the period picker, the steps to earlier and later, the days in words, comparison and filters."""
    shown = address.period
    earlier, later = shown.stepped(-1), shown.stepped(1)
    choices = [
        {
            "label": label,
            "short": short,
            "url": address.over(periods.named(name, shown.today, shown.today)).url(),
            "current": shown.name == name and (shown.live or name != "day"),
        }
        for name, label, short in (
            ("day", _("Today"), _("Today")),
            ("7d", _("7 days"), _("7 d")),
            ("28d", _("28 days"), _("28 d")),
            ("90d", _("90 days"), _("90 d")),
            ("month", _("Month"), _("Month")),
            ("year", _("Year"), _("Year")),
        )
    ]
    return {
        "choices": choices,
        "earlier": address.over(earlier).url() if earlier else "",
        "later": address.over(later).url() if later else "",
        "days_text": days_text(shown.first, shown.last),
        "comparisons": comparisons(address),
        "compared_text": compared_text(address),
        "chips": chips(address),
        "matches": matches(address),
        "filter_names": [(name, names.filter_name(name)) for name in FILTERS],
        "filter_conditions": [(how, names.condition(how)) for how in CONDITIONS],
    }


def comparisons(address: Address) -> list[dict[str, object]]:
    """The days one can compare with, by a click."""
    now = address.compare
    made = [
        (_("Period before"), Compare("before", weekdays=now.weekdays), now.mode == "before"),
        (_("Same period last year"), Compare("year", weekdays=now.weekdays), now.mode == "year"),
        (_("No comparison"), Compare("none"), now.mode == "none"),
    ]
    links: list[dict[str, object]] = [
        {"label": label, "url": address.against(compare).url(), "current": current} for label, compare, current in made
    ]
    if now.mode in ("before", "year"):
        turned = Compare(now.mode, weekdays=not now.weekdays)
        label = _("Same weekdays") if not now.weekdays else _("Same dates, not weekdays")
        links.append({"label": label, "url": address.against(turned).url(), "current": False, "apart": True})
    return links


def compared_text(address: Address) -> str:
    """What a figure is compared with, in words."""
    compare = address.compare
    if compare.mode == "custom" and address.before:
        return days_text(*address.before)
    if compare.mode == "year":
        return _("Last year")
    return _("Not compared") if compare.mode == "none" else _("Period before")


def matches(address: Address) -> list[dict[str, object]]:
    """The choice whether all filters must hold or any is enough; none where that is the same."""
    if address.conditions < 2:
        return []
    return [
        {"label": label, "url": address.matching(any_of=any_of).url(), "current": address.any == any_of}
        for label, any_of in ((_("All must hold"), False), (_("Any is enough"), True))
    ]


def chips(address: Address) -> list[dict[str, str]]:
    """The filters of an address, each with the address without it and the one with its opposite."""
    made = []
    for name, value in address.filters:
        dimension, how = split(name)
        exact = how in ("", "not")
        shown = names.value(dimension, "" if value == UNKNOWN else value) if exact else value
        made.append({
            "label": names.filter_name(dimension), "condition": names.condition(how), "value": shown,
            "opposite": names.condition(OPPOSITE[how]), "inverted": address.inverted(name, value).url(),
            "url": address.without(name, value).url(),
        })  # fmt: skip
    return made


def days_text(first: date, last: date) -> str:
    """Days in words, no longer than needed."""
    if first == last:
        return date_text(first, "EEE d MMM y")
    if first.year != last.year:
        return f"{date_text(first, 'd MMM y')} – {date_text(last, 'd MMM y')}"
    begin = date_text(first, "d" if first.month == last.month else "d MMM")
    return f"{begin} – {date_text(last, 'd MMM y')}"
