"""How the right factor of ``gemm_indexed`` is packed, and that of a convolution back to pixels."""

from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.gemm_indexed import MOST_VECTORS, pack_lines
from tuidl.kernels.simd.intrinsics import clear_elements, data_of, pointer_at
from tuidl.kernels.simd.memory import transpose_apart
from tuidl.kernels.simd.vectors import VECTOR_BYTES


@device_function
def pack(source, k, n, lanes, target):
    """A contiguous matrix in slivers; ``lanes``: numbers in a vector."""
    vectors = (n + lanes - 1) // lanes
    slivers, column, passed = (vectors + MOST_VECTORS - 1) // MOST_VECTORS, 0, 0
    for sliver in range(slivers):
        width = (vectors // slivers + (1 if sliver < vectors % slivers else 0)) * lanes
        here, there = pointer_at(source, column), pointer_at(target, passed)
        pack_lines(here, n, k, min(width, n - column), width, there)
        column += width
        passed += k * width


@device_function
def pack_turned(w, phase, stride, target):
    """The weights of one phase as lines of channels, last weight first: slivers."""
    _, size_x, channels, filters = w.shape
    first_y, first_x, down, across = phase
    lanes = VECTOR_BYTES // w.itemsize
    vectors = (channels + lanes - 1) // lanes
    slivers, column, passed = (vectors + MOST_VECTORS - 1) // MOST_VECTORS, 0, 0
    for sliver in range(slivers):
        width = (vectors // slivers + (1 if sliver < vectors % slivers else 0)) * lanes
        used, there = min(width, channels - column), pointer_at(target, passed)
        if used < width:
            clear_elements(there, down * across * filters * width)
        for i in range(down):
            for j in range(across):
                y, x = first_y + stride * (down - 1 - i), first_x + stride * (across - 1 - j)
                here = pointer_at(data_of(w), ((y * size_x + x) * channels + column) * filters)
                line = pointer_at(there, (i * across + j) * filters * width)
                transpose_apart(here, line, used, filters, width)
        column += width
        passed += down * across * filters * width
