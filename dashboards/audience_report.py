"""The report of the audience: customers and others, languages, screens, connections, and topics of content."""

from functools import cached_property

from dashboards import figures
from dashboards.i18n import _
from dashboards.query import SMALLEST_AUDIENCE, QueryError, topics
from dashboards.reports import Report
from dashboards.shown import Line, Panel


class AudienceReport(Report):
    """Panels as on the overview, each row with its change, and the topics that visitors read who consented to
    marketing."""

    row_changes = True

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
            "topics", _("Topics"), _("Topics"), _("Topic"), figures.label("visitors"), [], rows, "", note, problem,
            compared=any(row.before for row in rows),
        )  # fmt: skip

    def _topics(self) -> list[Line]:
        found = topics(self.source, self.days)
        earlier = self._topics_before()
        total, longest = sum(each.visitors for each in found), max((each.visitors for each in found), default=0)
        return [
            Line(
                label=each.topic or _("Other topics"),
                text=figures.written(each.visitors),
                share=figures.share(each.visitors, total),
                bar=round(100 * each.visitors / longest) if longest else 0,
                url="",
                before=figures.written(earlier.get(each.topic)) if earlier else "",
                change=figures.moved(each.visitors, earlier.get(each.topic)),
            )
            for each in found
        ]

    def _topics_before(self) -> dict[str, int]:
        """Visitors by topic in the days to compare with; none where these are no longer kept."""
        if self.days_before is None:
            return {}
        try:
            return {each.topic: each.visitors for each in topics(self.source, self.days_before)}
        except QueryError:
            return {}
