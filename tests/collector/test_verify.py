"""The consent log is tampered with in every way that the tests can think of, and each is found."""

from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import text

from collector import chain
from collector.chain import is_signed
from collector.chain_heads import heads_of
from collector.config import Settings
from collector.notices import snapshot
from collector.rows import CONSENT_COLUMNS, ConsentRecord
from collector.store import Store
from collector.verify import Check
from tests.collector.consents import AT_ONCE, NOTICE, SITE, TODAY, Log, prepared, record, ship

COUNT = 12


@pytest.fixture
def log(settings: Settings, store: Store) -> Iterator[Log]:
    database = prepared(settings)
    numbers = range(1, COUNT + 1)
    others = [record(100 + number, "other.lv") for number in numbers]
    mixed = [each for number in numbers for each in (record(number), others[number - 1])]
    ship(settings, store, database, mixed[:8], mixed[8:16], mixed[16:])
    yield Log(settings, store, database)
    database.close()


def the(number: int) -> str:
    return record(number).id


def test_an_untouched_log_has_no_findings(log: Log) -> None:
    assert log.findings() == []
    kept = log.records()
    assert [each.sequence for each in kept] == list(range(1, COUNT + 1))
    assert len({each.chain for each in kept}) == 1
    asked = record(5)
    placed = {
        name: getattr(kept[4], name)
        for name in ("chain", "sequence", "previous", "previous_expires", "hash", "signature")
    }
    assert kept[4] == msgspec.structs.replace(asked, **placed)


