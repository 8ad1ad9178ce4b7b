"""The user's own arrays, in NumPy's files."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.errors import DataError, PresetError
from tuidl.core.lazy import Array
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.examples import Examples, Whole
from tuidl.data.paths import FilePath, Stamp, resolved_path, stamp
from tuidl.data.scaling import TargetScaling, scaling_of_targets
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource

if TYPE_CHECKING:
    import numpy as np

    from tuidl.data.array_targets import Targets
    from tuidl.data.npy_file import Header, Place

Task = Literal["classification", "regression"]
MemberName = Annotated[str, Meta(min_length=1, max_length=200)]

MOST_RANK = 4
CHANNELS = (1, 3, 4)
"""Grey, colour, colour with transparency."""
LEAST_SIDE = 8
"""Of a picture, to be taken for one by the shape of its array."""


class ArraySource(SplitSource, frozen=True, kw_only=True):
    """Inputs (examples, ...) and targets: whole numbers (examples,), or rows of a single 1 among
    zeros, are classes, any others are values.

    ``task``: says which, where that guess is wrong. ``channels``: "first" where inputs are
    (examples, channels, height, width). Values are taken as they are: scale them with
    ``normalize``.
    """

    task: Task | None = None
    channels: Literal["first", "last"] | None = None
    normalize_targets: bool | None = None

    def header(self) -> "Header":
        """Of the array of inputs."""
        raise NotImplementedError

    def place(self) -> "tuple[Path, Place] | None":
        """Where the inputs lie row by row in a file; None where they are to be read as a whole."""
        raise NotImplementedError

    def require_whole(self) -> None:
        """Raises DataError where the inputs' bytes are not those that were written."""

    def inputs(self) -> Array:
        """The array of inputs, numbers of any kind."""
        raise NotImplementedError

    def targets(self) -> Array:
        """The array of targets, numbers of any kind."""
        raise NotImplementedError

    def stamps(self) -> tuple[Stamp, ...]:
        """What changes when the files do."""
        raise NotImplementedError

    def check(self) -> None:
        super().check()
        if self.normalize_targets and self.spec().classes:
            raise PresetError("data.normalize_targets", "the targets are classes, not numbers")
        shape = self.header().shape
        if self.channels is None and _looks_turned(shape):
            _, channels, height, width = shape
            raise PresetError(
                "data.channels",
                f"inputs of shape {shape} look like {channels} channels first: say 'first' to have "
                f"them turned, or 'last' if these are {channels} x {height} pixels of {width} "
                "channels",
            )

    def spec(self) -> ExampleSpec:
        found = _known_targets(self, self.stamps())
        shape = self.header().shape
        if not 1 <= len(shape) <= MOST_RANK or 0 in shape:
            raise DataError(f"data: inputs of shape {shape}: expected (examples, numbers ...)")
        if self.channels == "first" and len(shape) < 3:
            raise DataError(f"data: inputs of shape {shape} have no channels to be turned")
        if len(found.values) != shape[0]:
            raise DataError(f"data: {shape[0]} inputs but {len(found.values)} targets")
        inner = (*shape[2:], shape[1]) if self.channels == "first" else shape[1:] or (1,)
        return ExampleSpec(inner, len(found.classes) or found.values.shape[1], found.classes)

    def notices(self) -> tuple[str, ...]:
        guess = _known_targets(self, self.stamps()).guess
        return (f"{guess} (data.task = 'regression' takes them as numbers)",) if guess else ()

    def class_counts(self) -> tuple[int, ...] | None:
        import numpy as np

        known = _known_targets(self, self.stamps())
        if not known.classes:
            return None
        places = known.values[:, 0].astype(int)
        return tuple(np.bincount(places, minlength=len(known.classes)).tolist())

    def count(self) -> int:
        return self.header().shape[0]

    @property
    def can_spill(self) -> bool:
        return self.place() is not None

    def bytes_reading(self) -> int:
        """Blocks of the file, or all of it."""
        from tuidl.data.stored_rows import BLOCK

        whole = self.header().bytes
        return 2 * min(BLOCK, whole) if self.place() else whole

    def bytes_stored(self) -> int:
        """The inputs, as the file has them, where they do not stay in it."""
        targets = FLOAT_BYTES * self.count() * self.spec().target_width
        return targets + self.bytes_reading()

    def bytes_a_number(self) -> int:
        return self._number().itemsize

    def load(self) -> Examples:
        stored = self.read().examples
        return Examples(stored.x, stored.y)

    def read(self) -> Whole:
        from tuidl.data.stored_rows import (
            StoredExamples,
            StoredRows,
            blocks_of_array,
            blocks_of_file,
        )

        spec, header, place = self.spec(), self.header(), self.place()
        if place is None:
            block = blocks_of_array(self.inputs())
        else:
            self.require_whole()
            block = blocks_of_file(*place, self.stamps()[0])
        row_bytes = header.bytes // max(header.shape[0], 1)
        rows = StoredRows(
            header.shape[0], spec.shape, row_bytes, block, self._arranged, self._number()
        )
        return Whole(StoredExamples(rows, _known_targets(self, self.stamps()).values))

    def _number(self) -> "np.dtype[Any]":
        """What examples are read as: numbers that float32 would round are scaled first."""
        import numpy as np

        is_wide = self.normalize != "none" and not np.can_cast(self.header().dtype, np.float32)
        return np.dtype(np.float64 if is_wide else np.float32)

    def _arranged(self, rows: Array) -> Array:
        import numpy as np

        return np.moveaxis(rows, 1, -1) if self.channels == "first" else rows

    def target_scaling(self) -> TargetScaling:
        if self.spec().classes:
            return "none"
        return scaling_of_targets(self.normalize, self.normalize_targets)


