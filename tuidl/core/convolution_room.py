"""How much memory a convolution needs at hand: what a layer asks for, and a kernel divides.

All in numbers of the arena. A convolution goes through its images in blocks of rows: of each block
a *frame*, the pixels that its windows see with the zeros around them, is laid out beside tables of
places. ``kernels/simd/convolution.py`` has the whole.
"""

from typing import NamedTuple

BLOCK = 131_072
"""Numbers of a block that stay in a core's second-level cache, beside the weights: 512 KiB."""
LANES = 16
"""Numbers in the longest vector: slivers of a packed matrix are whole vectors."""
TILE = 8
"""Rows of the highest tile: tables of places go on behind the last one, to the end of a tile."""
MOST_PARTS = 16
"""Of a result that lanes share out by its columns: as many as lanes. Each has room of its own."""


def packed_room(k: int, n: int) -> int:
    """A matrix of ``k`` lines of ``n`` numbers in slivers."""
    return k * ((n + LANES - 1) // LANES * LANES)


def tables_room(terms: int) -> int:
    """Two tables with the places of ``terms`` rows or terms, and the ends of all tables."""
    return 2 * terms + 4 * TILE


def fixed_room(terms: int, columns: int, phases: int) -> int:
    """Beside the blocks: all weights in slivers, and the places of their terms."""
    return packed_room(terms, columns) + tables_room(terms) + phases * TILE


def rows_room(rows: int, step: int, extent: int, line: int, positions: int) -> int:
    """``rows`` rows of answers of one image: their frame and what each position needs.

    Windows of ``extent`` rows, ``step`` apart; ``line``: numbers in a row of the frame;
    ``positions``: numbers for all positions in a row of answers.
    """
    return ((rows - 1) * step + extent) * line + rows * positions


def rows_fitting(room: int, step: int, extent: int, line: int, positions: int, down: int) -> int:
    """Rows of answers that a block has room for, one at least; whole images from ``down`` on."""
    whole = ((down - 1) * step + extent) * line + down * positions
    if room >= whole:
        return room // whole * down
    return max((room - (extent - step) * line) // (step * line + positions), 1)


def block_room(
    examples: int, down: int, step: int, extent: int, line: int, positions: int, most: int
) -> int:
    """A block of at most ``most`` numbers, or of one row where that is more."""
    least = rows_room(1, step, extent, line, positions)
    return min(max(most, least), examples * rows_room(down, step, extent, line, positions))


class Phase(NamedTuple):
    """Pixels of one remainder by the stride, along one axis: the weights that see them.

    ``first``: the first of those ``size`` weights; the others are a stride apart. ``shift``: from a
    pixel's number within the phase to the last answer that sees it.
    """

    first: int
    size: int
    shift: int


def phase_of(size: int, stride: int, padding: int, remainder: int) -> Phase:
    """The phase of a kernel of ``size``."""
    first = (remainder + padding) % stride
    return Phase(first, (size - first + stride - 1) // stride, (remainder + padding) // stride)


def reach(size: int, stride: int, padding: int) -> tuple[int, int]:
    """How many answers in front of a pixel's number, and behind it, see the pixel in any phase."""
    low, high = -size - padding, 0
    for remainder in range(stride):
        # as phase_of; compiled code has this inlined
        first = (remainder + padding) % stride
        shift = (remainder + padding) // stride
        low, high = max(low, (size - first + stride - 1) // stride - 1 - shift), max(high, shift)
    return low, high


class Convolution(NamedTuple):
    """``kernel``: height, width, channels, filters; ``image``, ``answers``: height, width."""

    kernel: tuple[int, ...]
    image: tuple[int, ...]
    answers: tuple[int, ...]
    stride: int
    top: int
    left: int


def answers_room(c: Convolution, examples: int, most: int = BLOCK) -> int:
    """What the convolution itself needs, for so many examples, ``most`` numbers at a time."""
    (size_y, size_x, channels, filters), (down, across) = c.kernel, c.answers
    line = ((across - 1) * c.stride + size_x) * channels
    block = block_room(examples, down, c.stride, size_y, line, 2 * across, most)
    return fixed_room(size_y * size_x * channels, filters, 1) + block


def weights_room(c: Convolution, examples: int, most: int = BLOCK) -> int:
    """What the gradient of the weights needs."""
    (size_y, size_x, channels, filters), (down, across) = c.kernel, c.answers
    line = ((across - 1) * c.stride + size_x) * channels
    positions = across + packed_room(across, filters)
    block = block_room(examples, down, c.stride, size_y, line, positions, most)
    return tables_room(size_y * size_x * channels) + block


def pixels_room(c: Convolution, examples: int, most: int = BLOCK) -> int:
    """What the gradient of the pixels needs."""
    (size_y, size_x, channels, filters), (height, width) = c.kernel, c.image
    (low_y, high_y), (low_x, high_x) = (
        reach(size_y, c.stride, c.top),
        reach(size_x, c.stride, c.left),
    )
    down, across = -(-height // c.stride), -(-width // c.stride)
    line = (across + low_x + high_x) * filters
    block = block_room(examples, down, 1, low_y + high_y + 1, line, 2 * across, most)
    return fixed_room(size_y * size_x * filters, channels, c.stride**2) + block
