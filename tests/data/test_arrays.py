"""The user's own arrays, in NumPy's files."""

import io
import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuidl.core import limits
from tuidl.core.errors import BackendError, DataError, PresetError
from tuidl.data import SOURCES, memory, npy_file, stored_rows
from tuidl.data.memory import demand


def npz_bytes(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy_bytes(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


X = np.arange(40, dtype=np.float64).reshape(10, 4)
Y = np.arange(10) % 2


@pytest.mark.parametrize(
    ("x", "y", "options", "shape", "classes", "outputs"),
    [
        (X, Y, {}, (4,), ("0", "1"), 2),
        (X.astype(">i4"), Y[:, None] + 5, {}, (4,), ("5", "6"), 2),
        (X, np.eye(2)[Y], {}, (4,), ("0", "1"), 2),
        (X, Y, {"task": "regression"}, (4,), (), 1),
        (X, Y * 1.0, {"task": "classification"}, (4,), ("0", "1"), 2),
        (X, np.eye(2)[Y], {"task": "regression"}, (4,), (), 2),
        (X[:, 0], X[:, 1:3], {}, (1,), (), 2),
        (np.asfortranarray(X), X[:, 0], {}, (4,), (), 1),
        (np.zeros((10, 5, 6, 3), np.uint8), Y > 0, {}, (5, 6, 3), ("0", "1"), 2),
    ],
)
@pytest.mark.parametrize("kind", ["npz", "npy"])
def test_arrays(
    tmp_path: Path, x: np.ndarray, y: np.ndarray, options: dict, shape: tuple, classes: tuple,
    outputs: int, kind: str,
) -> None:  # fmt: skip
    if kind == "npz":
        (tmp_path / "d.npz").write_bytes(npz_bytes(inputs=x, y=y))
        source = SOURCES["npz"](path=str(tmp_path / "d.npz"), x="inputs", **options)
    else:
        (tmp_path / "x.npy").write_bytes(npy_bytes(x))
        (tmp_path / "y.npy").write_bytes(npy_bytes(y))
        files = {key: str(tmp_path / f"{key}.npy") for key in "xy"}
        source = SOURCES["npy"](**files, **options)
    spec = source.spec()
    assert (spec.shape, spec.classes, spec.outputs) == (shape, classes, outputs)
    examples = source.load()
    np.testing.assert_array_equal(examples.x.reshape(10, -1), x.reshape(10, -1))
    expected = np.unique(y, return_inverse=True)[1] if classes and y.ndim == 1 else None
    if expected is not None:
        np.testing.assert_array_equal(examples.y[:, 0], expected)
    assert len(source.split().train) == 8


def _npy_saying(shape: tuple[int, ...], data: bytes) -> bytes:
    """A .npy file of float64 whose header says ``shape``."""
    text = str({"descr": "<f8", "fortran_order": False, "shape": shape}).encode()
    return np.lib.format.magic(1, 0) + b"\x76\0" + text.ljust(117) + b"\n" + data


def _npz_with(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        archive.writestr("y.npy", npy_bytes(Y))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "damaged"),
        (b"nonsense", "damaged"),
        (npz_bytes(x=X, y=Y)[:-30], "damaged"),
        (npz_bytes(x=X), "no array 'y'"),
        (npz_bytes(x=X, yy=Y), "did you mean 'yy'?"),
        (npz_bytes(x=X, y=np.array(["a"] * 10)), "expected numbers"),
        (npz_bytes(x=X * 1j, y=Y), "an array of complex128, expected numbers"),
        (npz_bytes(x=X, y=Y[:9]), "10 inputs but 9 targets"),
        (npz_bytes(x=np.zeros((10, 1, 1, 1, 1)), y=Y), "expected (examples, numbers ...)"),
        (npz_bytes(x=X, y=np.zeros((10, 2, 2))), "targets of shape (10, 2, 2)"),
        (npz_bytes(x=X, y=Y * 0), "1 different targets, expected 2 to 1000"),
        (npz_bytes(x=np.zeros((0, 4)), y=np.zeros(0)), "targets of shape (0,)"),
        (_npz_with("x.npy", npy_bytes(X)[:-8]), "cut off"),
        (_npz_with("x.npy", npy_bytes(X) + b"x"), "longer than its header says"),
        (_npz_with("x.npy", _npy_saying((10, 4), b"")), "does not fit into 128 bytes"),
        (_npz_with("x.npy", _npy_saying((-10, 4), X.tobytes())), "does not fit"),
        (_npz_with("x.npy", np.lib.format.magic(9, 9) + b"x" * 100), "expected 1.0 or 2.0"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_npz_is_said(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "d.npz"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        SOURCES["npz"](path=str(path)).split()
    assert message in str(caught.value)


class _Evil:
    def __init__(self, proof: str) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.proof,)


def test_pickled_arrays_are_refused_and_never_run(tmp_path: Path) -> None:
    proof = tmp_path / "was_run"
    evil = np.array([_Evil(str(proof))] * 10, dtype=object)
    (tmp_path / "d.npz").write_bytes(npz_bytes(x=evil, y=Y))
    (tmp_path / "y.npy").write_bytes(npy_bytes(evil))
    (tmp_path / "x.npy").write_bytes(npy_bytes(X))
    files = {key: str(tmp_path / f"{key}.npy") for key in "xy"}
    for source in (SOURCES["npz"](path=str(tmp_path / "d.npz")), SOURCES["npy"](**files)):
        with pytest.raises(DataError, match="an array of object, expected numbers"):
            source.split()
    assert not proof.exists()


def test_a_bomb_of_zeros_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "d.npz"
    path.write_bytes(_npz_with("x.npy", _npy_saying((10**11, 10), bytes(1000))))
    with pytest.raises(DataError, match="does not fit into 1,128 bytes"):
        SOURCES["npz"](path=str(path)).split()
    archive = bytearray(_npz_with("x.npy", _npy_saying((10**8, 10), bytes(1000))))
    entry = archive.index(b"PK\x01\x02")
    archive[entry + 24 : entry + 28] = (8 * 10**8 + 128).to_bytes(4, "little")
    path.write_bytes(archive)
    with pytest.raises(DataError, match="says it is larger than it can be"):
        SOURCES["npz"](path=str(path)).split()


def source_of(tmp_path: Path, kind: str, x: np.ndarray, y: np.ndarray, **options: Any) -> Any:
    """Arrays in a file that is compressed, or not, or two of them."""
    if kind == "npy":
        np.save(tmp_path / "x.npy", x)
        np.save(tmp_path / "y.npy", y)
        return SOURCES["npy"](**{k: str(tmp_path / f"{k}.npy") for k in "xy"}, **options)
    save = np.savez if kind == "stored" else np.savez_compressed
    save(tmp_path / "d.npz", x=x, y=y)
    return SOURCES["npz"](path=str(tmp_path / "d.npz"), **options)


KINDS = pytest.mark.parametrize("kind", ["npy", "stored", "compressed"])


@KINDS
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "u1", "<i2", "?"])
@pytest.mark.parametrize("in_columns", [False, True])
def test_parts_are_read_block_by_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, dtype: str, in_columns: bool
) -> None:
    monkeypatch.setattr(stored_rows, "BLOCK", 100)
    x = np.random.default_rng(0).integers(0, 200, (50, 3, 4)).astype(dtype)
    x = np.asfortranarray(x) if in_columns else x
    source = source_of(tmp_path, kind, x, np.arange(50) % 2, test=0.2, split_rule="ordered")
    split = source.split()
    assert [len(p) for p in (split.train, split.validation, split.test)] == [30, 10, 10]
    parts = [part.x for part in (split.train, split.validation, split.test)]
    np.testing.assert_array_equal(np.concatenate(parts), x.astype(np.float32))
    index = np.array([7, 3, 3, 49, 0])
    np.testing.assert_array_equal(source.read().examples.part(index).x, x[index])
    shuffled = source_of(tmp_path, kind, x, np.arange(50) % 2).split()
    np.testing.assert_array_equal(shuffled.train.x, x[shuffled.rows].astype(np.float32))
    assert len(source.folds(4)[1].train) == 30


