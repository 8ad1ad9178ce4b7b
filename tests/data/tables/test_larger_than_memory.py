"""Tables for which there is no memory lie in files: the same arrays, notes and errors."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.data.tables.generated import generated
from tests.data.tables.test_generated import source_of
from tuidl.core import limits, spilling
from tuidl.core.errors import BackendError, DataError
from tuidl.core.spilling import is_in_file
from tuidl.data import SOURCES, csv_table, memory
from tuidl.data.paths import stamp
from tuidl.data.tables import (
    columns,
    compiled,
    content,
    delimited,
    json_lines,
    large_content,
    reading,
)
from tuidl.data.tables.raw import RawTable
from tuidl.data.tables.values import column_of

PLAIN = "a,b,c\n" + "".join(f"{i / 7},{'xyz'[i % 3]},{i % 5 or 'n/a'}\n" for i in range(60))
QUOTED = 'a,b\n"1\n2",x\n3,"say ""so"",\nthen\n\nstop"\n' + '4,"é\n"\n' * 30
FILES = {
    "plain.csv": PLAIN.encode(),
    "quoted.csv": QUOTED.encode(),
    "mark.csv": b"\xef\xbb\xbf" + QUOTED.encode(),
    "utf16.csv": QUOTED.encode("utf-16"),
    "utf16be.csv": b"\xfe\xff" + QUOTED.encode("utf-16-be"),
    "returns.csv": PLAIN.replace("\n", "\r").encode(),
    "both.csv": PLAIN.replace("\n", "\r\n").encode(),
    "colons.dat": "".join(f"{i}::{i % 7}\t::{i / 3}\n" for i in range(90)).encode(),
    "sep.csv": b"sep=;\n" + PLAIN.replace(",", ";").encode(),
    "trailing.csv": PLAIN.replace("\n", ",,\n").encode(),
    "comments.csv": b"# made by hand\n# in spring\n" + PLAIN.encode(),
    "empty_rows.csv": PLAIN.replace("\n", "\n,,\n\n", 20).encode(),
    "no_end.csv": PLAIN.strip().encode(),
    "zipped.csv.gz": gzip.compress(PLAIN[:300].encode()) + gzip.compress(PLAIN[300:].encode()),
    "zipped_utf16.tsv.gz": gzip.compress(PLAIN.replace(",", "\t").encode("utf-16")),
    "nothing.csv": b"",
    "header_only.csv": b"a,b\n",
    "short_row.csv": (PLAIN + "1,2\n").encode(),
    "open_quote.csv": (PLAIN + '1,"2,3\n4\n').encode(),
    "not_text.csv": PLAIN.encode() + b"1,\xff,3\n",
    "cut_character.csv": PLAIN.encode() + b"1,\xc3",
    "binary.csv": PLAIN.encode() + b"1,\0,3\n",
    "utf16_cut.csv": QUOTED.encode("utf-16")[:-1],
    "utf16_wrong.csv": QUOTED.encode("utf-16") + b"\x00\xdc\n\x00",
    "utf16_unmarked.csv": QUOTED.encode("utf-16-le"),
    "damaged.csv.gz": gzip.compress(PLAIN.encode())[:-30],
}
OBJECTS = [
    {"a": 1, "b": "x", "c": None},
    {"a": 2.5, "b": "1,5", "c": True},
    {"a": -0.0, "b": " x ", "d": "late"},
    {"a": 2**53 + 1, "b": 0.1, "c": "2020-01-01", "d": 3},
    {"a": 10**400, "b": "", "e": 1e300},
    *({"a": i, "e": f"{i % 4}", "c": i % 2 == 0} for i in range(20)),
    {"late": "very", "b": "\u00e9"},
]
LINES = "\n\n".join(map(json.dumps, OBJECTS))
FILES |= {
    "objects.jsonl": LINES.encode(),
    "objects.ndjson.gz": gzip.compress(LINES.encode("utf-16")),
    "list.jsonl": (LINES + '\n{"a": [1]}\n{').encode(),
    "broken.jsonl": (LINES + "\n{\n").encode(),
    "none.jsonl": b"\n \n",
}
STATED = {
    "latin.csv": (QUOTED.encode("latin-1"), "latin-1"),
    "japanese.csv": (("名,前\n" + "東京,1\n" * 40).encode("shift-jis"), "shift-jis"),
    "wrong.csv": (("名,前\n" + "東京,1\n" * 40).encode("shift-jis") + b"\x81\n", "shift-jis"),
    "utf16.csv": (QUOTED.encode("utf-16-be"), "utf-16-be"),
    "marked.csv": (QUOTED.encode("utf-16"), "latin-1"),
}


@contextmanager
def _always(*_: object) -> Iterator[None]:
    token = spilling._spills.set(True)
    try:
        yield
    finally:
        spilling._spills.reset(token)


def _refused(*_: object) -> None:
    raise BackendError("no memory")


def on_disk(monkeypatch: pytest.MonkeyPatch, folder: Path, size: int = 7) -> None:
    """From now on every table, read ``size`` bytes at a time."""
    monkeypatch.setenv("TUIDL_CACHE_DIR", str(folder))
    monkeypatch.setattr(spilling, "FEWEST", 1)
    monkeypatch.setattr(large_content, "read_content", _refused)
    for module in (content, large_content):
        monkeypatch.setattr(module, "CHUNK", size)
    monkeypatch.setattr(delimited, "BLOCK", 4 * size)
    monkeypatch.setattr(json_lines, "ROWS_AT_ONCE", 3)
    for module in (delimited, json_lines, csv_table):
        monkeypatch.setattr(module, "room_for", _always)
    reading.read_raw.cache_clear()
    csv_table.read_table.cache_clear()


def read(path: Path, encoding: str | None = None, is_sure: bool = True) -> RawTable | str:
    """The table, or what is wrong with it."""
    try:
        return reading.read_raw(stamp(str(path)), encoding=encoding, is_sure=is_sure)
    except DataError as error:
        return str(error)


def check(
    monkeypatch: pytest.MonkeyPatch, path: Path, encoding: str | None = None, is_sure: bool = True
) -> None:
    expected = read(path, encoding, is_sure)
    on_disk(monkeypatch, path.parent / "cache")
    found = read(path, encoding, is_sure)
    if isinstance(expected, str) or isinstance(found, str):
        assert found == expected
        return
    assert is_in_file(found.lines)
    assert not is_in_file(expected.lines)
    np.testing.assert_array_equal(found.lines, expected.lines)
    for key in ("delimiter", "has_header", "notes", "passed_over"):
        assert getattr(found, key) == getattr(expected, key)
    for one, other in zip(found.columns, expected.columns, strict=True):
        assert (one.name, one.texts) == (other.name, other.texts)
        assert one.numbers.tobytes() == other.numbers.tobytes()
        assert one.codes.tobytes() == other.codes.tobytes()


@pytest.mark.parametrize("name", FILES)
def test_a_table_on_disk_is_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    check(monkeypatch, path)


@pytest.mark.parametrize("is_sure", [True, False])
@pytest.mark.parametrize("name", STATED)
def test_a_stated_encoding_on_disk(
    name: str, is_sure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    data, encoding = STATED[name]
    path.write_bytes(data)
    check(monkeypatch, path, encoding, is_sure)


@pytest.mark.sample(8)
@pytest.mark.parametrize("seed", range(600, 640))
def test_parts_and_reports_are_the_same(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(generated(seed), tmp_path)

    def result() -> list[object]:
        try:
            split = source.split()
        except DataError as error:
            return [str(error)]
        parts = (split.train, split.validation, split.test)
        arrays = [values for part in parts for values in (part.x, part.y)]
        kinds = [(values.dtype, values.shape, values.tobytes()) for values in arrays]
        scales = [
            s and (s.offset.tolist(), s.scale.tolist()) for s in (split.inputs, split.targets)
        ]
        return [kinds, scales, source.report(), source.notices(), source.layout(split.rows)]

    expected = result()
    on_disk(monkeypatch, tmp_path / "cache", 50)
    assert result() == expected


def test_what_does_not_fit_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has no room by itself, and nothing else."""
    random = np.random.default_rng(0)
    rows, width = 4000, 30
    names = ",".join(f"c{i}" for i in range(width))
    body = random.random((rows, width)).round(3)
    path = tmp_path / "t.csv"
    np.savetxt(path, body, "%.3f", ",", header=names, comments="")
    source = SOURCES["csv"](path=str(path), target="c0", normalize="standard")
    whole = source.split()
    monkeypatch.setattr(spilling, "FEWEST", 1000)
    monkeypatch.setattr(delimited, "MOST_IN_BLOCK", 1)
    monkeypatch.setattr("tuidl.data.stored_rows.BLOCK", 1 << 14)
    monkeypatch.setattr(memory, "SCALED_AT_ONCE", 1 << 14)
    monkeypatch.setattr(csv_table, "BYTES_A_ROW", 16)
    reading.read_raw.cache_clear()
    csv_table.read_table.cache_clear()
    source.spec()
    left = memory.demand(source, spilled=True).height - source.bytes_remembered() + 60_000
    assert left < memory.demand(source).height - source.bytes_remembered()
    for module in (spilling, memory, limits):
        monkeypatch.setattr(module, "memory_left", lambda: left)
    reading.read_raw.cache_clear()
    csv_table.read_table.cache_clear()
    split = source.split()
    assert is_in_file(split.train.x)
    assert is_in_file(source._table().features[0].values)
    assert not is_in_file(whole.train.x)
    assert split.train.x.tobytes() == whole.train.x.tobytes()
    assert split.validation.x.tobytes() == whole.validation.x.tobytes()
    monkeypatch.setattr(spilling, "room_on_disk", lambda: 1000)
    reading.read_raw.cache_clear()
    with pytest.raises(BackendError, match=r"t\.csv.* needs|not enough memory"):
        reading.read_raw(stamp(str(path)))


