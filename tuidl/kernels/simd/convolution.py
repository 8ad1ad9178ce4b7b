"""A convolution and both its gradients as products whose left factor lies in the images.

    answers     y = A B             a row of A: what a window sees           B: the weights
    weights     dw = A' B           a row of A': all that a weight meets     B: dy
    pixels      dx = A B            a row of A: the answers that see it      B: the weights, turned

Each is ``gemm_indexed`` on tables of places, one block of rows of images at a time. A stride s
splits the pixels of dx by their remainders into s x s *phases*: those of a phase are seen by the
same weights of all windows, so that each is a plain convolution of dy with a part of the kernel.
"""

from typing import Any, NamedTuple

from tuidl.core import convolution_room
from tuidl.core.convolution_room import TILE
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.convolution_products import (
    LEAST_TERMS,
    MOST_TIMES,
    Turned,
    Windows,
    multiply,
    multiply_weights,
)
from tuidl.kernels.simd.frames import (
    band_of,
    blocks_in,
    blocks_of,
    fill_places,
    frame_of,
    seen_rows,
)
from tuidl.kernels.simd.gemm_indexed import (
    Factors,
    Result,
    Sizes,
    gemm_indexed,
    indices_of,
)
from tuidl.kernels.simd.gemm_narrow import START_BIAS, START_C, START_ZERO, gemm_by_rows
from tuidl.kernels.simd.intrinsics import clear_elements, data_of, pointer_at
from tuidl.kernels.simd.slivers import is_packed, pack, pack_turned
from tuidl.kernels.simd.tile_shapes import ONE, rows_apart
from tuidl.kernels.simd.vectors import VECTOR_BYTES

packed_room = inline_ir(convolution_room.packed_room)
tables_room = inline_ir(convolution_room.tables_room)
reach = device_function(convolution_room.reach)
_phase_of = inline_ir(convolution_room.phase_of)


@inline_ir
def fixed_room(terms, columns, phases):
    """As ``convolution_room.fixed_room``, of functions that are compiled."""
    return packed_room(terms, columns) + tables_room(terms) + phases * TILE


@inline_ir
def convolve(x, w, b, y, workspace, stride, top, left):
    """As the kernel ``conv2d``."""
    (examples, down, across, filters), (_, _, _, channels) = y.shape, x.shape
    size_y, size_x, _, _ = w.shape
    terms, base, extent = size_y * size_x * channels, data_of(workspace), size_y
    columns = (across - 1) * stride + size_x
    frame = frame_of(x, top, left, (down - 1) * stride + size_y, columns)
    weights, lanes, depth = data_of(w), VECTOR_BYTES // w.itemsize, terms
    fixed, line = fixed_room(terms, filters, 1), columns * channels
    blocks = blocks_of(workspace.size - fixed, stride, extent, line, 2 * across, down)
    if not is_packed(filters, lanes):
        if blocks_in(blocks, examples) <= MOST_TIMES:
            depth = 0
        else:
            weights = base
            pack(data_of(w), terms, filters, lanes, base)
    table = pointer_at(base, packed_room(terms, filters))
    fill_places(indices_of(table), (1, size_y, size_x * channels), (0, frame.line, 1))
    rows = pointer_at(table, terms + TILE)
    for first in range(0, examples, blocks.examples):
        count = min(blocks.examples, examples - first)
        for band in range(blocks.bands):
            start, high = band_of(down, band, blocks)
            m = count * high * across
            places = pointer_at(rows, m + TILE)
            here, image = seen_rows(
                x, first, count, start * stride - top, (high - 1) * stride + extent, frame,
                pointer_at(places, m + TILE),
            )  # fmt: skip
            shape, beside, row = (high, count, across), stride * channels, across * filters
            fill_places(indices_of(rows), shape, (stride * frame.line, image, beside))
            fill_places(indices_of(places), shape, (row, down * row, filters))
            there = pointer_at(data_of(y), (first * down + start) * row)
            factors = Factors(here, indices_of(rows), indices_of(table), weights, 0, depth)
            result = Result(there, indices_of(places), data_of(b), START_BIAS)
            middle, begin = min(top, size_y - 1), start * stride - top
            windows = Windows(size_y, begin, stride, x.shape[1], high, middle)
            sizes = Sizes(m, terms, filters)
            multiply(factors, result, sizes, windows, frame.is_bare, None, base)


