"""The load model is what the figures claim it to be."""

from collections import Counter
from ipaddress import IPv4Address
from itertools import islice, pairwise

import pytest

from bench.load import NEW_SHARE, RECENT, View, read_model, views

MODEL = read_model()
COUNT = 40_000


@pytest.fixture(scope="module")
def sample() -> list[View]:
    return list(islice(views(MODEL), COUNT))


def test_the_model_has_what_it_is_said_to_have() -> None:
    sizes = [len(part) for part in (MODEL.user_agents, MODEL.paths, MODEL.referrers, MODEL.widths, MODEL.languages)]
    assert sizes == [200, 500, 64, 12, 12]


def test_two_of_five_views_come_from_a_new_visitor(sample: list[View]) -> None:
    share = sum(view.is_new for view in sample) / COUNT
    assert share == pytest.approx(NEW_SHARE, abs=0.01)


def test_a_visitor_sees_two_and_a_half_pages(sample: list[View]) -> None:
    visitors = {view.visitor.number for view in sample}
    assert COUNT / len(visitors) == pytest.approx(2.5, rel=0.03)


def test_new_visitors_are_numbered_and_others_are_among_the_last(sample: list[View]) -> None:
    newest = -1
    for view in sample:
        if view.is_new:
            newest += 1
            assert view.visitor.number == newest
        else:
            assert newest - RECENT < view.visitor.number <= newest


def test_a_visitor_stays_the_same(sample: list[View]) -> None:
    by_number = {view.visitor.number: view.visitor for view in sample}
    assert all(by_number[view.visitor.number] == view.visitor for view in sample)


def test_pages_follow_a_square_law(sample: list[View]) -> None:
    counts = Counter(view.path for view in sample)
    expected = [((rank + 1) / 500) ** 0.5 - (rank / 500) ** 0.5 for rank in range(500)]
    for rank in (0, 1, 9, 99, 499):
        assert counts[MODEL.paths[rank]] / COUNT == pytest.approx(expected[rank], rel=0.5)
    tenths = [sum(counts[path] for path in MODEL.paths[start : start + 50]) for start in range(0, 500, 50)]
    assert all(more > fewer * 0.9 for more, fewer in pairwise(tenths))
    assert tenths[0] / COUNT == pytest.approx(0.1**0.5, abs=0.02)


def test_a_fifth_comes_directly_or_from_a_search_engine(sample: list[View]) -> None:
    referrers = Counter(view.visitor.referrer for view in sample if view.is_new)
    plain = referrers[""] + referrers["https://www.google.com/"]
    assert plain / referrers.total() == pytest.approx(12 / 64, abs=0.02)


def test_addresses_are_public(sample: list[View]) -> None:
    addresses = {view.visitor.address for view in sample}
    assert all(IPv4Address(address).is_global for address in addresses)
    assert len(addresses) > 0.99 * len({view.visitor.number for view in sample})


def test_the_same_seed_gives_the_same_load() -> None:
    assert list(islice(views(MODEL, 7), 100)) == list(islice(views(MODEL, 7), 100))
    assert list(islice(views(MODEL, 7), 100)) != list(islice(views(MODEL, 8), 100))
