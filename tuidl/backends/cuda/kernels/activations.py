"""Activation functions, in place, on the GPU; the formulas stand beside the CPU's kernels."""

import math

import numpy as np
from numba import cuda, float32

from tuidl.backends.cuda.arithmetic import sigmoid
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import row_sum
from tuidl.backends.cuda.target import SIDE, device
from tuidl.kernels.elementary import ONE, ZERO

LOWEST = np.float32(-np.inf)


@device
def row_top(x, i, scratch):
    """The largest number of row ``i``, on each of the threads that share it, as ``row_sum``.
    NaN is passed over here: e**(NaN - top) shows it."""
    top = LOWEST
    if i < x.shape[0]:
        for j in range(cuda.threadIdx.x % SIDE, x.shape[1], SIDE):
            top = x[i, j] if x[i, j] > top else top
    cuda.syncthreads()
    scratch[cuda.threadIdx.x] = top
    cuda.syncthreads()
    first = cuda.threadIdx.x // SIDE * SIDE
    for j in range(SIDE):
        top = scratch[first + j] if scratch[first + j] > top else top
    return top


@device
def row_exponentials(x, i, y, scratch):
    """y[i, j] = e**(x[i, j] - top of row i), by this thread for the columns j that are its own;
    returns the row's top, and the sum of the row of y. ``y`` may be ``x``."""
    top = row_top(x, i, scratch)
    total = ZERO
    if i < x.shape[0]:
        for j in range(cuda.threadIdx.x % SIDE, x.shape[1], SIDE):
            y[i, j] = math.exp(x[i, j] - top)
            total += y[i, j]
    return top, row_sum(total, scratch)


@cuda_kernel
def relu(y, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = float32(0) if y[i] < float32(0) else y[i]


@cuda_kernel
def relu_gradient(y, d, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        d[i] = float32(0) if y[i] <= float32(0) else d[i]


@cuda_kernel
def times_slope(slope, d, block_group):
    for i in range(start(block_group), slope.shape[0], stride(block_group)):
        d[i] *= slope[i]


@cuda_kernel
def leaky_relu(y, negative_slope, block_group):
    slope = float32(negative_slope)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = slope * y[i] if y[i] < ZERO else y[i]


@cuda_kernel
def leaky_relu_gradient(y, d, negative_slope, block_group):
    slope = float32(negative_slope)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        d[i] = slope * d[i] if y[i] <= ZERO else d[i]


@cuda_kernel
def elu(y, alpha, block_group):
    """alpha (e**x - 1) below 0."""
    a = float32(alpha)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = a * math.expm1(y[i]) if y[i] < ZERO else y[i]


@cuda_kernel
def elu_gradient(y, d, alpha, block_group):
    """For x <= 0 the derivative a e**x is y + a."""
    a = float32(alpha)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        d[i] = d[i] * (y[i] + a) if y[i] <= ZERO else d[i]


@cuda_kernel
def activate_sigmoid(y, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = sigmoid(y[i])


@cuda_kernel
def activate_sigmoid_gradient(y, d, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        d[i] *= y[i] * (ONE - y[i])


@cuda_kernel
def activate_tanh(y, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = math.tanh(y[i])


@cuda_kernel
def activate_tanh_gradient(y, d, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        d[i] *= ONE - y[i] * y[i]


@cuda_kernel
def softmax(y, block_group):
    """Rows to probabilities; the largest value is taken off first, so nothing overflows."""
    for first in range(block_group.block * SIDE, y.shape[0], block_group.blocks * SIDE):
        i = first + cuda.threadIdx.x // SIDE
        _, total = row_exponentials(y, i, y, block_group.scratch)
        if i < y.shape[0]:
            for j in range(cuda.threadIdx.x % SIDE, y.shape[1], SIDE):
                y[i, j] /= total


@cuda_kernel
def softmax_gradient(y, d, block_group):
    """dx = y (dy - sum of y dy)."""
    for first in range(block_group.block * SIDE, y.shape[0], block_group.blocks * SIDE):
        i = first + cuda.threadIdx.x // SIDE
        inner = ZERO
        if i < y.shape[0]:
            for j in range(cuda.threadIdx.x % SIDE, y.shape[1], SIDE):
                inner += y[i, j] * d[i, j]
        inner = row_sum(inner, block_group.scratch)
        if i < y.shape[0]:
            for j in range(cuda.threadIdx.x % SIDE, y.shape[1], SIDE):
                d[i, j] = y[i, j] * (d[i, j] - inner)
