"""C = A B' for few rows of A, without packing or transposing B.

BLAS packs the right factor first, which takes longer than multiplying it with eight rows. Here a
vector holds one column of a square of A, and numbers of B are splat: a square of the result comes
out transposed as well, and is transposed back when it is complete.
"""

from typing import Any

from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import inline_ir, intrinsic_for
from tuidl.kernels.simd.vectors import HAS_MASKS, IS_WIDE, SIZE, TRANSPOSE_BYTES, Vectors

SQUARES = 2 if IS_WIDE else 1
"""Squares side by side, as registers allow."""
MOST_ROWS = 16
"""Rows of A up to which packing B does not pay off."""


@inline_ir
def suits_gemm_nt(a, b):
    """Whether ``gemm_nt`` can do it, and faster than BLAS.

    Where ``b`` is broader than high BLAS packs nothing, as long as the product is small.
    """
    side = TRANSPOSE_BYTES // a.itemsize
    fits = a.shape[0] % side == 0 and a.shape[1] % side == 0 and b.shape[0] % (SQUARES * side) == 0
    return HAS_MASKS and fits and a.shape[0] <= MOST_ROWS and b.shape[0] >= b.shape[1]


class _Squares:
    """The code for squares of the result, side by side, by columns in registers."""

    def __init__(self, builder: Any, scalar: Any) -> None:
        self.builder, self.simd = builder, Vectors(builder, scalar, TRANSPOSE_BYTES)
        self.side = range(self.simd.lanes)
        columns = range(SQUARES * self.simd.lanes)
        zeros = self.simd.constant(0)
        self.sums = [cgutils.alloca_once_value(builder, zeros) for _ in columns]
        for total in self.sums:
            builder.store(zeros, total)

    def square(self, place: Any, ld: Any) -> list[Any]:
        """The square at ``place`` of a matrix with leading dimension ``ld``."""
        return [self.simd.load(self._row(place, i, ld)) for i in self.side]

    def add(self, columns: list[Any], b: Any, ld: Any) -> None:
        """Add the products of a square's columns with the same columns of B."""
        for k, column in enumerate(columns):
            for j, total in enumerate(self.sums):
                place = self.builder.gep(self._row(b, j, ld), [SIZE(k)])
                factor = self.simd.splat(self.builder.load(place))
                value = self.simd.multiply_add(factor, column, self.builder.load(total))
                self.builder.store(value, total)

    def finish(self, c: Any, ld: Any) -> None:
        for first in range(0, len(self.sums), len(self.side)):
            sums = self.sums[first : first + len(self.side)]
            rows = self.simd.transpose([self.builder.load(total) for total in sums])
            for i, row in enumerate(rows):
                self.simd.store(row, self.builder.gep(self._row(c, i, ld), [SIZE(first)]))

    def _row(self, place: Any, index: int, ld: Any) -> Any:
        return self.builder.gep(place, [self.builder.mul(SIZE(index), ld)])


def gemm_nt(a, b, c):
    """``c = a @ b.T`` for contiguous matrices that ``suits_gemm_nt``."""
    c[...] = a @ b.T


@intrinsic_for(gemm_nt)
def _gemm_nt(typing_context, a, b, c):
    def codegen(context, builder, signature, arguments):
        arrays = [
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args, arguments, strict=True)
        ]
        (rows, inner), (columns, _) = (cgutils.unpack_tuple(builder, x.shape) for x in arrays[:2])
        scalar = context.get_value_type(c.dtype)
        lanes = Vectors(builder, scalar, TRANSPOSE_BYTES).lanes
        side, width = SIZE(lanes), SIZE(SQUARES * lanes)
        start = SIZE(0)
        with (
            cgutils.for_range_slice(builder, start, rows, side) as (i, _),
            cgutils.for_range_slice(builder, start, columns, width) as (j, _),
        ):
            tile = _Squares(builder, scalar)
            left, right = (
                builder.gep(x.data, [builder.mul(place, inner)])
                for x, place in zip(arrays, (i, j), strict=False)
            )
            with cgutils.for_range_slice(builder, start, inner, side) as (k, _):
                lines = tile.simd.transpose(tile.square(builder.gep(left, [k]), inner))
                tile.add(lines, builder.gep(right, [k]), inner)
            place = builder.add(builder.mul(i, columns), j)
            tile.finish(builder.gep(arrays[2].data, [place]), columns)
        return context.get_dummy_value()

    return types.void(a, b, c), codegen
