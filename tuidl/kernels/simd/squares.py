"""Sums over squares of pixels, in vectors along their channels."""

from typing import Any, NamedTuple

from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.vectors import Vectors


class Sides(NamedTuple):
    """A square of ``down`` by ``across`` pixels: ``line`` numbers from a row to the next, ``step``
    from a pixel to the next."""

    down: Any
    line: Any
    across: Any
    step: Any


def sum_square(target, source, sides, count):
    """``target``: of ``count`` channels, the sums over the pixels of a square; pointers.

    A loop over numbers would add each pixel to what memory holds.
    """
    down, line, across, step = sides
    target[:count] = 0
    for i in range(down):
        for j in range(across):
            target[:count] += source[i * line + j * step :][:count]


@intrinsic_for(sum_square)
def _sum_square(typing_context, target, source, sides, count):
    def codegen(context, builder, signature, arguments):
        target, source, sides, count = arguments
        down, line, across, step = Sides(*cgutils.unpack_tuple(builder, sides))
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))

        def body(first: Any, mask: Any) -> None:
            total = cgutils.alloca_once_value(builder, simd.constant(0))
            builder.store(simd.constant(0), total)
            with cgutils.for_range(builder, down) as i, cgutils.for_range(builder, across) as j:
                place = builder.gep(source, [builder.mul(i.index, line)])
                place = builder.gep(place, [builder.mul(j.index, step)])
                pixel = simd.load(builder.gep(place, [first]), mask)
                builder.store(simd.add(builder.load(total), pixel), total)
            simd.store(builder.load(total), builder.gep(target, [first]), mask)

        simd.for_each_vector(count, body)
        return context.get_dummy_value()

    return types.void(target, source, sides, types.int64), codegen
