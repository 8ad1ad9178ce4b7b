"""Convolutions with groups, gaps and two strides, and both their gradients, from tables of places.

Where a group has many filters it is a product of matrices by itself (``gemm_indexed.py``); where it
has few, all groups are worked on side by side, a vector of channels at a time (``channels.py``).
Either is called a *part* here. A block of rows of images goes by part for part: what its windows
see of the part's channels is laid out with the zeros around it (``grouped_frames.py``), and each
part finds its numbers by the same tables. ``core/grouped_room.py`` has the geometry.
"""

from tuidl.core import convolution_room, grouped_room
from tuidl.core.convolution_room import LANES, TILE
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.channels import multiply_channels, sum_channels
from tuidl.kernels.simd.frames import band_of, blocks_of, fill_places
from tuidl.kernels.simd.gemm_indexed import (
    Factors,
    Result,
    Sizes,
    indices_of,
)
from tuidl.kernels.simd.gemm_narrow import START_BIAS, START_C, START_ZERO
from tuidl.kernels.simd.grouped_frames import lay_out_part, packed_of, parts_of
from tuidl.kernels.simd.grouped_products import multiply_rows, multiply_weight_rows
from tuidl.kernels.simd.grouped_weights import pack_part, phase_of
from tuidl.kernels.simd.intrinsics import clear_elements, data_of, pointer_at
from tuidl.kernels.simd.slivers import pack_columns
from tuidl.kernels.simd.vectors import VECTOR_BYTES

packed_room = inline_ir(convolution_room.packed_room)
axis_ahead = device_function(grouped_room.axis_ahead)
axis_back = device_function(grouped_room.axis_back)
phases_of = inline_ir(grouped_room.phases_of)
_windows_room = inline_ir(grouped_room.windows_room)
_weights_tables = inline_ir(grouped_room.weights_tables)


@inline_ir
def convolve_grouped(x, w, b, y, workspace, stride, dilation, padding, groups):
    """As the kernel ``conv2d_grouped``; ``stride``, ``dilation`` and ``padding``: down, across."""
    down = axis_ahead(w.shape[0], stride[0], dilation[0], padding[0])
    across = axis_ahead(w.shape[1], stride[1], dilation[1], padding[1])
    _add_windows(x, w, data_of(b), START_BIAS, y, workspace, (down, across), groups)


@inline_ir
def convolve_back_grouped(dy, w, dx, workspace, stride, dilation, padding, groups):
    """As ``conv2d_grouped_input_gradient``."""
    down = axis_back(w.shape[0], stride[0], dilation[0], padding[0])
    across = axis_back(w.shape[1], stride[1], dilation[1], padding[1])
    _add_windows(dy, w, data_of(dx), START_ZERO, dx, workspace, (down, across), groups)


