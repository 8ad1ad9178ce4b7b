"""Winograd's transforms: small constant matrices on both sides of a square of vectors.

Written as code for vectors along the channels: 16 arrays read and 16 written are more than LLVM
would check for overlap.
"""

from itertools import product
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tuidl.kernels.jit import compiled_as
from tuidl.kernels.simd import SIZE, Vectors

FROM_PIXELS = ((1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1))
FROM_KERNEL = ((1, 0, 0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0, 0, 1))
TO_ANSWERS = ((1, 1, 1, 0), (0, 1, -1, -1))


def _combination(simd: Vectors, factors: Any, vectors: Any) -> Any:
    """The code for the sum of ``factors`` times ``vectors``, without what adds nothing."""
    used = [(f, v) for f, v in zip(factors, vectors, strict=True) if f]
    total = used[0][1] if used[0][0] == 1 else None
    for factor, vector in used[total is not None :]:
        old = simd.constant(0) if total is None else total
        total = simd.multiply_add(vector, simd.constant(factor), old)
    return total


class _Square:
    """The vectors of an array of three dimensions, whose first two are small."""

    def __init__(self, context: Any, builder: Any, kind: Any, value: Any) -> None:
        array = context.make_array(kind)(context, builder, value)
        self.builder, self.data = builder, array.data
        self.simd = Vectors(builder, context.get_value_type(kind.dtype))
        down, across, _ = cgutils.unpack_tuple(builder, array.strides)
        self.steps = [builder.sdiv(step, SIZE(self.simd.width)) for step in (down, across)]
        self.channels = cgutils.unpack_tuple(builder, array.shape)[2]

    def at(self, i: int, j: int, channel: Any) -> Any:
        """Where the vector from ``channel`` on is in row ``i`` and column ``j``."""
        place = self.builder.gep(self.data, [channel])
        for step, number in zip(self.steps, (i, j), strict=True):
            place = self.builder.gep(place, [self.builder.mul(step, SIZE(number))])
        return place

    def load(self, size: int, channel: Any, mask: Any) -> list[list[Any]]:
        """The square of ``size`` by ``size`` vectors, by columns."""
        numbers = range(size)
        return [[self.simd.load(self.at(i, j, channel), mask) for i in numbers] for j in numbers]


def _transform_by(matrix: Any, *, adds: bool = False) -> Any:
    """``target = matrix @ source @ matrix'``, or added to it, in the first two of three dimensions.

    Rows and columns may be anywhere, channels are contiguous.
    """

    @intrinsic
    def transform(typing_context: Any, source: Any, target: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            x = _Square(context, builder, source, arguments[0])
            y = _Square(context, builder, target, arguments[1])

            def part(first: Any, mask: Any) -> None:
                columns = x.load(len(matrix[0]), first, mask)
                half = [[_combination(x.simd, row, c) for c in columns] for row in matrix]
                for (i, line), (j, row) in product(enumerate(half), enumerate(matrix)):
                    place, value = y.at(i, j, first), _combination(x.simd, row, line)
                    if adds:
                        one, old = y.simd.constant(1), y.simd.load(place, mask)
                        value = y.simd.multiply_add(value, one, old)
                    y.simd.store(value, place, mask)

            x.simd.along(x.channels, part)
            return context.get_dummy_value()

        return types.void(source, target), codegen

    def plain(source: Any, target: Any) -> None:
        known = np.array(matrix, source.dtype)
        result = np.einsum("ai,ijc,bj->abc", known, source, known)
        target[...] = target + result if adds else result

    compiled_as(plain)(lambda source, target: lambda source, target: transform(source, target))
    return plain


def _transposed(matrix: Any) -> Any:
    return tuple(zip(*matrix, strict=True))


from_pixels, from_kernel, to_answers = map(_transform_by, (FROM_PIXELS, FROM_KERNEL, TO_ANSWERS))
add_to_pixels = _transform_by(_transposed(FROM_PIXELS), adds=True)
from_answers = _transform_by(_transposed(TO_ANSWERS))
