"""What retention deletes is told from what somebody removed; long logs are read in pieces."""

import pytest

from collector import consent_log
from collector.config import Settings
from collector.store import Store
from tests.collector.consents import SITE, TODAY, Log, prepared, record, ship


def the(number: int) -> str:
    return record(number).id


def test_what_retention_deletes_is_not_missed(settings: Settings, store: Store) -> None:
    """The oldest records first; and what should be there still is missed all the same."""
    database = prepared(settings)
    log = Log(settings, store, database)
    old, new = [record(n, expires=TODAY + 10) for n in (1, 2, 3)], [record(n, expires=TODAY + 20) for n in (4, 5, 6)]
    ship(settings, store, database, old, new)
    log.delete("sequence <= 3")
    assert log.findings(today=TODAY + 10) == []
    assert [finding.kind for finding in log.findings(today=TODAY + 9)] == ["removed"]
    log.delete("sequence = 4")
    assert [finding.record for finding in log.findings(today=TODAY + 10)] == [the(5)]
    log.delete("sequence > 0")
    assert log.findings(today=TODAY + 20) == []
    assert {finding.kind for finding in log.findings(today=TODAY + 19)} == {"cut off"}
    database.close()


def test_the_store_deletes_what_has_expired_and_the_rest_verifies(settings: Settings, store: Store) -> None:
    database = prepared(settings)
    log = Log(settings, store, database)
    ship(settings, store, database, [record(n, expires=TODAY - 1) for n in (1, 2)], [record(3), record(4)])
    store.execute("OPTIMIZE TABLE consent_log FINAL")
    assert [each.sequence for each in log.records()] == [3, 4]
    assert log.findings() == []
    database.close()


def test_a_shorter_retention_begins_another_chain_so_that_no_record_is_kept_longer_than_said(
    settings: Settings, store: Store
) -> None:
    database = prepared(settings)
    log = Log(settings, store, database)
    ship(settings, store, database, [record(1), record(2)], [record(3, expires=TODAY + 400), record(4)])
    kept = {each.id: each for each in log.records()}
    assert kept[the(1)].chain == kept[the(2)].chain != kept[the(3)].chain == kept[the(4)].chain
    assert kept[the(3)].expires == TODAY + 400
    assert log.findings() == []
    log.delete(f"id IN ('{the(3)}', '{the(4)}')")
    assert [finding.kind for finding in log.findings()] == ["cut off"]
    database.close()


def test_a_segment_that_was_late_is_kept_as_long_as_the_one_before_it(settings: Settings, store: Store) -> None:
    database = prepared(settings)
    ship(settings, store, database, [record(1)], [record(2, expires=record(1).expires - 1)])
    log = Log(settings, store, database)
    assert [each.expires for each in log.records()] == [record(1).expires] * 2
    assert log.findings() == []
    database.close()


def test_a_long_log_is_read_in_windows(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window is made small, so that a short log is long."""
    monkeypatch.setattr(consent_log, "WINDOW", 7)
    database = prepared(settings)
    ship(settings, store, database, [record(n) for n in range(1, 60)])
    log = Log(settings, store, database)
    assert len(consent_log.windows(store, SITE)) == 9
    assert log.findings() == []
    log.delete("sequence BETWEEN 10 AND 40")
    assert [finding.text for finding in log.findings()] == ["numbers 10 to 40 before it are missing"]
    database.close()
