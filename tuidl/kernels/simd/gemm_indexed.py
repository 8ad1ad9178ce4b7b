"""The matrix product C = A B where A and C are read and written through tables of places.

A number of A is ``a[rows[i] + columns[k]]``: a row starts at a place, and a term lies a distance
from there. What windows over an image see is such a matrix, and so is its transpose, whatever
stride, height and order the windows have: so one micro-kernel does every convolution, and each of
its gradients, without patches. (Dukhan, 2019: The indirect convolution algorithm, has a table of
pointers for each row of pixels in a window; with distances the table has one entry for each term.)

B is packed in *slivers* of NR columns, so that the lines that a tile reads follow one another:

             A by places               B in slivers                     C by places
        columns[k] -> K                NR       NR                      NR
      +------------------+          +-------+-------+           +-------+-------+
    rows[i]  ->          |        K | lines : lines |   rows    | tile  :       | MR rows
      | MR rows          |          |   |   :       |  places[i]|       :       |
      +------------------+          |   v k :       |           +-------+-------+
                                    +-------+-------+

The loops, from the outside in: blocks of KC terms, slivers (KC x NR of B: first-level cache), MR
rows, terms. A is read where it lies: callers give as many rows as the second-level cache holds.
C's rows are counted in whole tiles: places behind the last row repeat it, and give it again.

MR and the vectors of a sliver fill the registers: 8 x 3 + 3 + 1 of 32, or 6 x 2 + 2 + 1 of 16
(``tile_shapes.py``).
"""

from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.gemm_narrow import (
    START_C,
    START_ZERO,
    multiply_dots,
    suits_dots,
)
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.lanes import vectors_for
from tuidl.kernels.simd.routines import Routine
from tuidl.kernels.simd.tile_shapes import HEIGHTS, height_of, slivers_in, vectors_in
from tuidl.kernels.simd.vectors import IS_WIDE, SIZE, VECTOR_BYTES, Vectors

LEAST_ROWS = 32
"""Rows from which on looking for another way is worth it."""
SLIVER = 8192
"""Numbers of B that stay in the first-level cache: KC is this by NR."""


class Factors(NamedTuple):
    """Pointers to A, the places of its rows and terms (32-bit integers), and to B in slivers.

    ``first``, ``depth``: the term to begin with, and how many lines the slivers have.
    """

    a: Any
    rows: Any
    columns: Any
    b: Any
    first: Any
    depth: Any


class Result(NamedTuple):
    """Pointers to C, the places of its rows in it, and to a bias; what sums start with."""

    c: Any
    places: Any
    bias: Any
    start_with: Any


class Sizes(NamedTuple):
    """C is (m, n), and each of its sums has k terms."""

    m: Any
    k: Any
    n: Any


def indices_of(pointer):
    """The memory behind a pointer to floats as 32-bit integers."""
    return pointer.view(np.int32)


@intrinsic_for(indices_of)
def _indices_of(typing_context, pointer):
    integers = types.CPointer(types.int32)

    def codegen(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(integers))

    return integers(pointer), codegen


