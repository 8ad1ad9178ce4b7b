"""Swish, and the rectifier with a learned slope, on the GPU; the formulas stand beside the CPU's
kernels."""

from tuidl.backends.cuda.arithmetic import quotient, sigmoid
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.kernels.elementary import ONE, ZERO


@cuda_kernel
def swish(y, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] *= sigmoid(y[i])


@cuda_kernel
def swish_with_slope(y, slope, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        x, s = y[i], sigmoid(y[i])
        y[i] = x * s
        slope[i] = s + x * s * (ONE - s)


@cuda_kernel
def prelu(x, slope, y, block_group):
    for e in range(start(block_group), x.size, stride(block_group)):
        i = quotient(e, x.shape[1])
        j = e - i * x.shape[1]
        y[i, j] = slope[j] * x[i, j] if x[i, j] < ZERO else x[i, j]


@cuda_kernel
def prelu_gradient(x, dy, slope, dx, block_group):
    for e in range(start(block_group), x.size, stride(block_group)):
        i = quotient(e, x.shape[1])
        j = e - i * x.shape[1]
        dx[i, j] = slope[j] * dy[i, j] if x[i, j] < ZERO else dy[i, j]


@cuda_kernel
def prelu_shares(x, dy, shares, block_group):
    for e in range(start(block_group), x.size, stride(block_group)):
        i = quotient(e, x.shape[1])
        j = e - i * x.shape[1]
        shares[i, j] = x[i, j] * dy[i, j] if x[i, j] < ZERO else ZERO
