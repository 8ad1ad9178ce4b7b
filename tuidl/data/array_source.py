"""The user's own arrays, in NumPy's files."""

from functools import lru_cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.errors import DataError, PresetError
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.dataset import Examples, SplitSource
from tuidl.data.paths import FilePath, Stamp, resolved_path, stamp
from tuidl.data.scaling import Normalize, scaling_of_targets
from tuidl.data.spec import ExampleSpec

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

Task = Literal["classification", "regression"]
MemberName = Annotated[str, Meta(min_length=1, max_length=200)]

MOST_CLASSES = 1000
MOST_RANK = 4


class ArraySource(SplitSource, frozen=True, kw_only=True):
    """Inputs (examples, ...) and targets: whole numbers (examples,) or rows of a single 1 among
    zeros are classes, any others are values.

    ``task``: says which, where that guess is wrong. Values are taken as they are: scale them with
    ``normalize``.
    """

    task: Task | None = None
    normalize_targets: bool = False

    def inputs_shape(self) -> tuple[int, ...]:
        """Of the whole array of inputs, known from its header."""
        raise NotImplementedError

    def inputs(self) -> "Array":
        """The array of inputs, numbers of any kind."""
        raise NotImplementedError

    def targets(self) -> "Array":
        """The array of targets, numbers of any kind."""
        raise NotImplementedError

    def stamps(self) -> tuple[Stamp, ...]:
        """What changes when the files do."""
        raise NotImplementedError

    def check(self) -> None:
        super().check()
        if self.normalize_targets and self.spec().classes:
            raise PresetError("data.normalize_targets", "the targets are classes, not numbers")

    def spec(self) -> ExampleSpec:
        values, classes = _known_targets(self, self.stamps())
        shape = self.inputs_shape()
        if not 1 <= len(shape) <= MOST_RANK or 0 in shape:
            raise DataError(f"data: inputs of shape {shape}: expected (examples, numbers ...)")
        if len(values) != shape[0]:
            raise DataError(f"data: {shape[0]} inputs but {len(values)} targets")
        return ExampleSpec(shape[1:] or (1,), len(classes) or values.shape[1], classes)

    def count(self) -> int:
        return self.inputs_shape()[0]

    def bytes_reading(self) -> int:
        """The file's own numbers, and those in float32."""
        return prod(self.inputs_shape()) * (self.item_bytes() + FLOAT_BYTES)

    def item_bytes(self) -> int:
        """Of one number of the inputs in the file."""
        raise NotImplementedError

    def load(self) -> Examples:
        import numpy as np

        x = self.inputs().astype(np.float32).reshape(-1, *self.spec().shape)
        return Examples(np.ascontiguousarray(x), _known_targets(self, self.stamps())[0])

    def target_scaling(self) -> Normalize:
        return scaling_of_targets(self.normalize, self.normalize_targets)


class Npz(ArraySource, frozen=True, kw_only=True, tag="npz"):
    """Two arrays of one .npz file, by their names ``x`` and ``y``."""

    path: FilePath
    x: MemberName = "x"
    y: MemberName = "y"

    def resolve_paths(self, folder: Path) -> Self:
        return msgspec.structs.replace(self, path=resolved_path(self.path, folder, "data.path"))

    def stamps(self) -> tuple[Stamp, ...]:
        return (stamp(self.path),)

    def inputs_shape(self) -> tuple[int, ...]:
        from tuidl.data.npy_file import npz_header

        self.stamps()
        return npz_header(Path(self.path), self.x).shape

    def item_bytes(self) -> int:
        from tuidl.data.npy_file import npz_header

        return npz_header(Path(self.path), self.x).dtype.itemsize

    def inputs(self) -> "Array":
        from tuidl.data.npy_file import read_npz

        return read_npz(Path(self.path), self.x)

    def targets(self) -> "Array":
        from tuidl.data.npy_file import read_npz

        return read_npz(Path(self.path), self.y)

    def groups(self, name: str) -> "Array":
        """The array ``name`` (examples,): one number for each group."""
        from tuidl.data.npy_file import read_npz

        keys = read_npz(Path(self.path), name)
        if keys.shape not in ((self.count(),), (self.count(), 1)):
            problem = f"array {name!r} has shape {keys.shape}, expected one number an example"
            raise DataError(f"data.split: {problem}: ({self.count()},)")
        return keys.reshape(-1)


class Npy(ArraySource, frozen=True, kw_only=True, tag="npy"):
    """Two .npy files: inputs ``x`` and targets ``y``."""

    x: FilePath
    y: FilePath

    def resolve_paths(self, folder: Path) -> Self:
        x, y = (resolved_path(getattr(self, key), folder, f"data.{key}") for key in ("x", "y"))
        return msgspec.structs.replace(self, x=x, y=y)

    def stamps(self) -> tuple[Stamp, ...]:
        return stamp(self.x), stamp(self.y)

    def inputs_shape(self) -> tuple[int, ...]:
        from tuidl.data.npy_file import npy_header

        self.stamps()
        return npy_header(Path(self.x)).shape

    def item_bytes(self) -> int:
        from tuidl.data.npy_file import npy_header

        return npy_header(Path(self.x)).dtype.itemsize

    def inputs(self) -> "Array":
        from tuidl.data.npy_file import read_npy

        return read_npy(Path(self.x))

    def targets(self) -> "Array":
        from tuidl.data.npy_file import read_npy

        return read_npy(Path(self.y))


@lru_cache(maxsize=2)
def _known_targets(source: ArraySource, stamps: tuple[Stamp, ...]) -> "tuple[Array, Names]":
    """Targets (examples, width), float32, and the names of their classes; remembered until the
    files change. Raises DataError."""
    import numpy as np

    y = source.targets()
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if not 1 <= y.ndim <= 2 or not y.size:
        raise DataError(f"data: targets of shape {y.shape}: expected (examples,) or (examples, k)")
    is_whole = y.dtype.kind in "biu"
    if source.task != "regression" and y.ndim == 2 and _is_one_hot(y):
        return y.argmax(axis=1)[:, None].astype(np.float32), _names(np.arange(y.shape[1]))
    if y.ndim == 1 and (source.task == "classification" or (source.task is None and is_whole)):
        if not is_whole and not (y == np.round(y)).all():
            raise DataError("data: targets that are no whole numbers are no classes")
        classes, places = np.unique(y, return_inverse=True)
        return places[:, None].astype(np.float32), _names(classes)
    if source.task == "classification":
        raise DataError("data: rows of targets are classes only with a single 1 among zeros each")
    return y.reshape(len(y), -1).astype(np.float32), ()


Names = tuple[str, ...]


def _is_one_hot(y: "Array") -> bool:
    return bool((((y == 0) | (y == 1)).all(axis=1) & (y.sum(axis=1) == 1)).all())


def _names(classes: "Array") -> Names:
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise DataError(
            f"data: {len(classes)} different targets, expected 2 to {MOST_CLASSES} classes; for "
            "numbers to predict, say data.task = 'regression'"
        )
    return tuple(str(int(number)) for number in classes)
