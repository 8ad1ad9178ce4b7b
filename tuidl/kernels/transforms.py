"""Winograd's transforms: small constant matrices on both sides of a square of vectors.

Written as code for vectors along the channels: 16 arrays read and 16 written are more than LLVM
would check for overlap.
"""

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


def _transform_by(matrix: Any, *, adds: bool = False) -> Any:
    """``target = matrix @ source @ matrix'``, or added to it, in the first two of three dimensions.

    Rows and columns may be anywhere, channels are contiguous.
    """
    height, width = len(matrix), len(matrix[0])

    @intrinsic
    def transform(typing_context: Any, source: Any, target: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            simd = Vectors(builder, context.get_value_type(source.dtype))
            x, y = (
                context.make_array(kind)(context, builder, value)
                for kind, value in zip(signature.args, arguments, strict=True)
            )

            def places(array: Any, size: int) -> list[list[Any]]:
                down, across, _ = cgutils.unpack_tuple(builder, array.strides)
                start = builder.ptrtoint(array.data, SIZE)
                rows = [builder.add(start, builder.mul(down, SIZE(i))) for i in range(size)]
                return [
                    [
                        builder.inttoptr(
                            builder.add(row, builder.mul(across, SIZE(j))), array.data.type
                        )
                        for j in range(size)
                    ]
                    for row in rows
                ]

            here, there = places(x, width), places(y, height)

            def part(first: Any, mask: Any) -> None:
                square = [[simd.load(builder.gep(p, [first]), mask) for p in row] for row in here]
                half = [
                    [_combination(simd, row, [line[j] for line in square]) for j in range(width)]
                    for row in matrix
                ]
                for i in range(height):
                    for j, row in enumerate(matrix):
                        place = builder.gep(there[i][j], [first])
                        value = _combination(simd, row, half[i])
                        if adds:
                            value = simd.multiply_add(
                                value, simd.constant(1), simd.load(place, mask)
                            )
                        simd.store(value, place, mask)

            channels = cgutils.unpack_tuple(builder, x.shape)[2]
            simd.along(channels, part)
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
to_kernel = _transform_by(_transposed(FROM_KERNEL))
from_answers = _transform_by(_transposed(TO_ANSWERS))
