"""The parts of a convolution's channels that are worked on at a time, and their frames."""

from typing import Any, NamedTuple

from tuidl.core import convolution_room, grouped_room
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.channels import spread_line
from tuidl.kernels.simd.intrinsics import clear_elements, copy_elements, data_of, pointer_at
from tuidl.kernels.simd.lanes import vectors_for
from tuidl.kernels.simd.vectors import VECTOR_BYTES

packed_room = inline_ir(convolution_room.packed_room)
by_channels = device_function(grouped_room.by_channels)


class Parts(NamedTuple):
    """``count`` groups, or vectors of channels where groups are worked on side by side.

    ``channels``, ``filters``: of a group, read and written. ``columns``: numbers written by a part;
    ``pixel``: numbers of a pixel of its frame; ``width``: from one channel of a group to the next.
    """

    is_beside: Any
    count: Any
    channels: Any
    filters: Any
    columns: Any
    pixel: Any
    width: Any


@device_function
def parts_of(source, w, written, groups):
    """Of a convolution that reads ``source`` and writes ``written`` channels."""
    channels, filters = source.shape[3] // groups, written // groups
    lanes = VECTOR_BYTES // w.itemsize
    if by_channels(w.shape[0] * w.shape[1], channels, filters, groups):
        count = vectors_for(written, lanes)
        return Parts(True, count, channels, filters, lanes, channels * lanes, lanes)
    return Parts(False, groups, channels, filters, filters, channels, 1)


@inline_ir
def packed_of(parts, k):
    """Numbers of a part's packed weights, for sums of ``k`` terms."""
    return k * parts.columns if parts.is_beside else packed_room(k, parts.columns)


@device_function
def lay_out_part(source, first, top, low, shape, part, parts, target):
    """Copy what windows see of a part's channels, with zeros where nothing is of the images.

    ``shape``: images, rows and columns of the frame; ``top``: its first row; ``low``: its columns
    in front of the images.
    """
    _, height, width, total = source.shape
    count, rows, columns = shape
    start = min(max(low, 0), columns)
    end = max(min(width + low, columns), start)
    pixels, line = end - start, columns * parts.pixel
    written = total // parts.channels * parts.filters
    for n in range(count):
        for i in range(rows):
            there = pointer_at(target, (n * rows + i) * line)
            if not 0 <= top + i < height or pixels == 0:
                clear_elements(there, line)
                continue
            clear_elements(there, start * parts.pixel)
            clear_elements(pointer_at(there, end * parts.pixel), (columns - end) * parts.pixel)
            there = pointer_at(there, start * parts.pixel)
            place = (((first + n) * height + top + i) * width + start - low) * total
            here = pointer_at(data_of(source), place)
            if parts.is_beside:
                channel = part * parts.columns
                used = min(parts.columns, written - channel)
                spread_line(
                    here, total, pixels, channel, used, parts.channels, parts.filters, there
                )
            elif parts.count == 1:
                copy_elements(there, here, pixels * total)
            else:
                here = pointer_at(here, part * parts.channels)
                for p in range(pixels):
                    copy_elements(
                        pointer_at(there, p * parts.channels), pointer_at(here, p * total),
                        parts.channels,
                    )  # fmt: skip
