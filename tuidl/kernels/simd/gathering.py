"""Chosen rows of a matrix, one behind the other: how every step gets its examples.

Where rows are short, a call of ``memcpy`` for each takes longer than copying it. Those are copied
by whole vectors: what the last one has too much of lies in the next row, which is written later.
Only where no further row follows, and at the end of the matrix, numbers are copied one by one.
"""

from numba import types

from tuidl.kernels.jit import device_function, intrinsic_for
from tuidl.kernels.simd.intrinsics import copy_elements, pointer_at
from tuidl.kernels.simd.lanes import lanes_of
from tuidl.kernels.simd.vectors import Vectors

SHORT = 8
"""Vectors of a row from which on ``memcpy`` is as fast."""


def copy_vector(target, source):
    """Copy a vector's numbers from pointer to pointer, read before they are written."""
    count = lanes_of(target)
    target[:count] = source[:count].copy()


@intrinsic_for(copy_vector)
def _copy_vector(typing_context, target, source):
    def codegen(context, builder, signature, arguments):
        target, source = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        simd.store(simd.load(source), target)
        return context.get_dummy_value()

    return types.void(target, source), codegen


@device_function
def gather_rows(target, source, rows, chosen, count, width):
    """Copy the rows ``chosen`` of a matrix (rows, width) to where ``target`` points.

    ``source``, ``target`` and ``chosen``: pointers, the last one to ``count`` numbers of rows. Of
    rows without numbers, as the targets of what is only to be answered, ``target`` may be anywhere.
    """
    lanes = lanes_of(source)
    if width == 0:
        return
    if width == 1:
        for i in range(count):
            target[i] = source[chosen[i]]
    elif width <= lanes:
        _gather_short_rows(target, source, rows, chosen, count, width)
    elif width <= SHORT * lanes:
        whole = width - lanes
        for i in range(count):
            to, here = pointer_at(target, i * width), pointer_at(source, chosen[i] * width)
            for j in range(0, whole, lanes):
                copy_vector(pointer_at(to, j), pointer_at(here, j))
            copy_vector(pointer_at(to, whole), pointer_at(here, whole))
    else:
        for i in range(count):
            to, here = pointer_at(target, i * width), pointer_at(source, chosen[i] * width)
            copy_elements(to, here, width)


@device_function
def _gather_short_rows(target, source, rows, chosen, count, width):
    """The same for rows that one vector holds."""
    needed = (lanes_of(source) + width - 1) // width
    for i in range(count):
        to, here = pointer_at(target, i * width), pointer_at(source, chosen[i] * width)
        if i <= count - needed and chosen[i] <= rows - needed:
            copy_vector(to, here)
        else:
            for j in range(width):
                to[j] = here[j]