class Tile:
    """The code of a tile of so many vectors; the last one ends at ``columns``, and is half as long
    where ``is_half``: some processors do a whole one in two steps."""

    def __init__(
        self, builder: Any, scalar: Any, vectors: int, columns: Any, is_half: bool = False
    ) -> None:
        self.builder, self.lanes = builder, Vectors(builder, scalar).lanes
        self.rows = range(HEIGHTS[vectors - 1])
        last = Vectors(builder, scalar, VECTOR_BYTES // 2 if is_half else VECTOR_BYTES)
        self.simds = [*[Vectors(builder, scalar)] * (vectors - 1), last]
        left = builder.sub(columns, SIZE((vectors - 1) * self.lanes))
        self.masks = [*[None] * (vectors - 1), last.mask(left)]
        self.sums = [
            [cgutils.alloca_once_value(builder, simd.constant(0)) for simd in self.simds]
            for _ in self.rows
        ]

    def place(self, table: Any, index: Any) -> Any:
        return self.builder.sext(self.builder.load(self.builder.gep(table, [index])), SIZE)

    def vector(self, line: Any, number: int) -> Any:
        return self.builder.gep(line, [SIZE(number * self.lanes)])

    def start(self, pointer: Any, places: Any, start_with: Any) -> None:
        """Old content lies at the places, a bias at the pointer itself for every row."""
        builder = self.builder
        is_c = builder.icmp_signed("==", start_with, SIZE(START_C))
        with builder.if_then(builder.icmp_signed("!=", start_with, SIZE(START_ZERO))):
            for row in self.rows:
                place = builder.select(is_c, self.place(places, SIZE(row)), SIZE(0))
                line = builder.gep(pointer, [place])
                for v, total in enumerate(self.sums[row]):
                    builder.store(self.simds[v].load(self.vector(line, v), self.masks[v]), total)

    def prefetch_next(self, c: Any, places: Any) -> None:
        """Ask for the next tile of C below: its sums start with it, and may not be in a near cache.

        Tables go on for a tile behind the last row; a place behind that tile is asked for again.
        """
        for row, (v, simd) in product(self.rows, enumerate(self.simds)):
            line = self.builder.gep(c, [self.place(places, SIZE(row))])
            simd.prefetch(self.vector(line, v))

    def add_up(self, a: Any, rows: Any, columns: Any, count: Any, b: Any) -> None:
        """The loop over ``count`` terms: each adds an outer product to the tile."""
        builder, simds = self.builder, self.simds
        starts = [builder.gep(a, [self.place(rows, SIZE(row))]) for row in self.rows]
        width = SIZE(len(simds) * self.lanes)
        with cgutils.for_range(builder, count) as term:
            distance = self.place(columns, term.index)
            line = builder.gep(b, [builder.mul(term.index, width)])
            others = [simd.load(self.vector(line, v)) for v, simd in enumerate(simds)]
            for start, sums in zip(starts, self.sums, strict=True):
                number = builder.gep(start, [distance])
                for simd, total, other in zip(simds, sums, others, strict=True):
                    factor = self.factor(simd, number)
                    builder.store(simd.multiply_add(factor, other, builder.load(total)), total)

    def factor(self, simd: Any, place: Any) -> Any:
        """What a vector of B is multiplied by: the number at ``place`` in every lane."""
        return simd.splat(self.builder.load(place))

    def finish(self, c: Any, places: Any) -> None:
        lines = [self.builder.gep(c, [self.place(places, SIZE(row))]) for row in self.rows]
        for v, simd in enumerate(self.simds):
            values = [self.builder.load(sums[v]) for sums in self.sums]
            found = [self.vector(line, v) for line in lines]
            simd.store_all(list(zip(values, found, strict=True)), self.masks[v])


def _micro_kernel_of(vectors: int, is_half: bool = False) -> Any:
    def indexed_tile(a, rows, columns, count, b, start, start_with, c, places, left):
        """The rows of a tile of C, over ``count`` terms. All pointers.

        ``start``: the bias, or C itself. ``left``: columns from here on.
        """
        lanes, rows_of_tile = VECTOR_BYTES // a.itemsize, range(HEIGHTS[vectors - 1])
        width = min(vectors * lanes, left)
        terms = columns[:count].astype(np.int64)
        sums = np.zeros((len(rows_of_tile), width), a.dtype)
        for i in rows_of_tile:
            if start_with != START_ZERO:
                sums[i] = start[places[i] if start_with == START_C else 0 :][:width]
        lines = b[: count * vectors * lanes].reshape(count, vectors * lanes)[:, :width]
        for i in rows_of_tile:
            sums[i] += a[rows[i] + terms] @ lines
        for i in rows_of_tile:
            c[places[i] :][:width] = sums[i]

    @intrinsic_for(indexed_tile)
    def intrinsic(typing_context, a, rows, columns, count, b, start, start_with, c, places, left):
        def codegen(context, builder, signature, arguments):
            a, rows, columns, count, b, start, start_with, c, places, left = arguments
            scalar = context.get_value_type(signature.args[0].dtype)
            tile = Tile(builder, scalar, vectors, left, is_half)
            tile.start(start, places, start_with)
            tile.prefetch_next(c, builder.gep(places, [SIZE(HEIGHTS[vectors - 1])]))
            tile.add_up(a, rows, columns, count, b)
            tile.finish(c, places)
            return context.get_dummy_value()

        size = types.int64
        return types.void(a, rows, columns, size, b, start, size, c, places, size), codegen

    return indexed_tile


_one, _two, _three = (_micro_kernel_of(vectors) for vectors in (1, 2, 3))
_half, _two_with_half, _three_with_half = (_micro_kernel_of(v, is_half=True) for v in (1, 2, 3))


def indexed_kernel(
    a, rows, columns, b, origin, depth, c, places, bias, start_with, m, k, n, lanes
):  # fmt: skip
    """C = A B: see ``Factors``, ``Result`` and ``Sizes``. ``lanes``: numbers in a vector."""
    if m >= LEAST_ROWS and suits_dots(pointer_at(columns, origin), k, n, lanes):
        here, lines = pointer_at(columns, origin), pointer_at(b, origin * lanes)
        multiply_dots(a, rows, here, lines, c, places, bias, start_with, m, k, n, lanes)
        return
    vectors = vectors_for(n, lanes)
    slivers = slivers_in(vectors)
    widest = (vectors + slivers - 1) // slivers * lanes
    blocks = max((k * widest + SLIVER - 1) // SLIVER, 1)
    for block in range(blocks):
        first = origin + k * block // blocks
        count = origin + k * (block + 1) // blocks - first
        terms, column, passed = pointer_at(columns, first), 0, 0
        begin, start = start_with if block == 0 else START_C, bias
        if begin == START_C:
            start = c
        for sliver in range(slivers):
            width = vectors_in(sliver, vectors) * lanes
            lines = pointer_at(b, passed + first * width)
            here, there, left = pointer_at(start, column), pointer_at(c, column), n - column
            is_half = IS_WIDE and left <= width - lanes // 2
            for i in range(0, m, height_of(width // lanes)):
                row, place = pointer_at(rows, i), pointer_at(places, i)
                operands = (a, row, terms, count, lines, here, begin, there, place, left)
                if is_half:
                    if width > 2 * lanes:
                        _three_with_half(*operands)
                    elif width > lanes:
                        _two_with_half(*operands)
                    else:
                        _half(*operands)
                elif width > 2 * lanes:
                    _three(*operands)
                elif width > lanes:
                    _two(*operands)
                else:
                    _one(*operands)
            column += width
            passed += depth * width


def _indexed_signature(p):
    t, i = types.CPointer(types.int32), types.int64
    return types.void(p, t, t, p, i, i, p, t, p, *(i,) * 5)


INDEXED_KERNEL = Routine(indexed_kernel, _indexed_signature)


def gemm_indexed(factors, result, sizes):
    """C = A B by ``Factors``, ``Result`` and ``Sizes``; tables go on for a tile behind row m."""
    lanes = VECTOR_BYTES // factors.a.itemsize
    indexed_kernel(*factors, *result, *sizes, lanes)


@intrinsic_for(gemm_indexed)
def _gemm_indexed(typing_context, factors, result, sizes):
    bits = factors.types[0].dtype.bitwidth

    def codegen(context, builder, signature, arguments):
        operands = [
            value for tuple_ in arguments for value in cgutils.unpack_tuple(builder, tuple_)
        ]
        operands.append(SIZE(VECTOR_BYTES * 8 // bits))
        INDEXED_KERNEL.call(builder, bits, operands)
        return context.get_dummy_value()

    return types.void(factors, result, sizes), codegen