@pytest.mark.parametrize("kind", ["npy", "stored"])
def test_inputs_stay_in_their_file(tmp_path: Path, kind: str) -> None:
    x = np.zeros((1000, 5000), np.uint8)
    source = source_of(tmp_path, kind, x, np.arange(1000) % 2)
    tracemalloc.start()
    whole = source.read()
    assert tracemalloc.get_traced_memory()[1] < 3 << 20
    tracemalloc.stop()
    assert len(whole.examples) == 1000
    assert source.bytes_stored() < 40 << 20
    assert whole.examples.part(np.arange(3)).x.shape == (3, 5000)


def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    source = source_of(tmp_path, "npy", X, Y)
    whole = source.read()
    with (tmp_path / "x.npy").open("r+b") as file:
        file.truncate(200)
    with pytest.raises(DataError, match=r"x\.npy: changed while it was read"):
        whole.examples.part(np.arange(10))


def test_a_flipped_bit_in_a_stored_array_is_noticed(tmp_path: Path) -> None:
    source = source_of(tmp_path, "stored", X, Y)
    data = bytearray((tmp_path / "d.npz").read_bytes())
    data[data.index(X.tobytes()[8:24])] ^= 1
    (tmp_path / "d.npz").write_bytes(data)
    with pytest.raises(DataError, match="damaged"):
        source.split()


