"""The report of paths: where visits went from a page or came to it from, three steps deep."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from dashboards import figures, pictures
from dashboards.asked import Asked
from dashboards.i18n import _
from dashboards.query import Flow, FlowNode, QueryError, flow_pages, flows
from dashboards.query.flows import Direction
from dashboards.shown import Tab

DEPTH, WIDTH = 3, 5
LETTERS = 20  # that fit beside the number in a box


class Way(msgspec.Struct, frozen=True):
    """A page in the list of ways, with those that follow it. `ends` says how many went no further, in words."""

    label: str
    text: str
    share: str
    bar: float
    url: str
    ends: str
    ways: list["Way"]


class Shown(msgspec.Struct, frozen=True):
    """A page in the picture."""

    box: pictures.Box
    label: str
    text: str
    title: str
    url: str


@dataclass
class PathReport(Asked):
    """The page is the one the address chose, or the one that most visits went on from."""

    @cached_property
    def problem(self) -> str:
        """Why paths cannot be told."""
        if self.address.filters:
            return _("Paths are counted for all visits together; remove the filters to see them.")
        try:
            _flow = self.flow
        except QueryError as error:
            return self.told(error)
        return ""

    @cached_property
    def pages(self) -> list[str]:
        """The pages one can choose, most frequent first."""
        found = [page for page, _flows in flow_pages(self.source, self.days)]
        chosen = self.address.picks.get("of", "")
        return found if not chosen or chosen in found else [chosen, *found]

    @cached_property
    def page(self) -> str:
        return self.address.picks.get("of") or (self.pages[0] if self.pages else "")

    @cached_property
    def direction(self) -> Direction:
        return "backward" if self.address.picks.get("way") == "back" else "forward"

    @cached_property
    def tabs(self) -> list[Tab]:
        return [
            Tab(_("Where they went"), self.address.picking(way="").url(), self.direction == "forward"),
            Tab(_("Where they came from"), self.address.picking(way="back").url(), self.direction == "backward"),
        ]

    @cached_property
    def flow(self) -> Flow | None:
        """The ways; None where no visit went from one page to another."""
        if not self.page:
            return None
        return flows(self.source, self.days, self.page, self.direction, depth=DEPTH, limit=WIDTH)

    @cached_property
    def reached(self) -> str:
        return figures.written(self.flow.flows if self.flow else 0)

    @cached_property
    def ended(self) -> str:
        """How many visits ended (or began) on the page, in words."""
        return self._ends(self.flow.ends, self.flow.flows) if self.flow else ""

    @cached_property
    def picture(self) -> pictures.Paths | None:
        return pictures.paths(self.flow, DEPTH) if self.flow and self.flow.flows else None

    @cached_property
    def boxes(self) -> list[Shown]:
        """What is written into the picture."""
        return [
            Shown(
                box=box,
                label=shortened(box.page or _("Other pages")),
                text=figures.written(box.flows),
                title=f"{box.page or _('Other pages')}: {figures.written(box.flows)} ({figures.rate(box.share)})",
                url=self.address.picking(of=box.page).url() if box.page else "",
            )
            for box in (self.picture.boxes if self.picture else ())
        ]

    @cached_property
    def ways(self) -> list[Way]:
        return self._ways(self.flow.nodes) if self.flow else []

    def _ways(self, nodes: Sequence[FlowNode]) -> list[Way]:
        return [
            Way(
                label=node.page or _("Other pages"),
                text=figures.written(node.flows),
                share=figures.rate(node.share),
                bar=node.share,
                url=self.address.picking(of=node.page).url() if node.page else "",
                ends=self._ends(node.ends, node.flows) if node.ends else "",
                ways=self._ways(node.nodes),
            )
            for node in nodes
        ]

    def _ends(self, ends: int, of: int) -> str:
        number, share = figures.written(ends), figures.share(ends, of) or "0%"
        if self.direction == "forward":
            return _("%(number)s (%(share)s) went no further", number=number, share=share)
        return _("%(number)s (%(share)s) came here first", number=number, share=share)


def shortened(page: str) -> str:
    """A page as it fits into a box: its end says more than its middle."""
    if len(page) <= LETTERS:
        return page
    return f"{page[: LETTERS // 2]}…{page[-(LETTERS - LETTERS // 2 - 1) :]}"
