"""Our own writer and reader of safetensors files, against the library's."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from tuidl.core.errors import RunError
from tuidl.storage.arrays import foreign_arrays, read_arrays, write_weights
from tuidl.storage.files import open_checked, write_checked
from tuidl.storage.tensors import KINDS, METADATA, open_arrays, pieces

Array = np.ndarray[Any, np.dtype[Any]]
SHAPES = st.lists(st.integers(0, 4), min_size=1, max_size=4).map(tuple)
ARRAYS = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=8).filter(METADATA.__ne__),
    st.tuples(st.sampled_from(sorted(KINDS.values())), SHAPES),
    max_size=6,
)


def written(arrays: dict[str, Array], metadata: dict[str, str]) -> bytes:
    return b"".join(pieces(arrays, metadata))


@settings(max_examples=200)
@given(ARRAYS, st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_the_bytes_are_the_librarys(kinds: dict[str, tuple[str, Any]], note: str) -> None:
    arrays = {
        name: np.arange(np.prod(shape)).reshape(shape).astype(kind)
        for name, (kind, shape) in kinds.items()
    }
    assert written(arrays, {"note": note}) == save(arrays, {"note": note})


def test_a_view_that_is_not_contiguous_is_written_as_it_reads() -> None:
    whole = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert written({"a": whole.T}, {}) == save({"a": whole.T.copy()})
    swapped = whole.astype(whole.dtype.newbyteorder())
    assert written({"a": swapped}, {}) == save({"a": whole})


def test_what_no_file_can_hold_is_said() -> None:
    with pytest.raises(ValueError, match="no safetensors file holds"):
        written({"a": np.array(["text"])}, {})


def test_arrays_come_back_one_by_one(tmp_path: Path) -> None:
    arrays = {
        "b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a": np.array([np.nan, 1.0]),
        "none": np.zeros((0, 3), np.float32),
    }
    write_weights(tmp_path / "w", arrays, {"run": "x"})
    metadata, found = read_arrays(tmp_path / "w")
    assert metadata == {"run": "x"}
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype
        found[name][...] = 0  # our own, writable
    with open_checked(tmp_path / "w") as file:
        np.testing.assert_array_equal(load(file.read())["b"], arrays["b"])


def test_a_file_that_is_cut_after_it_was_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(save({"a": np.zeros(1000, np.float32)}))
    _, stored = foreign_arrays(tmp_path / "w")
    (tmp_path / "w").write_bytes(b"")
    with pytest.raises(RunError, match="a was cut off while it was read"):
        stored["a"].read()


def header(table: Any, more: bytes = b"") -> bytes:
    text = table if isinstance(table, bytes) else json.dumps(table).encode()
    return len(text).to_bytes(8, "little") + text + more


def entry(dtype: str = "F32", shape: Any = (1,), offsets: Any = (0, 4)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


WRONG = {
    "nothing": b"",
    "a length alone": b"\xff" * 8,
    "a length beyond the end": (1 << 20).to_bytes(8, "little") + b"{}",
    "no JSON": header(b"\x80\x04K\x01."),
    "a list": header([]),
    "deep": header(b'{"a":' * 5000),
    "an array that is a number": header({"a": 1}),
    "metadata that is a list": header({METADATA: []}),
    "metadata with a number": header({METADATA: {"a": 1}}),
    "an unknown kind": header({"a": entry("F31")}, bytes(4)),
    "too little data": header({"a": entry()}, bytes(3)),
    "too much data": header({"a": entry()}, bytes(5)),
    "a shape that is larger than its place": header({"a": entry(shape=(2,))}, bytes(4)),
    "a negative dimension": header({"a": entry(shape=(-1, -1))}, bytes(4)),
    "a dimension beyond all bounds": header({"a": entry(shape=(1 << 62, 4))}, bytes(4)),
    "an offset before the data": header({"a": entry(offsets=(-4, 0))}, bytes(4)),
    "two in one place": header({"a": entry(), "b": entry()}, bytes(4)),
    "a hole": header({"a": entry(), "b": entry(offsets=(8, 12))}, bytes(12)),
    "33 dimensions": header({"a": entry(shape=(1,) * 33)}, bytes(4)),
    "a shape of texts": header({"a": entry(shape=("1",))}, bytes(4)),
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG)
def test_what_is_no_such_file_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "w"
    write_checked(path, data)
    with pytest.raises(RunError, match="safetensors file"):
        read_arrays(path)
    with pytest.raises(RunError, match="not a safetensors file"):
        foreign_arrays(path)


def _most_at_once(action: Callable[[], object]) -> int:
    """Bytes that Python and NumPy take on top of what is there."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_neither_writing_nor_reading_makes_a_second_copy(tmp_path: Path) -> None:
    values = np.ones(8 << 20, np.float32)  # 32 MiB
    arrays = {"a": values, "b": values[: 1 << 20]}
    path = tmp_path / "w"
    assert _most_at_once(lambda: write_weights(path, arrays, {})) < values.nbytes / 4

    def load_again() -> None:
        with open_checked(path) as file:
            stored = open_arrays(path, file)[1]["a"]
        stored.read_into(values)

    assert _most_at_once(load_again) < values.nbytes / 4
    assert _most_at_once(lambda: save(arrays)) >= values.nbytes, "copies are seen"