CHANGES: dict[str, str] = {
    "consent": "'someone else''s'",
    "choices": "map('statistics', true, 'marketing', true)",
    "method": "'accept_all'",
    "policy_version": "2",
    "language": "'en'",
    "signals": "['dnt']",
    "valid_until": "valid_until + INTERVAL 1 DAY",
    "supersedes": "'0190c3a0-0000-7000-8000-000000000001'",
    "previous": f"'{'0' * 64}'",
    "previous_expires": "toDate('2000-01-01')",
    "hash": f"'{'0' * 64}'",
    "signature": f"'{'0' * 64}'",
    "expires": "expires + 1",
    "notice": f"'{'0' * 64}'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_one_changed_value_of_one_record_is_found(log: Log, column: str) -> None:
    """Also what no mutation can reach, the key columns: see the next test."""
    log.store.execute(
        f"ALTER TABLE consent_log UPDATE {column} = {CHANGES[column]} WHERE id = '{the(5)}'", settings=AT_ONCE
    )
    found = log.findings()
    assert the(5) in {finding.record for finding in found}
    kind = "not signed" if column == "signature" else "changed"
    assert kind in {finding.kind for finding in found if finding.record == the(5)}


@pytest.mark.parametrize(
    "changes", [{"decided": 1.5}, {"decided": record(5).decided + 0.001}, {"chain": "another"}, {"sequence": 500}]
)
def test_a_moved_record_is_found(log: Log, changes: dict[str, object]) -> None:
    log.replace(msgspec.structs.replace(log.records()[4], **changes))
    assert ("changed", the(5)) in {(finding.kind, finding.record) for finding in log.findings()}


def test_every_column_of_the_log_is_covered() -> None:
    moved = {"decided", "chain", "sequence", "id", "site"}
    assert set(CHANGES) | moved == set(CONSENT_COLUMNS)


def test_another_id_is_found(log: Log) -> None:
    kept = log.records()[4]
    log.delete(f"id = '{kept.id}'")
    log.insert(msgspec.structs.replace(kept, id=the(77)))
    assert ("changed", the(77)) in {(finding.kind, finding.record) for finding in log.findings()}


def test_a_record_moved_to_another_site_is_missed_here_and_found_there(log: Log) -> None:
    kept = log.records()[4]
    log.delete(f"id = '{kept.id}'")
    log.insert(msgspec.structs.replace(kept, site="other.lv"))
    assert [(finding.kind, finding.record) for finding in log.findings()] == [("removed", the(6))]
    check = Check("other.lv", log.settings.key("consent-log"), lambda wanted: snapshot(log.database, wanted), TODAY)
    there = check.run(log.store, lambda: heads_of(log.settings.data, log.database, "other.lv"), lambda _n: None)
    assert ("changed", the(5)) in {(finding.kind, finding.record) for finding in there}


@pytest.mark.parametrize("number", [1, 2, 6, 11])
def test_one_removed_record_is_found(log: Log, number: int) -> None:
    log.delete(f"id = '{the(number)}'")
    (finding,) = log.findings()
    assert (finding.kind, finding.record) == ("removed", the(number + 1))
    assert f"number {number} before it is missing" in finding.text


def test_a_removed_stretch_is_found_with_its_numbers(log: Log) -> None:
    log.delete(f"id IN ('{the(3)}', '{the(4)}', '{the(5)}')")
    (finding,) = log.findings()
    assert (finding.kind, finding.record, finding.text) == ("removed", the(6), "numbers 3 to 5 before it are missing")


@pytest.mark.parametrize("left", [11, 4, 0])
def test_a_cut_off_end_is_found(log: Log, left: int) -> None:
    log.delete(f"site = '{SITE}' AND sequence > {left}")
    (finding,) = log.findings()
    assert (finding.kind, finding.record) == ("cut off", the(left) if left else "")
    assert f"number {COUNT} was written" in finding.text


def test_a_cut_off_end_is_found_by_each_witness_alone(log: Log) -> None:
    log.delete(f"site = '{SITE}' AND sequence > 10")
    file = log.settings.data / "consent" / "chains.json"
    kept = file.read_bytes()
    file.unlink()
    assert [finding.kind for finding in log.findings()] == ["cut off"]
    file.write_bytes(kept)
    with log.database.session() as session:
        session.execute(text("DELETE FROM consent_heads"))
    assert [finding.kind for finding in log.findings()] == ["cut off"]


def test_without_any_witness_the_end_is_said_to_be_unknown(log: Log) -> None:
    (log.settings.data / "consent" / "chains.json").unlink()
    with log.database.session() as session:
        session.execute(text("DELETE FROM consent_heads"))
    assert [finding.kind for finding in log.findings()] == ["no end"]


@pytest.mark.parametrize("column", ["sequence = 10", "hash = 'x'", "expires = 1", "signature = ''", "chain = 'other'"])
def test_a_forged_witness_is_found(log: Log, column: str) -> None:
    log.delete(f"site = '{SITE}' AND sequence > 10")
    with log.database.session() as session:
        session.execute(text(f"UPDATE consent_heads SET {column} WHERE site = '{SITE}'"))
    assert {"not signed", "cut off"} <= {finding.kind for finding in log.findings()}


def test_a_witness_of_another_site_does_not_stand_in(log: Log) -> None:
    log.delete(f"site = '{SITE}' AND sequence > 10")
    (log.settings.data / "consent" / "chains.json").unlink()
    with log.database.session() as session:
        session.execute(text(f"DELETE FROM consent_heads WHERE site = '{SITE}'"))
        session.execute(text(f"UPDATE consent_heads SET site = '{SITE}'"))
    assert "not signed" in {finding.kind for finding in log.findings()}


def test_an_inserted_record_is_found(log: Log) -> None:
    for made, kinds in (
        (record(50), {"inserted", "changed", "not signed"}),
        (record(51, chain=log.records()[0].chain, sequence=COUNT + 1), {"changed", "not signed", "out of order"}),
        (record(52, chain="mine", sequence=1), {"changed", "not signed", "no end"}),
    ):
        log.insert(made)
        found = [finding for finding in log.findings() if finding.record == made.id or finding.chain == made.chain]
        assert {finding.kind for finding in found} == kinds
        log.delete(f"id = '{made.id}'")
    assert log.findings() == []


def test_a_record_inserted_with_everything_but_the_key_is_found(log: Log) -> None:
    """Somebody who knows how it is done, and rewrites the whole rest of the chain."""
    kept = log.records()
    forged = msgspec.structs.replace(kept[4], choices={"statistics": True, "marketing": True})
    rewritten = rechained([*kept[:4], forged, *kept[5:]], key=b"guessed" * 5)
    log.replace(*rewritten)
    found = log.findings()
    assert {finding.record for finding in found if finding.kind == "not signed"} == {each.id for each in rewritten[4:]}
    assert {the(number) for number in (1, 2, 3, 4)}.isdisjoint(finding.record for finding in found)
    assert any(finding.text == f"its number {COUNT} is another record than was written" for finding in found)


def test_a_record_put_in_between_is_found(log: Log) -> None:
    kept = log.records()
    log.replace(*rechained([*kept[:5], record(60, chain=kept[0].chain), *kept[5:]], key=b"guessed" * 5))
    found = log.findings()
    assert ("not signed", the(60)) in {(finding.kind, finding.record) for finding in found}


def rechained(records: list[ConsentRecord], key: bytes) -> list[ConsentRecord]:
    """The same records in their new order, linked anew; those that did not change keep their signatures."""
    made: list[ConsentRecord] = []
    for number, each in enumerate(records, 1):
        before = made[-1] if made else None
        previous = (before.hash, before.expires) if before else ("", 0)
        linked = msgspec.structs.replace(each, sequence=number, previous=previous[0], previous_expires=previous[1])
        linked = msgspec.structs.replace(linked, hash=chain.hash_of(linked))
        if linked.hash != each.hash:
            linked = msgspec.structs.replace(linked, signature=chain.signature_of(key, linked.hash))
        made.append(linked)
    return made


def test_a_duplicated_record_is_found(log: Log) -> None:
    log.insert(log.records()[4])
    assert [(finding.kind, finding.record) for finding in log.findings()] == [("inserted", the(5))]
    log.insert(log.records()[-1])
    assert [finding.record for finding in log.findings()] == [the(5), the(COUNT)]


@pytest.mark.parametrize("pair", [(4, 5), (1, 12), (11, 12)])
def test_two_records_that_changed_places_are_found(log: Log, pair: tuple[int, int]) -> None:
    kept = log.records()
    one, other = (kept[number - 1] for number in pair)
    swapped = [
        msgspec.structs.replace(
            mine, **{name: getattr(its, name) for name in ("sequence", "previous", "previous_expires")}
        )
        for mine, its in ((one, other), (other, one))
    ]
    log.replace(*swapped)
    assert {the(pair[0]), the(pair[1])} <= {finding.record for finding in log.findings() if finding.kind == "changed"}


def test_two_signed_records_that_changed_numbers_alone_are_found(log: Log) -> None:
    kept = log.records()
    log.replace(*(msgspec.structs.replace(kept[a], sequence=b + 1) for a, b in ((6, 7), (7, 6))))
    assert {the(7), the(8)} <= {finding.record for finding in log.findings() if finding.kind == "changed"}


def test_records_signed_with_another_secret_are_found(log: Log) -> None:
    stranger = Settings.from_environment({"SIKDATNE_DATA": str(log.settings.data), "SIKDATNE_SECRET_KEY": "x" * 40})
    assert {finding.kind for finding in log.findings(settings=stranger)} == {"not signed"}


def test_old_records_are_verified_after_the_secret_changed(log: Log) -> None:
    old = log.settings.secret_keys[0].decode()
    rotated = Settings.from_environment(
        {"SIKDATNE_DATA": str(log.settings.data), "SIKDATNE_SECRET_KEY": f"{'n' * 40} {old}"}
    )
    ship(rotated, log.store, log.database, [record(20), record(21)])
    assert log.findings(settings=rotated) == []
    assert [is_signed(each, log.settings.key("consent-log")) for each in log.records()[-3:]] == [True, False, False]
    assert {finding.record for finding in log.findings() if finding.record} == {the(20), the(21)}


NOTICES: dict[str, tuple[str, str]] = {
    "missing": ("DELETE FROM notices", "notice missing"),
    "changed": ('UPDATE notices SET content = \'{"text": "Jūs piekrītat visam."}\'', "notice changed"),
    "of another site": (f"UPDATE notices SET content = replace(content, '{SITE}', 'other.lv')", "notice changed"),
}


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_that_is_not_what_was_shown_is_found(log: Log, name: str) -> None:
    statement, kind = NOTICES[name]
    with log.database.session() as session:
        session.execute(text(statement))
    found = log.findings()
    assert {finding.kind for finding in found} == {kind}
    assert {finding.record for finding in found} == {the(number) for number in range(1, COUNT + 1)}
    assert all(NOTICE in finding.text for finding in found)
