"""What stands above a report: the choice of days and the filters."""

from dashboards import periods
from dashboards.address import Address
from dashboards.i18n import _, date_text
from dashboards.reports import chips


def controls(address: Address) -> dict[str, object]:
    """Links of the period picker, the steps to earlier and later, the days in words, and the filters."""
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
        "days_text": days_text(shown),
        "chips": chips(address),
    }


def days_text(period: periods.Period) -> str:
    """The days in words, no longer than needed."""
    first, last = period.first, period.last
    if first == last:
        return date_text(first, "EEEE d MMMM y")
    if first.year != last.year:
        return f"{date_text(first, 'd MMM y')} – {date_text(last, 'd MMM y')}"
    begin = date_text(first, "d" if first.month == last.month else "d MMM")
    return f"{begin} – {date_text(last, 'd MMM y')}"
