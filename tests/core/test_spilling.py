"""Whether arrays lie in memory or in files."""

from pathlib import Path

import numpy as np
import pytest

from tuidl.core import limits, spilling
from tuidl.core.errors import BackendError
from tuidl.core.spilling import empty, in_place, is_in_file, room_for, written

LEFT = 10 << 20
SHAPE = (1 << 18,)


@pytest.fixture(autouse=True)
def bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUIDL_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(limits, "memory_left", lambda: LEFT)
    monkeypatch.setattr(spilling, "memory_left", lambda: LEFT)


@pytest.mark.parametrize(("needed", "is_spilled"), [(LEFT, False), (LEFT + 1, True)])
def test_files_are_for_what_memory_has_no_room_for(needed: int, is_spilled: bool) -> None:
    values = np.arange(SHAPE[0], dtype=np.float64)
    with room_for(needed, LEFT, "it", "do less"):
        assert is_in_file(empty(SHAPE, np.float64)) is is_spilled
        assert not is_in_file(empty((3,), np.float64))
        stored = in_place(values)
        assert is_in_file(stored) is is_spilled
        assert in_place(stored) is stored
    np.testing.assert_array_equal(stored, values)
    assert not is_in_file(empty(SHAPE, np.float64))


def test_what_must_be_in_memory_is_said() -> None:
    with (
        pytest.raises(BackendError, match=r"it needs 0.02 GiB, this machine .*: do less$"),
        room_for(3 * LEFT, 2 * LEFT, "it", "do less"),
    ):
        pass


def test_what_the_disk_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spilling, "room_on_disk", lambda: LEFT)
    with (
        pytest.raises(BackendError, match=r"it needs 0.029.*, or make room for files of 0.02 GiB"),
        room_for(3 * LEFT, LEFT, "it", "do less"),
    ):
        pass
    with pytest.raises(BackendError, match="it: not enough memory, nor room for a file in"):
        written(iter([b"x" * LEFT, b"y"]), "it")


def test_pieces_are_written_one_behind_the_other(tmp_path: Path) -> None:
    found = written(iter([b"ab", b"", b"c"]), "it")
    assert found[:] == b"abc"
    assert not list(tmp_path.iterdir())
    assert written(iter([]), "it") == b""
