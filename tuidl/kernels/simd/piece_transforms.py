"""Winograd's transforms of the pieces of a kernel: two or three places down, and across.

A piece of two places is one of three whose last place is 0. Its last row of the transformed square
is 0 as well, and is left out: three rows stand for two places, four for three.
"""

from itertools import product
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.transforms import FROM_KERNEL, _combination
from tuidl.kernels.simd.vectors import SIZE, Vectors

FROM_PIECE = {3: FROM_KERNEL, 2: tuple(row[:2] for row in FROM_KERNEL[:3])}
"""By the places of a piece along an axis: G of the paper, or what is left of it."""
TO_PIECE = {size: tuple(zip(*rows, strict=True)) for size, rows in FROM_PIECE.items()}
SIZES = (2, 3)


def _squares(pointer: Any, size: tuple[int, int], strides: Any, lines: int, count: int) -> Any:
    """The view (down, across, lines, count) behind a pointer of plain Python."""
    steps = tuple(int(stride) * pointer.itemsize for stride in (*strides, 1))
    return np.lib.stride_tricks.as_strided(pointer, (*size, lines, count), steps)


def _transform_of(matrices: Any) -> Any:
    def transform(source, strides, target, target_strides, down, across, lines, count):
        """``lines`` lines of ``count`` squares, each transformed on both sides.

        ``strides``, ``target_strides``: from a place to the next one down, across, and to the next
        line. ``down``, ``across``: the piece's places.
        """
        left, right = (np.array(matrices[n], source.dtype) for n in (down, across))
        old = _squares(source, (left.shape[1], right.shape[1]), strides, lines, count)
        new = _squares(target, (left.shape[0], right.shape[0]), target_strides, lines, count)
        new[...] = np.einsum("ki,ijnc,lj->klnc", left, old, right)

    @intrinsic_for(transform)
    def intrinsic(
        typing_context, source, strides, target, target_strides, down, across, lines, count
    ):
        def codegen(context, builder, signature, arguments):
            source, strides, target, target_strides, down, across, lines, count = arguments
            simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
            steps, target_steps = (
                cgutils.unpack_tuple(builder, each) for each in (strides, target_strides)
            )
            for i, j in product(SIZES, SIZES):
                is_it = builder.and_(
                    builder.icmp_signed("==", down, SIZE(i)),
                    builder.icmp_signed("==", across, SIZE(j)),
                )
                with builder.if_then(is_it), cgutils.for_range(builder, lines) as line:
                    pair = (matrices[i], matrices[j])
                    old = _place(builder, source, steps[2], line.index)
                    new = _place(builder, target, target_steps[2], line.index)
                    _both_sides(simd, pair, (old, *steps[:2]), (new, *target_steps[:2]), count)
            return context.get_dummy_value()

        size = types.int64
        step = types.UniTuple(size, 3)
        return types.void(source, step, target, step, size, size, size, size), codegen

    return transform


def _place(builder: Any, pointer: Any, stride: Any, index: Any) -> Any:
    return builder.gep(pointer, [builder.mul(stride, index)])


def _both_sides(simd: Vectors, matrices: Any, source: Any, target: Any, count: Any) -> None:
    """The code for ``target = left @ source @ right'`` in ``count`` numbers of a place; both are a
    pointer and the strides down and across."""
    left, right = matrices
    builder = simd.builder

    def at(square: Any, i: int, j: int, first: Any) -> Any:
        place, down, across = square
        place = builder.gep(place, [first])
        return _place(builder, _place(builder, place, down, SIZE(i)), across, SIZE(j))

    def body(first: Any, mask: Any) -> None:
        columns = [
            [simd.load(at(source, i, j, first), mask) for i in range(len(left[0]))]
            for j in range(len(right[0]))
        ]
        half = [[_combination(simd, row, column) for column in columns] for row in left]
        sums = (
            (_combination(simd, row, line), at(target, i, j, first))
            for (i, line), (j, row) in product(enumerate(half), enumerate(right))
        )
        simd.store_all(sums, mask)

    simd.for_each_vector(count, body)


from_pieces, to_pieces = _transform_of(FROM_PIECE), _transform_of(TO_PIECE)
