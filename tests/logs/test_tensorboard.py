"""TensorBoard's event files, read without TensorFlow."""

import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs.event_files import (
    event,
    field,
    metadata,
    record,
    simple,
    tensor,
    varint,
    version,
    write,
)  # fmt: skip
from tuidl.core.errors import RunError
from tuidl.logs import crc32c
from tuidl.logs.follower import Follower
from tuidl.logs.framing import LONGEST
from tuidl.logs.log import Log, notes_of
from tuidl.logs.record import Unusable
from tuidl.logs.source import FileSource, source_of
from tuidl.logs.tensorboard import EventFile
from tuidl.logs.text import problem_of

REAL = Path(__file__).parent / "fixtures/keras/train/events.out.tfevents.1796027920.host.1.2.v2"
"""Written by TensorFlow 2.21 for Keras' callback; the values are what its own reader says."""
REAL_LOSSES = [
    (0.0, 3.065959930419922),
    (1.0, 2.98586368560791),
    (2.0, 2.906083345413208),
    (3.0, 2.829467535018921),
    (4.0, 2.7567672729492188),
    (5.0, 2.6835508346557617),
]


def values_of(log: Log, tag: str) -> list[tuple[float, float]]:
    return list(log.series["step", tag].recent)


def read(path: Path) -> Log:
    return Follower(source_of(path)).read_all()


def float32(value: float) -> float:
    found: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return found


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (b"", 0), (b"123456789", 0xE3069283), (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E), (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)  # fmt: skip
def test_checksums_are_those_of_rfc_3720(data: bytes, checksum: int) -> None:
    assert crc32c.crc32c(data) == checksum


@pytest.mark.parametrize("size", [crc32c.LONG - 1, crc32c.LONG, crc32c.LONG + 77, 12_345])
def test_lanes_come_to_the_same_checksum(size: int) -> None:
    data = bytes((i * i + size) % 251 for i in range(size))
    whole = crc32c._through(data, crc32c.ALL_ONES) ^ crc32c.ALL_ONES
    assert crc32c.crc32c(memoryview(data)) == whole


def test_a_real_file_is_equal_to_the_last_digit() -> None:
    log = read(REAL)
    assert {name for _, name in log.series} == {
        "batch_loss", "batch_mae", "epoch_learning_rate", "epoch_loss", "epoch_mae",
    }  # fmt: skip
    assert values_of(log, "epoch_loss") == REAL_LOSSES
    assert notes_of(log) == []


def test_scalars_of_every_kind_are_the_floats_they_are(tmp_path: Path) -> None:
    half, double = struct.pack("<e", 0.1), struct.pack("<d", 0.1)
    path = write(
        tmp_path / "events.out.tfevents.1",
        [
            event(-3, simple("simple", 0.1)),
            event(1, tensor("packed", 1, field(5, struct.pack("<f", 0.1)))),
            event(1, tensor("alone", 1, field(5, 0.1, "f"))),
            event(1, tensor("content", 1, field(4, struct.pack("<f", 0.1)))),
            event(1, tensor("double", 2, field(6, double)), tensor("double4", 2, field(4, double))),
            event(1, tensor("one of one", 1, field(5, 0.1, "f"), "scalars", 1, 1)),
            event(1, tensor("whole", 3, field(7, varint(-7))), tensor("whole9", 9, field(10, -7))),
            event(1, tensor("half", 19, field(4, half)), tensor("zero", 1, b"")),
            event(2**40, simple("simple", 1e-42)),
        ],
    )
    log = read(path)
    assert values_of(log, "simple") == [(-3.0, float32(0.1)), (2.0**40, float32(1e-42))]
    for tag in ("packed", "alone", "content", "one of one"):
        assert values_of(log, tag) == [(1.0, 0.10000000149011612)], tag
    assert values_of(log, "double") == values_of(log, "double4") == [(1.0, 0.1)]
    assert values_of(log, "whole") == values_of(log, "whole9") == [(1.0, -7.0)]
    assert values_of(log, "half") == [(1.0, 0.0999755859375)]
    assert values_of(log, "zero") == [(1.0, 0.0)]


def test_what_is_no_scalar_is_passed_over(tmp_path: Path) -> None:
    three = field(4, struct.pack("<3f", 1, 2, 3))
    path = write(
        tmp_path / "events.out.tfevents.1",
        [
            event(1, tensor("histogram", 2, field(4, bytes(24)), "histograms", 1, 3)),
            event(1, tensor("one bin", 1, field(5, 0.1, "f"), "histograms")),
            event(2, tensor("one bin", 1, field(5, 0.1, "f"), "")),
            event(1, tensor("filled", 1, field(5, 0.1, "f"), "scalars", 3)),
            event(1, tensor("vector", 1, three, "scalars"), tensor("empty", 1, b"", "scalars", 0)),
            event(1, field(1, b"text") + field(8, field(1, 7) + field(8, b"hello"))),
            event(1, field(1, b"image") + field(4, field(4, b"png")) + metadata("images")),
            event(1, simple("", 1.0)),
        ],
    )
    log = read(path)
    assert log.series == {}
    assert "no numbers in its 9 entries" in problem_of(log, "x")


