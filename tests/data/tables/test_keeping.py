"""Tables that are kept between commands are those of the file, or are not used."""

import os
from pathlib import Path

import numpy as np
import pytest

from tuidl.core import limits
from tuidl.core.kept import Kept
from tuidl.data.paths import stamp
from tuidl.data.tables import keeping, reading
from tuidl.data.tables.raw import RawTable

TEXT = "a,b,c,,e\n" + "".join(f"{i / 7},{'xyz'[i % 3]},{i % 5 or 'n/a'},,\n" for i in range(500))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(reading, "BYTES_WORTH_KEEPING", 0)
    monkeypatch.setattr(keeping, "SECONDS_WORTH_KEEPING", 0)
    path = tmp_path / "t.csv"
    write(path, TEXT)
    return path


def write(path: Path, text: str, age: int = 10) -> None:
    path.write_text(text)
    now = path.stat().st_mtime
    os.utime(path, (now - age, now - age))


def read(path: Path, **options: object) -> RawTable:
    """As another command would."""
    reading.read_raw.cache_clear()
    return reading.read_raw(stamp(str(path)), **options)


def kept(path: Path) -> list[Path]:
    return sorted((path.parent / "cache" / keeping.KIND).glob("*"))


def test_what_is_kept_is_what_was_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(path)
    monkeypatch.setattr(reading, "_read", None)
    again = read(path)
    assert again.notes == first.notes != ()
    assert (again.passed_over, again.delimiter, again.has_header) == ({3}, ",", True)
    np.testing.assert_array_equal(again.lines, first.lines)
    for one, other in zip(again.columns, first.columns, strict=True):
        assert (one.name, one.texts) == (other.name, other.texts)
        np.testing.assert_array_equal(one.numbers, other.numbers)
        np.testing.assert_array_equal(one.codes, other.codes)
        assert (one.numbers.dtype, one.codes.dtype) == (np.float64, np.int32)


def test_a_changed_file_is_read(path: Path) -> None:
    read(path)
    write(path, TEXT.replace("x", "w"), age=20)
    assert "w" in read(path).columns[1].texts
    assert len(kept(path)) == 1


def test_other_settings_are_another_table(path: Path) -> None:
    assert read(path).columns[0].name == "a"
    assert read(path, header=False).columns[0].name == "1"
    assert len(kept(path)) == 2


def test_a_file_that_just_changed_is_not_kept(path: Path) -> None:
    write(path, TEXT, age=0)
    read(path)
    assert kept(path) == []


def test_what_is_quickly_read_is_not_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "SECONDS_WORTH_KEEPING", 100)
    read(path)
    assert kept(path) == []


@pytest.mark.parametrize("head", [b"", b"[]", b"{}", b'[1,["a",1,2,3],[],9,[],",",true,[],[]]'])
def test_what_is_damaged_or_strange_is_not_used(path: Path, head: bytes) -> None:
    read(path)
    Kept(keeping.KIND).write(kept(path)[0].name, head, [b"123"])
    assert read(path).columns[0].name == "a"
    file = kept(path)[0]
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert read(path).columns[0].name == "a"


def test_arrays_that_lack_something_are_not_used(path: Path) -> None:
    read(path)
    name = kept(path)[0].name
    head, body = Kept(keeping.KIND).read(name) or (b"", b"")
    Kept(keeping.KIND).write(name, head, [body[:-4]])
    assert read(path).columns[0].texts == ()


def test_a_table_for_whose_texts_there_is_no_memory_is_read_another_way(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(path)
    assert read(path) is not first
    monkeypatch.setattr(reading, "_read", lambda *_: first)
    assert read(path) is not first
    monkeypatch.setattr(limits, "memory_left", lambda: 10)
    assert read(path) is first
