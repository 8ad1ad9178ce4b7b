"""Convolutions and both their gradients, place by place of the kernel, without padding.

By a place of the kernel a rectangle of the answers sees the image, each of them one pixel:

    answers    y of the rectangle += its pixels of x by the place's weights
    pixels     dx of its pixels   += dy of the rectangle by the place's weights, turned
    weights    dw of the place    += its pixels of x, turned, by dy of the rectangle

Each is ``gemm_indexed`` on tables of places, so that nothing has to be copied but weights, and dy
for those. What would be multiplied by zeros around the image is never met; in return sums are read
and written again for each place. ``core/places_room.py`` says when that pays. A block of images, or
rows of one, goes by all places.
"""

from tuidl.core import convolution_room, places_room
from tuidl.core.convolution_room import TILE
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.convolution_products import MOST_TIMES
from tuidl.kernels.simd.frames import band_of, blocks_in, fill_places
from tuidl.kernels.simd.gemm_indexed import Factors, Result, Sizes, gemm_indexed, indices_of
from tuidl.kernels.simd.gemm_narrow import START_BIAS, START_C, START_ZERO
from tuidl.kernels.simd.intrinsics import clear_elements, copy_elements, data_of, pointer_at
from tuidl.kernels.simd.lanes import lanes_of, vectors_for
from tuidl.kernels.simd.rectangles import (
    Block,
    Rectangle,
    blocks_for,
    fill_answers,
    fill_pixels,
    first_answer,
    first_pixel,
    rectangle_of,
    seeing,
    sees_nothing,
    sides_of,
    within,
)
from tuidl.kernels.simd.slivers import (
    is_packed,
    pack_columns,
    pack_lines,
    pack_turned_columns,
)
from tuidl.kernels.simd.tile_columns import columns_for, room_of
from tuidl.kernels.simd.tile_shapes import slivers_in, vectors_in

packed_room = inline_ir(convolution_room.packed_room)
_weights_tables = inline_ir(places_room.weights_tables)


