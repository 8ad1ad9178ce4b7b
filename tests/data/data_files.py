"""Small files in the layouts of the published data sets, and larger ones that only look so."""

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np

CIFAR_FILES = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]


def idx(array: np.ndarray) -> bytes:
    """An IDX file of unsigned bytes."""
    header = b"\0\0\x08" + bytes([array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def write_mnist(base: Path, folder: str = "mnist", train: int = 60, test: int = 20) -> Path:
    """A small set in MNIST's layout, half of its files compressed; returns its folder."""
    random = np.random.default_rng(0)
    place = base / folder
    place.mkdir(parents=True)
    for prefix, count in (("train", train), ("t10k", test)):
        images = random.integers(0, 256, (count, 28, 28), np.uint8)
        labels = np.arange(count, dtype=np.uint8) % 10
        (place / f"{prefix}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
        (place / f"{prefix}-labels-idx1-ubyte").write_bytes(idx(labels))
    return place


def cifar_records(count: int, seed: int) -> np.ndarray:
    """(count, 3073) bytes: a label, then the red, green and blue plane."""
    records = np.random.default_rng(seed).integers(0, 256, (count, 3073), np.uint8)
    records[:, 0] = np.arange(count) % 10
    return records


def write_cifar(base: Path, count: int = 30) -> Path:
    """A small set in CIFAR-10's binary layout; returns its folder."""
    place = base / "cifar-10-batches-bin"
    place.mkdir(parents=True)
    for seed, name in enumerate(CIFAR_FILES):
        (place / name).write_bytes(cifar_records(count, seed).tobytes())
    return place


def write_python_cifar(base: Path, count: int = 30, protocol: int = 2) -> Path:
    """The same images in the Python layout; returns its folder."""
    place = base / "cifar-10-batches-py"
    place.mkdir(parents=True)
    for seed, name in enumerate(CIFAR_FILES):
        table = cifar_table(cifar_records(count, seed))
        (place / name.removesuffix(".bin")).write_bytes(pickle.dumps(table, protocol))
    return place


def cifar_table(records: np.ndarray) -> dict[Any, Any]:
    """What a file of the Python layout holds."""
    return {
        b"batch_label": b"a batch",
        b"labels": [int(label) for label in records[:, 0]],
        b"data": np.ascontiguousarray(records[:, 1:]),
        b"filenames": [f"image_{i}.png".encode() for i in range(len(records))],
    }


def python2_pickle(records: np.ndarray) -> bytes:
    """The opcodes that Python 2 wrote, as in the published files: byte strings are SHORT_BINSTRING
    and BINSTRING, which Python 3 does not write any more."""

    def text(value: bytes) -> bytes:
        if len(value) < 256:
            return b"U" + bytes([len(value)]) + value
        return b"T" + len(value).to_bytes(4, "little") + value

    def number(value: int) -> bytes:
        return b"J" + value.to_bytes(4, "little", signed=True)

    pixels = np.ascontiguousarray(records[:, 1:])
    maker = b"cnumpy.core.multiarray\n_reconstruct\nq\x02(cnumpy\nndarray\nq\x03"
    empty = b"K\x00\x85" + text(b"b") + b"tRq\x04"
    kind = b"cnumpy\ndtype\nq\x05(" + text(b"u1") + b"K\x00K\x01tRq\x06"
    state = b"(K\x03" + text(b"|") + b"NNN" + number(-1) * 2 + b"K\x00tb"
    shape = number(len(records)) + number(3072) + b"\x86"
    array = maker + empty + b"(K\x01" + shape + kind + state + b"\x89" + text(pixels.tobytes())
    labels = b"]q\x07(" + b"".join(b"K" + bytes([label]) for label in records[:, 0]) + b"e"
    entries = text(b"data") + array + b"tb" + text(b"labels") + labels
    return b"\x80\x02}q\x01(" + entries + b"u."
