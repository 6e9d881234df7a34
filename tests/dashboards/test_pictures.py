"""The geometry of the pictures: bars as high as their shares, ways as thick as they are frequent."""

from hypothesis import given
from hypothesis import strategies as st

from dashboards import pictures
from dashboards.query import Flow, FlowNode


def test_the_steps_of_a_funnel() -> None:
    drawn = pictures.steps([100, 62.5, 0])
    assert drawn.bars == [(0, 0, 100), (100, 37.5, 62.5), (200, 100, 0)]
    assert drawn.bands == ["40,0 100,37.5 100,100 40,100", "140,37.5 200,100 200,100 140,100"]
    assert drawn.width == 300


def test_more_than_entered_stays_in_the_picture() -> None:
    assert pictures.steps([100, 130]).bars[1] == (100, 0, 100)


def node(page: str, flows: int, *nodes: FlowNode) -> FlowNode:
    return FlowNode(page, flows, 0.0, None, None, nodes)


FLOW = Flow("/", "forward", 100, 20, (node("/a", 50, node("/b", 25)), node("", 30), node("/thin", 1)))


def test_each_page_lies_beside_the_one_before_it() -> None:
    boxes = pictures.paths(FLOW, 3).boxes
    assert [(box.page, box.x, box.y, box.height) for box in boxes] == [
        ("/", 0, 0, 420), ("/a", 304, 1, 208), ("/b", 608, 1, 103), ("", 304, 211, 128.2),
    ]  # fmt: skip
    assert [box.band for box in boxes] == [None, 208, 512, 208]


def test_pages_too_thin_to_be_read_lie_together() -> None:
    thin = [node(f"/{number}", 2) for number in range(6)]
    flow = Flow("/", "forward", 100, 0, (node("/a", 80, *thin, node("", 8)), node("/alone", 2, node("/b", 2))))
    boxes = pictures.paths(flow, 3).boxes
    assert [(box.page, box.flows, box.readable) for box in boxes] == [
        ("/", 100, True), ("/a", 80, True), ("", 20, True), ("/alone", 2, False), ("/b", 2, False),
    ]  # fmt: skip


def test_backward_it_is_the_mirror_image() -> None:
    drawn = pictures.paths(FLOW._replace(direction="backward"), 3)
    assert drawn.boxes[0].x == drawn.width - pictures.BOX
    assert drawn.boxes[1].x == drawn.width - 2 * pictures.BOX - pictures.GAP
    assert drawn.boxes[1].band == drawn.boxes[1].x + pictures.BOX


def test_a_page_that_nobody_saw() -> None:
    assert len(pictures.paths(Flow("/", "forward", 0, 0, ()), 3).boxes) == 1


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=100))
def test_bars_stand_on_the_ground_one_part_on_the_other(parts: list[tuple[int, int]]) -> None:
    drawn = pictures.stacks([low for low, _up in parts], [up for _low, up in parts], (1000, 180))
    for stack in drawn:
        assert abs(stack.lower[0] + stack.lower[1] - 180) < 0.02
        assert abs(stack.upper[0] + stack.upper[1] - stack.lower[0]) < 0.02
        assert stack.upper[0] >= -0.02
        assert 0 <= stack.x <= 1000 - stack.width + 0.02
