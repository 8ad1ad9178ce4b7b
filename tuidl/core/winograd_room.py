"""Convolutions by Winograd's tiles, piece by piece: their geometry, whether they pay, their memory.

Along an axis a kernel is cut into *pieces* of two places, and of three at the end of an odd one.
The tiles of two answers and the pixels that a piece sees of them lie on one grid, so that all
pieces share one transform of the pixels and one of the answers. A dilation parts images and
answers by their remainders into images of their own; a stride parts images and kernel, and adds
up.

``kernels/simd/winograd_pieces.py`` has the whole.
"""

from typing import NamedTuple

from tuidl.core.convolution_room import LANES, TILE, packed_room

PLACES = 16
"""Of a transformed tile."""
APART = 80
"""Numbers between two of them more than needed: were they a power of two apart, all 16 would claim
the same lines of the cache."""
FEWEST_CHANNELS = 16
MOST_PAIRS = 65_536
"""Pairs of channel and filter up to which a place's weights stay in a cache."""
MOVED, KERNEL_TILES = 18, 15
"""Multiplications that a number of a transformed tile costs (8 to 10 were measured with AVX-512 on
Zen 4, 18 to 20 without on Zen 1, more where tiles leave the cache of a Xeon); tiles that the
kernel's transform costs, divided among the few examples of a shard."""
FILLED = 8
"""Filters that a product takes as long for as for any fewer."""
GAIN = 0.9
"""Share of the definition's cost up to which it pays."""
FEWEST_ANSWERS = 100
"""Of an image, for the weights' gradient: neighbours in a kernel have seen nearly the same then."""
MOST_APART = 3
"""Neighbours in the kernel see pixels at most a side's part of so many apart, for that reason."""
BLOCK_FLOATS = 524_288
"""Numbers of the tiles that are worked on at a time: 2 MiB."""
BLOCK_TILES = 192
"""Tiles for which reading a place's weights is worth it, whatever room they take."""


class Large(NamedTuple):
    """``kernel``: height, width, channels, filters; ``image``, ``answers``: height, width.

    Of ``stride`` and ``dilation`` one is 1.
    """

    kernel: tuple[int, ...]
    image: tuple[int, ...]
    answers: tuple[int, ...]
    stride: int
    dilation: int


def tiles_for(length: int, parts: int) -> int:
    """Tiles of two along an axis, of one of ``parts`` parts."""
    return ((length + parts - 1) // parts + 1) // 2


def part_size(size: int, stride: int, remainder: int) -> int:
    """Places of the kernel with that remainder."""
    return (size - remainder + stride - 1) // stride


def all_pieces(size: int, stride: int) -> int:
    """Of all parts along an axis."""
    count = 0
    for remainder in range(stride):
        # as part_size; compiled code has this inlined
        count += (size - remainder + stride - 1) // stride // 2
    return count


def tiles_room(
    pieces: tuple[int, int],
    packed: int,
    read: int,
    written: int,
    tiles: tuple[int, int],
    parts: int,
) -> tuple[int, int]:
    """Workspace of windows over images whose ``parts`` x ``parts`` parts have so many ``tiles``,
    from ``read`` channels to ``written`` ones: numbers in any case, and for each example.

    ``pieces``: of the kernel's largest part; ``packed``: numbers of a place's weights, all parts'.
    """
    down, across = tiles
    grid_y, grid_x = down + pieces[0] - 1, across + pieces[1] - 1
    wide, phases = max(read, written), parts * parts
    fixed = PLACES * (packed + 3 * APART) + 9 * read * written
    fixed += (2 * grid_y + 2) * (2 * grid_x + 2) * wide + 4 * down * across * wide
    fixed += 2 * pieces[0] * pieces[1] * read + 8 * TILE
    each = PLACES * phases * (grid_y * grid_x * read + down * across * written)
    each += phases * down * across * (2 + (written + LANES - 1) // LANES * LANES)
    return fixed, each


def _room(
    kernel: tuple[int, int], read: int, written: int, lengths: tuple[int, ...], stride: int,
    division: tuple[int, int],
) -> tuple[int, int]:  # fmt: skip
    """``division``: of the images, by parts and by all that parts them."""
    tiles = (tiles_for(lengths[0], division[1]), tiles_for(lengths[1], division[1]))
    pieces = (part_size(kernel[0], stride, 0) // 2, part_size(kernel[1], stride, 0) // 2)
    terms = all_pieces(kernel[0], stride) * all_pieces(kernel[1], stride) * read
    return tiles_room(pieces, packed_room(terms, written), read, written, tiles, division[0])


def answers_room(c: Large) -> tuple[int, int]:
    """Of the convolution itself, and of the gradient of its weights."""
    size_y, size_x, channels, filters = c.kernel
    division = (c.dilation, c.dilation)
    return _room((size_y, size_x), channels, filters, c.answers, c.stride, division)


def pixels_room(c: Large) -> tuple[int, int]:
    """Of the gradient of its pixels."""
    size_y, size_x, channels, filters = c.kernel
    part = (part_size(size_y, c.stride, 0), part_size(size_x, c.stride, 0))
    division = (c.dilation, c.stride * c.dilation)
    return _room(part, filters, channels, c.image, 1, division)


def block_room(c: Large, room: tuple[int, int], examples: int) -> int:
    """For as many of the examples as a block has."""
    fixed, each = room
    down, across = (tiles_for(length, c.dilation) for length in c.answers)
    most = max(BLOCK_FLOATS // each, -(-BLOCK_TILES // (c.dilation**2 * down * across)))
    return fixed + each * min(most, examples)


def _products(size: int, stride: int) -> int:
    """For two answers along an axis, of all parts."""
    parts = [part_size(size, stride, remainder) for remainder in range(stride)]
    return sum(3 * (part // 2) + part % 2 for part in parts)


def pays(c: Large) -> bool:
    """Whether it costs less than the definition's products, by multiplications."""
    size_y, size_x, channels, filters = c.kernel
    if (c.stride > 1 and c.dilation > 1) or min(size_y, size_x) < 2 * c.stride:
        return False
    if min(channels, filters) < FEWEST_CHANNELS or channels * filters > MOST_PAIRS:
        return False
    parts, phases = c.dilation**2, c.stride**2
    down, across = (tiles_for(length, c.dilation) for length in c.answers)
    grid = (down + size_y // c.stride // 2) * (across + size_x // c.stride // 2)
    tiles = parts * down * across
    pairs = channels * -(-filters // FILLED) * FILLED
    products = _products(size_y, c.stride) * _products(size_x, c.stride) * pairs
    moved = MOVED * PLACES * (phases * parts * grid * channels + tiles * filters)
    direct = c.answers[0] * c.answers[1] * size_y * size_x * pairs
    return (tiles + KERNEL_TILES) * products + moved <= GAIN * direct


def weights_pay(c: Large) -> bool:
    """The same for the weights' gradient, whose rounding must not stand for what is 0."""
    apart = MOST_APART * c.dilation
    return pays(c) and c.answers[0] * c.answers[1] >= FEWEST_ANSWERS and min(c.answers) >= apart