def test_a_last_record_that_is_cut_is_awaited(tmp_path: Path) -> None:
    whole = version() + b"".join(event(step, simple("loss", step)) for step in (1, 2, 3))
    for cut in range(len(whole) - len(event(3, simple("loss", 3))), len(whole)):
        reader = EventFile("f")
        assert [record.x for record in reader.feed(whole[:cut])][1:] == [1.0, 2.0]
        assert [record.x for record in reader.feed(whole[cut:])] == [3.0]
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(whole[:-5])
    follower = Follower(FileSource(path))
    assert values_of(follower.read_all(), "loss") == [(1.0, 1.0), (2.0, 2.0)]


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (lambda good: good[:3] + b"\x55" + good[4:], "0: the checksum of a record's length"),
        (lambda good: good[:20] + b"\x55" + good[21:], "0: the checksum of a record is wrong"),
        (lambda good: good[1:], "0: the checksum of a record's length"),
        (lambda good: huge(2**60), "0: a record of 1,152,921,504,606,846,976 bytes"),
        (lambda good: record(b"\x08" + b"\xff" * 12), "12: no event: a number of more than 64"),
        (lambda good: record(b"\x10\xff"), "12: no event: a number without an end"),
        (lambda good: record(b"\x2a\x7fxx"), "12: no event: field 5 has 127 bytes, and only 2"),
        (lambda good: record(b"\x2b" * 50), "12: no event: field 5 has the wire type 3"),
        (lambda good: record(b"\x00"), "12: no event: a field has the number 0"),
        (lambda good: event(1, tensor("a", 1, field(5, b"abc"))), "12: no event: 3 bytes are no"),
        (lambda good: event(1, tensor("a", 1, field(5, 7))), "12: no event: a whole number where"),
    ],
)
def test_damage_is_told_with_file_and_byte(
    tmp_path: Path, harm: Callable[[bytes], bytes], problem: str
) -> None:
    path, start = tmp_path / "events.out.tfevents.1", len(version())
    path.write_bytes(version() + harm(event(1, simple("loss", 1.0))))
    with pytest.raises(RunError) as raised:
        read(path)
    said = str(raised.value)
    at, _, what = problem.partition(":")
    assert said.startswith(f"{path}: byte {start + int(at)}:{what}")
    assert said.endswith("the file is damaged")


def huge(length: int) -> bytes:
    head = struct.pack("<Q", length)
    return head + struct.pack("<I", crc32c.masked(head))


def test_a_long_record_is_passed_over_without_being_held() -> None:
    reader, log = EventFile("f"), Log()
    told = list(reader.feed(version() + huge(LONGEST + 1)))
    assert told[1:] == [Unusable.RECORD]
    for _ in range(LONGEST // (1 << 20)):
        assert list(reader.feed(bytes(1 << 20))) == []
        assert reader._records.waiting == 0
    told += reader.feed(bytes(1 + 4) + event(9, simple("loss", 1.0)))
    for entry in told:
        log.add(entry)
    assert values_of(log, "loss") == [(9.0, 1.0)]
    assert notes_of(log) == ["1 record was longer than 16 MiB and passed over"]


def test_messages_within_messages_are_no_depth() -> None:
    inner = b""
    for _ in range(2000):
        inner = field(1, inner)
    reader = EventFile("f")
    (told,) = reader.feed(event(1, inner, tensor("a", 1, field(2, inner) + field(99, inner))))
    assert told.values == {"a": 0.0}


def test_tags_of_any_bytes_are_shown_harmlessly() -> None:
    (told,) = EventFile("f").feed(event(1, field(1, b"\x1b[2J\xff" * 90) + field(2, 1.0, "f")))
    (name,) = told.values
    assert name.isprintable()
    assert len(name) <= 80


@settings(max_examples=200)
@given(st.binary(max_size=60), st.integers(0, 120), st.integers(1, 255))
def test_no_bytes_are_too_odd(junk: bytes, at: int, flip: int) -> None:
    """Junk in a record whose checksum is right, and a whole file of which one byte is wrong."""
    whole = bytearray(version() + event(3, tensor("a", 1, field(5, 0.1, "f")), simple("b", 2.0)))
    whole[at % len(whole)] ^= flip
    for data in (version() + record(junk), bytes(whole), version() + event(1, junk)):
        with suppress(RunError):
            list(EventFile("f").feed(data))
