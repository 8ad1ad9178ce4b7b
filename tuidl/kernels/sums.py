"""Sums over the rows of a matrix, which stay in registers from the first row to the last."""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tuidl.kernels.intrinsics import data_of
from tuidl.kernels.jit import spliced
from tuidl.kernels.simd import SIZE, Vectors

TOGETHER = 4
"""Rows that are added to sums of their own: one addition need not wait for the one before."""


@intrinsic
def _sum_rows(typing_context: Any, matrix: Any, rows: Any, columns: Any, sums: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matrix, rows, columns, sums = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        nothing, together = simd.constant(0), SIZE(TOGETHER)
        totals = [cgutils.alloca_once_value(builder, nothing) for _ in range(TOGETHER)]
        whole = builder.sub(rows, builder.urem(rows, together))

        def part(first: Any, mask: Any) -> None:
            def add(total: Any, row: Any) -> None:
                place = builder.gep(matrix, [builder.add(builder.mul(row, columns), first)])
                builder.store(simd.add(simd.load(place, mask), builder.load(total)), total)

            for total in totals:
                builder.store(nothing, total)
            with cgutils.for_range_slice(builder, SIZE(0), whole, together) as (row, _):
                for number, total in enumerate(totals):
                    add(total, builder.add(row, SIZE(number)))
            with cgutils.for_range_slice(builder, whole, rows, SIZE(1)) as (row, _):
                add(totals[0], row)
            result = builder.load(totals[0])
            for total in totals[1:]:
                result = simd.add(builder.load(total), result)
            simd.store(result, builder.gep(sums, [first]), mask)

        simd.along(columns, part)
        return context.get_dummy_value()

    return types.void(matrix, types.int64, types.int64, sums), codegen


@spliced
def sum_rows(matrix, sums):
    """``sums`` = the sum of the rows of a contiguous ``matrix``."""
    _sum_rows(data_of(matrix), matrix.shape[0], matrix.shape[1], data_of(sums))
