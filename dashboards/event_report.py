"""The events of a site and what they carried: below its goals."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from dashboards import figures
from dashboards.asked import Asked
from dashboards.goal_tables import ALL_ROWS, Line, Table, foot, most
from dashboards.i18n import _
from dashboards.query import QueryError
from dashboards.query.store import fetch
from dashboards.shown import Tab

EVENT_KEYS = (Path(__file__).parent / "queries" / "event_keys.sql").read_text("utf-8")
EVENT_ROWS = 50


class EventReport(Asked):
    """The event that the address chose, or the most frequent one, with one of its properties."""

    @cached_property
    def event(self) -> str:
        """The event whose properties are shown: the chosen one, or the most frequent one."""
        chosen = self.address.picks.get("event", "")
        try:
            return chosen or next((name for name, *_rest in self._events), "")
        except QueryError:
            return ""

    @cached_property
    def _events(self) -> list[tuple[str, int, int | None]]:
        """Name, number and, where they are known, visitors of events. Raises QueryError."""
        metrics = ["events"] if self.paged else ["events", "visitors"]
        found = self.rows(metrics, ["event:name"], limit=ALL_ROWS + 2)  # with the page views, which are left out
        return [
            (row.dimensions[0], row.metrics[0], None if self.paged else row.metrics[1])
            for row in found
            if row.dimensions[0] != "pageview"
        ]

    @cached_property
    def events(self) -> Table:
        """The events of the site; each leads to its properties."""
        problem, found = "", list[tuple[str, int, int | None]]()
        try:
            found = self._events
        except QueryError as error:
            problem = self.told(error)
        below, found = foot(self.address, "events", EVENT_ROWS, len(found)), found[: self._most("events")]
        longest = max((number for _name, number, _visitors in found), default=0)
        earned = self._earned(["event:name"]) if found else {}
        rows = [
            Line(
                name, figures.written(number), figures.written(visitors), round(100 * number / longest),
                self.address.picking(event=name, property="").url() + "#properties", earned.get(name, ()),
            )
            for name, number, visitors in found
        ]  # fmt: skip
        summed = _("Visitors of an event are exact for a day, and summed over the days.")
        said = [below.note, summed if rows and self.address.period.days > 1 else ""]
        return Table(
            "events", _("Events"), _("Event"), _("Times"), _("Visitors"), [], rows, problem,
            " ".join(filter(None, said)), _("Revenue") if any(row.amounts for row in rows) else "", below.rest,
        )  # fmt: skip

    def _most(self, part: str) -> int:
        return most(self.address, part, EVENT_ROWS)

    def _earned(self, by: list[str], filters: Sequence[list[object]] = ()) -> dict[str, tuple[str, ...]]:
        """What was earned by a dimension, in each currency; nothing where that is not known."""
        try:
            found = self.rows(["revenue"], by, limit=ALL_ROWS + 2, filters=filters)
        except QueryError:
            return {}
        amounts = {row.dimensions[0]: row.metrics[0] for row in found if row.metrics[0]}
        cents = figures.broken(amounts.values())
        return {value: figures.amounts(each, cents=cents) for value, each in amounts.items()}

    @cached_property
    def properties(self) -> Table | None:
        """The properties of the event, one at a time; None for an event that carried none."""
        keys = self.keys_of(self.event)
        if not keys:
            return None
        chosen = self.address.picks.get("property", "")
        key = chosen if chosen in keys else keys[0]
        tabs = [
            Tab(each, self.address.picking(event=self.event, property=each).url() + "#properties", each == key)
            for each in keys
        ]
        problem, rows = "", list[Line]()
        try:
            rows = self._values(key)
        except QueryError as error:
            problem = self.told(error)
        below, rows = foot(self.address, "properties", EVENT_ROWS, len(rows)), rows[: self._most("properties")]
        third = _("Revenue") if any(row.amounts for row in rows) else ""
        heads = (key, _("Times"), _("Share"))
        return Table("properties", self.event, *heads, tabs, rows, problem, below.note, third, below.rest)

    def keys_of(self, event: str) -> list[str]:
        """The names of the properties that an event carried, the most frequent first."""
        try:
            days = self.kept_days
        except QueryError:
            return []
        params: Mapping[str, object] = {
            "site": self.site.domain, "first": days.first, "last": days.last, "name": event,
        }  # fmt: skip
        return [str(key) for key, _events in fetch(self.store, EVENT_KEYS, params)] if event else []

    def _values(self, key: str) -> list[Line]:
        only: list[object] = ["is", "event:name", [self.event]]
        found = [
            (row.dimensions[0], row.metrics[0])
            for row in self.rows(["events"], [f"event:props:{key}"], limit=ALL_ROWS + 1, filters=[only])
            if row.metrics[0] > 0
        ]
        earned = self._earned([f"event:props:{key}"], [only]) if found else {}
        longest, total = max((number for _value, number in found), default=0), sum(number for _value, number in found)
        return [
            Line(
                value or _("Empty"),
                figures.written(number),
                figures.share(number, total),
                round(100 * number / longest),
                "",
                earned.get(value, ()),
            )
            for value, number in found
        ]
