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

HALF = np.float32(0.5)
INVERSE_ROOT_2 = np.float32(0.7071067811865476)
INVERSE_ROOT_2_PI = np.float32(0.3989422804014327)
LOWEST = np.float32(-np.inf)


@device
def normal_probability(x):
    """Phi(x), by erfc: 1 + erf would lose every digit of a small one."""
    return HALF * math.erfc(-x * INVERSE_ROOT_2)


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
def relu(y, team):
    for i in range(start(team), y.shape[0], stride(team)):
        y[i] = float32(0) if y[i] < float32(0) else y[i]


@cuda_kernel
def relu_gradient(y, d, team):
    for i in range(start(team), y.shape[0], stride(team)):
        d[i] = float32(0) if y[i] <= float32(0) else d[i]


@cuda_kernel
def leaky_relu(y, negative_slope, team):
    slope = float32(negative_slope)
    for i in range(start(team), y.shape[0], stride(team)):
        y[i] = slope * y[i] if y[i] < ZERO else y[i]


@cuda_kernel
def leaky_relu_gradient(y, d, negative_slope, team):
    slope = float32(negative_slope)
    for i in range(start(team), y.shape[0], stride(team)):
        d[i] = slope * d[i] if y[i] <= ZERO else d[i]


@cuda_kernel
def elu(y, alpha, team):
    """alpha (e**x - 1) below 0."""
    a = float32(alpha)
    for i in range(start(team), y.shape[0], stride(team)):
        y[i] = a * math.expm1(y[i]) if y[i] < ZERO else y[i]


@cuda_kernel
def elu_gradient(y, d, alpha, team):
    """For x <= 0 the derivative a e**x is y + a."""
    a = float32(alpha)
    for i in range(start(team), y.shape[0], stride(team)):
        d[i] = d[i] * (y[i] + a) if y[i] <= ZERO else d[i]


@cuda_kernel
def gelu(y, team):
    """x Phi(x)."""
    for i in range(start(team), y.shape[0], stride(team)):
        y[i] *= normal_probability(y[i])


@cuda_kernel
def gelu_gradient(x, d, team):
    """dy/dx = Phi(x) + x phi(x), of the input."""
    for i in range(start(team), x.shape[0], stride(team)):
        density = math.exp(-HALF * x[i] * x[i]) * INVERSE_ROOT_2_PI
        d[i] *= normal_probability(x[i]) + x[i] * density


@cuda_kernel
def activate_sigmoid(y, team):
    for i in range(start(team), y.shape[0], stride(team)):
        y[i] = sigmoid(y[i])


@cuda_kernel
def activate_sigmoid_gradient(y, d, team):
    for i in range(start(team), y.shape[0], stride(team)):
        d[i] *= y[i] * (ONE - y[i])


@cuda_kernel
def activate_tanh(y, team):
    for i in range(start(team), y.shape[0], stride(team)):
        y[i] = math.tanh(y[i])


@cuda_kernel
def activate_tanh_gradient(y, d, team):
    for i in range(start(team), y.shape[0], stride(team)):
        d[i] *= ONE - y[i] * y[i]


@cuda_kernel
def softmax(y, team):
    """Rows to probabilities; the largest value is taken off first, so nothing overflows."""
    for first in range(team.block * SIDE, y.shape[0], team.blocks * SIDE):
        i = first + cuda.threadIdx.x // SIDE
        _, total = row_exponentials(y, i, y, team.scratch)
        if i < y.shape[0]:
            for j in range(cuda.threadIdx.x % SIDE, y.shape[1], SIDE):
                y[i, j] /= total


@cuda_kernel
def softmax_gradient(y, d, team):
    """dx = y (dy - sum of y dy)."""
    for first in range(team.block * SIDE, y.shape[0], team.blocks * SIDE):
        i = first + cuda.threadIdx.x // SIDE
        inner = ZERO
        if i < y.shape[0]:
            for j in range(cuda.threadIdx.x % SIDE, y.shape[1], SIDE):
                inner += y[i, j] * d[i, j]
        inner = row_sum(inner, team.scratch)
        if i < y.shape[0]:
            for j in range(cuda.threadIdx.x % SIDE, y.shape[1], SIDE):
                d[i, j] = y[i, j] * (d[i, j] - inner)
