"""Products of examples and weights, forward and backward; recurrent layers use them as well."""

import numpy as np

from tuidl.kernels.blas import affine, gemm
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.gemm import START_BIAS, START_ZERO, Sizes
from tuidl.kernels.simd.intrinsics import data_of, flat, pointer_at
from tuidl.kernels.simd.packed_gemm import Strides, gemm_block
from tuidl.kernels.simd.sums import sum_columns, sum_rows
from tuidl.kernels.simd.tiles import LEAST_COLUMNS, boundary, tile_of


@device_function
def _scale_and_shift(x, factor, shift, y):
    """One number to one number: a call of BLAS would take longer than all of it."""
    for i in range(y.shape[0]):
        y[i] = x[i] * factor + shift


@device_function
def _outer_product(a, b, c):
    """c = a b', where a product with an inner dimension of 1 would pack its factors first."""
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[i, j] = a[i] * b[j]


@kernel("nk kf f -> nf", cost="2nkf", inline=True)
def dense(x, w, b, y):
    """y = x w + b."""
    if x.shape[1] == 1 and y.shape[1] == 1:
        _scale_and_shift(flat(x), w[0, 0], b[0], flat(y))
        return
    affine(x, w, b, y)


@kernel("nk nf -> kf", cost="2nkf", inline=True)
def dense_weight_gradient(x, dy, dw):
    """dw = x' dy."""
    gemm(x, 1, dy, 0, dw, 0)


@kernel("nf kf -> nk", cost="2nkf", inline=True)
def dense_input_gradient(dy, w, dx):
    """dx = dy w'."""
    if dy.shape[1] == 1:
        _outer_product(flat(dy), flat(w), dx)
        return
    gemm(dy, 0, w, 1, dx, 0)


@kernel("nf -> f", cost="nf")
def bias_gradient(dy, db):
    """db = the sum of dy over its rows."""
    if db.shape[0] > 1:
        sum_rows(dy, db)
        return
    column = flat(dy)
    total = 0.0
    for i in range(column.shape[0]):
        total += column[i]
    db[0] = total


@kernel("nk kf f -> nf", cost="2nkf")
def dense_tile(x, w, b, y, part, parts):
    """A tile of y = x w + b."""
    (rows, inner), columns = x.shape, y.shape[1]
    top, end, left, right = tile_of(part, parts, rows, columns)
    sizes = Sizes(end - top, inner, right - left)
    if sizes.m > 0 and sizes.n > 0:
        here, factor = pointer_at(data_of(x), top * inner), pointer_at(data_of(w), left)
        target, bias = pointer_at(data_of(y), top * columns + left), pointer_at(data_of(b), left)
        lying, across = Strides(inner, 1), Strides(columns, 1)
        gemm_block(here, lying, factor, across, bias, START_BIAS, target, columns, sizes)


@kernel("nk nf -> kf", cost="2nkf")
def dense_weight_gradient_tile(x, dy, dw, part, parts):
    """A tile of dw = x' dy."""
    examples, (rows, columns) = x.shape[0], dw.shape
    top, end, left, right = tile_of(part, parts, rows, columns)
    sizes = Sizes(end - top, examples, right - left)
    if sizes.m > 0 and sizes.n > 0:
        here, factor = pointer_at(data_of(x), top), pointer_at(data_of(dy), left)
        target = pointer_at(data_of(dw), top * columns + left)
        down, across = Strides(1, rows), Strides(columns, 1)
        gemm_block(here, down, factor, across, target, START_ZERO, target, columns, sizes)


@kernel("nf kf -> nk", cost="2nkf")
def dense_input_gradient_tile(dy, w, dx, part, parts):
    """A tile of dx = dy w'."""
    (rows, inner), columns = dy.shape, dx.shape[1]
    top, end, left, right = tile_of(part, parts, rows, columns)
    sizes = Sizes(end - top, inner, right - left)
    if sizes.m > 0 and sizes.n > 0:
        here, factor = pointer_at(data_of(dy), top * inner), pointer_at(data_of(w), left * inner)
        target = pointer_at(data_of(dx), top * columns + left)
        lying, down = Strides(inner, 1), Strides(1, inner)
        gemm_block(here, lying, factor, down, target, START_ZERO, target, columns, sizes)


@kernel("nf -> f", cost="nf")
def bias_gradient_tile(dy, db, part, parts):
    """Some columns of db = the sum of dy over its rows."""
    first = boundary(part, parts, db.shape[0], LEAST_COLUMNS)
    end = boundary(part + 1, parts, db.shape[0], LEAST_COLUMNS)
    if first < end:
        sum_columns(dy, first, end, db)


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


@oracle(dense_tile)
def dense_tile_oracle(x, w, b, y, part, parts):
    top, end, left, right = tile_of(part, parts, *y.shape)
    y[top:end, left:right] = x[top:end] @ w[:, left:right] + b[left:right]


@oracle(dense_weight_gradient_tile)
def dense_weight_gradient_tile_oracle(x, dy, dw, part, parts):
    top, end, left, right = tile_of(part, parts, *dw.shape)
    dw[top:end, left:right] = x[:, top:end].T @ dy[:, left:right]


@oracle(dense_input_gradient_tile)
def dense_input_gradient_tile_oracle(dy, w, dx, part, parts):
    top, end, left, right = tile_of(part, parts, *dx.shape)
    dx[top:end, left:right] = dy[top:end] @ w[left:right].T


@oracle(bias_gradient_tile)
def bias_gradient_tile_oracle(dy, db, part, parts):
    columns = slice(*(boundary(n, parts, len(db), LEAST_COLUMNS) for n in (part, part + 1)))
    db[columns] = dy[:, columns].sum(axis=0, dtype=np.float64)
