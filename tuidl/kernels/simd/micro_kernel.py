"""The micro-kernel of the matrix product: one MR x NR tile of C = A B, in registers over all of K.

             A                         B                          C
               K                     NR = 2 vectors             NR
         +------------+            +-------+-------+        +-------+-------+
      MR | a00 -> k   |          K | b0    : b1    |        | c00   : c01   | MR
    rows | a10 -> k   |     x      |  |    :  |    |   =    | c10   : c11   | rows
         | a20 -> k   |            |  v k  :  v k  |        | c20   : c21   |
         +------------+            +-------+-------+        +-------+-------+
       splat a scalar of         load two vectors         accumulators, a register each:
       each row, for each k      for each k               c[i][v] += splat(a[i, k]) * b[k][v]

For each k that is a rank-1 update of the tile. The loops around it, from the outside in:

    for each NR columns of B and C             macro-kernel (gemm.py)   B's panel: first-level cache
        for each MR rows of A and C            panel (below)
            for each k                         micro-kernel             C's tile: registers

They are the two loops nearest to the registers in Goto and van de Geijn (2008: Anatomy of
high-performance matrix multiplication), with the names of BLIS (Van Zee and van de Geijn, 2015).
The outer loops there, which cut K into blocks of KC and pack A and B, are left out: what layers
multiply is in the cache already, and often flat, so both factors are read where they lie. BLAS
takes over where packing pays off (``kernels/blas.py``).

MR and the 2 vectors are such that accumulators and what they are computed from fit the processor's
registers: 8 x 2 + 2 + 1 of 32 with AVX-512, 6 x 2 + 2 + 1 of 16 otherwise. The micro-kernel of
packed factors (``packed_kernel.py``) uses the same code for 12 x 2 of 32.
"""

from collections.abc import Iterator
from itertools import cycle, product
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import device_function, intrinsic_for
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.vectors import IS_WIDE, SIZE, VECTOR_BYTES, Vectors

MR = 8 if IS_WIDE else 6
"""Rows of a tile."""
MR_SMALL = 3
"""Rows of a small tile, for rows that are left over."""
HIGH = (12, 4)
"""The same of tiles of one vector, whose sums would wait for each other if they were fewer."""
NR_VECTORS = 2
"""Vectors in a row of a tile; NR is that many times their lanes."""
FEW_ROWS, BROAD_VECTORS = 2, 4
"""Rows of A up to which a tile has so many vectors: a sum waits for its addition before, and with a
few of them the processor would mostly be idle."""
FILLING = next((n for n in range(MR) if MR_SMALL * n % MR == 1), 0)
"""Small tiles that have one row more than a number of whole ones (8 + 1 = 3 * 3): they take the
place of a row by itself, whose sums would wait for each other. 0: no number of small tiles has."""


class Terms(NamedTuple):
    """Where the K terms of a sum lie, in numbers, not bytes.

    A row of A is ``blocks`` of ``segments`` pieces of ``segment`` numbers, K in all: for a matrix
    one piece, for windows that overlap in an image a piece for each row of pixels.
    """

    lda: Any
    """From a row of A to the next (its leading dimension)."""
    block_stride: Any
    segment_stride: Any
    stride: Any
    """From a number of A to the next in its row."""
    blocks: Any
    segments: Any
    segment: Any
    ldb: Any
    """From a row of B to the next."""


class Start(NamedTuple):
    """What sums start with: the numbers behind ``pointer``, or 0 where ``is_any`` is 0.

    ``ld``: from their row to the next; 0 for a bias.
    """

    pointer: Any
    ld: Any
    is_any: Any


class Place(NamedTuple):
    """``ldc``: from a row of C to the next; ``columns``: how many are left from the tile on."""

    ldc: Any
    columns: Any


