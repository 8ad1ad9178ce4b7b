"""How many numbers a vector holds, and how many vectors hold so many numbers."""

from numba import types

from tuidl.kernels.jit import inline_ir, intrinsic_for
from tuidl.kernels.simd.vectors import VECTOR_BYTES


def lanes_of(pointer):
    """Numbers in a vector, of the kind behind ``pointer``."""
    return VECTOR_BYTES // pointer.itemsize


@intrinsic_for(lanes_of)
def _lanes_of(typing_context, pointer):
    lanes = VECTOR_BYTES * 8 // pointer.dtype.bitwidth

    def codegen(context, builder, signature, arguments):
        return context.get_constant(types.int64, lanes)

    return types.int64(pointer), codegen


@inline_ir
def vectors_for(count, lanes):
    """Vectors of so many ``lanes`` that hold ``count`` numbers; the last may be filled in part."""
    return (count + lanes - 1) // lanes


@inline_ir
def in_vectors(count, lanes):
    """So many numbers, and those that fill up the last vector."""
    return vectors_for(count, lanes) * lanes
