"""How the output of a product is cut into tiles, one for each lane: by its sizes alone.

A lane reads the rows of the left factor and the columns of the right factor that its tile needs,
and packs the latter. The grid is the one for which that takes least.
"""

from tuidl.kernels.jit import device_function

LEAST_ROWS = 8
"""Rows of a tile: fewer would leave registers of the micro-kernel empty."""
LEAST_COLUMNS = 32
"""Columns of a tile: two vectors of the longest kind."""

PACKING = 3
"""How many times as long a number of the right factor takes, being packed, as one of the left."""
LINE = 16
"""A part of a vector starts on a cache line, counted in float32."""


@device_function
def boundary(number, parts, size, step):
    """Where part ``number`` of ``parts`` of ``size`` numbers starts, a multiple of ``step``."""
    blocks = (size + step - 1) // step
    return min(blocks * number // parts * step, size)


@device_function
def columns_of(part, parts, columns):
    """First and end column of a part that has whole rows' columns; it may be empty. No part but the
    only one has fewer than LEAST_COLUMNS, for which products may add up in another order."""
    blocks = max(columns // LEAST_COLUMNS, 1)
    first = blocks * part // parts * LEAST_COLUMNS
    end = blocks * (part + 1) // parts * LEAST_COLUMNS
    if part >= parts:
        return columns, columns
    return first, columns if part + 1 == parts else end


@device_function
def rows_of_grid(parts, rows, columns):
    """How many of ``parts``, a power of two, lie one below the other; the others side by side."""
    down, best = 1, -1
    trial = 1
    while trial <= parts:
        across = parts // trial
        high = max((rows + trial - 1) // trial, LEAST_ROWS)
        wide = max((columns + across - 1) // across, LEAST_COLUMNS)
        cost = high * wide * (high + PACKING * wide)
        if best < 0 or cost < best:
            down, best = trial, cost
        trial *= 2
    return down


@device_function
def tile_of(part, parts, rows, columns):
    """First row, end row, first column and end column of a tile; it may be empty."""
    down = rows_of_grid(parts, rows, columns)
    across = parts // down
    i, j = part // across, part % across
    return (
        boundary(i, down, rows, LEAST_ROWS),
        boundary(i + 1, down, rows, LEAST_ROWS),
        boundary(j, across, columns, LEAST_COLUMNS),
        boundary(j + 1, across, columns, LEAST_COLUMNS),
    )
