"""Some rows of A with a block of B: the loops of the packed product (``packed_gemm.py``) that are
nearest to its tiles."""

from typing import Any, NamedTuple

from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.lanes import lanes_of, vectors_for
from tuidl.kernels.simd.micro_kernel import NR_VECTORS, Start
from tuidl.kernels.simd.packed_kernel import (
    MOST_VECTORS,
    MR,
    PANEL,
    WIDE,
    WIDE_HEIGHTS,
    Block,
    packed_tile,
)
from tuidl.kernels.simd.packing import pack_lines, pack_panels, pack_rows
from tuidl.kernels.simd.packing_kernel import IS_LYING, PACKS_B, packing_tile
from tuidl.kernels.simd.vectors import HAS_MANY_REGISTERS, VECTOR_BYTES

MOST_ACROSS = 1 << 16
"""Bytes over which a block of an A whose columns are contiguous is spread up to which reading it
there costs little: each panel of B reads all again, a few numbers of a line of the cache at a
time."""
LEAST_COLUMNS = 256
"""Columns of a block of B from which on it passes by rows of A that are packed, too."""
FEW, FEW_LYING = 6 if HAS_MANY_REGISTERS else 3, 48 if HAS_MANY_REGISTERS else 3
"""Rows of A up to which panels of B are WIDE: of a packed B, and of one that is read where it
lies."""
MOST_WIDE = max(WIDE_HEIGHTS)


class Strides(NamedTuple):
    """Of a matrix, in numbers: from a row to the next, and from a column; one of them is 1."""

    row: Any
    column: Any


class Factor(NamedTuple):
    """A block of B: where it is, from a row to the next, how many of its first strips are read
    there, where the others are packed, how many columns it has, and whether it passes by rows of A
    that stay; else its panels stay, and the first tiles of ``unpacked`` columns pack them."""

    b: Any
    row: Any
    lying: Any
    strips: Any
    columns: Any
    passes: Any
    unpacked: Any


class Panel(NamedTuple):
    """Some columns of a block of B, where they begin in C, and how many there are."""

    pointer: Any
    row: Any
    pair: Any
    column: Any
    columns: Any
    vectors: Any


@device_function
def _height(rows, vectors):
    """The height of the next tile of so many rows; the last two are nearly of one height."""
    most = MOST_WIDE if vectors == WIDE else MR
    if rows >= 2 * most:
        return most
    return rows if rows <= most else (rows + 1) // 2


@inline_ir
def _multiply_panel(a, strides, depth, panel, factor, start, c, ldc, rows):
    """Tile by tile, a panel of B with a block of A."""
    block, i = Block(strides.row, strides.column, panel.row, panel.pair, depth), 0
    if panel.column < factor.unpacked:
        begin = Start(pointer_at(start.pointer, panel.column), start.ld, start.is_any)
        here, there = pointer_at(factor.b, panel.column), pointer_at(c, panel.column)
        packing_tile(
            a, (strides.row, strides.column), here, factor.row, panel.pointer, panel.pointer, depth,
            begin, there, ldc, PACKS_B + IS_LYING,
        )  # fmt: skip
        i = PANEL
    while i < rows:
        height = _height(rows - i, panel.vectors)
        here = pointer_at(a, i * strides.row)
        there = pointer_at(c, i * ldc + panel.column)
        first = pointer_at(start.pointer, i * start.ld + panel.column)
        begin = Start(first, start.ld, start.is_any)
        packed_tile(
            here, panel.pointer, block, begin, there, ldc, height, panel.vectors, panel.columns
        )
        i += height


@device_function
def width_for(m, is_lying):
    """Vectors of a panel for an A of so many rows."""
    if m == 1:
        return MOST_VECTORS
    return WIDE if m <= (FEW_LYING if is_lying else FEW) else NR_VECTORS


@inline_ir
def _panel(factor, depth, strip, width, lanes):
    """The panel from ``strip`` on: of the lying strips where B is, else of the packed."""
    column, pair, lying = strip * lanes, NR_VECTORS * lanes, factor.lying
    end = lying if strip < lying else vectors_for(factor.columns, lanes)
    vectors = width if end - strip >= width else min(NR_VECTORS, end - strip)
    count = min(vectors * lanes, factor.columns - column)
    if strip < lying:
        return Panel(pointer_at(factor.b, column), factor.row, pair, column, count, vectors)
    place = pointer_at(factor.strips, (column - lying * lanes) * depth)
    return Panel(place, min(vectors * lanes, pair), depth * pair, column, count, vectors)


@device_function
def multiply_block(a, strides, space, depth, factor, start, c, ldc, rows, width):
    """Some rows of A with a block of B; ``space`` is for the rows where they are packed."""
    lanes, height = lanes_of(c), PANEL if factor.passes else rows
    is_far = strides.row == 1 and strides.column * depth > MOST_ACROSS * lanes // VECTOR_BYTES
    if factor.passes:
        if strides.row == 1:
            pack_panels(a, strides.column, space, rows, depth)
        else:
            pack_lines(a, strides.row, space, rows, depth)
        a, strides = space, Strides(1, PANEL)
    elif is_far:
        pack_rows(a, strides.column, space, rows, rows, depth)
        a, strides = space, Strides(1, rows)
    for i in range(0, rows, height):
        here = pointer_at(a, i * depth)
        first = Start(pointer_at(start.pointer, i * start.ld), start.ld, start.is_any)
        strip = 0
        while strip * lanes < factor.columns:
            panel = _panel(factor, depth, strip, width, lanes)
            there = pointer_at(c, i * ldc)
            high = min(height, rows - i)
            _multiply_panel(here, strides, depth, panel, factor, first, there, ldc, high)
            strip += panel.vectors