@device_function
def _shape_of(target, axes, number, block):
    """Of the windows of a phase in a block: rows, images, columns; some phases have none of the
    last rows and columns."""
    _, rows, columns, _ = target.shape
    count, start, high = block
    by_y, by_x = phases_of(axes[0]), phases_of(axes[1])
    own = (rows - number // by_x + by_y - 1) // by_y - start
    return max(min(high, own), 0), count, (columns - number % by_x + by_x - 1) // by_x


@device_function
def _fill_terms(table, axes, line, parts):
    """The places of the terms of all phases."""
    by_x = phases_of(axes[1])
    for number in range(phases_of(axes[0]) * by_x):
        y, x = phase_of(axes[0], number // by_x), phase_of(axes[1], number % by_x)
        strides = (y.distance * line, x.distance * parts.pixel, parts.width)
        fill_places(indices_of(table), (y.size, x.size, parts.channels), strides)
        table = pointer_at(table, y.size * x.size * parts.channels + TILE)


@device_function
def _fill_positions(rows, places, target, axes, block, line, image, parts):
    """Where the windows of all phases of a block begin, and where their sums go to."""
    _, height, width, written = target.shape
    by_y, by_x = phases_of(axes[0]), phases_of(axes[1])
    for number in range(by_y * by_x):
        shape = _shape_of(target, axes, number, block)
        m = shape[0] * shape[1] * shape[2]
        if m > 0:
            strides = (axes[0].step * line, image, axes[1].step * parts.pixel)
            fill_places(indices_of(rows), shape, strides)
            strides = (by_y * width * written, height * width * written, by_x * written)
            fill_places(indices_of(places), shape, strides)
        rows, places = pointer_at(rows, m + TILE), pointer_at(places, m + TILE)


@device_function
def _multiply_part(frame, tables, packed, bias, start_with, target, axes, block, first, line, part,
                   parts, seen_height):  # fmt: skip
    """The sums of all phases of a block, for one part. ``tables``: of terms, rows, places;
    ``seen_height``: of the images that are read."""
    terms, rows, places = tables
    _, height, width, written = target.shape
    by_y, by_x = phases_of(axes[0]), phases_of(axes[1])
    for number in range(by_y * by_x):
        y, x = phase_of(axes[0], number // by_x), phase_of(axes[1], number % by_x)
        shape = _shape_of(target, axes, number, block)
        m, k = shape[0] * shape[1] * shape[2], y.size * x.size * parts.channels
        if m > 0:
            here = pointer_at(frame, y.base * line + x.base * parts.pixel)
            row = first * height + block[1] * by_y + number // by_x
            place = (row * width + number % by_x) * written + part * parts.columns
            there = pointer_at(data_of(target), place)
            start = pointer_at(bias, part * parts.columns)
            if start_with == START_ZERO:
                start = there
            if parts.is_beside:
                left = written - part * parts.columns
                multiply_channels(
                    here, indices_of(rows), indices_of(terms), k, packed, start, start_with,
                    there, indices_of(places), left, m,
                )  # fmt: skip
            else:
                factors = Factors(here, indices_of(rows), indices_of(terms), packed, 0, k)
                result = Result(there, indices_of(places), start, start_with)
                top = block[1] * axes[0].step - axes[0].low + y.base
                multiply_rows(
                    factors, result, Sizes(m, k, parts.columns), (y.size, y.distance),
                    (top, axes[0].step, seen_height), shape[0],
                )  # fmt: skip
        terms, packed = pointer_at(terms, k + TILE), pointer_at(packed, packed_of(parts, k))
        rows, places = pointer_at(rows, m + TILE), pointer_at(places, m + TILE)


@device_function
def _add_windows(source, w, bias, start_with, target, workspace, axes, groups):
    """target = what starts it + the sum of the windows' numbers by the weights."""
    examples, (_, rows, columns, written) = source.shape[0], target.shape
    vertical, across = axes
    parts = parts_of(source, w, written, groups)
    phases = phases_of(vertical) * phases_of(across)
    down = (rows + phases_of(vertical) - 1) // phases_of(vertical)
    wide = (columns + phases_of(across) - 1) // phases_of(across)
    seen = (wide - 1) * across.step + across.extent
    line, terms = seen * parts.pixel, w.shape[0] * w.shape[1] * parts.channels
    each = packed_of(parts, terms)
    base, fixed = data_of(workspace), _windows_room(parts.count * each, terms, phases)
    for part in range(parts.count):
        pack_part(w, axes, part, parts, groups, pointer_at(base, part * each))
    table = parts.count * each
    _fill_terms(pointer_at(base, table), axes, line, parts)
    begin = table + terms + phases * TILE
    blocks = blocks_of(
        workspace.size - fixed, vertical.step, vertical.extent, line, 2 * phases * wide, down
    )
    for first in range(0, examples, blocks.examples):
        count = min(blocks.examples, examples - first)
        for band in range(blocks.bands):
            start, high = band_of(down, band, blocks)
            size = phases * (count * high * wide + TILE)
            height = (high - 1) * vertical.step + vertical.extent
            block = (count, start, high)
            terms_at, rows_at = pointer_at(base, table), pointer_at(base, begin)
            places_at = pointer_at(base, begin + size)
            frame = pointer_at(base, (begin + 2 * size + LANES - 1) // LANES * LANES)
            _fill_positions(rows_at, places_at, target, axes, block, line, height * line, parts)
            for part in range(parts.count):
                top = start * vertical.step - vertical.low
                shape = (count, height, seen)
                lay_out_part(source, first, top, across.low, shape, part, parts, frame)
                packed = pointer_at(base, part * each)
                _multiply_part(
                    frame, (terms_at, rows_at, places_at), packed, bias, start_with, target, axes,
                    block, first, line, part, parts, source.shape[1],
                )  # fmt: skip


@device_function
def convolve_weights_grouped(x, dy, dw, workspace, stride, dilation, padding, groups):
    """As ``conv2d_grouped_weight_gradient``."""
    (examples, down, across, filters), (size_y, size_x, _, _) = dy.shape, dw.shape
    vertical = axis_ahead(size_y, stride[0], dilation[0], padding[0])
    level = axis_ahead(size_x, stride[1], dilation[1], padding[1])
    parts = parts_of(x, dw, filters, groups)
    seen = (across - 1) * level.step + level.extent
    line, terms = seen * parts.pixel, size_y * size_x * parts.channels
    base, lanes = data_of(workspace), VECTOR_BYTES // dy.itemsize
    if examples == 0:
        clear_elements(data_of(dw), dw.size)
    _fill_terms(base, (vertical, level), line, parts)
    targets = pointer_at(base, terms + TILE)
    fill_places(indices_of(targets), (1, 1, terms), (0, 0, filters))
    begin, fixed = 2 * (terms + TILE), _weights_tables(terms)
    positions = across
    if not parts.is_beside:
        positions += packed_room(across, parts.columns)
    blocks = blocks_of(
        workspace.size - fixed, vertical.step, vertical.extent, line, positions, down
    )
    start_with = START_ZERO
    for first in range(0, examples, blocks.examples):
        count = min(blocks.examples, examples - first)
        for band in range(blocks.bands):
            start, high = band_of(down, band, blocks)
            k, height = count * high * across, (high - 1) * vertical.step + vertical.extent
            table, slivers = pointer_at(base, begin), pointer_at(base, begin + k + TILE)
            end = begin + k + TILE + (0 if parts.is_beside else packed_room(k, parts.columns))
            frame = pointer_at(base, (end + LANES - 1) // LANES * LANES)
            strides = (height * line, vertical.step * line, level.step * parts.pixel)
            fill_places(indices_of(table), (count, high, across), strides)
            for part in range(parts.count):
                top = start * vertical.step - vertical.low
                shape = (count, height, seen)
                lay_out_part(x, first, top, level.low, shape, part, parts, frame)
                column = part * parts.columns
                answers = (first * down + start) * across * filters + column
                d, there = pointer_at(data_of(dy), answers), pointer_at(data_of(dw), column)
                if parts.is_beside:
                    sum_channels(
                        frame, indices_of(table), indices_of(base), terms, d, filters, there,
                        indices_of(targets), start_with, filters - column, k,
                    )  # fmt: skip
                else:
                    pack_columns(d, filters, k, parts.columns, lanes, slivers)
                    factors = Factors(frame, indices_of(base), indices_of(table), slivers, 0, k)
                    result = Result(there, indices_of(targets), there, start_with)
                    multiply_weight_rows(
                        factors, result, Sizes(terms, k, parts.columns),
                        (size_y, vertical.dilation), (top, vertical.step, x.shape[1]),
                        (count, high, across),
                    )  # fmt: skip
            start_with = START_C
