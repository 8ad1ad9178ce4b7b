"""The matrix product by tiles of the result that stay in registers.

BLAS copies both matrices into an order of its own first. What layers multiply is in the cache
already, and often flat: here numbers are read where they are. The product is compiled once, and
other code calls it by its name.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

from llvmlite import binding, ir
from numba import cfunc, types
from numba.core import cgutils
from numba.extending import intrinsic

from tuidl.kernels.cache import compile_cached
from tuidl.kernels.jit import FLAGS, device_function
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.vectors import IS_WIDE, SIZE, VECTOR_BYTES, Vectors

ROWS, FEW, VECTORS = (8 if IS_WIDE else 6), 3, 2
"""Rows of a tile, of a small one for rows left over, and vectors in a row: sums and what they are
computed from fit 32 registers, or 16."""
FILLING = next((n for n in range(ROWS) if FEW * n % ROWS == 1), 0)
"""Small tiles that have one row more than a number of whole ones (8 + 1 = 3 * 3): they take the
place of a row by itself, whose sums would wait for each other. 0: no number of small tiles has."""
START_ZERO, START_C, START_BIAS = range(3)
"""What sums start with."""


class _Tile:
    """The code of one tile; a partial one ends at the last column, within its only vector."""

    def __init__(self, builder: Any, number: Any, rows: int, vectors: int, left: Any) -> None:
        self.builder, self.simd = builder, Vectors(builder, number)
        self.rows, self.vectors = range(rows), range(vectors)
        self.mask = None if left is None else self.simd.mask(left)
        nothing = self.simd.constant(0)
        self.sums = [
            [cgutils.alloca_once_value(builder, nothing) for _ in self.vectors] for _ in self.rows
        ]

    def at(self, pointer: Any, number: Any, step: Any) -> Any:
        return self.builder.gep(pointer, [self.builder.mul(number, step)])

    def cells(self, c: Any, step: Any) -> Iterator[tuple[Any, Any]]:
        """The place of each sum, and where it is in a matrix whose rows are ``step`` apart."""
        for row, v in product(self.rows, self.vectors):
            place = self.at(c, SIZE(row), step)
            yield self.sums[row][v], self.builder.gep(place, [SIZE(v * self.simd.lanes)])

    def start_with(self, c: Any, step: Any) -> None:
        for total, place in self.cells(c, step):
            self.builder.store(self.simd.load(place, self.mask), total)

    def add(self, column: Any, step: Any, line: Any) -> None:
        """Add the product of a column of ``a``, rows ``step`` apart, and a line of ``b``."""
        builder, simd = self.builder, self.simd
        starts = [builder.gep(line, [SIZE(v * simd.lanes)]) for v in self.vectors]
        others = [simd.load(start, self.mask) for start in starts]
        for row in self.rows:
            factor = simd.splat(builder.load(self.at(column, SIZE(row), step)))
            for total, other in zip(self.sums[row], others, strict=True):
                builder.store(simd.multiply_add(factor, other, builder.load(total)), total)

    def finish(self, c: Any, step: Any) -> None:
        for total, place in self.cells(c, step):
            self.simd.store(self.builder.load(total), place, self.mask)


def _sum_up(tile: _Tile, a: Any, steps: Any, b: Any) -> None:
    """The code that adds all products; ``steps``: as in ``macro_kernel``.

    One loop for the pieces of all blocks: LLVM would unroll one around it, and short rows wait.
    """
    builder = tile.builder
    row, leap, jump, step, blocks, spans, span, b_row = cgutils.unpack_tuple(builder, steps)
    piece, number = (cgutils.alloca_once_value(builder, value) for value in (a, SIZE(1)))
    with cgutils.for_range(builder, builder.mul(blocks, spans)) as outer:
        start, count = builder.load(piece), builder.load(number)
        with cgutils.for_range(builder, span) as k:
            line = builder.add(builder.mul(outer.index, span), k.index)
            tile.add(tile.at(start, k.index, step), row, tile.at(b, line, b_row))
        is_last = builder.icmp_signed("==", count, spans)
        back = builder.sub(leap, builder.mul(builder.sub(spans, SIZE(1)), jump))
        builder.store(builder.gep(start, [builder.select(is_last, back, jump)]), piece)
        one = SIZE(1)
        builder.store(builder.select(is_last, one, builder.add(count, one)), number)


def _tile_of(rows: int, vectors: int, *, is_partial: bool) -> Any:
    @intrinsic
    def tile(
        typing_context: Any, a: Any, steps: Any, b: Any, start: Any, c: Any, place: Any
    ) -> Any:
        """The tile at ``c`` of the rows at ``a`` and the columns at ``b``.

        ``steps``: as in ``macro_kernel``. ``start``: what sums start with, how far its next row is
        and whether it is anything but 0. ``place``: how far the next row of ``c`` is, and how many
        columns are left.
        """

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            a, steps, b, start, c, place = arguments
            start, start_row, is_any = cgutils.unpack_tuple(builder, start)
            c_row, left = cgutils.unpack_tuple(builder, place)
            number = context.get_value_type(signature.args[4].dtype)
            tile = _Tile(builder, number, rows, vectors, left if is_partial else None)
            with builder.if_then(builder.icmp_signed("!=", is_any, SIZE(0))):
                tile.start_with(start, start_row)
            _sum_up(tile, a, steps, b)
            tile.finish(c, c_row)
            return context.get_dummy_value()

        return types.void(a, steps, b, start, c, place), codegen

    return tile


def _strip_of(vectors: int, filling: int, *, is_partial: bool) -> Any:
    """The code for all rows of so many columns. ``filling``: FILLING, or 0 to leave rows alone."""
    many, few, one = (_tile_of(n, vectors, is_partial=is_partial) for n in (ROWS, FEW, 1))

    @device_function
    def strip(a, steps, b, start, c, place, rows):
        start, start_row, is_any = start
        small, i = min(rows % ROWS * filling % ROWS, rows // FEW), 0
        while i < rows:
            here, there = pointer_at(a, i * steps[0]), pointer_at(c, i * place[0])
            begin = (pointer_at(start, i * start_row), start_row, is_any)
            if rows - i >= ROWS + small * FEW:
                many(here, steps, b, begin, there, place)
                i += ROWS
            elif rows - i >= FEW:
                few(here, steps, b, begin, there, place)
                i += FEW
            else:
                one(here, steps, b, begin, there, place)
                i += 1

    return strip


_WHOLE = _strip_of(VECTORS, FILLING, is_partial=False)
_REST = _strip_of(1, 0, is_partial=True)  # three sums of one vector wait as well


def macro_kernel(
    a, a_row, a_leap, a_jump, a_step, blocks, spans, span, b, b_row, shift, start_with, c, c_row,
    rows, columns, lines, a_line, c_line, lanes,
):  # fmt: skip
    """``c = a @ b``, all given by where they start and how many numbers on the next ones are.

    A row of ``a`` is ``blocks`` of ``spans`` pieces of ``span`` numbers: its next row is ``a_row``
    on, the next block ``a_leap``, the next piece ``a_jump``, the next number ``a_step``. That is
    done ``lines`` times, ``a_line`` and ``c_line`` further on. ``lanes``: numbers in a vector.
    """
    steps = (a_row, a_leap, a_jump, a_step, blocks, spans, span, b_row)
    start, start_row, start_line = shift, 0, 0
    if start_with == START_C:
        start, start_row, start_line = c, c_row, c_line
    is_any = int(start_with != START_ZERO)
    wide = columns - columns % (VECTORS * lanes)
    for line in range(lines):
        here, there = pointer_at(a, line * a_line), pointer_at(c, line * c_line)
        begin = pointer_at(start, line * start_line)
        for j in range(0, wide, VECTORS * lanes):
            sums, place = (pointer_at(begin, j), start_row, is_any), (c_row, columns - j)
            _WHOLE(here, steps, pointer_at(b, j), sums, pointer_at(there, j), place, rows)
        for j in range(wide, columns, lanes):
            sums, place = (pointer_at(begin, j), start_row, is_any), (c_row, columns - j)
            _REST(here, steps, pointer_at(b, j), sums, pointer_at(there, j), place, rows)


def _symbol(bits: int) -> str:
    return f"tuidl_tile_product_{bits}"


@cache
def provide(bits: int) -> Any:
    """Compile the product for numbers of so many bits; code that is loaded later knows its name."""
    p, i = types.CPointer(types.float32 if bits == 32 else types.float64), types.int64
    signature = types.void(p, *(i,) * 7, p, i, p, i, p, *(i,) * 7)
    compiled = compile_cached(lambda cached: cfunc(signature, cache=cached, **FLAGS)(macro_kernel))
    binding.add_symbol(_symbol(bits), compiled.address)
    return compiled


class _Matrix:
    """Start, shape and steps of an array of Numba's, as values of generated code."""

    def __init__(self, context: Any, builder: Any, kind: Any, value: Any) -> None:
        array, width = context.make_array(kind)(context, builder, value), kind.dtype.bitwidth // 8
        self.data, self.shape = array.data, cgutils.unpack_tuple(builder, array.shape)
        strides = cgutils.unpack_tuple(builder, array.strides)
        self.steps = [builder.sdiv(stride, SIZE(width)) for stride in strides]


