"""Decoding masks: pictures whose pixels are numbers of classes, grey or places of a palette."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.limits import default_threads
from tuidl.data.files import file_status
from tuidl.data.mask_folder import Pairs
from tuidl.data.picture import (
    opened_picture,
    require_few_pixels,
    size_among,
    strict_decoders,
)

if TYPE_CHECKING:
    from PIL.Image import Image

Stamp = tuple[int, int]
"""When a file last changed, and its bytes."""
LARGEST = 1 << 16
"""Numbers of a mask are below it."""


@dataclass(frozen=True)
class DecodedMasks:
    """``pixels`` (masks, height, width) uint16, scaled by nearest pixels. ``values``: all numbers
    that the masks have at their own sizes, in ascending order, and ``first`` the place of a mask
    that has each."""

    pixels: Array
    values: tuple[int, ...]
    first: tuple[int, ...]


def decoded_masks(pairs: Pairs, size: tuple[int, int]) -> DecodedMasks:
    """The masks scaled to ``size`` (height, width); remembered until a file changes.

    Raises DataError for the first that cannot be read, is in colour, or has another size than its
    picture.
    """
    return _decoded(pairs, _stamps(pairs.masks), _stamps(pairs.pictures), size)


def _stamps(paths: tuple[str, ...]) -> tuple[Stamp, ...]:
    found = (file_status(Path(path)) for path in paths)
    return tuple((status.st_mtime_ns, status.st_size) for status in found)


@lru_cache(maxsize=3)
def _decoded(
    pairs: Pairs, of_masks: tuple[Stamp, ...], of_pictures: tuple[Stamp, ...], size: tuple[int, int]
) -> DecodedMasks:
    pixels = np.empty((len(pairs.masks), *size), np.uint16)

    def one(place: int) -> Array:
        mask = Path(pairs.masks[place])
        numbers = _read(mask)
        picture = Path(pairs.pictures[place])
        if numbers.shape != (wanted := size_among(picture)):
            seen, expected = (" x ".join(map(str, shape)) for shape in (numbers.shape, wanted))
            raise DataError(f"{mask}: {seen} pixels (height x width), but {picture} has {expected}")
        pixels[place] = nearest(numbers, size)
        return np.unique(numbers)

    with strict_decoders(), ThreadPoolExecutor(default_threads()) as pool:
        found = list(pool.map(one, range(len(pairs.masks))))
    first: dict[int, int] = {}
    for place, values in enumerate(found):
        for value in values.tolist():
            first.setdefault(value, place)
    known = tuple(sorted(first))
    return DecodedMasks(pixels, known, tuple(first[value] for value in known))


def nearest(mask: Array, size: tuple[int, int]) -> Array:
    """A mask (height, width) in another ``size``, each pixel the nearest one."""
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
        for new, old in zip(size, mask.shape, strict=True)
    )
    scaled: Array = mask[rows][:, columns]
    return scaled


def _read(path: Path) -> Array:
    """(height, width) numbers as the file has them, upright. Raises DataError."""
    from PIL import ImageOps

    with opened_picture(path) as image:
        require_few_pixels(image, path)
        numbers = _numbers(ImageOps.exif_transpose(image), path)
    if numbers.min() < 0 or numbers.max() >= LARGEST:
        raise DataError(f"{path}: expected numbers from 0 to {LARGEST - 1:,}")
    return numbers.astype(np.uint16)


def _numbers(image: "Image", path: Path) -> Array:
    """Raises DataError for colours that no palette numbers."""
    if image.mode in ("1", "L", "P", "I") or image.mode.startswith("I;16"):
        return np.asarray(image)
    if image.mode in ("LA", "La"):
        return np.asarray(image.getchannel(0))
    if image.mode in ("RGB", "RGBA"):
        pixels = np.asarray(image)[..., :3]
        if (pixels == pixels[..., :1]).all():
            return pixels[..., 0]
    raise DataError(
        f"{path}: a mask in colour ({image.mode}), expected numbers of classes: grey, or a palette"
    )
