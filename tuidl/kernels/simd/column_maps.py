"""What normalisation makes of the rows of a matrix, by whole vectors of columns.

What a column has for all rows, such as its mean, stays in registers over a block of rows; LLVM
would read it again for each row, and take half vectors on some processors with AVX-512.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import inline_ir, intrinsic_for
from tuidl.kernels.simd.column_sums import (
    AHEAD,
    BLOCK,
    lowest,
    place_of,
    without_what_was_cut,
)
from tuidl.kernels.simd.intrinsics import array_at, data_of
from tuidl.kernels.simd.vectors import SIZE, Vectors


class ColumnMap:
    """The code for a matrix of so many ``rows`` and ``columns`` that is made of others, all behind
    pointers.

    Blocks of rows are the outer loop and vectors of columns the next one: a block is still in the
    cache when the next vector of it is read.
    """

    def __init__(self, builder: Any, scalar: Any, rows: Any, columns: Any) -> None:
        self.builder, self.simd = builder, Vectors(builder, scalar)
        self.rows, self.columns = rows, columns

    def write(
        self,
        target: Any,
        sources: list[Any],
        known: Callable[[Callable[[Any], Any]], list[Any]],
        value: Callable[[list[Any], list[Any]], Any],
    ) -> None:
        """``target`` = ``value(vectors of the sources, known vectors)``, row by row.

        ``known(load)``: what a vector of columns has for all rows; ``load`` reads it behind a
        pointer.
        """
        builder, simd = self.builder, self.simd
        with cgutils.for_range_slice(builder, SIZE(0), self.rows, SIZE(BLOCK)) as (begin, _):
            end = builder.add(begin, SIZE(BLOCK))
            end = builder.select(builder.icmp_signed("<", end, self.rows), end, self.rows)

            def part(first: Any, mask: Any) -> None:
                of_columns = known(lambda data: simd.load(builder.gep(data, [first]), mask))
                with cgutils.for_range_slice(builder, begin, end, SIZE(1)) as (row, _):
                    places = [
                        place_of(builder, data, row, self.columns, first)
                        for data in (*sources, target)
                    ]
                    for place in places:
                        ahead = builder.gep(place, [SIZE(AHEAD)])
                        simd.prefetch(ahead, is_written=place is places[-1])
                    vectors = [simd.load(place, mask) for place in places[:-1]]
                    simd.store(value(vectors, of_columns), places[-1], mask)

            simd.for_each_vector(self.columns, part)

    def times(self, a: Any, b: Any) -> Any:
        return self.simd.multiply_add(a, b, self.simd.constant(0))

    def less(self, a: Any, b: Any) -> Any:
        """a - b."""
        return self.simd.multiply_add(b, self.simd.constant(-1), a)

    def normal(self, x: Any, mean: Any, inverse: Any) -> Any:
        """(x - mean) inverse."""
        return self.times(self.less(x, mean), inverse)


def _normalize(x, means, inverses, gammas, betas, rectified, rows, columns, y):
    mean, inverse, gamma, beta = (v[:columns] for v in (means, inverses, gammas, betas))
    values = gamma * ((array_at(x, (rows, columns)) - mean) * inverse) + beta
    array_at(y, (rows, columns))[...] = np.where((values < 0) & (rectified != 0), 0, values)


@intrinsic_for(_normalize)
def _normalize_intrinsic(
    typing_context, x, means, inverses, gammas, betas, rectified, rows, columns, y
):  # fmt: skip
    def codegen(context, builder, signature, arguments):
        x, *of_columns, rectified, rows, columns, y = arguments
        work = ColumnMap(builder, context.get_value_type(signature.args[0].dtype), rows, columns)
        low = lowest(work.simd, rectified)

        def value(vectors: list[Any], known: list[Any]) -> Any:
            mean, inverse, gamma, beta = known
            y = work.simd.multiply_add(gamma, work.normal(vectors[0], mean, inverse), beta)
            below = builder.fcmp_ordered("<", y, low)
            return builder.select(below, work.simd.constant(0), y)

        work.write(y, [x], lambda load: [load(data) for data in of_columns], value)
        return context.get_dummy_value()

    size = types.int64
    return types.void(x, means, inverses, gammas, betas, size, size, size, y), codegen


@inline_ir
def normalize_rows(x, means, inverses, gammas, betas, rectified, y):
    """``y`` = gamma (x - mean) inverse + beta, of a matrix and of vectors as long as its rows; 0
    in the place of what is less where ``rectified`` is 1."""
    rows, columns = x.shape
    _normalize(
        data_of(x), data_of(means), data_of(inverses), data_of(gammas), data_of(betas), rectified,
        rows, columns, data_of(y),
    )  # fmt: skip


def _normalize_by_averages(x, means, variances, gammas, betas, epsilon, rows, columns, y):
    mean, variance, gamma, beta = (v[:columns] for v in (means, variances, gammas, betas))
    values, factor = array_at(x, (rows, columns)), gamma / np.sqrt(variance + epsilon)
    array_at(y, (rows, columns))[...] = (values - mean) * factor + beta


@intrinsic_for(_normalize_by_averages)
def _normalize_by_averages_intrinsic(
    typing_context, x, means, variances, gammas, betas, epsilon, rows, columns, y
):  # fmt: skip
    def codegen(context, builder, signature, arguments):
        x, *of_columns, epsilon, rows, columns, y = arguments
        work = ColumnMap(builder, context.get_value_type(signature.args[0].dtype), rows, columns)
        simd = work.simd

        def known(load: Callable[[Any], Any]) -> list[Any]:
            mean, variance, gamma, beta = (load(data) for data in of_columns)
            square = simd.add(simd.splat(epsilon), variance)
            root = simd.call_intrinsic("sqrt", simd.vector_type, [square])
            return [mean, builder.fdiv(gamma, root), beta]

        def value(vectors: list[Any], known: list[Any]) -> Any:
            mean, factor, beta = known
            return simd.multiply_add(work.less(vectors[0], mean), factor, beta)

        work.write(y, [x], known, value)
        return context.get_dummy_value()

    size, number = types.int64, x.dtype
    return types.void(x, means, variances, gammas, betas, number, size, size, y), codegen


@inline_ir
def normalize_rows_by_averages(x, means, variances, gammas, betas, epsilon, y):
    """``y`` = (x - mean) gamma / sqrt(variance + epsilon) + beta."""
    rows, columns = x.shape
    _normalize_by_averages(
        data_of(x), data_of(means), data_of(variances), data_of(gammas), data_of(betas), epsilon,
        rows, columns, data_of(y),
    )  # fmt: skip


def _slopes(
    x, d, means, inverses, gammas, betas, products, sums, share, rectified, rows, columns, dx
):  # fmt: skip
    mean, inverse, gamma, beta, product, total = (
        v[:columns] for v in (means, inverses, gammas, betas, products, sums)
    )
    normal = (array_at(x, (rows, columns)) - mean) * inverse
    is_off = (gamma * normal + beta <= 0) & (rectified != 0)
    slopes = np.where(is_off, 0, array_at(d, (rows, columns)))
    shared = share * (total + normal * product)
    array_at(dx, (rows, columns))[...] = gamma * inverse * (slopes - shared)


@intrinsic_for(_slopes)
def _slopes_intrinsic(
    typing_context, x, d, means, inverses, gammas, betas, products, sums, share, rectified, rows,
    columns, dx,
):  # fmt: skip
    def codegen(context, builder, signature, arguments):
        x, d, *of_columns, share, rectified, rows, columns, dx = arguments
        work = ColumnMap(builder, context.get_value_type(signature.args[0].dtype), rows, columns)
        simd, low = work.simd, lowest(work.simd, rectified)

        def known(load: Callable[[Any], Any]) -> list[Any]:
            mean, inverse, gamma, beta, product, total = (load(data) for data in of_columns)
            minus = simd.splat(builder.fneg(share))
            factor = work.times(gamma, inverse)
            return [mean, inverse, gamma, beta, factor, product, total, minus]

        def value(vectors: list[Any], known: list[Any]) -> Any:
            (x, d), (mean, inverse, gamma, beta, factor, product, total, minus) = vectors, known
            normal = work.normal(x, mean, inverse)
            d = without_what_was_cut(simd, simd.multiply_add(gamma, normal, beta), d, low)
            shared = simd.multiply_add(normal, product, total)
            return work.times(factor, simd.multiply_add(minus, shared, d))

        work.write(dx, [x, d], known, value)
        return context.get_dummy_value()

    size, number = types.int64, x.dtype
    return types.void(
        x, d, means, inverses, gammas, betas, products, sums, number, size, size, size, dx
    ), codegen


@inline_ir
def normalized_rows_gradient(
    x, d, means, inverses, gammas, betas, products, sums, share, rectified, dx
):  # fmt: skip
    """``dx`` = gamma inverse (d - share (sum + (x - mean) inverse product)).

    Where ``rectified`` is 1, as many d are 0 as ``normalize_rows`` made 0.
    """
    rows, columns = x.shape
    _slopes(
        data_of(x), data_of(d), data_of(means), data_of(inverses), data_of(gammas), data_of(betas),
        data_of(products), data_of(sums), share, rectified, rows, columns, data_of(dx),
    )  # fmt: skip
