"""Tiles of products whose result has few columns (``gemm_narrow.py``), in vector code."""

from itertools import product
from typing import Any

from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.vectors import SIZE, VECTOR_BYTES, Vectors

DOTS = 8
"""Rows of a tile of dots; tables of rows go on for as many."""
TALL, WIDE = (9, 1), (3, 4)
"""Vectors of rows by columns in a tile."""


class Code:
    """What tiles are made of."""

    def __init__(self, context: Any, builder: Any, pointer: Any) -> None:
        self.builder = builder
        self.simd = Vectors(builder, context.get_value_type(pointer.dtype))

    def place(self, table: Any, index: Any) -> Any:
        return self.builder.sext(self.builder.load(self.builder.gep(table, [index])), SIZE)

    def totals(self, count: int) -> list[Any]:
        """Variables in registers, cleared."""
        zeros = self.simd.constant(0)
        found = [cgutils.alloca_once_value(self.builder, zeros) for _ in range(count)]
        for total in found:
            self.builder.store(zeros, total)
        return found

    def add_product(self, total: Any, a: Any, b: Any) -> None:
        value = self.simd.multiply_add(a, b, self.builder.load(total))
        self.builder.store(value, total)

    def lane_sums(self, vectors: list[Any]) -> Any:
        """A vector whose first lanes are the sums over the lanes of so many (a power of two)."""
        simd, distance = self.simd, 1
        while len(vectors) > 1:
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors = [simd.add(*simd.exchanged(a, b, distance)) for a, b in pairs]
            distance *= 2
        total, far = vectors[0], simd.lanes // 2
        while far >= distance:
            order = [(lane + far) % simd.lanes for lane in range(simd.lanes)]
            total, far = simd.add(total, simd.shuffle(total, total, order)), far // 2
        return total


def dot_tile(a, rows, starts, lengths, runs, weights, sums):
    """``sums``: of DOTS rows, the products of ``runs`` runs of numbers with ``weights``."""
    for i in range(DOTS):
        total, passed = 0.0, 0
        for run in range(runs):
            here, size = rows[i] + starts[run], lengths[run]
            total += float(a[here : here + size] @ weights[passed : passed + size])
            passed += size
        sums[i] = total


@intrinsic_for(dot_tile)
def _dot_tile(typing_context, a, rows, starts, lengths, runs, weights, sums):
    def codegen(context, builder, signature, arguments):
        a, rows, starts, lengths, runs, weights, sums = arguments
        code = Code(context, builder, signature.args[0])
        simd, totals = code.simd, code.totals(DOTS)
        lines = [builder.gep(a, [code.place(rows, SIZE(row))]) for row in range(DOTS)]
        passed = cgutils.alloca_once_value(builder, SIZE(0))
        builder.store(SIZE(0), passed)
        with cgutils.for_range(builder, runs) as run:
            start, size = code.place(starts, run.index), code.place(lengths, run.index)
            here = builder.gep(weights, [builder.load(passed)])
            places = [builder.gep(line, [start]) for line in lines]

            def add(first, mask):
                factor = simd.load(builder.gep(here, [first]), mask)
                for place, total in zip(places, totals, strict=True):
                    code.add_product(total, simd.load(builder.gep(place, [first]), mask), factor)

            simd.for_each_vector(size, add)
            builder.store(builder.add(builder.load(passed), size), passed)
        side = min(simd.lanes, 4)
        for first in range(0, DOTS, side):
            group = [builder.load(total) for total in totals[first : first + side]]
            found = code.lane_sums(group)
            for lane in range(side):
                number = builder.extract_element(found, SIZE(lane))
                builder.store(number, builder.gep(sums, [SIZE(first + lane)]))
        return context.get_dummy_value()

    size = types.int64
    return types.void(a, rows, starts, lengths, size, weights, sums), codegen


def _row_tile_of(vectors: int, width: int) -> Any:
    def row_tile(a, distances, columns, count, b, ld, sums):
        """``sums`` (vectors, width, lanes): of the rows from each of ``distances`` on."""
        lanes = VECTOR_BYTES // a.itemsize
        found = sums[: vectors * width * lanes].reshape(vectors, width, lanes)
        found[:] = 0
        for k in range(count):
            for v, f in product(range(vectors), range(width)):
                here = distances[v] + columns[k]
                found[v, f] += a[here : here + lanes] * b[k * ld + f]

    @intrinsic_for(row_tile)
    def intrinsic(typing_context, a, distances, columns, count, b, ld, sums):
        def codegen(context, builder, signature, arguments):
            a, distances, columns, count, b, ld, sums = arguments
            code = Code(context, builder, signature.args[0])
            simd, totals = code.simd, code.totals(vectors * width)
            starts = [builder.gep(a, [code.place(distances, SIZE(v))]) for v in range(vectors)]
            with cgutils.for_range(builder, count) as term:
                distance = code.place(columns, term.index)
                line = builder.gep(b, [builder.mul(term.index, ld)])
                values = [simd.load(builder.gep(start, [distance])) for start in starts]
                for f in range(width):
                    factor = simd.splat(builder.load(builder.gep(line, [SIZE(f)])))
                    for v, value in enumerate(values):
                        code.add_product(totals[v * width + f], factor, value)
            for number, total in enumerate(totals):
                there = builder.gep(sums, [SIZE(number * simd.lanes)])
                simd.store(builder.load(total), there)
            return context.get_dummy_value()

        size = types.int64
        return types.void(a, distances, columns, size, b, size, sums), codegen

    return row_tile


tall_tile, wide_tile = (_row_tile_of(*shape) for shape in (TALL, WIDE))