class Tile:
    """The code of one tile; a partial one ends at the last column, within its last vector.

    ``is_padded``: lines of B are whole vectors all the same.
    """

    def __init__(
        self, builder: Any, scalar: Any, mr: int, vectors: int, columns: Any, is_padded: bool
    ) -> None:
        self.builder, self.simd = builder, Vectors(builder, scalar)
        self.rows, self.vectors = range(mr), range(vectors)
        self.masks: list[Any] = [None] * vectors
        if columns is not None:
            self.masks[-1] = self.simd.mask(
                builder.sub(columns, SIZE((vectors - 1) * self.simd.lanes))
            )
        self.masks_of_b = [None] * vectors if is_padded else self.masks
        zeros = self.simd.constant(0)
        self.sums = [
            [cgutils.alloca_once_value(builder, zeros) for _ in self.vectors] for _ in self.rows
        ]

    def at(self, pointer: Any, index: Any, stride: Any) -> Any:
        return self.builder.gep(pointer, [self.builder.mul(index, stride)])

    def cells(self, c: Any, ld: Any) -> Iterator[tuple[Any, Any]]:
        """Each accumulator, and its place in a matrix with leading dimension ``ld``."""
        for row, v in product(self.rows, self.vectors):
            place = self.at(c, SIZE(row), ld)
            yield self.sums[row][v], self.builder.gep(place, [SIZE(v * self.simd.lanes)])

    def start_with(self, c: Any, ld: Any) -> None:
        for (total, place), mask in zip(self.cells(c, ld), cycle(self.masks), strict=False):
            self.builder.store(self.simd.load(place, mask), total)

    def rank_1_update(self, numbers: list[Any], vectors: list[Any]) -> None:
        """Add the product of a column of A and a line of B, behind a pointer for each part."""
        others = [self.simd.load(*one) for one in zip(vectors, self.masks_of_b, strict=True)]
        for sums, place in zip(self.sums, numbers, strict=True):
            factor = self.simd.splat(self.builder.load(place))
            for total, other in zip(sums, others, strict=True):
                value = self.simd.multiply_add(factor, other, self.builder.load(total))
                self.builder.store(value, total)

    def finish(self, c: Any, ldc: Any) -> None:
        cells = list(self.cells(c, ldc))
        for v, mask in enumerate(self.masks):
            of_vector = cells[v :: len(self.vectors)]
            self.simd.store_all(((self.builder.load(t), place) for t, place in of_vector), mask)


GROUP = 3
"""Rows of A that one pointer reaches: as it is, or on by the leading dimension once or twice, which
an address adds by itself. By pointers of their own or one for all, sums of one vector, which read
a number for each product, took a third longer."""


def hidden(builder: Any, pointer: Any) -> Any:
    """``pointer``, of which LLVM does not see what it was made from: it would make all from one."""
    kind = ir.FunctionType(pointer.type, [pointer.type])
    return builder.asm(kind, "", "=r,0", [pointer], side_effect=False)


