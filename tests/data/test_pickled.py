"""CIFAR-10's Python files are pickles: they are read without running anything."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data import data_files
from tuidl.core.errors import DataError
from tuidl.data import SOURCES


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    return tmp_path


class _Evil:
    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.proof),)


@pytest.mark.parametrize("protocol", range(6))
def test_a_malicious_pickle_is_refused_and_never_run(base: Path, protocol: int) -> None:
    proof = base / "was_run"
    path = data_files.write_python_cifar(base) / "data_batch_1"
    table = data_files.cifar_table(data_files.cifar_records(30, 0)) | {b"x": _Evil(proof)}
    path.write_bytes(pickle.dumps(table, protocol))
    with pytest.raises(DataError, match="data_batch_1: not a CIFAR-10 batch, and not run"):
        SOURCES["cifar10"]().split()
    assert not proof.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({b"labels": [1] * 29}, "pixels for 29 labels"),
        ({b"labels": [300] * 30}, "below 0 or above 255"),
        ({b"labels": "none"}, "no list of whole numbers"),
        ({b"data": np.zeros((30, 3072))}, "something else than rows of bytes"),
        ({b"data": np.zeros((3072, 30), np.uint8).T}, "something else than rows of bytes"),
        ({b"data": np.zeros((60, 1536), np.uint8)}, "not 3072 pixels wide"),
        ({b"data": b"bytes"}, "no array under 'data'"),
        ({b"data": np.zeros((30, 3072), object)}, "not a CIFAR-10 batch"),
    ],
)
def test_a_pickle_of_something_else_is_refused(
    base: Path, change: dict[bytes, Any], message: str
) -> None:
    path = data_files.write_python_cifar(base) / "test_batch"
    table = data_files.cifar_table(data_files.cifar_records(30, 0)) | change
    path.write_bytes(pickle.dumps(table, 2))
    with pytest.raises(DataError, match=message):
        SOURCES["cifar10"]().split()


@pytest.mark.parametrize("content", [b"", b"\x80\x02", b"\x80\x02}q\x01.", b"\x80\x02]q\x01.",
                                     b"\x80\x02N.", b"(lp0\n.", b"}(\x85\x85u."])  # fmt: skip
def test_no_pickle_at_all_is_refused(base: Path, content: bytes) -> None:
    (data_files.write_python_cifar(base) / "test_batch").write_bytes(content)
    with pytest.raises(DataError):
        SOURCES["cifar10"]().split()
