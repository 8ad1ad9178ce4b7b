"""Activation functions, in place; their gradients turn dL/dy into dL/dx in place.

Comparisons are written so that NaN stays NaN: ``max(x, 0)`` would hide it.
"""

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO, exp, expm1, sigmoid, tanh
from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.rows import PART, exp_in_place, inner_product
from tuidl.kernels.simd.intrinsics import choose
from tuidl.kernels.simd.maxima import highest_of


@kernel("-> e", cost="e")
def relu(y):
    for i in range(y.shape[0]):
        y[i] = choose(y[i] < ZERO, ZERO, y[i])


@kernel("e -> e", cost="e")
def relu_gradient(y, d):
    for i in range(y.shape[0]):
        d[i] = choose(y[i] <= ZERO, ZERO, d[i])


@kernel("-> e", cost="e")
def leaky_relu(y, negative_slope: float):
    slope = y.dtype.type(negative_slope)
    for i in range(y.shape[0]):
        y[i] = choose(y[i] < ZERO, slope * y[i], y[i])


@kernel("e -> e", cost="e")
def leaky_relu_gradient(y, d, negative_slope: float):
    slope = y.dtype.type(negative_slope)
    for i in range(y.shape[0]):
        d[i] = choose(y[i] <= ZERO, slope * d[i], d[i])


@kernel("-> e", cost="10e")
def elu(y, alpha: float):
    a = y.dtype.type(alpha)
    for i in range(y.shape[0]):
        y[i] = choose(y[i] < ZERO, a * expm1(y[i]), y[i])


@kernel("e -> e", cost="2e")
def elu_gradient(y, d, alpha: float):
    """For x <= 0 the derivative a e**x is y + a; where ``alpha`` is 0, y is 0 for all of these."""
    a = y.dtype.type(alpha)
    for i in range(y.shape[0]):
        d[i] = choose(y[i] <= ZERO, d[i] * (y[i] + a), d[i])


@kernel("-> e", cost="10e")
def activate_sigmoid(y):
    for i in range(y.shape[0]):
        y[i] = sigmoid(y[i])


@kernel("e -> e", cost="3e")
def activate_sigmoid_gradient(y, d):
    for i in range(y.shape[0]):
        d[i] *= y[i] * (ONE - y[i])


@kernel("-> e", cost="10e")
def activate_tanh(y):
    for i in range(y.shape[0]):
        y[i] = tanh(y[i])


@kernel("e -> e", cost="3e")
def activate_tanh_gradient(y, d):
    for i in range(y.shape[0]):
        d[i] *= ONE - y[i] * y[i]


@kernel("e -> e", cost="e")
def times_slope(slope, d):
    """The gradient of an activation whose forward kernel left its slopes."""
    for i in range(slope.shape[0]):
        d[i] *= slope[i]


@kernel("-> nf", cost="12nf")
def softmax(y):
    """Rows to probabilities; the largest value is taken off first, so nothing overflows."""
    for row in y:
        top = highest_of(row)
        total = ZERO
        if row.shape[0] > PART:
            total = exp_in_place(row, top)
        else:  # not a device function: by itself, this loop takes twice as long
            for j in range(row.shape[0]):
                row[j] = exp(row[j] - top)
                total += row[j]
        for j in range(row.shape[0]):
            row[j] /= total


@kernel("nf -> nf", cost="4nf")
def softmax_gradient(y, d):
    """dx = y (dy - sum of y dy)."""
    for i in range(y.shape[0]):
        inner = inner_product(y[i], d[i])
        for j in range(y.shape[1]):
            d[i, j] = y[i, j] * (d[i, j] - inner)


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(relu_gradient)
def relu_gradient_oracle(y, d):
    d *= y > 0


@oracle(leaky_relu_gradient)
def leaky_relu_gradient_oracle(y, d, negative_slope):
    d *= np.where(y > 0, 1, negative_slope)


@oracle(elu_gradient)
def elu_gradient_oracle(y, d, alpha):
    d *= np.where(y <= 0, y + alpha, 1)


@oracle(activate_sigmoid)
def activate_sigmoid_oracle(y):
    y[...] = logistic(y)  # the layer's reference, with tanh, differs in the last bit


@oracle(activate_sigmoid_gradient)
def activate_sigmoid_gradient_oracle(y, d):
    d *= y * (1 - y)


@oracle(activate_tanh_gradient)
def activate_tanh_gradient_oracle(y, d):
    d *= 1 - y**2


@oracle(times_slope)
def times_slope_oracle(slope, d):
    d *= slope


@oracle(softmax_gradient)
def softmax_gradient_oracle(y, d):
    d[...] = y * (d - (y * d).sum(axis=1, keepdims=True))