def _product(
    context: Any, builder: Any, factor: list[Any], a_line: Any, kinds: Any, arguments: Any
) -> Any:
    """The code that calls ``macro_kernel``: ``factor`` says where a is, the others are arrays.

    Those are b, shift, c and then keep. Where c has three dimensions, the first are its lines.
    """
    b, c = (_Matrix(context, builder, kinds[n], arguments[n]) for n in (0, 2))
    start, start_with = c.data, arguments[3]
    if not isinstance(kinds[1], types.NoneType):
        start = _Matrix(context, builder, kinds[1], arguments[1]).data
        start_with = SIZE(START_BIAS)
    *lines, rows, columns = c.shape
    *c_line, c_row, _ = c.steps
    operands = [*factor, b.data, b.steps[0], start, start_with, c.data, c_row, rows, columns]
    operands += [*(lines or [SIZE(1)]), a_line, *(c_line or [SIZE(0)])]
    return _call(context, builder, kinds[2].dtype.bitwidth, operands)


def _call(context: Any, builder: Any, bits: int, operands: list[Any]) -> Any:
    """The code that calls ``macro_kernel`` for numbers of so many bits."""
    provide(bits)
    operands = [*operands, SIZE(VECTOR_BYTES * 8 // bits)]
    kind = ir.FunctionType(ir.VoidType(), [operand.type for operand in operands])
    builder.call(cgutils.get_or_insert_function(builder.module, kind, _symbol(bits)), operands)
    return context.get_dummy_value()


@intrinsic
def gemm_strided(typing_context: Any, a: Any, b: Any, shift: Any, c: Any, keep: Any) -> Any:
    """``c = a @ b``, plus ``shift`` where it is not None or the old ``c`` where ``keep`` is 1.

    Rows of ``b`` and ``c`` are contiguous; ``a`` may be any matrix.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x = _Matrix(context, builder, a, arguments[0])
        nothing, one = SIZE(0), SIZE(1)
        factor = [x.data, x.steps[0], nothing, nothing, x.steps[1], one, one, x.shape[1]]
        return _product(context, builder, factor, nothing, (b, shift, c), arguments[1:])

    return types.void(a, b, shift, c, types.int64), codegen


@intrinsic
def gemm_segmented(
    typing_context: Any, image: Any, window: Any, b: Any, shift: Any, c: Any, keep: Any
) -> Any:
    """The same where rows of ``a`` lie behind the pointer ``image`` and may overlap.

    ``window``: where the first one starts, how far on the next line does, then a_row to span as in
    ``macro_kernel``. ``c`` may be one matrix, or one for each line.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, line, *steps = cgutils.unpack_tuple(builder, arguments[1])
        start = builder.gep(arguments[0], [first])
        return _product(context, builder, [start, *steps], line, (b, shift, c), arguments[2:])

    return types.void(image, window, b, shift, c, types.int64), codegen


@intrinsic
def gemm_pointers(
    typing_context: Any, a: Any, steps: Any, b: Any, shift: Any, start_with: Any, c: Any, sizes: Any
) -> Any:
    """The same for matrices behind pointers, ``b`` and ``c`` contiguous.

    ``steps``: how far the next row of ``a`` is, and the next number in it. ``start_with``: as in
    ``macro_kernel``. ``sizes``: rows of ``c``, products in a sum, columns of ``c``.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, steps, b, shift, start_with, c, sizes = arguments
        row, step = cgutils.unpack_tuple(builder, steps)
        rows, terms, columns = cgutils.unpack_tuple(builder, sizes)
        nothing, one = SIZE(0), SIZE(1)
        factor = [a, row, nothing, nothing, step, one, one, terms]
        operands = [*factor, b, columns, shift, start_with, c, columns, rows, columns]
        operands += [one, nothing, nothing]
        return _call(context, builder, signature.args[0].dtype.bitwidth, operands)

    return types.void(a, steps, b, shift, types.int64, c, sizes), codegen
