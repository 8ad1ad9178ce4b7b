"""What the windows of a convolution see of some images, and the places of its numbers.

The images go by in blocks of rows. A block's *frame* are the pixels that its windows see, with the
zeros around the images: copied, or where they lie if there is nothing around them.
"""

from typing import Any, NamedTuple

import numpy as np

from tuidl.core import convolution_room
from tuidl.core.convolution_room import TILE
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.intrinsics import clear_elements, copy_elements, data_of, pointer_at

rows_fitting = device_function(convolution_room.rows_fitting)


class Blocks(NamedTuple):
    """Blocks of ``examples`` whole images, or of the ``bands`` that each of them is cut into."""

    examples: Any
    bands: Any


class Frame(NamedTuple):
    """What windows see of the images: ``low`` rows and columns in front of the first pixel.

    ``line``: numbers from one of its rows to the next. ``is_bare``: it is part of the images, so
    that nothing has to be copied.
    """

    low_y: Any
    low_x: Any
    columns: Any
    line: Any
    is_bare: Any


@inline_ir
def blocks_of(room, step, extent, line, positions, down):
    rows = rows_fitting(room, step, extent, line, positions, down)
    return Blocks(max(rows // down, 1), (down + rows - 1) // rows)


@inline_ir
def blocks_in(blocks, examples):
    """How many there are."""
    return (examples + blocks.examples - 1) // blocks.examples * blocks.bands


@inline_ir
def band_of(down, band, blocks):
    """The first of ``down`` rows that belongs to a band, and how many do."""
    start = down * band // blocks.bands
    return start, down * (band + 1) // blocks.bands - start


@inline_ir
def frame_of(images, low_y, low_x, rows, columns):
    """The frame of ``rows`` by ``columns`` pixels in all."""
    _, height, width, channels = images.shape
    is_bare = low_y <= 0 and low_x <= 0 and rows - low_y <= height and columns - low_x <= width
    return Frame(low_y, low_x, columns, (width if is_bare else columns) * channels, is_bare)


@device_function
def _lay_out(images, first, count, top, rows, frame, target):
    """Copy rows ``top`` to ``top + rows`` of some images, with zeros where nothing is of them."""
    _, height, width, channels = images.shape
    size = height * width * channels
    low, high = max(-top, 0), min(height - top, rows)
    start = min(max(frame.low_x, 0), frame.columns)
    end = max(min(width + frame.low_x, frame.columns), start)
    left, right = start * channels, (frame.columns - end) * channels
    copied = (end - start) * channels
    for n in range(count):
        for i in range(rows):
            there = pointer_at(target, (n * rows + i) * frame.line)
            if low <= i < high:
                place = (top + i) * width + start - frame.low_x
                source = pointer_at(data_of(images), (first + n) * size + place * channels)
                clear_elements(there, left)
                copy_elements(pointer_at(there, left), source, copied)
                clear_elements(pointer_at(there, left + copied), right)
            else:
                clear_elements(there, frame.line)


@inline_ir
def seen_rows(images, first, count, top, rows, frame, target):
    """A pointer to those rows of the frame, and the numbers from an image's to the next one's."""
    _, height, width, channels = images.shape
    place = ((first * height + top) * width - frame.low_x) * channels
    seen = pointer_at(data_of(images), place if frame.is_bare else 0)
    if not frame.is_bare:
        _lay_out(images, first, count, top, rows, frame, target)
        seen = target
    return seen, height * width * channels if frame.is_bare else rows * frame.line


@device_function
def fill_places(table, shape, strides):
    """The places of a grid (images, rows, columns); the last is repeated to the end of a tile."""
    count, place = 0, 0
    for n in range(shape[0]):
        for i in range(shape[1]):
            start = n * strides[0] + i * strides[1]
            for j in range(shape[2]):
                table[count + j] = np.int32(start + j * strides[2])
            count += shape[2]
    place = table[max(count - 1, 0)]
    for i in range(TILE):
        table[count + i] = place
