"""The Gaussian error linear unit on the GPU; the formulas stand beside the CPU's kernels."""

import math

import numpy as np

from tuidl.backends.cuda.arithmetic import sigmoid
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device
from tuidl.kernels.elementary import ONE
from tuidl.kernels.gelu import CUBIC, HALF, ROOT_2_OVER_PI, STEEP

INVERSE_ROOT_2 = np.float32(0.7071067811865476)
INVERSE_ROOT_2_PI = np.float32(0.3989422804014327)
LINEAR, THIRD = np.float32(2 * ROOT_2_OVER_PI), np.float32(2 * ROOT_2_OVER_PI * CUBIC)
THREE = np.float32(3)


@device
def normal_probability(x):
    """Phi(x), by erfc: 1 + erf would lose every digit of a small one."""
    return HALF * math.erfc(-x * INVERSE_ROOT_2)


@cuda_kernel
def gelu(y, block_group):
    """x Phi(x)."""
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] *= normal_probability(y[i])


@cuda_kernel
def gelu_with_slope(y, slope, block_group):
    """``gelu``, and dy/dx = Phi(x) + x phi(x), of the input."""
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        x, share = y[i], normal_probability(y[i])
        y[i] = x * share
        slope[i] = share + x * (math.exp(-HALF * x * x) * INVERSE_ROOT_2_PI)


@device
def _bounded(x):
    x = -STEEP if x < -STEEP else x
    return STEEP if x > STEEP else x


@device
def _share(x):
    """(1 + tanh(u)) / 2 for u = sqrt(2 / pi) (x + 0.044715 x**3)."""
    return sigmoid(LINEAR * x + THIRD * x * x * x)


@cuda_kernel
def gelu_tanh(y, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] *= _share(_bounded(y[i]))


@cuda_kernel
def gelu_tanh_with_slope(y, slope, block_group):
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        v = _bounded(y[i])
        s = _share(v)
        y[i] *= s
        slope[i] = s + v * s * (ONE - s) * (LINEAR + THREE * THIRD * v * v)
