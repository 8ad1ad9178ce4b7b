"""The user's own pictures with a class for each pixel: ``images/`` and ``masks/`` of one folder."""

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import msgspec
from msgspec import Meta

from tuidl.core.errors import DataError
from tuidl.core.limits import FLOAT_BYTES
from tuidl.data.examples import Examples, Whole
from tuidl.data.image_source import Side
from tuidl.data.origin import Origin
from tuidl.data.paths import FilePath, resolved_path
from tuidl.data.spec import ExampleSpec
from tuidl.data.split_source import SplitSource

if TYPE_CHECKING:
    from tuidl.data.decoded_masks import DecodedMasks
    from tuidl.data.decoded_pictures import Decoded
    from tuidl.data.mask_folder import Pairs

Value = Annotated[int, Meta(ge=0, le=65535)]
MOST_CLASSES = 1000
MASK_BYTES = 2
"""Of a pixel of a mask that is remembered."""
TWO = ("background", "foreground")


class Masks(SplitSource, frozen=True, kw_only=True, tag="masks"):
    """Pictures of ``images/`` with a class for each pixel from the PNG file of that name in
    ``masks/``, both scaled to ``size`` [height, width]; ``channels``: 1 is grey, 3 colour.

    Masks have numbers of classes from 0 on, as grey values or by a palette, or two values.
    ``values`` are those of the classes in their order where they are others, ``ignore`` that of
    pixels that do not count, ``classes`` the names. ``cache``: decoded pixels are kept between
    commands.
    """

    path: FilePath
    size: tuple[Side, Side]
    channels: Literal[1, 3] = 3
    classes: Annotated[tuple[str, ...], Meta(min_length=2, max_length=MOST_CLASSES)] | None = None
    values: Annotated[tuple[Value, ...], Meta(min_length=2, max_length=MOST_CLASSES)] | None = None
    ignore: Value | None = None
    cache: bool = True

    def __post_init__(self) -> None:
        names, values = self.classes, self.values
        for key, listed in (("classes", names), ("values", values)):
            if listed is not None and len(set(listed)) < len(listed):
                raise ValueError(f"{key}: two are the same")
        if names is not None and not all(name and name.isprintable() for name in names):
            raise ValueError("classes: expected printable names")
        if names is not None and values is not None and len(names) != len(values):
            raise ValueError(f"values: {len(values)} for {len(names)} classes")
        if self.ignore is not None and self.ignore in (values or ()):
            raise ValueError(f"ignore: {self.ignore} is the value of a class")

    def resolve_paths(self, folder: Path) -> Self:
        return msgspec.structs.replace(self, path=resolved_path(self.path, folder, "data.path"))

    def spec(self) -> ExampleSpec:
        names = self._names()
        weighted = self.ignore is not None
        return ExampleSpec(
            (*self.size, self.channels), len(names), names, self.size, weighted=weighted
        )

    def count(self) -> int:
        return len(self._pairs().pictures)

    def bytes_stored(self) -> int:
        """Of the targets: pixels of pictures are remembered as bytes."""
        return FLOAT_BYTES * self.count() * self.spec().target_width

    def bytes_reading(self) -> int:
        return self.bytes_remembered() + self.bytes_stored()

    def bytes_remembered(self) -> int:
        return self.count() * prod(self.size) * (self.channels + MASK_BYTES)

    def load(self) -> Examples:
        return self.read().examples.floats()

    def read(self) -> Whole:
        import numpy as np

        from tuidl.data.mask_folder import PICTURES

        values, masks = self._values(), self._masks()
        self._require_known(values, masks)
        place = np.zeros(1 << 16, np.float32)
        place[list(values)] = np.arange(len(values))
        y = place[masks.pixels].reshape(len(masks.pixels), -1)
        if self.ignore is not None:
            counts = masks.pixels != self.ignore
            y = np.concatenate([y, counts.reshape(y.shape).astype(np.float32)], axis=1)
        return Whole(Examples(self._pictures(PICTURES).examples.x, y))

    def origin(self, part: str = "") -> Origin | None:
        return None if part else Origin(self._pairs().pictures)

    def _names(self) -> tuple[str, ...]:
        if self.classes is not None:
            return self.classes
        values = self._values()
        return TWO if len(values) == len(TWO) else tuple(map(str, values))

    def _values(self) -> tuple[int, ...]:
        """The value of each class. Raises DataError where masks do not say which is which."""
        if self.values is not None:
            return self.values
        count = None if self.classes is None else len(self.classes)
        if count not in (None, len(TWO)):
            return tuple(range(count))
        seen = self._seen()
        if len(seen) == len(TWO) or (count is None and seen == tuple(range(len(seen))) != (0,)):
            return seen
        if count is not None and set(seen) <= {0, 1}:
            return (0, 1)
        raise DataError(
            f"{self.path}: the masks have the values {_some(seen)}, expected numbers of classes "
            "from 0 on without gaps, or two values",
            "data.values lists those of the classes in their order, data.ignore is that of pixels "
            "that do not count",
        )

    def _seen(self) -> tuple[int, ...]:
        """The values of the masks, but for that of pixels that do not count."""
        seen = tuple(value for value in self._masks().values if value != self.ignore)
        if not seen:
            raise DataError(f"{self.path}: all pixels of all masks are {self.ignore}")
        return seen

    def _require_known(self, values: tuple[int, ...], masks: "DecodedMasks") -> None:
        """Raises DataError, which names a mask with a value that is of no class."""
        for value, place in zip(masks.values, masks.first, strict=True):
            if value not in values and value != self.ignore:
                raise DataError(
                    f"{self._pairs().masks[place]}: value {value}, expected {_some(values)}",
                    "data.ignore is the value of pixels that do not count",
                )

    def _pairs(self) -> "Pairs":
        from tuidl.data.mask_folder import listed_pairs

        return listed_pairs(Path(self.path))

    def _masks(self) -> "DecodedMasks":
        from tuidl.data.decoded_masks import decoded_masks

        return decoded_masks(self._pairs(), self.size)

    def _pictures(self, name: str) -> "Decoded":
        from tuidl.data.decoded_pictures import Wanted, decoded
        from tuidl.data.image_folder import Folder

        files = tuple((path, 0) for path in self._pairs().pictures)
        folder = Folder(str(Path(self.path) / name), (name,), files)
        return decoded(folder, Wanted(self.size, self.channels, keeps=self.cache))


MOST_NAMED = 8


def _some(values: tuple[int, ...]) -> str:
    more = " and more" if len(values) > MOST_NAMED else ""
    return ", ".join(map(str, values[:MOST_NAMED])) + more
