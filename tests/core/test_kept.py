"""Files that save work: whole or not there, and bounded together."""

import os
from pathlib import Path

import pytest

from tuidl.core.kept import CACHE_VARIABLE, Kept


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_is_kept_comes_back(base: Path) -> None:
    kept = Kept("things")
    assert kept.read("a") is None
    assert kept.write("a", b"head", [b"one", memoryview(b"two")])
    found = kept.read("a")
    assert found is not None
    assert (found[0], bytes(found[1])) == (b"head", b"onetwo")
    assert [p.name for p in (base / "things").iterdir()] == ["a"]
    assert (base / "things").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", [0, 31, 32, 40, 44, -1])
def test_a_damaged_file_is_none(base: Path, place: int) -> None:
    kept = Kept("things")
    kept.write("a", b"head", [b"body"])
    path = base / "things" / "a"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert kept.read("a") is None
    assert not path.exists()
    path.write_bytes(bytes(data)[:20])
    assert kept.read("a") is None


def test_those_not_used_for_longest_go_first(base: Path) -> None:
    kept = Kept("things", most=1000)
    for i, name in enumerate("abc"):
        assert kept.write(name, b"", [bytes(250)])
        os.utime(base / "things" / name, (i + 1, i + 1))
    kept.read("a")  # now the one used last
    assert kept.write("d", b"", [bytes(250)])
    assert sorted(p.name for p in (base / "things").iterdir()) == ["a", "c", "d"]
    assert not kept.write("e", b"", [bytes(600)])


def test_an_unusable_folder_costs_no_more_than_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (str(tmp_path / "file"), "below/here"):
        monkeypatch.setenv(CACHE_VARIABLE, folder)
        assert not Kept("things").write("a", b"", [b"x"])
        assert Kept("things").read("a") is None