def _sum_up(tile: Tile, a: Any, terms: Terms, b: Any) -> None:
    """The code for the loop over K.

    One loop for the segments of all blocks: LLVM would unroll one around it, and short rows wait.
    """
    builder = tile.builder
    segment, number = (cgutils.alloca_once_value(builder, value) for value in (a, SIZE(1)))
    with cgutils.for_range(builder, builder.mul(terms.blocks, terms.segments)) as outer:
        start, count = builder.load(segment), builder.load(number)
        firsts = [tile.at(start, SIZE(row), terms.lda) for row in tile.rows[::GROUP]]
        groups = [cgutils.alloca_once_value(builder, first) for first in firsts]
        with cgutils.for_range(builder, terms.segment) as k:
            line = builder.add(builder.mul(outer.index, terms.segment), k.index)
            here = [hidden(builder, builder.load(group)) for group in groups]
            numbers = [
                tile.at(here[row // GROUP], SIZE(row % GROUP), terms.lda) for row in tile.rows
            ]
            vectors, lanes = tile.at(b, line, terms.ldb), SIZE(tile.simd.lanes)
            tile.rank_1_update(numbers, [tile.at(vectors, SIZE(v), lanes) for v in tile.vectors])
            for pointer, group in zip(here, groups, strict=True):
                builder.store(builder.gep(pointer, [terms.stride]), group)
        is_last = builder.icmp_signed("==", count, terms.segments)
        passed = builder.mul(builder.sub(terms.segments, SIZE(1)), terms.segment_stride)
        back = builder.sub(terms.block_stride, passed)
        step = builder.select(is_last, back, terms.segment_stride)
        builder.store(builder.gep(start, [step]), segment)
        one = SIZE(1)
        builder.store(builder.select(is_last, one, builder.add(count, one)), number)


def _micro_kernel_of(mr: int, vectors: int, is_partial: bool, is_padded: bool) -> Any:
    def micro_kernel(a, terms, b, start, c, place):
        """The tile at ``c`` of the rows at ``a`` and the columns at ``b``, all pointers.

        ``terms``: Terms. ``start``: Start. ``place``: Place.
        """
        columns = min(vectors * (VECTOR_BYTES // a.itemsize), place.columns)
        sums = np.zeros((mr, columns), a.dtype)
        for row in range(mr if start.is_any else 0):
            sums[row] = start.pointer[row * start.ld :][:columns]
        for k in range(terms.blocks * terms.segments * terms.segment):
            segment, i = divmod(k, terms.segment)
            block, j = divmod(segment, terms.segments)
            first = block * terms.block_stride + j * terms.segment_stride + i * terms.stride
            column = [a[first + row * terms.lda] for row in range(mr)]
            sums += np.outer(column, b[k * terms.ldb :][:columns])
        for row in range(mr):
            c[row * place.ldc :][:columns] = sums[row]

    @intrinsic_for(micro_kernel)
    def intrinsic(typing_context, a, terms, b, start, c, place):
        def codegen(context, builder, signature, arguments):
            a, terms, b, start, c, place = arguments
            terms = Terms(*cgutils.unpack_tuple(builder, terms))
            start = Start(*cgutils.unpack_tuple(builder, start))
            place = Place(*cgutils.unpack_tuple(builder, place))
            scalar = context.get_value_type(signature.args[4].dtype)
            columns = place.columns if is_partial else None
            tile = Tile(builder, scalar, mr, vectors, columns, is_padded)
            with builder.if_then(builder.icmp_signed("!=", start.is_any, SIZE(0))):
                tile.start_with(start.pointer, start.ld)
            _sum_up(tile, a, terms, b)
            tile.finish(c, place.ldc)
            return context.get_dummy_value()

        return types.void(a, terms, b, start, c, place), codegen

    return micro_kernel


def _panel_of(
    vectors: int,
    heights: tuple[int, int] = (MR, MR_SMALL),
    *,
    filling: int = 0,
    rest: int = 1,
    is_partial: bool = False,
    is_padded: bool = False,
) -> Any:
    """The code for all rows of so many columns. ``heights``: of a tile and a small one.
    ``filling``: FILLING, or 0 to leave rows alone. ``rest``: rows that are left, once or twice, for
    which there is a tile."""
    high, low = heights
    many, few, some, one = (
        _micro_kernel_of(mr, vectors, is_partial, is_padded) for mr in (high, low, rest, 1)
    )

    @device_function
    def panel(a, terms, b, start, c, place, rows):
        small, i = min(rows % high * filling % high, rows // low), 0
        while i < rows:
            here, there = pointer_at(a, i * terms.lda), pointer_at(c, i * place.ldc)
            begin = Start(pointer_at(start.pointer, i * start.ld), start.ld, start.is_any)
            if rows - i >= high + small * low:
                many(here, terms, b, begin, there, place)
                i += high
            elif rest > 1 and (rows - i == rest or rows - i == 2 * rest):
                some(here, terms, b, begin, there, place)
                i += rest
            elif rows - i >= low:
                few(here, terms, b, begin, there, place)
                i += low
            else:
                one(here, terms, b, begin, there, place)
                i += 1

    return panel


whole_panel = _panel_of(NR_VECTORS, filling=FILLING)
"""``(a, terms, b, start, c, place, rows)``: all rows of NR columns."""
broad_panel = _panel_of(BROAD_VECTORS, (FEW_ROWS, 1))
"""Likewise, of BROAD_VECTORS vectors, where A has at most FEW_ROWS rows."""
partial_panel = _panel_of(1, HIGH, rest=MR_SMALL, is_partial=True)
"""Likewise, of the columns that are left, up to one vector of them."""
partial_pair_panel = _panel_of(NR_VECTORS, filling=FILLING, is_partial=True)
"""Likewise, of more columns than one vector has, but fewer than NR."""
padded_panel = _panel_of(1, HIGH, is_partial=True, is_padded=True)
"""Likewise, where lines of B are followed by as many numbers as a vector is short of."""
padded_pair_panel = _panel_of(NR_VECTORS, is_partial=True, is_padded=True)
"""Likewise, of more columns than one vector has, but fewer than NR."""
