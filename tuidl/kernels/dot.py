"""Inner products of the rows of two matrices."""

import numpy as np

from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.rows import inner_product


@kernel("nk nk -> n", cost="2nk")
def dot(a, b, y):
    """y[n] = the sum of a[n] b[n]."""
    for i in range(y.shape[0]):
        y[i] = inner_product(a[i], b[i])


@kernel("nk n -> nk", cost="nk")
def dot_gradient(b, dy, da):
    """da = b dy, row by row."""
    for i in range(dy.shape[0]):
        d = dy[i]
        for j in range(b.shape[1]):
            da[i, j] = b[i, j] * d


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(dot)
def dot_oracle(a, b, y):
    y[...] = np.einsum("nk,nk->n", a, b)


@oracle(dot_gradient)
def dot_gradient_oracle(b, dy, da):
    da[...] = b * dy[:, None]
