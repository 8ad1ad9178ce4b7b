"""Swish, or SiLU (Ramachandran, Zoph and Le, 2017), and the rectifier with a learned slope (He et
al., 2015)."""

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO, sigmoid, times
from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel


@kernel("-> e", cost="11e")
def swish(y):
    """y sigmoid(y), in place."""
    for i in range(y.shape[0]):
        y[i] = times(y[i], sigmoid(y[i]))


@kernel("-> e e", cost="15e")
def swish_with_slope(y, slope):
    """``swish``, and dy/dx = s + x s (1 - s) for the sigmoid s of the input, as two inputs below 0
    have the same output."""
    for i in range(y.shape[0]):
        x, s = y[i], sigmoid(y[i])
        y[i] = times(x, s)
        slope[i] = s + x * s * (ONE - s)


@kernel("nf f -> nf", cost="2nf")
def prelu(x, slope, y):
    """y = x, times its column's slope below 0."""
    for i in range(x.shape[0]):
        for j in range(slope.shape[0]):
            value = x[i, j]
            y[i, j] = slope[j] * value if value < ZERO else value


@kernel("nf nf f -> nf", cost="2nf")
def prelu_gradient(x, dy, slope, dx):
    for i in range(x.shape[0]):
        for j in range(slope.shape[0]):
            d = dy[i, j]
            dx[i, j] = slope[j] * d if x[i, j] < ZERO else d


@kernel("nf nf -> nf", cost="2nf")
def prelu_shares(x, dy, shares):
    """What each number adds to the gradient of its column's slope."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            d = dy[i, j] * x[i, j]
            shares[i, j] = d if x[i, j] < ZERO else ZERO


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(swish)
def swish_oracle(y):
    y *= logistic(y)  # the layer's reference, with tanh, differs in the last bit


@oracle(swish_with_slope)
def swish_with_slope_oracle(y, slope):
    s = logistic(y)
    slope[...] = s + y * s * (1 - s)
    y *= s


@oracle(prelu_gradient)
def prelu_gradient_oracle(x, dy, slope, dx):
    dx[...] = np.where(x < 0, slope * dy, dy)


@oracle(prelu_shares)
def prelu_shares_oracle(x, dy, shares):
    shares[...] = np.where(x < 0, x * dy, 0)
