"""Which answers of a convolution see the image by a place of its kernel: a rectangle of them.

``core/places_room.py`` has the ranges along an axis, ``places.py`` the products.
"""

from typing import Any, NamedTuple

from tuidl.core import places_room
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.frames import Blocks, fill_places

seeing = device_function(places_room.seeing)


class Sides(NamedTuple):
    """Images of ``pixels`` (rows, columns) with ``channels``, and ``answers`` (rows, columns) with
    ``filters``; ``stride``, ``dilation`` and ``padding``: down, across."""

    pixels: Any
    answers: Any
    channels: Any
    filters: Any
    stride: Any
    dilation: Any
    padding: Any


class Rectangle(NamedTuple):
    """Answers of rows ``low`` to ``end`` and columns ``left`` to ``right``, which see the image."""

    low: Any
    end: Any
    left: Any
    right: Any


class Block(NamedTuple):
    """``count`` images from ``first`` on, of each ``high`` rows of answers from ``start`` on."""

    first: Any
    count: Any
    start: Any
    high: Any


@inline_ir
def sides_of(x, y, stride, dilation, padding):
    pixels, answers = (x.shape[1], x.shape[2]), (y.shape[1], y.shape[2])
    return Sides(pixels, answers, x.shape[3], y.shape[3], stride, dilation, padding)


@device_function
def blocks_for(room, sides):
    """Blocks with room for so many answers."""
    down, across = sides.answers
    rows = max(room // max(across, 1), 1)
    return Blocks(max(rows // max(down, 1), 1), max((down + rows - 1) // rows, 1))


@device_function
def rectangle_of(i, j, sides):
    """All answers that see the image by the place (i, j)."""
    (stride_y, stride_x), (height, width) = sides.stride, sides.pixels
    above = i * sides.dilation[0] - sides.padding[0]
    beside = j * sides.dilation[1] - sides.padding[1]
    low, end = seeing(above, stride_y, height, sides.answers[0])
    left, right = seeing(beside, stride_x, width, sides.answers[1])
    return Rectangle(low, end, left, right)


@device_function
def within(whole, block):
    """Of a rectangle what belongs to a block."""
    low, end = max(whole.low, block.start), min(whole.end, block.start + block.high)
    return Rectangle(low, max(end, low), whole.left, whole.right)


@inline_ir
def sees_nothing(rectangle):
    return rectangle.end <= rectangle.low or rectangle.right <= rectangle.left


@device_function
def first_pixel(i, j, seen, block, sides):
    """Where the pixel lies that the first answer of a rectangle sees by the place (i, j)."""
    row = seen.low * sides.stride[0] - sides.padding[0] + i * sides.dilation[0]
    column = seen.left * sides.stride[1] - sides.padding[1] + j * sides.dilation[1]
    return ((block.first * sides.pixels[0] + row) * sides.pixels[1] + column) * sides.channels


@device_function
def first_answer(seen, block, sides):
    row = block.first * sides.answers[0] + seen.low
    return (row * sides.answers[1] + seen.left) * sides.filters


@device_function
def fill_pixels(table, seen, count, sides):
    """Places of the pixels of a rectangle of ``count`` images: rows, images, columns."""
    line = sides.pixels[1] * sides.channels
    strides = (sides.stride[0] * line, sides.pixels[0] * line, sides.stride[1] * sides.channels)
    fill_places(table, (seen.end - seen.low, count, seen.right - seen.left), strides)


@device_function
def fill_answers(table, seen, count, sides):
    line = sides.answers[1] * sides.filters
    strides = (line, sides.answers[0] * line, sides.filters)
    fill_places(table, (seen.end - seen.low, count, seen.right - seen.left), strides)
