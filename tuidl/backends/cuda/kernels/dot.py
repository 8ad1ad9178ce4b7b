"""Inner products of the rows of two matrices, on the GPU."""

from numba import float32

from tuidl.backends.cuda.arithmetic import quotient
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel


@cuda_kernel
def dot(a, b, y, block_group):
    """A thread works out a number."""
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        total = float32(0)
        for j in range(a.shape[1]):
            total += a[i, j] * b[i, j]
        y[i] = total


@cuda_kernel
def dot_gradient(b, dy, da, block_group):
    for e in range(start(block_group), b.size, stride(block_group)):
        i = quotient(e, b.shape[1])
        j = e - i * b.shape[1]
        da[i, j] = b[i, j] * dy[i]
