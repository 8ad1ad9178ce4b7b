"""Products of examples and weights, forward and backward; recurrent layers use them as well."""

import numpy as np

from tuidl.kernels.blas import affine, gemm
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.sums import sum_rows


@device_function
def _scale_and_shift(x, factor, shift, y):
    """One number to one number: a call of BLAS would take longer than all of it."""
    for i in range(y.shape[0]):
        y[i] = x[i] * factor + shift


@kernel("nk kf f -> nf", cost="2nkf", inline=True)
def dense(x, w, b, y):
    """y = x w + b."""
    if x.shape[1] == 1 and y.shape[1] == 1:
        _scale_and_shift(x.reshape(x.size), w[0, 0], b[0], y.reshape(y.size))
        return
    affine(x, w, b, y)


@kernel("nk nf -> kf", cost="2nkf", inline=True)
def dense_weight_gradient(x, dy, dw):
    """dw = x' dy."""
    gemm(x, 1, dy, 0, dw, 0)


@kernel("nf kf -> nk", cost="2nkf", inline=True)
def dense_input_gradient(dy, w, dx):
    """dx = dy w'."""
    gemm(dy, 0, w, 1, dx, 0)


@kernel("nf -> f", cost="nf")
def bias_gradient(dy, db):
    """db = the sum of dy over its rows."""
    if db.shape[0] > 1:
        sum_rows(dy, db)
        return
    column = dy.reshape(dy.size)
    total = 0.0
    for i in range(column.shape[0]):
        total += column[i]
    db[0] = total


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(dense_weight_gradient)
def dense_weight_gradient_oracle(x, dy, dw):
    dw[...] = x.T @ dy


@oracle(dense_input_gradient)
def dense_input_gradient_oracle(dy, w, dx):
    dx[...] = dy @ w.T


@oracle(bias_gradient)
def bias_gradient_oracle(dy, db):
    db[...] = dy.sum(axis=0, dtype=np.float64)
