"""The weights' gradient of a convolution by Winograd's tiles, piece by piece.

``winograd_pieces.py`` backwards: for each place the gradients of all pieces are one product, of the
transformed tiles' channels that a piece sees by the transformed gradients of the answers.
"""

from tuidl.core.convolution_room import TILE
from tuidl.core.winograd_room import APART, PLACES
from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.convolution import packed_room
from tuidl.kernels.simd.frames import fill_places
from tuidl.kernels.simd.gemm_indexed import Factors, Result, Sizes, gemm_indexed, indices_of
from tuidl.kernels.simd.gemm_narrow import START_C, START_ZERO
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.lanes import lanes_of
from tuidl.kernels.simd.parted_images import lay_out
from tuidl.kernels.simd.piece_transforms import to_pieces
from tuidl.kernels.simd.slivers import is_packed, pack
from tuidl.kernels.simd.transforms import Image, from_answers
from tuidl.kernels.simd.winograd_pieces import (
    Places,
    all_pieces,
    from_images,
    part_size,
    pieces_in,
    tiles_for,
    tiles_room,
)


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
        pieces = pieces_in(sizes[0], sizes[1], across)
        grid = (down + pieces.down - 1, pieces.grid)
        start_with = START_ZERO
        for first in range(0, examples, block):
            count = min(block, examples - first)
            start = (part[0] - top, part[1] - left)
            from_images(
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
