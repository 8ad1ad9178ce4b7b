"""A picture as the input of a network that was trained on pictures."""

from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.examples import BRIGHTEST
from tuidl.data.picture import picture_size, read_picture
from tuidl.inference.preprocessing import Preparation
from tuidl.nn.layers.base import describe
from tuidl.preset.schema import Preset

LIGHT_ON_DARK = ("digits", "mnist", "fashion_mnist")
"""Sources whose images are light on dark, unlike photographs and drawings."""

PICTURES = (*LIGHT_ON_DARK, "cifar10", "shapes", "images", "masks")
"""Sources of images with pixels in [0, 1]."""

PAPER = "white"
MIDDLE = 0.5
MOST_SQUEEZED = 1.1
"""How far the ratio of height to width may lie off before it is worth a word."""


def read_picture_inputs(
    preset: Preset, prepared: Preparation, path: Path, invert: bool | None
) -> tuple[Array, tuple[str, ...]]:
    """(1, height, width, channels), pixels in [0, 1], and what was done to them.

    Raises DataError.
    """
    kind = preset.data.kind()
    if kind not in PICTURES:
        what = f"{describe(prepared.shape)} numbers ({kind})"
        raise DataError(f"{path}: a picture, but this network reads {what}: give .npy or .npz")
    height, width, channels = prepared.shape
    notes = []
    is_own = kind in ("images", "masks")
    paper = None if is_own else PAPER  # a folder's own are read as they were in training
    pixels = read_picture(path, (height, width), channels, paper) / np.float32(BRIGHTEST)
    if not is_own and _squeezed(picture_size(path), (height, width)) > MOST_SQUEEZED:
        seen = describe(picture_size(path))
        notes.append(f"{path.name}: {seen} pixels were squeezed into {height} x {width}")
    if invert is None and kind in LIGHT_ON_DARK and border(pixels) > MIDDLE:
        notes.append(
            f"{path.name}: light and dark were exchanged: its border is light, and the network "
            "learned from light on dark"
        )
        invert = True
    return (1 - pixels if invert else pixels)[None], tuple(notes)


def border(pixels: Array) -> float:
    """The median of the outermost pixels (height, width, channels)."""
    rows, columns = pixels[[0, -1]], pixels[1:-1, [0, -1]]
    return float(np.median(np.concatenate([rows.reshape(-1), columns.reshape(-1)])))


def _squeezed(given: tuple[int, int], wanted: tuple[int, int]) -> float:
    """By how much the ratio of the sides changes, at least 1."""
    change = (given[0] / given[1]) / (wanted[0] / wanted[1])
    return max(change, 1 / change)