def _looks_turned(shape: tuple[int, ...]) -> bool:
    """Whether these are pictures whose channels come first, rather than rows of few pixels."""
    if len(shape) != MOST_RANK:
        return False
    _, channels, height, width = shape
    return channels in CHANNELS and width not in CHANNELS and min(height, width) >= LEAST_SIDE


class Npz(ArraySource, frozen=True, kw_only=True, tag="npz"):
    """Two arrays of one .npz file, by their names ``x`` and ``y``; ``weight``: a third one, of how
    much each example counts in the loss."""

    path: FilePath
    x: MemberName = "x"
    y: MemberName = "y"
    weight: MemberName | None = None

    def resolve_paths(self, folder: Path) -> Self:
        return msgspec.structs.replace(self, path=resolved_path(self.path, folder, "data.path"))

    def stamps(self) -> tuple[Stamp, ...]:
        return (stamp(self.path),)

    def header(self) -> "Header":
        from tuidl.data.npy_file import npz_header

        self.stamps()
        return npz_header(Path(self.path), self.x)

    def place(self) -> "tuple[Path, Place] | None":
        from tuidl.data.npy_file import npz_place

        found = npz_place(Path(self.path), self.x)
        return (Path(self.path), found) if found else None

    def require_whole(self) -> None:
        from tuidl.data.npy_file import require_whole

        require_whole(Path(self.path), self.x)

    def inputs(self) -> Array:
        from tuidl.data.npy_file import read_npz

        return read_npz(Path(self.path), self.x)

    def targets(self) -> Array:
        from tuidl.data.npy_file import read_npz

        return read_npz(Path(self.path), self.y)

    def groups(self, name: str) -> Array:
        """The array ``name`` (examples,): one number for each group."""
        return self._beside(name, "data.split")

    @property
    def is_weighted(self) -> bool:
        return self.weight is not None

    def example_weights(self) -> Array:
        import numpy as np

        assert self.weight is not None
        if self.weight in (self.x, self.y):
            what = "inputs" if self.weight == self.x else "targets"
            raise DataError(f"data.weight: array {self.weight!r} has the {what}")
        weights = self._beside(self.weight, "data.weight").astype(np.float64)
        if not (weights >= 0).all() or not np.isfinite(weights).all() or not weights.any():
            problem = f"array {self.weight!r}: expected finite numbers of at least 0, one above it"
            raise DataError(f"data.weight: {problem}")
        return weights

    def _beside(self, name: str, key: str) -> Array:
        """An array with a number for each example. Raises DataError."""
        from tuidl.data.npy_file import read_npz

        numbers = read_npz(Path(self.path), name)
        if numbers.shape not in ((self.count(),), (self.count(), 1)):
            problem = f"array {name!r} has shape {numbers.shape}, expected one number an example"
            raise DataError(f"{key}: {problem}: ({self.count()},)")
        return numbers.reshape(-1)


class Npy(ArraySource, frozen=True, kw_only=True, tag="npy"):
    """Two .npy files: inputs ``x`` and targets ``y``."""

    x: FilePath
    y: FilePath

    def resolve_paths(self, folder: Path) -> Self:
        x, y = (resolved_path(getattr(self, key), folder, f"data.{key}") for key in ("x", "y"))
        return msgspec.structs.replace(self, x=x, y=y)

    def stamps(self) -> tuple[Stamp, ...]:
        return stamp(self.x), stamp(self.y)

    def header(self) -> "Header":
        from tuidl.data.npy_file import npy_header

        self.stamps()
        return npy_header(Path(self.x))

    def place(self) -> "tuple[Path, Place] | None":
        from tuidl.data.npy_file import npy_place

        found = npy_place(Path(self.x))
        return (Path(self.x), found) if found else None

    def inputs(self) -> Array:
        from tuidl.data.npy_file import read_npy

        return read_npy(Path(self.x))

    def targets(self) -> Array:
        from tuidl.data.npy_file import read_npy

        return read_npy(Path(self.y))


@lru_cache(maxsize=2)
def _known_targets(source: ArraySource, stamps: tuple[Stamp, ...]) -> "Targets":
    """Remembered until the files change. Raises DataError."""
    from tuidl.data.array_targets import targets_of

    return targets_of(source.targets(), source.task)