@inline_ir
def convolve_weights(x, dy, dw, workspace, stride, top, left, part, parts):
    """As ``conv2d_weight_gradient``, for one of ``parts`` parts of the rows (i, j, c) of dw."""
    (examples, down, across, filters), (_, _, _, channels) = dy.shape, x.shape
    size_y, size_x, _, _ = dw.shape
    terms, base, extent = size_y * size_x * channels, data_of(workspace), size_y
    columns, lanes = (across - 1) * stride + size_x, VECTOR_BYTES // dy.itemsize
    apart = rows_apart(filters, lanes)
    tiles = (terms + apart - 1) // apart
    begin, end = tiles * part // parts * apart, min(tiles * (part + 1) // parts * apart, terms)
    if examples == 0:
        clear_elements(pointer_at(data_of(dw), begin * filters), (end - begin) * filters)
    frame = frame_of(x, top, left, (down - 1) * stride + size_y, columns)
    fill_places(indices_of(base), (1, size_y, size_x * channels), (0, frame.line, 1))
    targets = pointer_at(base, terms + TILE)
    fill_places(indices_of(targets), (1, 1, terms), (0, 0, filters))
    rows, places = indices_of(pointer_at(base, begin)), indices_of(pointer_at(targets, begin))
    table, line = pointer_at(targets, terms + TILE), columns * channels
    positions = across + packed_room(across, filters)
    fixed = tables_room(terms)
    blocks = blocks_of(workspace.size - fixed, stride, extent, line, positions, down)
    start_with = START_ZERO
    by_rows = not frame.is_bare and size_y > 1 and size_x * channels % apart == 0 and parts == 1
    for first in range(0, examples, blocks.examples):
        count = min(blocks.examples, examples - first)
        for band in range(blocks.bands):
            start, high = band_of(down, band, blocks)
            k = count * high * across
            slivers = pointer_at(table, k + TILE)
            here, image = seen_rows(
                x, first, count, start * stride - top, (high - 1) * stride + extent, frame,
                pointer_at(slivers, packed_room(k, filters)),
            )  # fmt: skip
            shape, beside = (count, high, across), stride * channels
            fill_places(indices_of(table), shape, (image, stride * frame.line, beside))
            answers = pointer_at(data_of(dy), (first * down + start) * across * filters)
            m, there = end - begin, data_of(dw)
            if filters < lanes and gemm_by_rows(
                here, rows, indices_of(table), answers, there, places, start_with, m, k, filters,
                ONE,
            ):  # fmt: skip
                start_with = START_C
                continue
            if not is_packed(filters, lanes):
                pack(answers, k, filters, lanes, slivers)
                answers = slivers
            factors = Factors(here, rows, indices_of(table), answers, 0, k)
            result = Result(there, places, answers, start_with)
            sizes = Sizes(m, k, filters)
            if by_rows and high * across >= LEAST_TERMS:
                windows = Windows(size_y, start * stride - top, stride, x.shape[1], high, 0)
                multiply_weights(factors, result, sizes, windows, count)
            else:
                gemm_indexed(factors, result, sizes)
            start_with = START_C


