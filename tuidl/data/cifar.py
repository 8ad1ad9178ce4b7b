"""CIFAR-10, from the binary or the Python layout of the published archive."""

from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.benchmark import BenchmarkSource
from tuidl.data.dataset import Examples
from tuidl.data.files import (
    again,
    data_folder,
    file_status,
    listed_sums,
    read_file,
    require_files,
    require_listed,
    require_sum,
)
from tuidl.data.published import CIFAR10, CIFAR10_PYTHON, CIFAR10_PYTHON_FOLDER
from tuidl.data.spec import ExampleSpec

SIDE, CHANNELS, CLASSES = 32, 3, 10
PIXELS = SIDE * SIDE * CHANNELS
RECORD = 1 + PIXELS
OFFICIAL_RECORDS = 10_000
LARGEST = 1 << 30
"""Of one file, in bytes; the published ones have 31 million."""


class Cifar10(BenchmarkSource, frozen=True, tag="cifar10"):
    """Colour photographs of 32 x 32 pixels in [0, 1]: 50,000 to train on, 10,000 to test.

    A file with as many images as the published one must be that one; a smaller set in the same
    layout may be the user's own.
    """

    def spec(self) -> ExampleSpec:
        names = (
            "airplane", "automobile", "bird", "cat", "deer",
            "dog", "frog", "horse", "ship", "truck",
        )  # fmt: skip
        return ExampleSpec(shape=(SIDE, SIDE, CHANNELS), outputs=CLASSES, classes=names)

    def count(self) -> int:
        return _count_of("train")

    def test_count(self) -> int:
        return _count_of("test")

    def stored(self, part: str) -> Examples:
        import numpy as np

        folder, sums = _layout()
        listed = listed_sums(folder)
        batches: dict[str, tuple[Array, Array]] = {}
        for name in _names(sums, part):
            images, labels = _batch(folder / name, sums, listed)
            for other, (known, _) in batches.items():
                if np.array_equal(known, images):
                    raise DataError(f"{folder / name}: the same images as {other}; {_advice(name)}")
            batches[name] = images, labels
        planes = np.concatenate([images for images, _ in batches.values()])
        labels = np.concatenate([labels for _, labels in batches.values()])
        pixels = planes.reshape(-1, CHANNELS, SIDE, SIDE).transpose(0, 2, 3, 1)
        return Examples(np.ascontiguousarray(pixels), labels[:, None].astype(np.float32))


def _count_of(part: str) -> int:
    """Images of a part, by the size of its files."""
    folder, sums = _layout()
    sizes = (file_status(folder / name).st_size for name in _names(sums, part))
    return sum(sizes) // RECORD


def _layout() -> tuple[Path, dict[str, str]]:
    """The folder that is there and the sums of its files. Raises DataError where none is whole."""
    base = data_folder()
    binary, python = base / CIFAR10.folder, base / CIFAR10_PYTHON_FOLDER
    if python.is_dir() and not binary.is_dir():
        folder, sums = python, CIFAR10_PYTHON
    else:
        folder, sums = binary, CIFAR10.contents
    require_files(CIFAR10, folder, [name for name in sums if not (folder / name).exists()])
    return folder, sums


def _names(sums: dict[str, str], part: str) -> list[str]:
    return [name for name in sums if name.startswith("test") == (part == "test")]


def _batch(path: Path, sums: dict[str, str], listed: dict[str, str] | None) -> tuple[Array, Array]:
    """Images (n, 3072) and labels (n,) of one file, bytes, checked. Raises DataError."""
    content = read_file(path, LARGEST)
    require_listed(listed, content, path)
    read = _records if path.suffix == ".bin" else _pickled_records
    images, labels = read(content, path)
    is_official = len(labels) == OFFICIAL_RECORDS
    require_sum(sums, content, path, is_official, _advice(path.name))
    if not len(labels) or labels.max() >= CLASSES:
        raise DataError(f"{path}: expected labels from 0 to {CLASSES - 1}; {_advice(path.name)}")
    return images, labels


def _pickled_records(content: bytes, path: Path) -> tuple[Array, Array]:
    from tuidl.data.pickled import read_batch  # where there is such a file: it is much to load

    return read_batch(content, path)


def _records(content: bytes, path: Path) -> tuple[Array, Array]:
    import numpy as np

    if len(content) % RECORD:
        raise DataError(
            f"{path}: {len(content):,} bytes, expected a multiple of {RECORD} (a label and "
            f"{PIXELS} pixels); it may be cut off; {_advice(path.name)}"
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    return records[:, 1:], records[:, 0]


def _advice(name: str) -> str:
    return again(CIFAR10, Path(name))