@device_function
def _whole_place(size_y, size_x, sides, bands, is_back):
    """The number of a place by which all results are met, with which their sums can begin; -1 where
    there is none."""
    for number in range(size_y * size_x):
        seen = rectangle_of(number // size_x, number % size_x, sides)
        down, across = sides.answers
        if is_back:
            down, across = sides.pixels
        is_whole = seen.end - seen.low == down and seen.right - seen.left == across
        if is_whole and (bands == 1 or not is_back):
            return number
    return -1


@device_function
def _pack_place(w, place, columns, is_back, target):
    """The weights of a place, in slivers: those of some columns."""
    (_, size_x, channels, filters), (i, j) = w.shape, place
    if is_back:
        pack_turned_columns(w, (i, j, 1, 1), 1, 0, 1, columns.first, columns.end, target)
    else:
        here = pointer_at(data_of(w), (i * size_x + j) * channels * filters + columns.first)
        count = columns.end - columns.first
        pack_columns(here, filters, channels, count, lanes_of(target), target)


@device_function
def _slots_of(size_y, size_x, sides):
    """Places by which anything is seen."""
    slots = 0
    for number in range(size_y * size_x):
        if not sees_nothing(rectangle_of(number // size_x, number % size_x, sides)):
            slots += 1
    return slots


@device_function
def _begin(bias, target, columns, sides, examples, is_back):
    """All results as their sums start; ``bias`` and ``target`` from the first column on."""
    count = columns.end - columns.first
    if is_back:
        _clear_columns(target, examples * sides.pixels[0] * sides.pixels[1], columns)
        return
    for answer in range(examples * sides.answers[0] * sides.answers[1]):
        copy_elements(pointer_at(target, answer * columns.all), bias, count)


@device_function
def _clear_columns(target, rows, columns):
    if columns.end - columns.first == columns.all:
        clear_elements(target, rows * columns.all)
        return
    for row in range(rows):
        clear_elements(pointer_at(target, row * columns.all), columns.end - columns.first)


@inline_ir
def _multiply_place(
    source, bias, target, tables, packed, place, seen, block, sides, sizes, start_with, is_back
):
    """What a block's rectangle comes to by the weights of a place."""
    terms, pixels = tables
    answers = indices_of(pointer_at(pixels, sizes.m + TILE))
    pixels = indices_of(pixels)
    fill_pixels(pixels, seen, block.count, sides)
    fill_answers(answers, seen, block.count, sides)
    pixel = first_pixel(place[0], place[1], seen, block, sides)
    answer = first_answer(seen, block, sides)
    here, there, rows, places = pixel, answer, pixels, answers
    if is_back:
        here, there, rows, places = answer, pixel, answers, pixels
    a, c = pointer_at(source, here), pointer_at(target, there)
    factors = Factors(a, rows, indices_of(terms), packed, 0, sizes.k)
    gemm_indexed(factors, Result(c, places, bias, start_with), sizes)


@inline_ir
def _add_block(
    source, w, bias, target, columns, slots, tables, block, sides, whole, packing, is_back
):
    """The sums of a block by all places, from the ``whole`` one on. ``slots``: a pointer to the
    packed weights. ``packing``: whether they are to be packed now, and how far apart, which is 0
    where each place's are packed just before they are used: they never leave the cache then."""
    size_y, size_x, channels, filters = w.shape
    k, n = filters if is_back else channels, columns.end - columns.first
    for turn in range(size_y * size_x):
        number = (turn + max(whole, 0)) % (size_y * size_x)
        place = (number // size_x, number % size_x)
        all_seen = rectangle_of(place[0], place[1], sides)
        if sees_nothing(all_seen):
            continue
        packed = slots
        slots = pointer_at(slots, packing[1])
        if not is_back and n == columns.all and is_packed(n, lanes_of(slots)):
            packed = pointer_at(data_of(w), number * k * n)
        elif packing[0]:
            _pack_place(w, place, columns, is_back, packed)
        seen, start_with = within(all_seen, block), START_C
        if turn == 0 and whole >= 0:
            start_with = START_ZERO if is_back else START_BIAS
        m = (seen.end - seen.low) * block.count * (seen.right - seen.left)
        if m > 0:
            _multiply_place(
                source, bias, target, tables, packed, place, seen, block, sides, Sizes(m, k, n),
                start_with, is_back,
            )  # fmt: skip


@device_function
def _add_places(source, w, bias, target, columns, room, sides, examples, is_back):
    """target = the bias, or 0, + the source's numbers by the weights; ``source``, ``bias`` and
    ``target`` are pointers. ``is_back``: from answers to pixels. ``room``: see ``room_of``."""
    size_y, size_x, channels, filters = w.shape
    k, n = (filters, channels) if is_back else (channels, filters)
    slots = 1 if room.is_part else _slots_of(size_y, size_x, sides)
    base, packed = room.start, slots * packed_room(k, n)
    terms, tables = pointer_at(base, packed), pointer_at(base, packed + k + TILE)
    bias, target = pointer_at(bias, columns.first), pointer_at(target, columns.first)
    fill_places(indices_of(terms), (1, 1, k), (0, 0, 1))
    blocks = blocks_for((room.size - packed - k - 3 * TILE) // 2, sides)
    apart = 0
    if not room.is_part and blocks_in(blocks, examples) > MOST_TIMES:
        apart = packed_room(k, n)
    whole = _whole_place(size_y, size_x, sides, blocks.bands, is_back)
    if whole < 0:
        _begin(bias, target, columns, sides, examples, is_back)
    for first in range(0, examples, blocks.examples):
        for band in range(blocks.bands):
            start, high = band_of(sides.answers[0], band, blocks)
            block = Block(first, min(blocks.examples, examples - first), start, high)
            is_packing = apart == 0 or (first == 0 and band == 0)
            _add_block(
                source, w, bias, target, columns, base, (terms, tables), block, sides, whole,
                (is_packing, apart), is_back,
            )  # fmt: skip


@inline_ir
def convolve_places(x, w, b, y, workspace, stride, dilation, padding, part, parts):
    """As the kernel ``conv2d_places``; ``stride``, ``dilation`` and ``padding``: down, across.
    ``part``: which of how many parts of the filters, 0 of 0 for all of them."""
    sides, columns = sides_of(x, y, stride, dilation, padding), columns_for(part, parts, y.shape[3])
    room = room_of(workspace, part, parts)
    if columns.end > columns.first:
        source, target = data_of(x), data_of(y)
        _add_places(source, w, data_of(b), target, columns, room, sides, x.shape[0], False)


@inline_ir
def convolve_places_back(dy, w, dx, workspace, stride, dilation, padding, part, parts):
    """As ``conv2d_places_input_gradient``; ``part``: of the channels."""
    sides, there = sides_of(dx, dy, stride, dilation, padding), data_of(dx)
    columns, room = columns_for(part, parts, dx.shape[3]), room_of(workspace, part, parts)
    if columns.end > columns.first:
        _add_places(data_of(dy), w, there, there, columns, room, sides, dx.shape[0], True)


@device_function
def _pack_answers(dy, seen, block, columns, sides, target):
    """dy of a rectangle in slivers: rows, images, columns; of some of the filters."""
    (down, across), n, lanes = sides.answers, sides.filters, lanes_of(target)
    wide, column = seen.right - seen.left, columns.first
    vectors = vectors_for(columns.end - column, lanes)
    for sliver in range(slivers_in(vectors)):
        width = vectors_in(sliver, vectors) * lanes
        used = min(width, columns.end - column)
        for p in range(seen.low, seen.end):
            for image in range(block.first, block.first + block.count):
                place = ((image * down + p) * across + seen.left) * n + column
                pack_lines(pointer_at(dy, place), n, wide, used, width, target)
                target = pointer_at(target, wide * width)
        column += width


@inline_ir
def _add_weights(x, dy, dw, columns, tables, block, sides, j):
    """dw of the places of a column ``j`` of the kernel, from a block. ``tables``: places of a
    pixel's channels and of their weights, and room for those of pixels, and dy in slivers."""
    size_y, size_x, channels, filters = dw.shape
    rows, targets, table = tables
    left, right = seeing(
        j * sides.dilation[1] - sides.padding[1], sides.stride[1], sides.pixels[1],
        sides.answers[1],
    )  # fmt: skip
    each = block.count * (right - left)
    if each == 0:
        return
    slivers, table = pointer_at(table, block.high * each + TILE), indices_of(table)
    whole = Rectangle(block.start, block.start + block.high, left, right)
    _pack_answers(data_of(dy), whole, block, columns, sides, slivers)
    for i in range(size_y):
        all_seen = rectangle_of(i, j, sides)
        seen = within(all_seen, block)
        if seen.end > seen.low:
            is_first = block.first == 0 and all_seen.low >= block.start
            begin = (seen.low - block.start) * each
            fill_pixels(pointer_at(table, begin), seen, block.count, sides)
            factors = Factors(
                pointer_at(data_of(x), first_pixel(i, j, seen, block, sides)), indices_of(rows),
                table, slivers, begin, block.high * each,
            )  # fmt: skip
            c = pointer_at(data_of(dw), (i * size_x + j) * channels * filters + columns.first)
            gemm_indexed(
                factors, Result(c, indices_of(targets), c, START_ZERO if is_first else START_C),
                Sizes(channels, (seen.end - seen.low) * each, columns.end - columns.first),
            )  # fmt: skip


@device_function
def _clear_unseen(dw, columns, sides, examples):
    """Weights that meet no pixel have no gradient, and no sum."""
    size_y, size_x, channels, filters = dw.shape
    for number in range(size_y * size_x):
        seen = rectangle_of(number // size_x, number % size_x, sides)
        if examples == 0 or sees_nothing(seen):
            place = number * channels * filters + columns.first
            _clear_columns(pointer_at(data_of(dw), place), channels, columns)


@device_function
def convolve_places_weights(x, dy, dw, workspace, stride, dilation, padding, part, parts):
    """As ``conv2d_places_weight_gradient``; ``part``: of the filters."""
    sides, examples = sides_of(x, dy, stride, dilation, padding), x.shape[0]
    channels, filters, size_x = x.shape[3], dy.shape[3], dw.shape[1]
    columns, own = columns_for(part, parts, filters), room_of(workspace, part, parts)
    if columns.end <= columns.first:
        return
    rows = own.start
    targets = pointer_at(rows, channels + TILE)
    table = pointer_at(targets, channels + TILE)
    fill_places(indices_of(rows), (1, 1, channels), (0, 0, 1))
    fill_places(indices_of(targets), (1, 1, channels), (0, 0, filters))
    room = own.size - _weights_tables(channels)
    blocks = blocks_for(room // (1 + packed_room(1, filters)), sides)
    _clear_unseen(dw, columns, sides, examples)
    for first in range(0, examples, blocks.examples):
        for band in range(blocks.bands):
            start, high = band_of(sides.answers[0], band, blocks)
            block = Block(first, min(blocks.examples, examples - first), start, high)
            for j in range(size_x):
                _add_weights(x, dy, dw, columns, (rows, targets, table), block, sides, j)
