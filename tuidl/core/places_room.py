"""Convolutions that mostly meet padding, place by place of the kernel: choice and memory.

By a place of the kernel a rectangle of the answers sees the image. Far places of a dilated kernel,
or of one nearly as large as the image, have small rectangles; all others are products by zero.
``kernels/simd/places.py`` leaves them out.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tuidl.core.convolution_room import BLOCK, TILE, packed_room

FEWEST_POSITIONS = 192
"""Of a block of images, for which reading all weights is worth it, whatever room they take."""
LEAST_TERMS = 128
"""Of a row of the kernel, from which on the usual way leaves rows out that see no image."""
MOVED, MOVED_WEIGHTS = 9, 6
"""Products of vectors that a vector of a sum costs besides at every place: it is read and written
(measured: 5 to 13); for the weights' gradient, which packs what others need a frame for."""
GAIN = 0.95
"""Share of the usual way's cost up to which it pays."""
SMALL_GAIN = 0.85
"""The same where only the weights' gradient would: one more kernel is compiled for it."""
MOSTLY_PADDING = 0.45
"""Share of the products that see the image below which it is ahead of Winograd's tiles as well."""


class Places(NamedTuple):
    """``kernel``: height, width, channels, filters; ``image``, ``answers``: height, width."""

    kernel: tuple[int, ...]
    image: tuple[int, ...]
    answers: tuple[int, ...]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    padding: tuple[int, int]


def places_of(
    pixels: tuple[int, ...], kernel: tuple[int, ...], answers: tuple[int, ...],
    options: Mapping[str, Any],
) -> Places:  # fmt: skip
    """Of a kernel's operands (shapes with examples and channels) and options."""
    stride_y, stride_x, dilation_y, dilation_x, top, left = (
        options[name]
        for name in ("stride_y", "stride_x", "dilation_y", "dilation_x", "top", "left")
    )
    return Places(
        kernel, pixels[1:3], answers[1:3], (stride_y, stride_x), (dilation_y, dilation_x),
        (top, left),
    )  # fmt: skip


def seeing(first: int, step: int, length: int, count: int) -> tuple[int, int]:
    """The first of ``count`` answers that sees an axis of ``length`` pixels by a place of the
    kernel, and the end of them; ``first``: the pixel of answer 0, ``step``: to the next one's."""
    low = min(max((step - 1 - first) // step, 0), count)
    return low, max(min((length - first + step - 1) // step, count), low)


def _seen(c: Places, axis: int) -> list[int]:
    """Along an axis, for each place of the kernel how many answers see the image by it."""
    stride, dilation, padding = c.strides[axis], c.dilations[axis], c.padding[axis]
    ranges = [
        seeing(place * dilation - padding, stride, c.image[axis], c.answers[axis])
        for place in range(c.kernel[axis])
    ]
    return [end - low for low, end in ranges]


def seen_share(c: Places) -> float:
    """Of the definition's products: those that see the image."""
    products = c.kernel[0] * c.kernel[1] * c.answers[0] * c.answers[1]
    return sum(_seen(c, 0)) * sum(_seen(c, 1)) / max(products, 1)


def pays(c: Places) -> bool:
    """Whether it costs less than products of whole kernels, or of each of a kernel's rows."""
    channels, filters = c.kernel[2:]
    usual = 1.0
    if c.kernel[1] * min(channels, filters) >= LEAST_TERMS:
        usual = sum(_seen(c, 0)) / max(c.kernel[0] * c.answers[0], 1)
    return seen_share(c) * (1 + MOVED / min(channels, filters)) <= GAIN * usual


def weights_pay(c: Places, gain: float = GAIN) -> bool:
    """The same for the gradient of the weights."""
    return seen_share(c) * (1 + MOVED_WEIGHTS / min(c.kernel[2:])) <= gain


def is_mostly_padding(c: Places) -> bool:
    """Whether that is so much that Winograd's tiles, which see all of it, are no faster."""
    return seen_share(c) <= MOSTLY_PADDING


def slots(c: Places) -> int:
    """Places by which anything is seen."""
    down, across = (sum(count > 0 for count in _seen(c, axis)) for axis in (0, 1))
    return down * across


def weights_tables(channels: int) -> int:
    """Places of a pixel's channels and of their weights, and the ends of all tables."""
    return 2 * channels + 3 * TILE


def positions_of(c: Places, examples: int, most: int) -> int:
    """Answers of a block: whole rows, about ``most`` numbers of pixels and answers."""
    (_, _, channels, filters), (down, across) = c.kernel, c.answers
    row = c.strides[0] * c.image[1] * channels + across * filters
    rows = max(most // max(row, 1), -(-FEWEST_POSITIONS // max(across, 1)) if most > 1 else 1, 1)
    if rows >= down:
        rows = max(rows // max(down, 1), 1) * down
    return min(rows, max(examples, 1) * down) * across


def answers_room(c: Places, examples: int, most: int = BLOCK, places: int = 0) -> int:
    """What the convolution itself needs, for so many examples, ``most`` numbers at a time.

    ``places``: how many have room for their weights, 0 for all.
    """
    channels, filters = c.kernel[2:]
    tables = channels + 3 * TILE + 2 * positions_of(c, examples, most)
    return (places or slots(c)) * packed_room(channels, filters) + tables


def pixels_room(c: Places, examples: int, most: int = BLOCK, places: int = 0) -> int:
    """What the gradient of the pixels needs."""
    channels, filters = c.kernel[2:]
    tables = filters + 3 * TILE + 2 * positions_of(c, examples, most)
    return (places or slots(c)) * packed_room(filters, channels) + tables


def weights_room(c: Places, examples: int, most: int = BLOCK, places: int = 0) -> int:
    """What the gradient of the weights needs, which packs none."""
    channels, filters = c.kernel[2:]
    each = 1 + packed_room(1, filters)
    return weights_tables(channels) + each * positions_of(c, examples, most)
