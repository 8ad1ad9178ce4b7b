"""The matrix product by tiles of the result that stay in registers.

BLAS copies both matrices into an order of its own first. What layers multiply is in the cache
already, and often flat: here numbers are read where they are. The product is compiled once, and
other code calls it by its name.
"""

from functools import cache
from typing import Any

from llvmlite import binding, ir
from numba import cfunc, types
from numba.core import cgutils
from numba.extending import intrinsic

from tuidl.kernels.cache import compile_cached
from tuidl.kernels.intrinsics import pointer_at
from tuidl.kernels.jit import FLAGS, helper
from tuidl.kernels.simd import IS_WIDE, SIZE, VECTOR_BYTES, Vectors

ROWS, FEW, VECTORS = (8 if IS_WIDE else 4), 3, 2
"""Rows of a tile, of one for most of the rows left over, and vectors in a row: sums and what they
are computed from fit 32 registers, or 16."""
FROM_ZERO, FROM_OLD, FROM_SHIFT = range(3)
"""What sums start with."""


def _tile_of(rows: int, vectors: int, *, is_partial: bool) -> Any:
    """The code of one tile; a partial one ends at the last column, within its only vector."""

    @intrinsic
    def tile(
        typing_context: Any, a: Any, steps: Any, b: Any, start: Any, c: Any, place: Any
    ) -> Any:
        """The tile at ``c`` of the rows at ``a`` and the columns at ``b``.

        ``steps``: as in ``tile_product``. ``start``: what sums start with, how far its next row is
        and whether it is anything but 0. ``place``: how far the next row of ``c`` is, and how many
        columns are left.
        """

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            a, steps, b, start, c, place = arguments
            a_row, a_jump, a_step, spans, span, b_row = cgutils.unpack_tuple(builder, steps)
            start, start_row, is_any = cgutils.unpack_tuple(builder, start)
            c_row, columns = cgutils.unpack_tuple(builder, place)
            simd = Vectors(builder, c.type.pointee)
            mask = simd.mask(columns) if is_partial else None
            cells = [(SIZE(r), SIZE(v * simd.lanes)) for r in range(rows) for v in range(vectors)]

            def at(pointer: Any, *pairs: Any) -> Any:
                for number, step in pairs:
                    pointer = builder.gep(pointer, [builder.mul(number, step)])
                return pointer

            sums = [cgutils.alloca_once_value(builder, simd.constant(0)) for _ in cells]
            with builder.if_then(builder.icmp_signed("!=", is_any, SIZE(0))):
                for total, (r, v) in zip(sums, cells, strict=True):
                    builder.store(simd.load(at(start, (r, start_row), (v, SIZE(1))), mask), total)
            with cgutils.for_range(builder, spans) as outer, cgutils.for_range(builder, span) as k:
                column = at(a, (outer.index, a_jump), (k.index, a_step))
                number = builder.add(builder.mul(outer.index, span), k.index)
                line = at(b, (number, b_row))
                others = [simd.load(builder.gep(line, [v]), mask) for _, v in cells[:vectors]]
                for n, (r, _) in enumerate(cells):
                    if n % vectors == 0:
                        factor = simd.spread(builder.load(at(column, (r, a_row))))
                    old = builder.load(sums[n])
                    new = simd.multiply_add(factor, others[n % vectors], old)
                    builder.store(new, sums[n])
            for total, (r, v) in zip(sums, cells, strict=True):
                simd.store(builder.load(total), at(c, (r, c_row), (v, SIZE(1))), mask)
            return context.get_dummy_value()

        return types.void(a, steps, b, start, c, place), codegen

    return tile


def _strip_of(vectors: int, *, is_partial: bool) -> Any:
    """The code for all rows of so many columns."""
    many, few, one = (_tile_of(n, vectors, is_partial=is_partial) for n in (ROWS, FEW, 1))

    @helper
    def strip(a, steps, b, start, c, place, rows):
        start, start_row, is_any = start
        i = 0
        while i < rows:
            here, there = pointer_at(a, i * steps[0]), pointer_at(c, i * place[0])
            begin = (pointer_at(start, i * start_row), start_row, is_any)
            if rows - i >= ROWS:
                many(here, steps, b, begin, there, place)
                i += ROWS
            elif rows - i >= FEW:
                few(here, steps, b, begin, there, place)
                i += FEW
            else:
                one(here, steps, b, begin, there, place)
                i += 1

    return strip


_WHOLE, _REST = _strip_of(VECTORS, is_partial=False), _strip_of(1, is_partial=True)


