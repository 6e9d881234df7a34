"""The spool: what was accepted is there, whatever happens to the writer, and the books say so."""

import os
import threading
from pathlib import Path

import pytest

from collector.ledger import SpoolReader, balance
from collector.open_segment import ROOM
from collector.segment import HEADER, MAX_PAYLOAD, Segment, frame, write_sealed
from collector.spool import SpoolFull, SpoolWriter, lock_slot, used_bytes

BEACON = b"b" + b"x" * 100


def reader_of(directory: Path) -> SpoolReader:
    return SpoolReader(directory, directory.parent / "quarantine")


def payloads_of(directory: Path) -> list[bytes]:
    return [payload for segment in reader_of(directory).sealed() for payload in segment.read()[1].payloads]


def die(writer: SpoolWriter) -> None:
    """Leave everything as `kill -9` does: the segment open, the lock freed by the kernel."""
    writer._stop.set()
    writer._sealer.join()
    os.close(writer._lock_handle)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def test_what_is_appended_is_read_again_in_order(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    sent = [b"b%d" % number for number in range(1000)]
    for payload in sent:
        writer.append(payload)
    writer.close()
    assert payloads_of(directory) == sent


def test_segments_are_sealed_after_a_second_without_another_beacon(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    writer.append(BEACON)
    slot = directory / "beacons-00"
    sealed = threading.Event()
    for _ in range(200):
        if list(slot.glob("*-1.seg")):
            break
        sealed.wait(0.05)
    assert len(list(slot.glob("*-1.seg"))) == 1
    writer.close()


def test_large_segments_are_sealed_without_waiting(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    sent = [b"b" + bytes([number]) * 500_000 for number in range(10)]
    for payload in sent:
        writer.append(payload)
    assert len(reader_of(directory).sealed()) >= 2
    writer.close()
    assert payloads_of(directory) == sent
    assert balance(directory).holds


def test_a_payload_that_no_segment_takes_is_an_error_and_changes_nothing(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    with pytest.raises(ValueError, match="at most"):
        writer.append(b"b" + bytes(MAX_PAYLOAD))
    writer.close()
    assert balance(directory) == (0, 0, 0, 0)


def test_two_writers_never_share_a_slot(directory: Path) -> None:
    first, second = SpoolWriter.open(directory), SpoolWriter.open(directory)
    assert first.slot != second.slot
    first.close()
    third = SpoolWriter.open(directory)
    assert third.slot == first.slot
    second.close()
    third.close()


def test_a_dead_writers_segment_is_sealed_by_the_reader(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    for _ in range(10):
        writer.append(BEACON)
    reader = reader_of(directory)
    reader.recover()
    assert reader.sealed() == []  # the writer lives
    die(writer)
    reader.recover()
    assert [segment.counted for segment in reader.sealed()] == [10]
    assert balance(directory).holds


HALF = frame(BEACON)[:-1]
WITHOUT_LENGTH = bytes(8) + BEACON  # the payload is copied first, so this is what dying in the middle leaves


@pytest.mark.parametrize("tail", [b"", b"\x01", b"\xff" * 7, HALF, WITHOUT_LENGTH])
def test_a_torn_tail_is_cut(directory: Path, tail: bytes) -> None:
    writer = SpoolWriter.open(directory)
    writer.append(BEACON)
    die(writer)
    path = left_open(directory)
    write_behind_the_frames(path, 1, tail)
    SpoolWriter.open(directory).close()
    (segment,) = reader_of(directory).sealed()
    assert segment.path.read_bytes()[HEADER.size :] == frame(BEACON)
    contents = segment.read()[1]
    assert (contents.payloads, contents.torn, contents.damaged) == ([BEACON], False, False)
    assert balance(directory) == (1, 0, 1, 0)


def test_a_segment_without_a_frame_leaves_nothing(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    writer._begin()
    die(writer)
    SpoolWriter.open(directory).close()
    assert list((directory / "beacons-00").glob("*.*")) == []
    assert balance(directory) == (0, 0, 0, 0)


@pytest.mark.parametrize("at", [20, 0], ids=["payload", "length"])
def test_what_was_accepted_and_cannot_be_read_is_put_aside_after_a_death(directory: Path, at: int) -> None:
    writer = SpoolWriter.open(directory)
    for _ in range(3):
        writer.append(BEACON)
    die(writer)
    path = left_open(directory)
    with path.open("r+b") as file:
        file.seek(HEADER.size + len(HALF) + 1 + at)
        file.write(b"\xff" * 4)
    reader = reader_of(directory)
    reader.recover()
    (segment,) = reader.sealed()
    token, contents = segment.read()
    assert segment.counted == 3
    reader.split_damage(segment, token, contents)
    assert len(list(reader.quarantine_directory.glob("*.seg"))) == 1
    kept = 2 if at else 1  # behind an unreadable length nothing can be found
    assert balance(directory) == (3, 0, kept, 3 - kept)


def test_room_that_is_only_reserved_is_not_taken_for_used(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    writer.append(BEACON)
    assert left_open(directory).stat().st_size == ROOM
    assert used_bytes(directory) < 10_000
    writer.close()
    assert used_bytes(directory) < 1000


def test_a_segment_that_is_sealed_while_the_spool_is_measured_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = tmp_path / "beacons-00"
    slot.mkdir()
    (slot / "00000000000000000001.open").write_bytes(b"x" * 5000)
    (slot / "00000000000000000002-3.seg").write_bytes(b"x" * 700)
    sealed = slot / "00000000000000000001-9.seg"

    def written_bytes(path: str) -> int:
        Path(path).rename(sealed)
        return Path(path).stat().st_size

    monkeypatch.setattr("collector.spool.written_bytes", written_bytes)
    assert used_bytes(tmp_path) == 5700
    monkeypatch.setattr("collector.spool.written_bytes", lambda _: 5000)
    (slot / "00000000000000000001.open").write_bytes(b"")  # a listing may show both names
    assert used_bytes(tmp_path) == 5700


def left_open(directory: Path) -> Path:
    (path,) = (directory / "beacons-00").glob("*.open")
    return path


def write_behind_the_frames(path: Path, frames: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(HEADER.size + frames * len(frame(BEACON)))
        file.write(data)


def test_damage_in_the_middle_is_put_aside_and_the_rest_kept(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    for number in range(3):
        writer.append(b"b" + bytes([number]) * 100)
    writer.close()
    reader = reader_of(directory)
    (segment,) = reader.sealed()
    data = bytearray(segment.path.read_bytes())
    data[HEADER.size + len(frame(BEACON)) + 20] ^= 0xFF
    segment.path.write_bytes(data)
    token, contents = segment.read()
    assert (contents.damaged, contents.counted) == (True, 2)
    healed = reader.split_damage(segment, token, contents)
    assert healed.read()[0] == token
    assert [payload[1] for payload in healed.read()[1].payloads] == [0, 2]
    assert len(list(reader.quarantine_directory.glob("*.seg"))) == 1
    assert balance(directory) == (3, 0, 2, 1)
    assert balance(directory).holds


def test_the_limit_refuses_and_shipping_makes_room_again(directory: Path) -> None:
    writer = SpoolWriter.open(directory, limit=1000)
    for _ in range(20):
        writer.append(BEACON)
    writer.seal()
    with pytest.raises(SpoolFull):
        writer.append(BEACON)
    assert balance(directory) == (20, 0, 20, 0)
    reader = reader_of(directory)
    for segment in reader.sealed():
        reader.done(segment)
    writer._full = False
    writer.append(BEACON)
    writer.close()
    assert balance(directory) == (21, 20, 1, 0)


def test_a_disk_without_room_for_a_segment_refuses_and_leaves_no_file(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SpoolWriter.open(directory)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(SpoolFull, match="No space left"):
        writer.append(BEACON)
    assert list((directory / "beacons-00").glob("*.open")) == []
    monkeypatch.undo()
    writer.append(BEACON)
    writer.close()
    assert payloads_of(directory) == [BEACON]
    assert balance(directory).holds


def test_a_confirmed_segment_is_booked_once_even_if_it_is_shipped_again(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    writer.append(BEACON)
    writer.close()
    reader = reader_of(directory)
    (segment,) = reader.sealed()
    content = segment.path.read_bytes()
    reader.done(segment)
    segment.path.write_bytes(content)  # as if the shipper had died between booking and deleting
    reader_of(directory).done(segment)
    assert balance(directory) == (1, 1, 0, 0)


def test_threads_that_wait_for_the_disk_all_get_there(directory: Path) -> None:
    writer = SpoolWriter.open(directory, durability="disk")

    def append_some() -> None:
        for _ in range(50):
            writer.append(BEACON)

    threads = [threading.Thread(target=append_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer._synced == 400
    writer.close()
    assert len(payloads_of(directory)) == 400


def test_an_imported_segment_is_there_completely_and_last(directory: Path) -> None:
    path = directory / "import" / "abc-000001-1.seg"
    path.parent.mkdir(parents=True)
    write_sealed(path, b"i" * 16, [BEACON, b"d" + BEACON])
    writer = SpoolWriter.open(directory)
    writer.append(BEACON)
    writer.close()
    segments = reader_of(directory).sealed()
    assert segments[-1] == Segment(path)
    assert (segments[-1].source, segments[-1].counted, segments[-1].read()[0]) == ("import", 1, (b"i" * 16).hex())


def test_the_lock_of_a_slot_is_held_by_one(directory: Path) -> None:
    writer = SpoolWriter.open(directory)
    assert lock_slot(writer.slot) is None
    writer.close()
    handle = lock_slot(writer.slot)
    assert handle is not None
    os.close(handle)
