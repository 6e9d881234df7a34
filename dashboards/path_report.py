"""The report of paths: where visits went from a page or came to it from, three steps deep."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

from dashboards import figures, pictures
from dashboards.asked import Asked
from dashboards.figures import Change
from dashboards.i18n import _
from dashboards.query import Flow, FlowNode, Period, QueryError, flow_pages, flows
from dashboards.query.flows import Direction
from dashboards.shown import Figure, Tab

DEPTH, WIDTH = 3, 5
WIDTH_BEFORE = 30  # pages after each that are looked for in the days to compare with
LETTERS = 20  # that fit beside the number in a box


class Way(msgspec.Struct, frozen=True):
    """A page in the list of ways, with those that follow it. `ends` says how many went no further, in words; `before`
    is how many went this way in the days to compare with."""

    label: str
    text: str
    share: str
    bar: float
    url: str
    ends: str
    ways: list["Way"]
    before: str = ""
    change: Change | None = None


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
        try:
            _flow = self.flow
        except QueryError as error:
            return self.told(error)
        return ""

    @cached_property
    def pages(self) -> list[str]:
        """The pages one can choose, most frequent first."""
        found = [page for page, _flows in flow_pages(self.source, self.days, filters=self.filters)]
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
        return self._asked(self.days, WIDTH) if self.page else None

    def _asked(self, days: Period, width: int) -> Flow:
        return flows(self.source, days, self.page, self.direction, depth=DEPTH, limit=width, filters=self.filters)

    @cached_property
    def flow_before(self) -> Flow | None:
        """The same in the days to compare with; None where these are not known, or where no visit went anywhere."""
        if self.part_before is None or not self.page:
            return None
        try:
            found = self._asked(self.part_before, WIDTH_BEFORE)
            return found if found.flows or flow_pages(self.source, self.part_before, 1, self.filters) else None
        except QueryError:
            return None

    @cached_property
    def compared(self) -> bool:
        return self.flow_before is not None

    @cached_property
    def tiles(self) -> list[Figure]:
        """How often visits were on the page, and how many of them ended (or began) there."""
        now, before = self.flow, self.flow_before
        if now is None:
            return []
        reached, ended = (before.flows, before.ends) if before else (None, None)
        left = figures.moved(now.ends, ended)
        times = _("time a visit was on this page") if now.flows == 1 else _("times a visit was on this page")
        return [
            Figure(
                times, figures.written(now.flows),
                figures.written(reached) if before else "", figures.moved(now.flows, reached),
            ),
            Figure(
                _("went no further") if self.direction == "forward" else _("came here first"),
                figures.written(now.ends), _numbered(before.ends, before.flows) if before else "",
                left and replace(left, mood="even"),  # neither good nor bad: somebody has to leave
                figures.share(now.ends, now.flows),
            ),
        ]  # fmt: skip

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
        before = self.flow_before
        return self._ways(self.flow.nodes, before.nodes if before else None) if self.flow else []

    def _ways(self, nodes: Sequence[FlowNode], before: Sequence[FlowNode] | None) -> list[Way]:
        """`before` are the ways that went on from the same page in the days to compare with; None if not known."""
        was = earlier(nodes, before)
        after = {node.page: node.nodes for node in before or () if node.page}
        return [
            Way(
                label=node.page or _("Other pages"),
                text=figures.written(node.flows),
                share=figures.rate(node.share),
                bar=node.share,
                url=self.address.picking(of=node.page).url() if node.page else "",
                ends=self._ends(node.ends, node.flows) if node.ends else "",
                ways=self._ways(node.nodes, None if count is None else after.get(node.page, ())),
                before="" if count is None else figures.written(count),
                change=figures.moved(node.flows, count),
            )
            for node, count in zip(nodes, was, strict=True)
        ]

    def _ends(self, ends: int, of: int) -> str:
        number, share = figures.written(ends), _share(ends, of)
        if self.direction == "forward":
            return _("%(number)s (%(share)s) went no further", number=number, share=share)
        return _("%(number)s (%(share)s) came here first", number=number, share=share)


def earlier(nodes: Sequence[FlowNode], before: Sequence[FlowNode] | None) -> list[int | None]:
    """How often each of these ways was gone before. A page that is not named there may be among the rest, if there is
    one: then it is not known."""
    if before is None:
        return [None] * len(nodes)
    known = {node.page: node.flows for node in before if node.page}
    rest = None if any(not node.page for node in before) else 0
    named = [known.get(node.page, rest) for node in nodes if node.page]
    others = None if None in named else sum(node.flows for node in before) - sum(filter(None, named))
    return [known.get(node.page, rest) if node.page else others for node in nodes]


def _share(part: int, whole: int) -> str:
    return figures.share(part, whole) or "0%"


def _numbered(part: int, whole: int) -> str:
    """A number with its share."""
    return f"{figures.written(part)} ({_share(part, whole)})" if whole else figures.written(part)


def shortened(page: str) -> str:
    """A page as it fits into a box: its end says more than its middle."""
    if len(page) <= LETTERS:
        return page
    return f"{page[: LETTERS // 2]}…{page[-(LETTERS - LETTERS // 2 - 1) :]}"