@pytest.mark.parametrize("shape", [(20, 3, 8, 9), (20, 1, 28, 28), (20, 4, 16, 16)])
def test_channels_that_come_first_are_noticed(tmp_path: Path, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).random(shape, np.float32)
    y = np.arange(20) % 2
    with pytest.raises(PresetError, match=rf"data\.channels: .* look like {shape[1]} channels fir"):
        source_of(tmp_path, "stored", x, y).check()
    last = source_of(tmp_path, "stored", x, y, channels="last")
    last.check()
    assert last.spec().shape == shape[1:]
    first = source_of(tmp_path, "stored", x, y, channels="first")
    first.check()
    assert first.spec().shape == (*shape[2:], shape[1])
    np.testing.assert_array_equal(first.load().x, np.moveaxis(x, 1, -1))


@pytest.mark.parametrize("shape", [(20, 28, 28, 1), (20, 3, 8, 3), (20, 5, 9, 9), (20, 3, 7, 9)])
def test_other_shapes_are_not(tmp_path: Path, shape: tuple[int, ...]) -> None:
    source_of(tmp_path, "stored", np.zeros(shape), np.arange(20) % 2).check()


def test_series_may_have_features_first(tmp_path: Path) -> None:
    x = np.arange(20.0 * 2 * 5).reshape(20, 2, 5)
    source = source_of(tmp_path, "compressed", x, np.arange(20) % 2, channels="first")
    np.testing.assert_array_equal(source.load().x, x.transpose(0, 2, 1))
    with pytest.raises(DataError, match="no channels to be turned"):
        source_of(tmp_path, "npy", X, Y, channels="first").spec()


@pytest.mark.parametrize(
    ("y", "classes", "said"),
    [
        (Y * 1.0, ("0", "1"), "targets are 2 different whole numbers, taken as classes"),
        ((Y * 2.0 - 1), ("-1", "1"), "targets are 2 different whole numbers"),
        (np.eye(2)[Y], ("0", "1"), "rows of 2 targets with a single 1 are taken as 2 classes"),
        (Y, ("0", "1"), ""),
        (Y + 0.5, (), ""),
        (np.arange(10.0), (), ""),
        (np.ones(10), (), ""),
    ],
)
def test_what_targets_are_is_said_where_it_is_a_guess(
    tmp_path: Path, y: np.ndarray, classes: tuple[str, ...], said: str
) -> None:
    source = source_of(tmp_path, "npy", X, y)
    assert source.spec().classes == classes
    assert (said in "".join(source.notices())) if said else not source.notices()
    if said:
        assert "data.task = 'regression'" in source.notices()[0]
        for task in ("regression", "classification"):
            named = source_of(tmp_path, "npy", X, y, task=task)
            assert not named.notices()
            assert bool(named.spec().classes) == (task == "classification")


@pytest.mark.parametrize("kind", ["npy", "compressed"])
def test_large_numbers_are_scaled_before_float32_rounds_them(tmp_path: Path, kind: str) -> None:
    times = 1.7e12 + np.arange(40.0)[:, None]  # milliseconds
    split = source_of(tmp_path, kind, times, np.arange(40) % 2, normalize="standard").split()
    own = times[split.rows]
    expected = (own - own.mean()) / own.std()
    np.testing.assert_allclose(split.train.x, expected, atol=1e-6)


def test_scaling_leaves_what_a_source_remembers(tmp_path: Path) -> None:
    x = np.random.default_rng(0).random((40, 3), np.float32)
    source = source_of(tmp_path, "stored", x, np.arange(40) % 2, normalize="standard")
    first, second = source.split(), source.split()
    np.testing.assert_array_equal(first.train.x, second.train.x)
    np.testing.assert_array_equal(first.validation.x, second.validation.x)
    assert abs(first.train.x.mean()) < 1e-6


def test_what_does_not_fit_is_said_with_how_much_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.zeros((1000, 500), np.float32)
    source = source_of(tmp_path, "compressed", x, np.arange(1000) % 2)
    left = demand(source).height // 4
    monkeypatch.setattr(memory, "memory_left", lambda: left)
    monkeypatch.setattr(limits, "memory_left", lambda: left)
    with pytest.raises(BackendError, match=r"the data needs .* \(about 250 of 1,000 fit\)"):
        source.split()


def test_an_array_that_does_not_fit_in_memory_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise MemoryError

    (tmp_path / "x.npy").write_bytes(npy_bytes(X))
    monkeypatch.setattr(npy_file, "_read", full)
    with pytest.raises(MemoryError):
        npy_file.read_npy(tmp_path / "x.npy")
