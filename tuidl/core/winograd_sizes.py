"""Convolutions of 3 x 3 by Winograd's tiles: by which sizes it is worth it, and their memory.

The layer asks for the workspace, the kernels (``kernels/simd/winograd.py``) divide it.
"""

PLACES = 16
"""Of a transformed tile."""
FEWEST, FEWEST_POSITIONS = 32, 16
"""Channels and filters, and answers to an image, from which on it is worth it."""
FEWER, FEWER_PAIRS, MORE_POSITIONS = 12, 256, 64
"""Also from so few channels and filters on, with so many pairs and answers to an image."""
MANY_PAIRS, MOST, MOST_POSITIONS = 65_536, 262_144, 256
"""Pairs of channel and filter up to which it is: with fewer answers to an image than the last, and
with so many. Kernels of many pairs take long to transform, for as few as two images of a shard."""
WIDE_PAIRS = 20_480
"""Pairs from which on transformed kernels leave the second-level cache: blocks of many tiles read
them less often, and products pack them."""
BLOCK_FLOATS = 131_072
"""A block's tiles, in floats: 512 KiB are in a core's second-level cache beside what a layer reads
and writes, and kernels are read once for many tiles."""
BLOCK_TILES = 128
"""Tiles of a block of WIDE_PAIRS, whatever room they take."""
LEAST_LINES = 3
"""Rows of tiles of a band: of two bands of an odd image one would else have a single row of answers
at the end."""


def is_worth(channels: int, filters: int, positions: int) -> bool:
    """``positions``: answers to an image."""
    few, pairs = min(channels, filters), channels * filters
    if few < FEWEST and (pairs < FEWER_PAIRS or positions < MORE_POSITIONS):
        return False
    most = MOST if positions >= MOST_POSITIONS else MANY_PAIRS
    return few >= FEWER and positions >= FEWEST_POSITIONS and pairs <= most


def workspace(height: int, width: int, channels: int, filters: int) -> tuple[int, int]:
    """Numbers that answers of ``height`` by ``width`` need: in any case, and for each row of
    tiles."""
    padded = (height + 2) * (width + 2) * max(channels, filters)
    fixed = (PLACES + 9) * channels * filters + 2 * PLACES * (channels + filters) + padded
    return fixed, PLACES * ((width + 1) // 2) * (channels + filters)


def block_lines(height: int, width: int, channels: int, filters: int) -> int:
    """Rows of tiles of a block."""
    _, line = workspace(height, width, channels, filters)
    lines = max(BLOCK_FLOATS // line, least_lines(height))
    if channels * filters >= WIDE_PAIRS:
        lines = max(lines, BLOCK_TILES // ((width + 1) // 2))
    return lines


def least_lines(height: int) -> int:
    """Rows of tiles that there must be room for."""
    return min((height + 1) // 2, LEAST_LINES)
