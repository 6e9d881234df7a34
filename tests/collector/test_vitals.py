"""Classes of web vitals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.vitals import LAST, METRICS, bucket_of, value_of


@pytest.mark.parametrize("metric", METRICS)
@given(value=st.floats(1, 1_000_000))
def test_a_class_is_within_five_percent_of_its_values(metric: str, value: float) -> None:
    measured = value / 1000 if metric == "cls" else value
    assert value_of(metric, bucket_of(metric, measured)) == pytest.approx(measured, rel=0.05)


@given(value=st.floats(0, 1e12), more=st.floats(0, 1e12))
def test_classes_are_in_the_order_of_their_values(value: float, more: float) -> None:
    assert bucket_of("lcp", value) <= bucket_of("lcp", value + more)


@pytest.mark.parametrize("metric", METRICS)
def test_a_class_is_the_one_of_its_own_value(metric: str) -> None:
    assert [bucket_of(metric, value_of(metric, bucket)) for bucket in range(LAST + 1)] == list(range(LAST + 1))


def test_nothing_and_too_much_have_classes_too() -> None:
    assert (bucket_of("cls", 0), value_of("cls", 0)) == (0, 0.0)
    assert (bucket_of("cls", 0.0001), bucket_of("ttfb", 0.2)) == (1, 1)
    assert bucket_of("lcp", 1e9) == LAST
