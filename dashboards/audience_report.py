"""The report of the audience: customers and others, languages, screens, connections, and topics of content."""

from functools import cached_property

from dashboards import figures
from dashboards.i18n import _
from dashboards.query import SMALLEST_AUDIENCE, QueryError, topics
from dashboards.reports import Report
from dashboards.shown import Line, Panel


class AudienceReport(Report):
    """Panels as on the overview, and the topics that visitors read who consented to marketing."""

    @property
    def panels(self) -> tuple[str, ...]:
        return ("audiences", "languages", "screens", "connections")

    @cached_property
    def topics(self) -> Panel:
        """The topics; small ones are folded for everybody, owners included."""
        problem, rows = "", list[Line]()
        try:
            rows = self._topics()
        except QueryError as error:
            problem = str(error)
        if self.address.filters:
            problem, rows = _("Topics are counted for all visitors together; remove the filters to see them."), []
        note = _(
            "Only visitors who agreed to marketing, of days that are over, and only where a topic had at least "
            "%(least)s on a day. Visitors are exact for a day, and summed over the days.",
            least=SMALLEST_AUDIENCE,
        )
        return Panel(
            "topics", _("Topics"), _("Topics"), _("Topic"), figures.label("visitors"), [], rows, "", note, problem
        )  # fmt: skip

    def _topics(self) -> list[Line]:
        found = topics(self.source, self.days)
        total, longest = sum(each.visitors for each in found), max((each.visitors for each in found), default=0)
        return [
            Line(
                label=each.topic or _("Other topics"),
                text=figures.written(each.visitors),
                share=figures.share(each.visitors, total),
                bar=round(100 * each.visitors / longest) if longest else 0,
                url="",
            )
            for each in found
        ]
