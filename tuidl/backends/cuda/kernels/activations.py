"""Activation functions, in place, on the GPU; the formulas stand beside the CPU's kernels."""

from numba import float32

from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.team import start, stride


@cuda_kernel
def relu(y, team):
    for i in range(start(team), y.shape[0], stride(team)):
        y[i] = float32(0) if y[i] < float32(0) else y[i]


@cuda_kernel
def relu_gradient(y, d, team):
    for i in range(start(team), y.shape[0], stride(team)):
        d[i] = float32(0) if y[i] <= float32(0) else d[i]
