"""Convolutions with larger kernels, strides and dilations by Winograd's tiles, piece by piece.

As ``winograd.py``: two by two answers y come from tiles of 4 x 4 pixels by products for each of 16
places. A larger kernel is a sum of pieces of two or three places down and across, two apart as the
tiles are, so that a piece sees transformed tiles that others see too:

    y = A' [sum over pieces p of (G g_p G') * V(tile + p)] A        V(t) = B' d_t B

For each place that is one product whose terms are all pieces' channels, read where they lie by a
table of places (``gemm_indexed``). Of a piece of two places one of four rows of G g G' is 0. So
kernels of 5 x 5 have 49 products for 100, those of 7 x 7 100 for 196.

    dilation d    the pixels of one remainder are an image by themselves, as their answers are
    stride s      pixels and kernel are parted by remainders, and the parts' products added up
    pixels' gradient: windows over dy by the kernel rotated by 180 degrees; each remainder by itself

All in pointers: slices of arrays would take the compiler longer than everything else here.
"""

from typing import Any, NamedTuple

from tuidl.core import winograd_room
from tuidl.core.convolution_room import TILE
from tuidl.core.winograd_room import APART, PLACES
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.convolution import packed_room
from tuidl.kernels.simd.frames import fill_places
from tuidl.kernels.simd.gemm_indexed import Factors, Result, Sizes, gemm_indexed, indices_of
from tuidl.kernels.simd.gemm_narrow import START_BIAS, START_C, START_ZERO
from tuidl.kernels.simd.intrinsics import clear_elements, data_of, pointer_at
from tuidl.kernels.simd.parted_images import lay_out, put_back
from tuidl.kernels.simd.piece_slivers import pack_pieces
from tuidl.kernels.simd.transforms import Image, from_pixels, to_answers

all_pieces = device_function(winograd_room.all_pieces)
part_size = inline_ir(winograd_room.part_size)
tiles_for = inline_ir(winograd_room.tiles_for)
tiles_room = inline_ir(winograd_room.tiles_room)

ALL_ANSWERS = 5
"""The place whose products go to all four answers of a tile: the second row and column."""


class Way(NamedTuple):
    """How windows go over images: ``first`` is a pixel's number, (down, across).

    ``stride``: of the kernel's parts; ``phases``: of those that are added up along each axis, from
    ``part`` on. ``parts``: into which images are parted along each axis. The source's pixels are
    read from ``source`` on, ``step`` apart, the target's written from ``target`` on, ``leap``
    apart. ``is_turned``: channels are written, by the kernel rotated by 180 degrees.
    """

    stride: Any
    phases: Any
    part: Any
    parts: Any
    source: Any
    step: Any
    target: Any
    leap: Any
    is_turned: Any


class Places(NamedTuple):
    """All places of tiles: a pointer to the first, and from one to the next."""

    data: Any
    stride: Any


class Room(NamedTuple):
    """How a workspace is used, for ``block`` examples at a time, with so many tiles each.

    ``u``, ``v``, ``y``: places of the kernel, of pixels and of answers. The others are pointers: to
    a rotated piece, an image with zeros around it, answers, and tables of places.
    """

    block: Any
    down: Any
    across: Any
    u: Any
    turned: Any
    padded: Any
    answers: Any
    terms: Any
    rows: Any
    places: Any
    v: Any
    y: Any


class Pieces(NamedTuple):
    """Of a part of the kernel: how many down and across, whether its sizes are odd, and how many
    tiles its grid has across."""

    down: Any
    across: Any
    is_odd_y: Any
    is_odd_x: Any
    grid: Any