def tile_product(
    a, a_row, a_jump, a_step, spans, span, b, b_row, shift, start_with, c, c_row, rows, columns,
    lanes,
):  # fmt: skip
    """``c = a @ b``, all given by where they start and how many numbers on the next ones are.

    A row of ``a`` is ``spans`` pieces of ``span`` numbers: its next row is ``a_row`` on, the next
    piece ``a_jump``, the next number ``a_step``. ``lanes``: numbers in a vector.
    """
    start, start_row = (c, c_row) if start_with == FROM_OLD else (shift, 0)
    is_any = int(start_with != FROM_ZERO)
    steps = (a_row, a_jump, a_step, spans, span, b_row)
    wide = columns - columns % (VECTORS * lanes)
    for j in range(0, wide, VECTORS * lanes):
        begin = (pointer_at(start, j), start_row, is_any)
        _WHOLE(a, steps, pointer_at(b, j), begin, pointer_at(c, j), (c_row, columns - j), rows)
    for j in range(wide, columns, lanes):
        begin = (pointer_at(start, j), start_row, is_any)
        _REST(a, steps, pointer_at(b, j), begin, pointer_at(c, j), (c_row, columns - j), rows)


def _symbol(bits: int) -> str:
    return f"tuidl_tile_product_{bits}"


@cache
def provide(bits: int) -> Any:
    """Compile the product for numbers of so many bits; code that is loaded later knows its name."""
    p, i = types.CPointer(types.float32 if bits == 32 else types.float64), types.int64
    signature = types.void(p, i, i, i, i, i, p, i, p, i, p, i, i, i, i)
    compiled = compile_cached(lambda cached: cfunc(signature, cache=cached, **FLAGS)(tile_product))
    binding.add_symbol(_symbol(bits), compiled.address)
    return compiled


def _product(builder: Any, dtype: Any, operands: list[Any]) -> None:
    """The code that calls ``tile_product``; ``dtype`` is Numba's."""
    provide(dtype.bitwidth)
    operands = [*operands, SIZE(VECTOR_BYTES * 8 // dtype.bitwidth)]
    kind = ir.FunctionType(ir.VoidType(), [operand.type for operand in operands])
    name = _symbol(dtype.bitwidth)
    builder.call(cgutils.get_or_insert_function(builder.module, kind, name), operands)


class _Matrix:
    """Start, shape and steps of an array of Numba's, as values of generated code."""

    def __init__(self, context: Any, builder: Any, kind: Any, value: Any) -> None:
        array, width = context.make_array(kind)(context, builder, value), kind.dtype.bitwidth // 8
        self.data, self.shape = array.data, cgutils.unpack_tuple(builder, array.shape)
        strides = cgutils.unpack_tuple(builder, array.strides)
        self.steps = [builder.sdiv(stride, SIZE(width)) for stride in strides]


@intrinsic
def multiply_by_tiles(typing_context: Any, a: Any, b: Any, shift: Any, c: Any, keep: Any) -> Any:
    """``c = a @ b``, plus ``shift`` where it is not None or the old ``c`` where ``keep`` is 1.

    Rows of ``b`` and ``c`` are contiguous; ``a`` may be any matrix.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        x, y, z = (_Matrix(context, builder, kinds[n], arguments[n]) for n in (0, 1, 3))
        start, start_with = z.data, arguments[4]
        if not isinstance(shift, types.NoneType):
            start = _Matrix(context, builder, shift, arguments[2]).data
            start_with = SIZE(FROM_SHIFT)
        operands = [x.data, x.steps[0], SIZE(0), x.steps[1], SIZE(1), x.shape[1]]
        operands += [y.data, y.steps[0], start, start_with, z.data, z.steps[0], *z.shape]
        _product(builder, c.dtype, operands)
        return context.get_dummy_value()

    return types.void(a, b, shift, c, types.int64), codegen


@intrinsic
def multiply_windows(
    typing_context: Any, image: Any, window: Any, b: Any, shift: Any, c: Any, keep: Any
) -> Any:
    """The same where rows of ``a`` lie in a flat ``image`` and may overlap.

    ``window``: where the first one starts, then a_row to span as in ``tile_product``.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        x, y, z = (_Matrix(context, builder, kinds[n], arguments[n]) for n in (0, 2, 4))
        first, *steps = cgutils.unpack_tuple(builder, arguments[1])
        start, start_with = z.data, arguments[5]
        if not isinstance(shift, types.NoneType):
            start = _Matrix(context, builder, shift, arguments[3]).data
            start_with = SIZE(FROM_SHIFT)
        operands = [builder.gep(x.data, [first]), *steps]
        operands += [y.data, y.steps[0], start, start_with, z.data, z.steps[0], *z.shape]
        _product(builder, c.dtype, operands)
        return context.get_dummy_value()

    return types.void(image, window, b, shift, c, types.int64), codegen
