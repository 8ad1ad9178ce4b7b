"""Code for sums over the rows of a matrix, column by column, that are exact however many rows.

A float32 sum of a million numbers would lose what each of them adds. So no more than ``BLOCK`` rows
are added up as they are, ``TOGETHER`` sums side by side; their sum is then added to a float64 one.
For numbers of one sign the error is at most 16 half units in the last place, whatever the count.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils

from tuidl.kernels.simd.vectors import SIZE, Vectors

TOGETHER = 4
"""Rows that are added to sums of their own: one addition need not wait for the one before."""
BLOCK = 64
"""Rows whose sum is a float32."""
WIDTH = 256
"""Columns whose float64 sums lie on the stack at a time."""
AHEAD = 512
"""Numbers ahead whose line of the cache is asked for: where a whole batch goes through a layer
before the next one its numbers come from the third-level cache, and processors foresee no line
behind the end of a page."""
FLAGS = ("nsz",)
"""Of float64 operations: any flag keeps Numba from adding its own, which allow another order."""

Terms = Callable[[Any, Any, Any], list[Any]]
"""(row, first column, mask) -> the vectors that a row adds to each of the sums."""
Store = Callable[[list[Any], Any, Any], None]
"""(sums, first column, mask): what becomes of finished sums."""


class ColumnSums:
    """The code for ``count`` sums over the rows of a matrix, for up to WIDTH columns at a time.

    Blocks of rows are the outer loop and vectors of columns the inner one: a block is still in
    the cache when the next vector of it is read. Float64 sums lie on the stack meanwhile.
    """

    def __init__(self, builder: Any, number: Any, count: int) -> None:
        self.builder, self.simd = builder, Vectors(builder, number)
        self.wide = ir.VectorType(ir.DoubleType(), self.simd.lanes)
        parts, totals = self.simd.vector_type, ir.ArrayType(ir.DoubleType(), WIDTH)
        self.parts = [[self._room(parts) for _ in range(TOGETHER)] for _ in range(count)]
        self.totals = [self._room(totals) for _ in range(count)]

    def _room(self, kind: Any) -> Any:
        with self.builder.goto_entry_block():  # cgutils.alloca_once would fill it with zeros
            return self.builder.alloca(kind)

    def over(self, columns: Any, add: Callable[[Any, Any], None], store: Store) -> None:
        """``add(first, width)`` has code for the columns from ``first`` on; then ``store(sums,
        first, mask)`` for each vector of them takes its place."""
        builder = self.builder
        with cgutils.for_range_slice(builder, SIZE(0), columns, SIZE(WIDTH)) as (start, _):
            left = builder.sub(columns, start)
            few = builder.icmp_signed("<", left, SIZE(WIDTH))
            width = builder.select(few, left, SIZE(WIDTH))
            self.simd.for_each_vector(width, self._clear)
            add(start, width)

            def part(first: Any, mask: Any) -> None:
                sums = [self._load_total(total, first) for total in self.totals]
                store(sums, builder.add(start, first), mask)

            self.simd.for_each_vector(width, part)

    def _clear(self, column: Any, mask: Any) -> None:
        """Whole vectors, also the last: WIDTH is a multiple of their lanes."""
        for total in self.totals:
            nothing = ir.Constant(self.wide, None)
            self.builder.store(nothing, self._total(total, column), align=8)

    def add_rows(self, rows: Any, start: Any, width: Any, terms: Terms) -> None:
        """Add the ``terms`` of rows 0 to ``rows``, in columns ``start`` to ``start + width``."""
        builder = self.builder
        with cgutils.for_range_slice(builder, SIZE(0), rows, SIZE(BLOCK)) as (first, _):
            end = builder.add(first, SIZE(BLOCK))
            end = builder.select(builder.icmp_signed("<", end, rows), end, rows)

            def part(column: Any, mask: Any) -> None:
                place = builder.add(start, column)
                self._add_block(first, end, lambda row: terms(row, place, mask))
                for parts, total in zip(self.parts, self.totals, strict=True):
                    self._add_to(total, column, parts)

            self.simd.for_each_vector(width, part)

    def _add_block(self, first: Any, end: Any, terms: Callable[[Any], list[Any]]) -> None:
        """``parts`` = sums over the rows ``first`` to ``end`` of one vector of columns."""
        builder, together = self.builder, SIZE(TOGETHER)
        for parts in self.parts:
            for part in parts:
                builder.store(ir.Constant(self.simd.vector_type, None), part)
        whole = builder.sub(end, builder.urem(builder.sub(end, first), together))
        with cgutils.for_range_slice(builder, first, whole, together) as (row, _):
            for number in range(TOGETHER):
                self._add(number, terms(builder.add(row, SIZE(number))))
        with cgutils.for_range_slice(builder, whole, end, SIZE(1)) as (row, _):
            self._add(0, terms(row))

    def _add(self, number: int, values: list[Any]) -> None:
        for parts, value in zip(self.parts, values, strict=True):
            part = parts[number]
            self.builder.store(self.simd.add(value, self.builder.load(part)), part)

    def _add_to(self, total: Any, column: Any, parts: list[Any]) -> None:
        builder = self.builder
        block = builder.load(parts[0])
        for part in parts[1:]:
            block = self.simd.add(builder.load(part), block)
        if self.simd.vector_type != self.wide:
            block = builder.fpext(block, self.wide)
        place = self._total(total, column)
        value = builder.fadd(self._load_total(total, column), block, FLAGS)
        builder.store(value, place, align=8)

    def _total(self, total: Any, column: Any) -> Any:
        place = self.builder.gep(total, [SIZE(0), column])
        return self.builder.bitcast(place, self.wide.as_pointer())

    def _load_total(self, total: Any, column: Any) -> Any:
        return self.builder.load(self._total(total, column), align=8)

    def centred(self, sums: list[Any], rows: Any) -> tuple[Any, Any]:
        """From the sums of gaps and of their squares over ``rows``: the mean gap, and the squares'
        sum about that, at least 0."""
        builder = self.builder
        total, squares = sums
        lanes = Vectors(builder, ir.DoubleType(), 8 * self.simd.lanes)
        none = builder.icmp_signed("==", rows, SIZE(0))
        count = builder.select(none, SIZE(1), rows)
        mean = builder.fdiv(total, lanes.splat(builder.sitofp(count, ir.DoubleType())), FLAGS)
        left = builder.fsub(squares, builder.fmul(total, mean, FLAGS), FLAGS)
        nothing = ir.Constant(self.wide, None)
        below = builder.fcmp_ordered("<", left, nothing, FLAGS)
        return mean, builder.select(below, nothing, left)

    def put(self, value: Any, place: Any, mask: Any) -> None:
        """Store float64 numbers as what the matrix holds."""
        if self.simd.vector_type != self.wide:
            value = self.builder.fptrunc(value, self.simd.vector_type)
        self.simd.store(value, place, mask)


def place_of(builder: Any, data: Any, row: Any, columns: Any, first: Any) -> Any:
    """Where row ``row`` has its number in column ``first``."""
    return builder.gep(data, [builder.add(builder.mul(row, columns), first)])


def lowest(simd: Vectors, rectified: Any) -> Any:
    """What rectified numbers are compared with: 0, or NaN, which nothing is less than, where
    ``rectified`` is 0."""
    zero, nothing = ir.Constant(simd.scalar, 0), ir.Constant(simd.scalar, float("nan"))
    is_cut = simd.builder.icmp_signed("!=", rectified, SIZE(0))
    return simd.splat(simd.builder.select(is_cut, zero, nothing))


def without_what_was_cut(simd: Vectors, y: Any, d: Any, low: Any) -> Any:
    """The gradient ``d`` of rectified numbers as that of ``y``; ``low``: ``lowest``."""
    return simd.builder.select(simd.builder.fcmp_ordered("<=", y, low), simd.constant(0), d)