@inline_ir
def from_images(images, first, count, parts, start, step, grid, channels, padded, places):
    """Transform the pixels of all parts of ``count`` images: ``grid`` tiles down and across."""
    seen = (2 * grid[0] + 2, 2 * grid[1] + 2)
    shape = Image(seen[1] * channels, 2 * grid[0], 2 * grid[1], channels)
    for number in range(count * parts * parts):
        n, part = number // (parts * parts), number % (parts * parts)
        begin = (start[0] + part // parts, start[1] + part % parts)
        lay_out(images, first + n, begin, step, seen, padded)
        here = pointer_at(places.data, number * grid[0] * grid[1] * channels)
        from_pixels(padded, shape, here, places.stride)


@device_function
def _add_products(v, u, y, tables, pieces, sizes, depth, bias, start_with):
    """For each place, y = v u of all pieces that it has. ``tables``: rows of v, terms, rows of y.
    ``sizes``: rows, channels of a term, columns. ``depth``: lines of u."""
    rows, terms, places = tables
    m, channels, n = sizes
    for place in range(PLACES):
        last_y, last_x = place // 4 == 3, place % 4 == 3
        low_y, low_x = pieces.down - 1 if last_y else 0, pieces.across - 1 if last_x else 0
        start = start_with
        if start_with == START_BIAS and place != ALL_ANSWERS:
            start = START_ZERO
        target = pointer_at(y.data, place * y.stride)
        if (last_y and not pieces.is_odd_y) or (last_x and not pieces.is_odd_x):
            if start != START_C:
                clear_elements(target, m * n)
            continue
        across = pieces.across - low_x
        runs = pieces.down - low_y if across < pieces.across else 1
        k = (pieces.down - low_y) * across * channels // runs
        for run in range(runs):
            first = ((low_y + run) * pieces.across + low_x) * channels
            factors = Factors(
                pointer_at(v.data, place * v.stride), indices_of(rows), indices_of(terms),
                pointer_at(u.data, place * u.stride), first, depth,
            )  # fmt: skip
            begin = start if run == 0 else START_C
            gemm_indexed(factors, Result(target, indices_of(places), bias, begin), Sizes(m, k, n))


@inline_ir
def pieces_in(size_y, size_x, across):
    """Those of a part of the kernel, over ``across`` tiles of answers."""
    return Pieces(size_y // 2, size_x // 2, size_y % 2, size_x % 2, across + size_x // 2 - 1)


@inline_ir
def _divide(workspace, w, target, way, read, written):
    """The ``Room`` that a workspace has."""
    size_y, size_x, channels, filters = w.shape
    down, across = tiles_for(target.shape[1], way.leap), tiles_for(target.shape[2], way.leap)
    most_y, most_x = part_size(size_y, way.stride, 0) // 2, part_size(size_x, way.stride, 0) // 2
    terms, wide = most_y * most_x * read, max(read, written)
    lines = terms
    if way.phases > 1:
        lines = all_pieces(size_y, way.stride) * all_pieces(size_x, way.stride) * read
    packed, images = packed_room(lines, written), way.parts * way.parts
    fixed, each = tiles_room((most_y, most_x), packed, read, written, (down, across), way.parts)
    block = (workspace.size - fixed) // each
    tiles, grid = block * images * down * across, (down + most_y - 1) * (across + most_x - 1)
    u = Places(data_of(workspace), packed + APART)
    turned = pointer_at(u.data, PLACES * u.stride)
    padded = pointer_at(turned, 9 * channels * filters)
    answers = pointer_at(padded, 4 * (down + most_y) * (across + most_x) * wide)
    table = pointer_at(answers, 4 * down * across * wide)
    rows = pointer_at(table, terms + TILE)
    places = pointer_at(rows, tiles + TILE)
    v = Places(pointer_at(places, tiles + TILE), block * images * grid * read + APART)
    y = Places(pointer_at(v.data, PLACES * v.stride), tiles * written + APART)
    return Room(block, down, across, u, turned, padded, answers, table, rows, places, v, y)


@device_function
def _to_target(room, target, first, count, way, written):
    """Turn the places of answers of ``count`` images into answers, and write them."""
    shape = Image(2 * room.across * written, 2 * room.down, 2 * room.across, written)
    for number in range(count * way.parts * way.parts):
        n, part = number // (way.parts * way.parts), number % (way.parts * way.parts)
        here = pointer_at(room.y.data, number * room.down * room.across * written)
        to_answers(room.answers, shape, here, room.y.stride)
        start = (way.target[0] + part // way.parts, way.target[1] + part % way.parts)
        put_back(room.answers, shape.row, target, first + n, start, way.leap)


@device_function
def _windows(images, w, bias, start_with, target, workspace, way):
    """``target`` = windows over the ``images`` by the kernel, plus the bias."""
    size_y, size_x, channels, filters = w.shape
    read, written = (filters, channels) if way.is_turned else (channels, filters)
    room, before = _divide(workspace, w, target, way, read, written), 0
    for phase in range(way.phases * way.phases):
        part = (way.part[0] + phase // way.phases, way.part[1] + phase % way.phases)
        before += pack_pieces(w, part, way.stride, way.is_turned, room.turned, room.u, before)
    for first in range(0, target.shape[0], room.block):
        count, before = min(room.block, target.shape[0] - first), 0
        shape = (count * way.parts * way.parts, room.down, room.across)
        m = shape[0] * room.down * room.across
        fill_places(indices_of(room.places), (1, 1, m), (0, 0, written))
        for phase in range(way.phases * way.phases):
            i, j = phase // way.phases, phase % way.phases
            high = part_size(size_y, way.stride, way.part[0] + i)
            wide = part_size(size_x, way.stride, way.part[1] + j)
            pieces = pieces_in(high, wide, room.across)
            start = (way.source[0] + i, way.source[1] + j)
            grid, line = (room.down + pieces.down - 1, pieces.grid), pieces.grid * read
            from_images(
                images, first, count, way.parts, start, way.step, grid, read, room.padded, room.v
            )
            fill_places(indices_of(room.rows), shape, (grid[0] * line, line, read))
            fill_places(indices_of(room.terms), (pieces.down, pieces.across, read), (line, read, 1))
            k, tables = pieces.down * pieces.across * read, (room.rows, room.terms, room.places)
            u = Places(pointer_at(room.u.data, before), room.u.stride)
            begin = start_with if phase == 0 else START_C
            _add_products(room.v, u, room.y, tables, pieces, (m, read, written), k, bias, begin)
            before += packed_room(k, written)
        _to_target(room, target, first, count, way, written)


@inline_ir
def convolve_pieces(x, w, b, y, workspace, stride, dilation, top, left):
    """As the kernel ``conv2d_winograd``."""
    way = Way(
        stride, stride, (0, 0), dilation, (-top, -left), stride * dilation, (0, 0), dilation, False
    )
    _windows(x, w, data_of(b), START_BIAS, y, workspace, way)


@inline_ir
def convolve_pieces_back(dy, w, dx, workspace, stride, dilation, top, left):
    """As ``conv2d_winograd_input_gradient``."""
    size_y, size_x, _, _ = w.shape
    for number in range(stride * stride):
        y, x = number // stride, number % stride
        part = ((y + top) % stride, (x + left) % stride)
        before_y = (part_size(size_y, stride, part[0]) - 1) * dilation
        before_x = (part_size(size_x, stride, part[1]) - 1) * dilation
        source = ((y + top) // stride - before_y, (x + left) // stride - before_x)
        way = Way(stride, 1, part, dilation, source, dilation, (y, x), stride * dilation, True)
        _windows(dy, w, data_of(dx), START_ZERO, dx, workspace, way)
