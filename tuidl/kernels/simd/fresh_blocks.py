"""A block of A with one of B, as they lie, for the packed product (``packed_gemm.py``): tiles pack
what they are the first to read (``packing_kernel.py``). Rows of A that are not neighbours in its
columns are packed before, as their numbers have to be turned, and so is a B whose rows lie far
apart, and what it has besides whole panels."""

from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.lanes import lanes_of, vectors_for
from tuidl.kernels.simd.micro_kernel import NR_VECTORS, Start
from tuidl.kernels.simd.packed_kernel import MR, PANEL, Block, packed_tile
from tuidl.kernels.simd.packing import pack_lines, pack_rows, pack_strips
from tuidl.kernels.simd.packing_kernel import PACKS_A, PACKS_B, packing_tile
from tuidl.kernels.simd.vectors import VECTOR_BYTES

PACKS_BY_TILES = MR == PANEL
"""Whether a tile has all rows of a panel: it has with 32 registers."""
MOST_APART = 2048
"""Bytes from a row of B to the next up to which tiles pack it: of a page of memory they should read
more than a piece of one line, else its address takes longer to find than packing."""
LEAST_ROWS = 2 * PANEL
"""Rows of A from which on a panel of B is read again often enough."""


@device_function
def is_near(b, b_row):
    """Whether lines of B lie so near to each other that tiles pack it."""
    return b_row <= MOST_APART * lanes_of(b) // VECTOR_BYTES


@inline_ir
def _multiply_packed(a, strip, depth, start, c, ldc, rows, columns):
    """A tile of both factors packed: a panel of up to PANEL rows with one of up to NR columns."""
    lanes = lanes_of(c)
    vectors = min(vectors_for(columns, lanes), NR_VECTORS)
    block = Block(1, PANEL, vectors * lanes, NR_VECTORS * lanes, depth)
    packed_tile(a, strip, block, start, c, ldc, rows, vectors, columns)


@device_function
def multiply_fresh(a, strides, b, b_row, space, strips, depth, start, c, ldc, rows, columns):
    """C = A B; ``space`` is for a panel of A, ``strips`` for all of B. ``start``: Start."""
    pair = NR_VECTORS * lanes_of(c)
    whole = columns - columns % pair
    packed = whole if is_near(b, b_row) else 0
    last, target = pointer_at(b, packed), pointer_at(strips, packed * depth)
    pack_strips(last, b_row, 1, target, depth, columns - packed)
    for i in range(0, rows, PANEL):
        high, here = min(PANEL, rows - i), pointer_at(a, i * strides.row)
        by_tile = strides.row == 1 and high == PANEL and whole > 0
        if strides.row > 1:
            pack_lines(here, strides.row, space, high, depth)
        elif not by_tile:
            pack_rows(here, strides.column, space, PANEL, high, depth)
        for j in range(0, columns, pair):
            strip, there = pointer_at(strips, j * depth), pointer_at(c, i * ldc + j)
            begin = Start(pointer_at(start.pointer, i * start.ld + j), start.ld, start.is_any)
            takes_a, takes_b = by_tile and j == 0, i == 0 and packed > 0
            if j < whole and (takes_a or takes_b):
                left, step = (here, strides.column) if takes_a else (space, PANEL)
                right, row = (pointer_at(b, j), b_row) if takes_b else (strip, pair)
                task = (PACKS_A if takes_a else 0) + (PACKS_B if takes_b else 0)
                packing_tile(
                    left, (1, step), right, row, space, strip, depth, begin, there, ldc, task
                )
            else:
                count = min(pair, columns - j)
                _multiply_packed(space, strip, depth, begin, there, ldc, high, count)