@device_function
def _prepare_phases(w, stride, top, left, line, table, slivers, is_later):
    """Pack the weights of all phases, unless they will be ``is_later``, and fill in the places of
    their terms."""
    size_y, size_x, channels, filters = w.shape
    for number in range(stride * stride):
        y = _phase_of(size_y, stride, top, number // stride)
        x = _phase_of(size_x, stride, left, number % stride)
        if not is_later:
            phase = (y.first, x.first, y.size, x.size)
            pack_turned(w, phase, stride, 0, y.size * x.size, slivers)
        fill_places(indices_of(table), (1, y.size, x.size * filters), (0, line, 1))
        k = y.size * x.size * filters
        table, slivers = pointer_at(table, k + TILE), pointer_at(slivers, packed_room(k, channels))


class _Band(NamedTuple):
    """``count`` images from ``first`` on, and of each ``high`` rows of every phase from ``start``
    on. ``image``: numbers from one of them to the next where windows see them."""

    first: Any
    count: Any
    start: Any
    high: Any
    image: Any


class _Phase(NamedTuple):
    """The phase of the pixels ``down`` and ``across``, and the terms of each of its two axes."""

    down: Any
    across: Any
    y: Any
    x: Any


class _Tables(NamedTuple):
    """Places of the rows of A, of the terms, and of the results."""

    rows: Any
    terms: Any
    places: Any


@inline_ir
def _pixels_of(phase, band, dx, stride):
    """Rows, images and columns of the pixels of a phase: of the last ones, some have none."""
    return (
        min(band.high, (dx.shape[1] - phase.down + stride - 1) // stride - band.start),
        band.count,
        (dx.shape[2] - phase.across + stride - 1) // stride,
    )


@inline_ir
def _multiply_phase(phase, band, dy, w, dx, stride, frame, here, tables, packed, is_later, base):
    """The pixels of one phase of a band: a plain convolution of dy, which lies ``here``."""
    (_, height, width, channels), filters = dx.shape, dy.shape[3]
    y, x, k = phase.y, phase.x, phase.y.size * phase.x.size * filters
    shape = _pixels_of(phase, band, dx, stride)
    m = shape[0] * shape[1] * shape[2]
    if m <= 0:
        return
    fill_places(indices_of(tables.rows), shape, (frame.line, band.image, filters))
    strides = (stride * width * channels, height * width * channels)
    fill_places(indices_of(tables.places), shape, (*strides, stride * channels))
    shift = (y.shift - y.size + 1 + frame.low_y) * frame.line
    shift += (x.shift - x.size + 1 + frame.low_x) * filters
    pixel = (band.first * height + band.start * stride + phase.down) * width
    there = pointer_at(data_of(dx), (pixel + phase.across) * channels)
    factors = Factors(
        pointer_at(here, shift), indices_of(tables.rows), indices_of(tables.terms), packed, 0,
        0 if is_later else k,
    )  # fmt: skip
    result = Result(there, indices_of(tables.places), there, START_ZERO)
    begin, middle = band.start + y.shift - y.size + 1, y.size - 1 - y.shift
    middle = min(max(middle, 0), max(y.size - 1, 0))
    windows = Windows(y.size, begin, 1, dy.shape[1], shape[0], middle)
    turned = Turned(w, (y.first, x.first, y.size, x.size), stride)
    multiply(factors, result, Sizes(m, k, channels), windows, frame.is_bare, turned, base)


@inline_ir
def convolve_back(dy, w, dx, workspace, stride, top, left):
    """As the kernel ``conv2d_input_gradient``."""
    (examples, height, width, channels), (_, _, _, filters) = dx.shape, dy.shape
    size_y, size_x, _, _ = w.shape
    base, terms = data_of(workspace), size_y * size_x * filters
    (low_y, high_y), (low_x, high_x) = reach(size_y, stride, top), reach(size_x, stride, left)
    down, across = (height + stride - 1) // stride, (width + stride - 1) // stride
    extent, columns = low_y + high_y + 1, across + low_x + high_x
    frame = frame_of(dy, low_y, low_x, down + low_y + high_y, columns)
    table = pointer_at(base, packed_room(terms, channels))
    fixed = fixed_room(terms, channels, stride * stride)
    rows = pointer_at(table, terms + stride * stride * TILE)
    blocks = blocks_of(workspace.size - fixed, 1, extent, columns * filters, 2 * across, down)
    is_later = blocks_in(blocks, examples) <= MOST_TIMES
    _prepare_phases(w, stride, top, left, frame.line, table, base, is_later)
    for first in range(0, examples, blocks.examples):
        count = min(blocks.examples, examples - first)
        for number in range(blocks.bands):
            start, high = band_of(down, number, blocks)
            m = count * high * across
            places = pointer_at(rows, m + TILE)
            seen = pointer_at(places, m + TILE)
            here, image = seen_rows(dy, first, count, start - low_y, high - 1 + extent, frame, seen)
            band, lines, passed = _Band(first, count, start, high, image), table, 0
            for phase_number in range(stride * stride):
                phase_y, phase_x = phase_number // stride, phase_number % stride
                y = _phase_of(size_y, stride, top, phase_y)
                x = _phase_of(size_x, stride, left, phase_x)
                _multiply_phase(
                    _Phase(phase_y, phase_x, y, x), band, dy, w, dx, stride, frame, here,
                    _Tables(rows, lines, places), pointer_at(base, passed), is_later, base,
                )  # fmt: skip
                k = y.size * x.size * filters
                lines = pointer_at(lines, k + TILE)
                passed += packed_room(k, channels)
