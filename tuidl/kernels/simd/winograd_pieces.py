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
    pixels' gradient: windows over dy with the kernel turned round; each remainder by itself

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
from tuidl.kernels.simd.packing import lanes_of
from tuidl.kernels.simd.parted_images import lay_out, put_back
from tuidl.kernels.simd.piece_slivers import pack_pieces
from tuidl.kernels.simd.piece_transforms import to_pieces
from tuidl.kernels.simd.slivers import is_packed, pack
from tuidl.kernels.simd.transforms import Image, from_answers, from_pixels, to_answers

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
    apart. ``is_turned``: channels are written, by the kernel turned round.
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


class Pieces(NamedTuple):
    """Of a part of the kernel: how many down and across, whether its sizes are odd, and how many
    tiles its grid has across."""

    down: Any
    across: Any
    is_odd_y: Any
    is_odd_x: Any
    grid: Any


@inline_ir
def _from_images(images, first, count, parts, start, step, grid, channels, padded, places):
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
            gemm_indexed(
                factors, Result(target, indices_of(places), bias, begin), Sizes(m, k, n)
            )


@inline_ir
def _pieces_of(size_y, size_x, across):
    return Pieces(size_y // 2, size_x // 2, size_y % 2, size_x % 2, across + size_x // 2 - 1)


@device_function
def _windows(images, w, bias, start_with, target, workspace, way):
    """``target`` = windows over the ``images`` by the kernel, plus the bias."""
    (size_y, size_x, channels, filters), leap = w.shape, way.leap
    read, written = (filters, channels) if way.is_turned else (channels, filters)
    examples, height, width, _ = target.shape
    down, across = tiles_for(height, leap), tiles_for(width, leap)
    most_y, most_x = part_size(size_y, way.stride, 0) // 2, part_size(size_x, way.stride, 0) // 2
    lines = most_y * most_x * read
    if way.phases > 1:
        lines = all_pieces(size_y, way.stride) * all_pieces(size_x, way.stride) * read
    packed = packed_room(lines, written)
    pieces_most = (most_y, most_x)
    fixed, each = tiles_room(pieces_most, packed, read, written, (down, across), way.parts)
    block, images_of = (workspace.size - fixed) // each, way.parts * way.parts
    tiles = images_of * down * across
    u = Places(data_of(workspace), packed + APART)
    turned = pointer_at(u.data, PLACES * u.stride)
    padded = pointer_at(turned, 9 * channels * filters)
    most = (down + most_y - 1) * (across + most_x - 1)
    wide = max(read, written)
    answers = pointer_at(padded, (2 * (down + most_y)) * (2 * (across + most_x)) * wide)
    terms = pointer_at(answers, 4 * down * across * wide)
    rows = pointer_at(terms, most_y * most_x * read + TILE)
    places = pointer_at(rows, block * tiles + TILE)
    v = Places(
        pointer_at(places, block * tiles + TILE), block * images_of * most * read + APART
    )
    y = Places(pointer_at(v.data, PLACES * v.stride), block * tiles * written + APART)
    before = 0
    for phase in range(way.phases * way.phases):
        part = (way.part[0] + phase // way.phases, way.part[1] + phase % way.phases)
        before += pack_pieces(w, part, way.stride, way.is_turned, turned, u, before)
    for first in range(0, examples, block):
        count, before = min(block, examples - first), 0
        m = count * tiles
        fill_places(indices_of(places), (1, 1, m), (0, 0, written))
        for phase in range(way.phases * way.phases):
            part = (way.part[0] + phase // way.phases, way.part[1] + phase % way.phases)
            sizes = (part_size(size_y, way.stride, part[0]), part_size(size_x, way.stride, part[1]))
            pieces = _pieces_of(sizes[0], sizes[1], across)
            grid = (down + pieces.down - 1, pieces.grid)
            start = (way.source[0] + phase // way.phases, way.source[1] + phase % way.phases)
            _from_images(
                images, first, count, way.parts, start, way.step, grid, read, padded, v
            )
            line = grid[1] * read
            shape = (count * images_of, down, across)
            fill_places(indices_of(rows), shape, (grid[0] * line, line, read))
            fill_places(indices_of(terms), (pieces.down, pieces.across, read), (line, read, 1))
            k = pieces.down * pieces.across * read
            here = Places(pointer_at(u.data, before), u.stride)
            begin = start_with if phase == 0 else START_C
            start_at = bias if phase == 0 else y.data
            _add_products(
                v, here, y, (rows, terms, places), pieces, (m, read, written), k, start_at, begin
            )
            before += packed_room(k, written)
        whole = Image(2 * across * written, 2 * down, 2 * across, written)
        for number in range(count * images_of):
            n, part_number = number // images_of, number % images_of
            here = pointer_at(y.data, number * down * across * written)
            to_answers(answers, whole, here, y.stride)
            begin_at = (
                way.target[0] + part_number // way.parts, way.target[1] + part_number % way.parts
            )
            put_back(answers, 2 * across * written, target, first + n, begin_at, leap)


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
        way = Way(
            stride, 1, part, dilation, source, dilation, (y, x), stride * dilation, True
        )
        _windows(dy, w, data_of(dx), START_ZERO, dx, workspace, way)


@device_function
def _add_weights(v, y, u, tables, pieces, sizes, slivers, start_with):
    """For each place, u += v' y: of all pieces, their channels by the filters. ``tables``: rows of
    u in v, their places in u, and tiles in v. ``sizes``: tiles, channels, filters."""
    rows, places, tiles = tables
    count, channels, filters = sizes
    lanes = lanes_of(v.data)
    for place in range(PLACES):
        last_y, last_x = place // 4 == 3, place % 4 == 3
        if (last_y and not pieces.is_odd_y) or (last_x and not pieces.is_odd_x):
            continue
        low_y, low_x = pieces.down - 1 if last_y else 0, pieces.across - 1 if last_x else 0
        shape = (pieces.down - low_y, pieces.across - low_x, channels)
        fill_places(indices_of(rows), shape, (pieces.grid * channels, channels, 1))
        block = channels * filters
        fill_places(indices_of(places), shape, (pieces.across * block, block, filters))
        answers = pointer_at(y.data, place * y.stride)
        if not is_packed(filters, lanes):
            pack(answers, count, filters, lanes, slivers)
            answers = slivers
        here = place * v.stride + (low_y * pieces.grid + low_x) * channels
        there = place * u.stride + (low_y * pieces.across + low_x) * block
        target = pointer_at(u.data, there)
        gemm_indexed(
            Factors(
                pointer_at(v.data, here), indices_of(rows), indices_of(tiles), answers, 0, count
            ),
            Result(target, indices_of(places), target, start_with),
            Sizes(shape[0] * shape[1] * channels, count, filters),
        )


@device_function
def _back_to_kernel(u, dw, part, stride, sizes):
    """The gradients of a part of the kernel, from those of its pieces."""
    _, size_x, channels, filters = dw.shape
    block, across = channels * filters, sizes[1] // 2
    for number in range(sizes[0] // 2 * across):
        i, j = number // across, number % across
        high = 3 if 2 * i + 3 == sizes[0] else 2
        wide = 3 if 2 * j + 3 == sizes[1] else 2
        row, column = part[0] + 2 * i * stride, part[1] + 2 * j * stride
        there = pointer_at(data_of(dw), (row * size_x + column) * block)
        strides = (stride * size_x * block, stride * block, 0)
        here = pointer_at(u.data, number * block)
        to_pieces(here, (4 * u.stride, u.stride, 0), there, strides, high, wide, 1, block)


@device_function
def convolve_pieces_weights(x, dy, dw, workspace, stride, dilation, top, left):
    """As ``conv2d_winograd_weight_gradient``, where it is done by tiles."""
    size_y, size_x, channels, filters = dw.shape
    examples, height, width, _ = dy.shape
    down, across = tiles_for(height, dilation), tiles_for(width, dilation)
    most_y, most_x = part_size(size_y, stride, 0) // 2, part_size(size_x, stride, 0) // 2
    lines = all_pieces(size_y, stride) * all_pieces(size_x, stride) * channels
    pieces_most, packed = (most_y, most_x), packed_room(lines, filters)
    fixed, each = tiles_room(pieces_most, packed, channels, filters, (down, across), dilation)
    block, images_of = (workspace.size - fixed) // each, dilation * dilation
    tiles = images_of * down * across
    most, terms = (down + most_y - 1) * (across + most_x - 1), most_y * most_x * channels
    u = Places(data_of(workspace), terms * filters + APART)
    padded = pointer_at(u.data, PLACES * u.stride)
    wide = max(channels, filters)
    rows = pointer_at(padded, (2 * (down + most_y)) * (2 * (across + most_x)) * wide)
    places = pointer_at(rows, terms + TILE)
    table = pointer_at(places, terms + TILE)
    slivers = pointer_at(table, block * tiles + TILE)
    v = Places(
        pointer_at(slivers, packed_room(block * tiles, filters)),
        block * images_of * most * channels + APART,
    )
    y = Places(pointer_at(v.data, PLACES * v.stride), block * tiles * filters + APART)
    whole = Image(2 * across * filters, 2 * down, 2 * across, filters)
    for phase in range(stride * stride):
        part = (phase // stride, phase % stride)
        sizes = (part_size(size_y, stride, part[0]), part_size(size_x, stride, part[1]))
        pieces = _pieces_of(sizes[0], sizes[1], across)
        grid = (down + pieces.down - 1, pieces.grid)
        start_with = START_ZERO
        for first in range(0, examples, block):
            count = min(block, examples - first)
            start = (part[0] - top, part[1] - left)
            _from_images(
                x, first, count, dilation, start, stride * dilation, grid, channels, padded, v
            )
            for number in range(count * images_of):
                n, there = number // images_of, number % images_of
                begin = (there // dilation, there % dilation)
                lay_out(dy, first + n, begin, dilation, (2 * down, 2 * across), padded)
                here = pointer_at(y.data, number * down * across * filters)
                from_answers(padded, whole, here, y.stride)
            line = grid[1] * channels
            shape = (count * images_of, down, across)
            fill_places(indices_of(table), shape, (grid[0] * line, line, channels))
            sizes_of = (count * tiles, channels, filters)
            _add_weights(v, y, u, (rows, places, table), pieces, sizes_of, slivers, start_with)
            start_with = START_C
        _back_to_kernel(u, dw, part, stride, sizes)
