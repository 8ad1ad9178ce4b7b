"""The micro-kernel of the packed matrix product: an MR x NR tile of C, over a block of K.

As in ``micro_kernel.py`` (see the drawing there), but B comes in strips, one vector wide: a line of
the tile's B is a vector of each of its two strips. Sums start with 0, and what C holds (or a bias)
is added at their end: so a sum of thousands of terms is one of blocks, and rounds less.
"""

from functools import reduce
from itertools import cycle, product
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.micro_kernel import GROUP, NR_VECTORS, Start, Tile, hidden
from tuidl.kernels.simd.vectors import HAS_MANY_REGISTERS, SIZE, VECTOR_BYTES, Vectors

MR = 12 if HAS_MANY_REGISTERS else 6
"""Rows of a tile: 12 x 2 sums, 2 vectors of B, one number of A of 32 registers; 6 x 2 of 16."""
HEIGHTS = range(1, MR + 1)
"""Rows that there is code for: all, as tiles of a few rows, for what larger ones leave over, wait
for their sums."""
PANEL = 12
"""Rows of A that all of a packed block of B is multiplied by before the next ones: they stay in the
first-level cache. From a column of theirs to the next, where they are packed."""
WIDE, WIDE_HEIGHTS = 4, range(1, 7 if HAS_MANY_REGISTERS else 3)
"""Vectors and rows of tiles for few rows of A: a sum waits for its addition before, and with only
two of them the processor would mostly be idle. Of a B that lies in rows they read more of each row
at a time, as memory is fastest."""
MOST_VECTORS = 8
"""Of a tile of one row."""
TILES = (*product(HEIGHTS, (1, NR_VECTORS)), *product(WIDE_HEIGHTS, (WIDE,)), (1, MOST_VECTORS))
"""Rows and vectors of the tiles that there is code for."""
AHEAD = 16
"""Rows of B that are fetched before their turn, where they lie far apart: processors only guess
what comes next within a page of memory."""


class Block(NamedTuple):
    """Where a block of the factors lies, in numbers.

    ``a_row``, ``a_column``: from a row of A to the next, from a column to the next. ``b_row``,
    ``b_pair``: from a row of a panel to the next, from two vectors of a row to the next two.
    ``depth``: terms.
    """

    a_row: Any
    a_column: Any
    b_row: Any
    b_pair: Any
    depth: Any


def packed_tile(a, b, block, start, c, ldc, rows, vectors, columns):
    """The tile at ``c`` of so many rows at ``a`` and strips at ``b``, all pointers.

    ``block``: Block. ``start``: Start. ``rows``, ``vectors``: one of TILES.
    ``columns``: how many of C there are; the last vector may be partial.
    """
    lanes = VECTOR_BYTES // a.itemsize
    for vector in range(vectors):
        pair, within = divmod(vector, NR_VECTORS)
        sums, strip = np.zeros((rows, lanes), a.dtype), b[pair * block.b_pair + within * lanes :]
        for k in range(block.depth):
            column = [a[row * block.a_row + k * block.a_column] for row in range(rows)]
            sums += np.outer(column, strip[k * block.b_row :][:lanes])
        for row in range(rows):
            begin, used = vector * lanes, min(lanes, columns - vector * lanes)
            if start.is_any:
                sums[row, :used] += start.pointer[row * start.ld + begin :][:used]
            c[row * ldc + begin :][:used] = sums[row, :used]


@intrinsic_for(packed_tile)
def _packed_tile(typing_context, a, b, block, start, c, ldc, rows, vectors, columns):
    def codegen(context, builder, signature, arguments):
        a, b, block, start, c, ldc, rows, vectors, columns = arguments
        block, start = (cgutils.unpack_tuple(builder, values) for values in (block, start))
        operands, function = [a, b, *block, *start, c, ldc, columns], builder.function
        end = function.append_basic_block("tile_end")
        key = builder.add(builder.mul(rows, SIZE(MOST_VECTORS + 1)), vectors)
        pair = NR_VECTORS * Vectors(builder, a.type.pointee).lanes
        usual = SIZE(MR * (MOST_VECTORS + 1) + NR_VECTORS)
        is_usual = builder.and_(
            builder.icmp_signed("==", key, usual), _is_packed(builder, block, pair)
        )
        switch = builder.switch(builder.select(is_usual, SIZE(0), key), end)
        for mr, width in ((0, 0), *TILES):
            body = function.append_basic_block(f"tile_{mr}_{width}")
            switch.add_case(SIZE(mr * (MOST_VECTORS + 1) + width), body)
            builder.position_at_end(body)
            builder.call(_micro_kernel(builder.module, operands, mr, width), operands)
            builder.branch(end)
        builder.position_at_end(end)
        return context.get_dummy_value()

    size = types.int64
    return types.void(a, b, block, start, c, size, size, size, size), codegen


