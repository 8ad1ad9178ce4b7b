"""Arrays of the user's own as inputs: shapes, names, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from tests.helpers import CONV, LINE, preset
from tests.inference.predicted import predicted, trained_on
from tuidl.core.errors import DataError


@pytest.mark.parametrize("shape", [(3, 8, 8, 1), (3, 8, 8), (8, 8, 1), (8, 8)])
def test_arrays_may_leave_out_what_is_one(shape: tuple[int, ...], tmp_path: Path) -> None:
    model = trained_on(preset(CONV))
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random(shape))
    assert len(predicted(model, tmp_path / "x.npy").records) == (3 if shape[0] == 3 else 1)


@pytest.mark.parametrize("shape", [(8, 9), (2, 8, 9, 1), (64,), (2, 64), ()])
def test_other_shapes_are_refused_with_what_was_expected(
    shape: tuple[int, ...], tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", np.zeros(shape))
    with pytest.raises(DataError, match=r"expected \(examples, 8, 8, 1\)"):
        predicted(trained_on(preset(CONV)), tmp_path / "x.npy")


def test_arrays_of_archives_are_named(tmp_path: Path) -> None:
    model = trained_on(preset(LINE))
    path = tmp_path / "a.npz"
    np.savez(path, first=np.ones((2, 1)), second=np.zeros((3, 1)))
    with pytest.raises(DataError, match="2 arrays, say which: first, second"):
        predicted(model, path)
    assert len(predicted(model, path, key="second").records) == 3
    with pytest.raises(DataError, match="no array 'secnd'; did you mean 'second'"):
        predicted(model, path, key="secnd")
    np.savez(path, x=np.ones((2, 1)), y=np.zeros((3, 1)))
    assert len(predicted(model, path).records) == 2


def test_bytes_are_pixels_and_bright_numbers_are_pointed_out(tmp_path: Path) -> None:
    model = trained_on(preset(CONV))
    x = model.preset.data.load().x[:2]
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "b.npy", (16 * x).astype(np.uint8))
    np.save(tmp_path / "f.npy", 16 * x)
    expected = predicted(model, tmp_path / "x.npy")
    assert predicted(model, tmp_path / "b.npy") == expected
    (note,) = predicted(model, tmp_path / "f.npy").notes
    assert note.startswith("f.npy: values up to 16, but the network learned from 0 to 1")


@pytest.mark.parametrize("values", [np.array([[np.nan]]), np.array([[1e300]])])
def test_values_that_are_not_finite_are_refused(values: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", values)
    with pytest.raises(DataError, match="example 1 has values that are not finite"):
        predicted(trained_on(preset(LINE)), tmp_path / "x.npy")


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([[{}]], object), allow_pickle=True)
    with pytest.raises(DataError, match="expected numbers"):
        predicted(trained_on(preset(LINE)), tmp_path / "x.npy")


def test_a_promise_of_too_much_is_refused_before_it_is_allocated(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000, 1), }"
    text = header.ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode())
    with pytest.raises(DataError, match="does not fit into"):
        predicted(trained_on(preset(LINE)), path)
