"""Convolutions with groups, gaps and two strides: their geometry, and the memory they need at hand.

Along an axis a convolution and the gradient of its pixels are the same thing: *windows* over what
is read. Those of the convolution are ``stride`` apart, and their places ``dilation``. Back to the
pixels, windows are 1 apart, and a stride splits the pixels by their remainders into as many
*phases*, each of which has its part of the kernel, the last place first.

``kernels/simd/grouped.py`` has the whole.
"""

from math import gcd
from typing import NamedTuple

from tuidl.core.convolution_room import BLOCK, LANES, TILE, block_room, packed_room

CHANNELS_BLOCK = 32_768
"""Numbers of a block of images of which one vector of channels is worked on at a time."""
IN_PLACE_CHANNELS = 64
"""Channels from which on depthwise ones are not laid out: lines of several vectors."""
HALF = LANES // 2
"""Numbers that a tile has code for as well: groups of 8 fill a vector, or half of one, by
themselves, and need not be laid out side by side."""
SPREADABLE = (1, 2, 4, 8)
"""Channels of a group, as many as its filters, that are copied by vector instructions."""


class Axis(NamedTuple):
    """Windows along one axis.

    ``size``, ``stride``, ``dilation`` and ``padding`` are the convolution's; ``is_back``: windows
    over its answers, for the gradient of its pixels. ``step``: from one window to the next;
    ``low``: what is read in front of the first number; ``extent``: of a window, all phases of it.
    """

    size: int
    stride: int
    dilation: int
    padding: int
    is_back: bool
    step: int
    low: int
    extent: int


class Phase(NamedTuple):
    """Which places of the kernel a phase has: ``size`` of them, from the ``first`` on ``step``
    apart. They see what lies from ``base`` on, ``distance`` apart."""

    first: int
    step: int
    size: int
    base: int
    distance: int


def phase_back(size: int, stride: int, dilation: int, padding: int, remainder: int) -> Phase:
    """Of pixels with a ``remainder``; ``base``: from a pixel's number within the phase to the
    answer that sees it by the first place."""
    common = gcd(stride, dilation)
    step, distance, first = stride // common, dilation // common, 0
    while first < step and (remainder + padding - first * dilation) % stride != 0:
        first += 1
    count = 0 if first == step else max((size - first + step - 1) // step, 0)
    return Phase(first, step, count, (remainder + padding - first * dilation) // stride, distance)


def axis_ahead(size: int, stride: int, dilation: int, padding: int) -> Axis:
    """Of the convolution itself."""
    extent = (size - 1) * dilation + 1
    return Axis(size, stride, dilation, padding, False, stride, padding, extent)


def axis_back(size: int, stride: int, dilation: int, padding: int) -> Axis:
    """Of the gradient of the pixels. A place i of the kernel sees pixels of one remainder only, by
    the answer (padding - i dilation) / stride behind a pixel's number, rounded up."""
    low = ((size - 1) * dilation - padding) // stride
    high = (padding + stride - 1) // stride
    return Axis(size, stride, dilation, padding, True, 1, low, low + high + 1)


def phases_of(axis: Axis) -> int:
    return axis.stride if axis.is_back else 1


def by_channels(terms: int, channels: int, filters: int, groups: int) -> bool:
    """Whether all groups' channels are worked on side by side in vectors, not group by group.

    ``terms``: places of the kernel; ``channels``, ``filters``: of a group, read and written. What
    counts are multiplications of vectors, and copies: one a number where they are not spread.
    """
    spread = 1 if channels == filters and channels in SPREADABLE else LANES
    each = groups * channels * terms * ((filters + HALF - 1) // HALF)
    beside = channels * ((groups * filters + HALF - 1) // HALF) * (terms + spread)
    return groups > 1 and beside <= each


def in_place(channels: int, filters: int, groups: int) -> bool:
    """Whether a convolution's numbers are multiplied where they lie (``simd/depthwise.py``).

    ``channels``: read by a group; ``filters``: of all groups. Lines of few channels are laid out, a
    vector of them at a time.
    """
    return channels == 1 and groups == filters and filters >= IN_PLACE_CHANNELS


class Grouped(NamedTuple):
    """``image``, ``answers``: height, width; ``channels``, ``filters``: of a group."""

    image: tuple[int, ...]
    answers: tuple[int, ...]
    channels: int
    filters: int
    groups: int
    sizes: tuple[int, int]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    padding: tuple[int, int]


def windows_room(packed: int, terms: int, phases: int) -> int:
    """Beside the blocks: ``packed`` weights, the places of their terms, and the ends of tables."""
    return packed + terms + 3 * phases * TILE + LANES


def weights_tables(terms: int) -> int:
    """Places of the terms and of the weights, and the ends of all tables."""
    return 2 * terms + 4 * TILE + LANES


def _axes(c: Grouped, is_back: bool) -> list[Axis]:
    make = axis_back if is_back else axis_ahead
    return [make(*of) for of in zip(c.sizes, c.strides, c.dilations, c.padding, strict=True)]


def _packed(c: Grouped, terms: int, columns: int, beside: bool) -> int:
    """All weights in vectors, or in slivers of each group."""
    if beside:
        return packed_room(terms, c.groups * columns)
    return c.groups * packed_room(terms, columns)


def _room(c: Grouped, examples: int, most: int | None, is_back: bool) -> int:
    vertical, across = _axes(c, is_back)
    read, written = (c.filters, c.channels) if is_back else (c.channels, c.filters)
    rows, columns = c.image if is_back else c.answers
    phases = phases_of(vertical) * phases_of(across)
    down, wide = -(-rows // phases_of(vertical)), -(-columns // phases_of(across))
    places = c.sizes[0] * c.sizes[1]
    beside = by_channels(places, read, written, c.groups)
    line = ((wide - 1) * across.step + across.extent) * read * (LANES if beside else 1)
    most = most or (CHANNELS_BLOCK if beside else BLOCK)
    block = block_room(
        examples, down, vertical.step, vertical.extent, line, 2 * phases * wide, most
    )
    return windows_room(_packed(c, places * read, written, beside), places * read, phases) + block


def answers_room(c: Grouped, examples: int, most: int | None = None) -> int:
    """What the convolution itself needs, ``most`` numbers at a time."""
    return _room(c, examples, most, is_back=False)


def pixels_room(c: Grouped, examples: int, most: int | None = None) -> int:
    """What the gradient of the pixels needs."""
    return _room(c, examples, most, is_back=True)


def weights_room(c: Grouped, examples: int, most: int | None = None) -> int:
    """What the gradient of the weights needs."""
    vertical, across = _axes(c, is_back=False)
    down, wide = c.answers
    places = c.sizes[0] * c.sizes[1]
    beside = by_channels(places, c.channels, c.filters, c.groups)
    line = ((wide - 1) * across.step + across.extent) * c.channels * (LANES if beside else 1)
    positions = wide if beside else wide + packed_room(wide, c.filters)
    most = most or (CHANNELS_BLOCK if beside else BLOCK)
    block = block_room(examples, down, vertical.step, vertical.extent, line, positions, most)
    return weights_tables(places * c.channels) + block
