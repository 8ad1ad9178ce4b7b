"""Damaged presets and data files: 2,000 of them, and nothing but a TuidlError may come out.

Every mutant is decided by its number, so a failure names the one to look at.
"""

import gzip
import io
import pickle
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import helpers
from tests.data import data_files
from tests.data.test_csv import PEOPLE
from tuidl.compiler.graph import Graph
from tuidl.core.errors import TuidlError
from tuidl.data import SOURCES
from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset

SECONDS_EACH = 5.0
MOST_GROWTH = 600 << 20
HOSTILE = [
    b"", b"\0", b"\xff", b"-1", b"1e999", b"nan", b"99999999999999999999", b"[[[[", b'"""', b"\n",
    b"..", b"/", b"true", b"{}", b"\x1b[2J", b"source = 'mnist'", b"0x", b",", b'"', b"9" * 5000,
]  # fmt: skip


def mutant(content: bytes, number: int) -> bytes:
    """One to four harms: flipped bits, bytes cut out, doubled, moved, or put in."""
    random = np.random.default_rng(number)
    data = bytearray(content)
    for _ in range(random.integers(1, 5)):
        size = len(data)
        start = int(random.integers(0, size + 1))
        end = min(size, start + int(random.integers(1, 1 + max(1, size // 8))))
        match random.integers(0, 6):
            case 0 if size:
                data[start % size] ^= 1 << int(random.integers(0, 8))
            case 1:
                del data[start:end]
            case 2:
                data[start:start] = data[start:end]
            case 3:
                data[start:start] = HOSTILE[random.integers(0, len(HOSTILE))]
            case 4:
                data[start:end] = random.bytes(end - start)
            case _:
                del data[start:]
    return bytes(data)


def require_only_our_errors(act: Callable[[], object], what: str) -> bool:
    """Whether it was refused; fails on any other exception, and on what takes too long."""
    started = time.thread_time()
    refused = False
    try:
        act()
    except TuidlError:
        refused = True
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    assert time.thread_time() - started < SECONDS_EACH, what
    return refused


@pytest.fixture(autouse=True)
def bounded_memory() -> Any:
    before = _highest_memory()
    yield
    assert _highest_memory() - before < MOST_GROWTH


def _highest_memory() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


PRESETS = [
    helpers.CONV,
    helpers.LINE,
    helpers.SEQUENCE,
    helpers.LINE.replace('"linear", ', '"csv", path = "people.csv", target = "age", '),
    *(path.read_text() for path in shipped().values()),
]


def test_damaged_presets(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    refused = 0
    for number in range(800):
        content = mutant(PRESETS[number % len(PRESETS)].encode(), number)
        path = tmp_path / "mutant.toml"
        path.write_bytes(content)
        refused += require_only_our_errors(
            lambda path=path: Graph.build(Preset.load(path)), f"preset mutant {number}"
        )
    assert 400 < refused < 800  # most are broken, some still mean something


def _picture() -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "png")
    return buffer.getvalue()


def _array(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _archive() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x=np.arange(40.0).reshape(10, 4), y=np.arange(10) % 2)
    return buffer.getvalue()


def _mnist(base: Path) -> tuple[Path, Any]:
    place = data_files.write_mnist(base)
    return place / "train-images-idx3-ubyte.gz", SOURCES["mnist"]()


def _mnist_labels(base: Path) -> tuple[Path, Any]:
    return data_files.write_mnist(base) / "t10k-labels-idx1-ubyte", SOURCES["mnist"]()


def _cifar(base: Path) -> tuple[Path, Any]:
    return data_files.write_cifar(base) / "data_batch_2.bin", SOURCES["cifar10"]()


def _python_cifar(base: Path) -> tuple[Path, Any]:
    path = data_files.write_python_cifar(base, count=3) / "data_batch_2"
    records = data_files.cifar_records(3, 1)
    records[:, 200:] = 0
    table = data_files.cifar_table(records)
    path.write_bytes(pickle.dumps(table, 2))
    return path, SOURCES["cifar10"]()


def _csv(base: Path) -> tuple[Path, Any]:
    path = base / "people.csv"
    path.write_text(PEOPLE + PEOPLE.partition("\n")[2] * 5)
    return path, SOURCES["csv"](path=str(path), target=4, missing="mean", normalize="standard")


def _npz(base: Path) -> tuple[Path, Any]:
    path = base / "data.npz"
    path.write_bytes(_archive())
    return path, SOURCES["npz"](path=str(path), normalize="min_max")


def _npy(base: Path) -> tuple[Path, Any]:
    x, y = base / "x.npy", base / "y.npy"
    x.write_bytes(_array(np.arange(40.0).reshape(10, 4)))
    y.write_bytes(_array(np.arange(10) % 2))
    return x, SOURCES["npy"](x=str(x), y=str(y))


def _pictures(base: Path) -> tuple[Path, Any]:
    for name in ("cat", "dog"):
        (base / name).mkdir()
        (base / name / "0.png").write_bytes(_picture())
    return base / "cat" / "0.png", SOURCES["images"](path=str(base), size=(8, 8), validation=0.0)


def _sums(base: Path) -> tuple[Path, Any]:
    path = data_files.write_cifar(base, count=10) / "SHA256SUMS"
    path.write_text("".join(f"{'0' * 64}  {name}\n" for name in data_files.CIFAR_FILES))
    return path, SOURCES["cifar10"]()


@pytest.mark.parametrize(
    ("make", "fewest"),
    [
        (_mnist, 100), (_mnist_labels, 60), (_cifar, 40), (_python_cifar, 40), (_csv, 40),
        (_npz, 100), (_npy, 20), (_pictures, 60), (_sums, 100),
    ],
)  # fmt: skip
def test_damaged_data_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any, fewest: int
) -> None:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    path, source = make(tmp_path)
    good = path.read_bytes()
    refused = 0
    for number in range(136):
        path.write_bytes(mutant(good, number))
        refused += require_only_our_errors(source.split, f"{make.__name__} mutant {number}")
    assert fewest <= refused <= 136
    path.write_bytes(good)
    if make is not _sums:
        source.split()


def test_damaged_content_in_a_whole_gzip_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    path, source = _mnist(tmp_path)
    good = gzip.decompress(path.read_bytes())[:3000]
    for number in range(100):
        path.write_bytes(gzip.compress(mutant(good, number), compresslevel=1))
        require_only_our_errors(source.split, f"content mutant {number}")