def _is_packed(builder: Any, block: Any, pair: int) -> Any:
    """Whether both factors lie as the tile of no size of its own has them."""
    wanted = Block(1, PANEL, pair, None, None)
    pairs = zip(block, wanted, strict=True)
    tests = [builder.icmp_signed("==", a, SIZE(b)) for a, b in pairs if b is not None]
    return reduce(builder.and_, tests)


def _micro_kernel(module: Any, operands: list[Any], mr: int, vectors: int) -> Any:
    """The function of one tile: its loop is optimised by itself, in less time.

    0 rows: those of the most usual tile, whose factors are both packed. Their numbers lie in one
    row each, which one pointer goes along.
    """
    kind = ir.FunctionType(ir.VoidType(), [operand.type for operand in operands])
    function = ir.Function(module, kind, module.get_unique_name(f"tile_{mr}_{vectors}"))
    function.linkage = "internal"
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    a, b, *rest, c, ldc, columns = function.args
    block, start = Block(*rest[:5]), Start(*rest[5:])
    scalar, is_packed = operands[0].type.pointee, mr == 0
    tile = Tile(builder, scalar, mr or MR, vectors or NR_VECTORS, None, is_padded=True)
    for _, place in tile.cells(c, ldc):
        tile.simd.prefetch(place)
    if is_packed:
        _sum_up_packed(tile, a, b, block.depth)
    else:
        _sum_up(tile, a, b, block)
    behind = builder.sub(columns, SIZE(tile.vectors[-1] * tile.simd.lanes))
    with builder.if_else(builder.icmp_signed("<", behind, SIZE(tile.simd.lanes))) as (part, whole):
        with part:
            finish_tile(tile, start, c, ldc, tile.simd.mask(behind))
        with whole:
            finish_tile(tile, start, c, ldc, None)
    builder.ret_void()
    return function


def finish_tile(tile: Any, start: Start, c: Any, ldc: Any, mask: Any) -> None:
    """The code that adds what the sums start with and stores them; ``mask``: of the last vector."""
    builder, simd = tile.builder, tile.simd
    masks = [None] * (len(tile.vectors) - 1) + [mask]
    with builder.if_then(builder.icmp_signed("!=", start.is_any, SIZE(0))):
        cells = tile.cells(start.pointer, start.ld)
        for (total, place), which in zip(cells, cycle(masks), strict=False):
            value = simd.add(builder.load(total), simd.load(place, which))
            builder.store(value, total)
    for (total, place), which in zip(tile.cells(c, ldc), cycle(masks), strict=False):
        simd.store(builder.load(total), place, which)


def _vector_of(tile: Any, line: Any, number: int, block: Block) -> Any:
    """Where a vector of a row of B is."""
    pair, within = divmod(number, NR_VECTORS)
    first = tile.at(line, SIZE(pair), block.b_pair)
    return tile.builder.gep(first, [SIZE(within * tile.simd.lanes)])


def _sum_up_packed(tile: Any, a: Any, b: Any, depth: Any) -> None:
    """As ``_sum_up``, of a panel of A and one of B."""
    builder, lanes = tile.builder, tile.simd.lanes
    with cgutils.for_range(builder, depth) as k:
        column = tile.at(a, k.index, SIZE(PANEL))
        line = tile.at(b, k.index, SIZE(NR_VECTORS * lanes))
        tile.rank_1_update(
            [builder.gep(column, [SIZE(row)]) for row in tile.rows],
            [builder.gep(line, [SIZE(v * lanes)]) for v in tile.vectors],
        )


class Columns:
    """Where the numbers of a column of A are, from column to column.

    A pointer for each GROUP rows of A: from one alone, LLVM would find each row by adding the
    stride to the one before, and these additions would take longer than the sums.
    """

    def __init__(self, tile: Any, a: Any, a_row: Any, a_column: Any) -> None:
        self._tile, self._a_row, self._a_column = tile, a_row, a_column
        builder = tile.builder
        self._firsts = [
            cgutils.alloca_once_value(builder, hidden(builder, tile.at(a, SIZE(row), a_row)))
            for row in tile.rows[::GROUP]
        ]

    def here(self) -> list[Any]:
        columns = [self._tile.builder.load(first) for first in self._firsts]
        return [
            self._tile.at(columns[row // GROUP], SIZE(row % GROUP), self._a_row)
            for row in self._tile.rows
        ]

    def step(self) -> None:
        builder = self._tile.builder
        for first in self._firsts:
            builder.store(builder.gep(builder.load(first), [self._a_column]), first)


def _sum_up(tile: Any, a: Any, b: Any, block: Block) -> None:
    """The code for the loop over K."""
    builder, columns = tile.builder, Columns(tile, a, block.a_row, block.a_column)
    with cgutils.for_range(builder, block.depth) as k:
        line = tile.at(b, k.index, block.b_row)
        ahead = tile.at(b, builder.add(k.index, SIZE(AHEAD)), block.b_row)
        for v in tile.vectors:
            tile.simd.prefetch(_vector_of(tile, ahead, v, block), is_written=False)
        tile.rank_1_update(columns.here(), [_vector_of(tile, line, v, block) for v in tile.vectors])
        columns.step()
