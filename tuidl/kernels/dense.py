"""Products of examples and weights, forward and backward; recurrent layers use them as well."""

from tuidl.kernels.blas import affine, gemm
from tuidl.kernels.jit import helper, kernel


@helper
def _scale_and_shift(x, factor, shift, y):
    """One number to one number: a call of BLAS would take longer than all of it."""
    for i in range(y.shape[0]):
        y[i] = x[i] * factor + shift


@kernel("nk kf f -> nf", cost="2nkf", only_calls=True)
def dense(x, w, b, y):
    """y = x w + b."""
    if x.shape[1] == 1 and y.shape[1] == 1:
        _scale_and_shift(x.reshape(x.size), w[0, 0], b[0], y.reshape(y.size))
        return
    affine(x, w, b, y)


@kernel("nk nf -> kf", cost="2nkf", only_calls=True)
def dense_weight_gradient(x, dy, dw):
    """dw = x' dy."""
    gemm(x, 1, dy, 0, dw, 0)


@kernel("nf kf -> nk", cost="2nkf", only_calls=True)
def dense_input_gradient(dy, w, dx):
    """dx = dy w'."""
    gemm(dy, 0, w, 1, dx, 0)


@kernel("nf -> f", cost="nf")
def bias_gradient(dy, db):
    """db = the sum of dy over its rows."""
    db[:] = 0
    count = dy.shape[0]
    if db.shape[0] == 1:
        column = dy.reshape(count)
        for i in range(count):
            db[0] += column[i]
        return
    for i in range(0, count - 3, 4):  # four rows at a time: db is loaded and stored less often
        first, second, third, fourth = dy[i], dy[i + 1], dy[i + 2], dy[i + 3]
        for j in range(db.shape[0]):
            db[j] += (first[j] + second[j]) + (third[j] + fourth[j])
    for i in range(count - count % 4, count):
        last = dy[i]
        for j in range(db.shape[0]):
            db[j] += last[j]
