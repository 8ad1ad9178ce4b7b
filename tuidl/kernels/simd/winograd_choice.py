"""Whether convolutions of 3 x 3 go by Winograd's tiles, and what workspace these need.

The nine gradients of a kernel are mixtures of the same sums, so each has the rounding of the
largest. One can be 0, or tiny beside the others: at a border that is always dark, say, or where few
answers have a gradient. There Adam, which divides by its size, would take rounding for a direction.
So this way is taken only where all nine come from many numbers, and from nearly the same.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.core import winograd_sizes
from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for
from tuidl.kernels.simd.intrinsics import data_of, flat, pointer_at
from tuidl.kernels.simd.vectors import SIZE, Vectors

winograd_workspace = inline_ir(winograd_sizes.workspace)
is_worth = inline_ir(winograd_sizes.is_worth)
least_lines = inline_ir(winograd_sizes.least_lines)

FEWEST_ANSWERS = 100
"""Answers to an image from which on a kernel's nine weights have seen nearly the same pixels."""
FEWEST_GRADIENTS = 50
"""Gradients of a filter's answers, on average, that must not be 0; behind pooling most are."""
DARKEST = 5
"""One pixel in so many must not be 0."""
BLOCK = 4096
"""Numbers that are counted before the next look at whether they are enough."""


@inline_ir
def suits_winograd(kernel, stride, answers, size):
    """Whether it is worth it, and a workspace of ``size`` numbers is enough for a band."""
    size_y, size_x, channels, filters = kernel
    if size_y != 3 or size_x != 3 or stride != 1 or min(answers[1], answers[2]) < 2:
        return False
    if not is_worth(channels, filters, answers[1] * answers[2]):
        return False
    fixed, line = winograd_workspace(answers[1], answers[2], channels, filters)
    return size >= fixed + least_lines(answers[1]) * line


def _count(data, size):
    """How many of so many numbers behind a pointer are not 0."""
    return int(np.count_nonzero(data[:size]))


@intrinsic_for(_count)
def _count_intrinsic(typing_context, data, size):
    def codegen(context, builder, signature, arguments):
        data, size = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        total, bits = cgutils.alloca_once_value(builder, SIZE(0)), ir.IntType(simd.lanes)

        def add(first: Any, mask: Any) -> None:
            value = simd.load(builder.gep(data, [first]), mask)
            lanes = builder.fcmp_unordered("!=", value, simd.constant(0))
            found = builder.zext(builder.bitcast(lanes, bits), SIZE)
            builder.store(builder.add(builder.load(total), builder.ctpop(found)), total)

        simd.for_each_vector(size, add)
        return builder.load(total)

    return types.int64(data, types.int64), codegen


@device_function
def _has(values, enough):
    """Whether at least ``enough`` numbers are not 0."""
    count = 0
    for start in range(0, values.shape[0], BLOCK):
        count += _count(pointer_at(data_of(values), start), min(BLOCK, values.shape[0] - start))
        if count >= enough:
            return True
    return False


@inline_ir
def suits_winograd_weights(x, dy, kernel, stride, size):
    """The same for the weights' gradient, where hardly any weight's can be left to rounding."""
    if dy.shape[1] * dy.shape[2] < FEWEST_ANSWERS:
        return False
    if not suits_winograd(kernel, stride, dy.shape, size):
        return False
    return is_varied(x, dy)


@inline_ir
def is_varied(x, dy):
    """Whether enough of the pixels and of the answers' gradients are not 0."""
    gradients, pixels = flat(dy), flat(x)
    return _has(gradients, FEWEST_GRADIENTS * dy.shape[3]) and _has(pixels, x.size // DARKEST)
