"""MNIST and Fashion-MNIST, from IDX files: a header of big-endian numbers, then bytes."""

from math import prod
from pathlib import Path
from typing import ClassVar

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.benchmark import BenchmarkSource
from tuidl.data.dataset import Examples
from tuidl.data.files import (
    again,
    data_folder,
    decompressed,
    file_status,
    listed_sums,
    read_file,
    require_files,
    require_listed,
    require_sum,
)
from tuidl.data.published import FASHION_MNIST, MNIST, DataSet
from tuidl.data.spec import ExampleSpec

PREFIXES = {"train": "train", "test": "t10k"}
OFFICIAL_COUNTS = {"train": 60_000, "test": 10_000}
SIDE, CLASSES = 28, 10
BYTES = b"\x00\x00\x08"
"""How an IDX file of unsigned bytes begins; the number of dimensions follows."""

LARGEST = 64 << 20
"""Bytes of a file, as it lies and decompressed; the longest published one has 47 million."""


class IdxSource(BenchmarkSource, frozen=True):
    """Images of 28 x 28 grey pixels in [0, 1], in ten classes.

    A file as long as the published one must be that one; a smaller set may be the user's own.
    """

    known: ClassVar[DataSet]
    names: ClassVar[tuple[str, ...]]

    def spec(self) -> ExampleSpec:
        return ExampleSpec(shape=(SIDE, SIDE, 1), outputs=CLASSES, classes=self.names)

    def count(self) -> int:
        return OFFICIAL_COUNTS["train"]

    def test_count(self) -> int:
        return OFFICIAL_COUNTS["test"]

    def stored(self, part: str) -> Examples:
        import numpy as np

        folder = data_folder() / self.known.folder
        require_files(self.known, folder, [name for name in self.known.contents
                                           if _found(folder, name) is None])  # fmt: skip
        official = OFFICIAL_COUNTS[part]
        images = self._array(folder, f"{PREFIXES[part]}-images-idx3-ubyte", (official, SIDE, SIDE))
        labels = self._array(folder, f"{PREFIXES[part]}-labels-idx1-ubyte", (official,))
        if len(images) != len(labels):
            raise DataError(f"{folder}: {len(images)} images but {len(labels)} labels for {part}")
        if not len(labels) or labels.max() >= CLASSES:
            raise DataError(f"{folder}: expected labels from 0 to {CLASSES - 1} for {part}")
        return Examples(images[..., None], labels[:, None].astype(np.float32))

    def _array(self, folder: Path, name: str, official: tuple[int, ...]) -> Array:
        """The array in the file ``name`` or ``name``.gz, of the ``official`` shape or shorter."""
        path = _found(folder, name) or folder / name
        content = read_file(path, LARGEST)
        require_listed(listed_sums(folder), content, path)
        if path.suffix == ".gz":
            content = decompressed(content, path, LARGEST)
        advice = again(self.known, path)
        is_official = len(content) == 4 * (1 + len(official)) + prod(official)
        require_sum(self.known.contents, content, path, is_official, advice)
        return _parsed(content, path, official, advice)


class Mnist(IdxSource, frozen=True, tag="mnist"):
    """Handwritten digits: 60,000 to train on, 10,000 to test."""

    known: ClassVar[DataSet] = MNIST
    names: ClassVar[tuple[str, ...]] = tuple("0123456789")


class FashionMnist(IdxSource, frozen=True, tag="fashion_mnist"):
    """Pictures of clothes: 60,000 to train on, 10,000 to test."""

    known: ClassVar[DataSet] = FASHION_MNIST
    names: ClassVar[tuple[str, ...]] = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )


def _found(folder: Path, name: str) -> Path | None:
    """The file ``name`` as it lies in ``folder``, compressed or not."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            file_status(path)
            return path
    return None


def _parsed(content: bytes, path: Path, official: tuple[int, ...], advice: str) -> Array:
    """The bytes after an IDX header, in the shape that it says. Raises DataError."""
    import numpy as np

    rank = len(official)
    if content[:4] != BYTES + bytes([rank]):
        what = "images" if rank > 1 else "labels"
        raise DataError(f"{path}: no IDX file of {what}, or exchanged with another; {advice}")
    start = 4 * (1 + rank)
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4))
    if shape[1:] != official[1:] or shape[0] > official[0]:
        raise DataError(f"{path}: holds {shape}, expected {official} or fewer; {advice}")
    if len(content) != start + prod(shape):
        raise DataError(
            f"{path}: {len(content):,} bytes, expected {start + prod(shape):,} for the "
            f"{shape[0]:,} examples that it says it holds; {advice}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
