"""What the collector writes down for any hits is what a plain reading of them comes to, row by row, before any store.

It takes no store, so it sees many more histories than test_properties.py.
"""

from hypothesis import HealthCheck, given, settings

from collector import rows
from tests.flow.books import Books, counted, read, without_nothing
from tests.flow.examples import Example, examples


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(examples())
def test_what_is_written_down_is_what_happened(example: Example) -> None:
    expected: Books = read([], example.site.rules, example.site.timezone)
    for life in example.lives:
        hits = [hit for visit in life for hit, _ in visit.log]
        expected.update(read(hits, example.site.rules, example.site.timezone))
    found = counted(rows.columns(example.fresh().frames()))
    assert without_nothing(found) == without_nothing(expected)
