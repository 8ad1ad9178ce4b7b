"""Sums over the rows of a matrix, in registers over a block of rows (see ``column_sums.py``)."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import inline_ir, intrinsic_for
from tuidl.kernels.simd.column_sums import (
    AHEAD,
    ColumnSums,
    lowest,
    place_of,
    without_what_was_cut,
)
from tuidl.kernels.simd.intrinsics import array_at, data_of, pointer_at
from tuidl.kernels.simd.vectors import SIZE


def _sum_runs(data, runs, stride, rows, ld, columns, sums):
    """Sums over ``rows`` rows, ``ld`` numbers apart, from each of ``runs`` places on, ``stride``
    numbers apart."""
    total = np.zeros(columns)
    for run in range(runs):
        for row in range(rows):
            total += data[run * stride + row * ld :][:columns]
    sums[:columns] = total


@intrinsic_for(_sum_runs)
def _sum_runs_intrinsic(typing_context, data, runs, stride, rows, ld, columns, sums):
    def codegen(context, builder, signature, arguments):
        data, runs, stride, rows, ld, columns, sums = arguments
        work = ColumnSums(builder, context.get_value_type(signature.args[0].dtype), 1)

        def add(start: Any, width: Any) -> None:
            with cgutils.for_range_slice(builder, SIZE(0), runs, SIZE(1)) as (run, _):
                here = builder.gep(data, [builder.mul(run, stride)])

                def terms(row: Any, first: Any, mask: Any) -> list[Any]:
                    return [work.simd.load(place_of(builder, here, row, ld, first), mask)]

                work.add_rows(rows, start, width, terms)

        def store(found: list[Any], first: Any, mask: Any) -> None:
            work.put(found[0], builder.gep(sums, [first]), mask)

        work.over(columns, add, store)
        return context.get_dummy_value()

    size = types.int64
    return types.void(data, size, size, size, size, size, sums), codegen


@inline_ir
def sum_rows(matrix, sums):
    """``sums`` = the sum of the rows of a contiguous ``matrix``."""
    rows, columns = matrix.shape
    _sum_runs(data_of(matrix), 1, 0, rows, columns, columns, data_of(sums))


@inline_ir
def sum_columns(matrix, first, end, sums):
    """``sums[first:end]`` = the sums of these columns of a contiguous ``matrix``."""
    rows, columns = matrix.shape
    start, to = pointer_at(data_of(matrix), first), pointer_at(data_of(sums), first)
    _sum_runs(start, 1, 0, rows, columns, end - first, to)


@inline_ir
def sum_lines(images, first, lines, across, pixels, sums):
    """``sums`` (channels,) = the sum of ``pixels`` pixels in each of ``lines`` lines of an image.

    ``first``: the number in ``images`` where they start; ``across``: pixels in a whole line.
    """
    start, channels = pointer_at(data_of(images), first), sums.shape[0]
    _sum_runs(start, lines, across * channels, pixels, channels, channels, data_of(sums))


def _sum_listed(data, numbers, count, columns, sums):
    rows = np.floor(numbers[:count] + 0.5).astype(int)
    sums[:columns] = sum(
        data[row * columns :][:columns].astype(np.float64) for row in rows.tolist()
    )


@intrinsic_for(_sum_listed)
def _sum_listed_intrinsic(typing_context, data, numbers, count, columns, sums):
    def codegen(context, builder, signature, arguments):
        data, numbers, count, columns, sums = arguments
        number = context.get_value_type(signature.args[0].dtype)
        work, double = ColumnSums(builder, number, 1), ir.DoubleType()

        def terms(place: Any, first: Any, mask: Any) -> list[Any]:
            value = builder.load(builder.gep(numbers, [place]))
            wide = value if number == double else builder.fpext(value, double)
            row = builder.fptosi(builder.fadd(wide, double(0.5)), SIZE)
            return [work.simd.load(place_of(builder, data, row, columns, first), mask)]

        def store(found: list[Any], first: Any, mask: Any) -> None:
            work.put(found[0], builder.gep(sums, [first]), mask)

        work.over(columns, lambda start, width: work.add_rows(count, start, width, terms), store)
        return context.get_dummy_value()

    size = types.int64
    return types.void(data, numbers, size, size, sums), codegen


@inline_ir
def sum_listed_rows(table, numbers, sums):
    """``sums`` = the sum of the rows of a contiguous ``table`` whose ``numbers``, rounded to the
    nearest whole one, are listed; all of them must be there."""
    columns = table.shape[1]
    _sum_listed(data_of(table), data_of(numbers), numbers.shape[0], columns, data_of(sums))


def _sum_distances(x, means, rows, columns, rests, distances):
    gaps = array_at(x, (rows, columns)) - means[:columns]
    missed, squares = (
        gaps.sum(axis=0, dtype=np.float64),
        (gaps * gaps).sum(axis=0, dtype=np.float64),
    )
    mean = missed / max(rows, 1)
    rests[:columns], distances[:columns] = mean, np.maximum(squares - missed * mean, 0)


@intrinsic_for(_sum_distances)
def _sum_distances_intrinsic(typing_context, x, means, rows, columns, rests, distances):
    def codegen(context, builder, signature, arguments):
        x, means, rows, columns, rests, distances = arguments
        work = ColumnSums(builder, context.get_value_type(signature.args[0].dtype), 2)
        simd, minus, nothing = work.simd, work.simd.constant(-1), work.simd.constant(0)

        def terms(row: Any, first: Any, mask: Any) -> list[Any]:
            value = simd.load(place_of(builder, x, row, columns, first), mask)
            mean = simd.load(builder.gep(means, [first]), mask)
            gap = simd.multiply_add(mean, minus, value)
            return [gap, simd.multiply_add(gap, gap, nothing)]

        def add(start: Any, width: Any) -> None:
            work.add_rows(rows, start, width, terms)

        def store(found: list[Any], first: Any, mask: Any) -> None:
            rest, distance = work.centred(found, rows)
            work.put(rest, builder.gep(rests, [first]), mask)
            work.put(distance, builder.gep(distances, [first]), mask)

        work.over(columns, add, store)
        return context.get_dummy_value()

    size = types.int64
    return types.void(x, means, size, size, rests, distances), codegen


@inline_ir
def sum_distances(x, means, rests, distances):
    """``distances`` (columns,) = squared distances of the rows of ``x`` from their mean, summed.

    ``means`` are the means as they could be stored: what rounding took from them, ``rests``, is
    taken off the sum again (Chan, Golub and LeVeque, 1983: the corrected two-pass algorithm).
    """
    rows, columns = x.shape
    _sum_distances(data_of(x), data_of(means), rows, columns, data_of(rests), data_of(distances))


def _sum_squared_errors(x, y, rows, columns, sums):
    errors = array_at(x, (rows, columns)) - array_at(y, (rows, columns))
    sums[:columns] = (errors * errors).sum(axis=0, dtype=np.float64)


@intrinsic_for(_sum_squared_errors)
def _sum_squared_errors_intrinsic(typing_context, x, y, rows, columns, sums):
    def codegen(context, builder, signature, arguments):
        x, y, rows, columns, sums = arguments
        work = ColumnSums(builder, context.get_value_type(signature.args[0].dtype), 1)
        simd, minus, nothing = work.simd, work.simd.constant(-1), work.simd.constant(0)

        def terms(row: Any, first: Any, mask: Any) -> list[Any]:
            left, right = (
                simd.load(place_of(builder, data, row, columns, first), mask) for data in (x, y)
            )
            error = simd.multiply_add(right, minus, left)
            return [simd.multiply_add(error, error, nothing)]

        def add(start: Any, width: Any) -> None:
            work.add_rows(rows, start, width, terms)

        def store(found: list[Any], first: Any, mask: Any) -> None:
            work.put(found[0], builder.gep(sums, [first]), mask)

        work.over(columns, add, store)
        return context.get_dummy_value()

    size = types.int64
    return types.void(x, y, size, size, sums), codegen


@inline_ir
def sum_squared_errors(x, y, sums):
    """``sums`` (columns,) = (x - y)**2, summed over the rows."""
    _sum_squared_errors(data_of(x), data_of(y), x.shape[0], x.shape[1], data_of(sums))


def _sums_of_products(by_row: bool) -> Any:
    """The sums below, in pointers.

    ``by_row``: whether means and inverses are those of each row, or of each column. Only those of
    columns know ``rectified``.
    """

    def sums_of_products(
        x, d, means, inverses, gammas, betas, rectified, rows, columns, products, sums
    ):  # fmt: skip
        values, slopes = array_at(x, (rows, columns)), array_at(d, (rows, columns))
        shape = (rows, 1) if by_row else (1, columns)
        count = rows if by_row else columns
        mean, inverse = means[:count].reshape(shape), inverses[:count].reshape(shape)
        normal = (values - mean) * inverse
        if rectified and not by_row:
            slopes = np.where(gammas[:count] * normal + betas[:count] <= 0, 0, slopes)
        with_x = slopes * normal
        products[:columns] = with_x.sum(axis=0, dtype=np.float64)
        sums[:columns] = slopes.sum(axis=0, dtype=np.float64)

    @intrinsic_for(sums_of_products)
    def intrinsic(
        typing_context, x, d, means, inverses, gammas, betas, rectified, rows, columns, products,
        sums,
    ):  # fmt: skip
        def codegen(context, builder, signature, arguments):
            x, d, means, inverses, gammas, betas, rectified, rows, columns, products, sums = (
                arguments
            )
            work = ColumnSums(builder, context.get_value_type(signature.args[0].dtype), 2)
            simd, minus, nothing = work.simd, work.simd.constant(-1), work.simd.constant(0)
            low = lowest(simd, rectified)

            def terms(row: Any, first: Any, mask: Any) -> list[Any]:
                def known(values: Any) -> Any:
                    if by_row:
                        return simd.splat(builder.load(builder.gep(values, [row])))
                    return simd.load(builder.gep(values, [first]), mask)

                places = [place_of(builder, data, row, columns, first) for data in (x, d)]
                for place in places:
                    simd.prefetch(builder.gep(place, [SIZE(AHEAD)]), is_written=False)
                value, slope = (simd.load(place, mask) for place in places)
                gap = simd.multiply_add(known(means), minus, value)
                normal = simd.multiply_add(gap, known(inverses), nothing)
                if not by_row:
                    y = simd.multiply_add(known(gammas), normal, known(betas))
                    slope = without_what_was_cut(simd, y, slope, low)
                return [simd.multiply_add(slope, normal, nothing), slope]

            def add(start: Any, width: Any) -> None:
                work.add_rows(rows, start, width, terms)

            def store(found: list[Any], first: Any, mask: Any) -> None:
                for value, place in zip(found, (products, sums), strict=True):
                    work.put(value, builder.gep(place, [first]), mask)

            work.over(columns, add, store)
            return context.get_dummy_value()

        size = types.int64
        return types.void(
            x, d, means, inverses, gammas, betas, size, size, size, products, sums
        ), codegen

    return sums_of_products


_by_column, _by_row = _sums_of_products(by_row=False), _sums_of_products(by_row=True)


@inline_ir
def sum_products_by_column(x, d, means, inverses, gammas, betas, rectified, products, sums):
    """Over the rows: ``products`` of d (x - mean) inverse, ``sums`` of d; ``means`` and
    ``inverses`` (columns,). ``rectified``: as for ``normalized_rows_gradient``."""
    _by_column(
        data_of(x), data_of(d), data_of(means), data_of(inverses), data_of(gammas), data_of(betas),
        rectified, x.shape[0], x.shape[1], data_of(products), data_of(sums),
    )  # fmt: skip


@inline_ir
def sum_products_by_row(x, d, means, inverses, products, sums):
    """The same where ``means`` and ``inverses`` (rows,) are those of the rows."""
    _by_row(
        data_of(x), data_of(d), data_of(means), data_of(inverses), data_of(means), data_of(means),
        0, x.shape[0], x.shape[1], data_of(products), data_of(sums),
    )  # fmt: skip