def test_too_many_different_texts_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,y\n" + "".join(f"k{i},{i}\n" for i in range(300)))
    monkeypatch.setattr(columns, "MANY", 64)
    monkeypatch.setattr(limits, "memory_left", lambda: 100_000)
    with pytest.raises(BackendError, match="column 'id', of more than 256 different texts"):
        reading.read_raw(stamp(str(path)))


def test_objects_are_put_together_of_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "ROWS_AT_ONCE", 4)
    path = tmp_path / "t.jsonl"
    path.write_text(LINES)
    found = reading.read_raw(stamp(str(path)))
    assert [column.name for column in found.columns] == ["a", "b", "c", "d", "e", "late"]
    assert found.lines.tolist() == [2 * i + 1 for i in range(len(OBJECTS))]
    for column in found.columns:
        expected = column_of(column.name, [row.get(column.name) for row in OBJECTS])
        assert column.texts == expected.texts
        np.testing.assert_array_equal(column.numbers, expected.numbers)
        np.testing.assert_array_equal(column.codes, expected.codes)


def test_texts_for_which_machine_code_has_no_room_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "WORTH_LOADING", 0)
    monkeypatch.setattr(compiled, "WORTH_COMPILING", 0)
    path = tmp_path / "t.csv"
    path.write_text("id,y\n" + "".join(f"k{i},{i}\n" for i in range(6000)))
    assert len(reading.read_raw(stamp(str(path))).columns[0].texts) == 6000
    reading.read_raw.cache_clear()
    monkeypatch.setattr(limits, "memory_left", lambda: 1_000_000)
    with pytest.raises(BackendError, match=r"t\.csv, of more than 4,\d{3} different texts, needs"):
        reading.read_raw(stamp(str(path)))


def test_texts_and_their_classes_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("t,y\n" + "".join(f"good {i} thing,{'ab'[i % 2]}\n" for i in range(1000)))
    monkeypatch.setattr(limits, "memory_left", lambda: 200_000)
    with pytest.raises(BackendError, match=r"t\.csv needs .* use a smaller file"):
        SOURCES["text_csv"](path=str(path), text="t", target="y").spec()
