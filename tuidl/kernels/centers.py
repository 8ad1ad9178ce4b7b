"""Squared distances to the centres of clusters, and the losses that are read from them."""

import numpy as np

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel


@kernel("nk fk -> nf", cost="3nkf")
def squared_distances(x, centers, y):
    """y[n, f] = |x[n] - centers[f]|**2; from the differences, so that near ones are exact."""
    for i in range(x.shape[0]):
        for j in range(centers.shape[0]):
            total = ZERO
            for k in range(x.shape[1]):
                away = x[i, k] - centers[j, k]
                total += away * away
            y[i, j] = total


@kernel("nk nf fk -> nk", cost="3nkf")
def squared_distances_gradient(x, dy, centers, dx):
    """dx = the sum over centres of 2 dy (x - center)."""
    two = x.dtype.type(2.0)
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            dx[i, k] = ZERO
        for j in range(centers.shape[0]):
            pull = two * dy[i, j]
            for k in range(x.shape[1]):
                dx[i, k] += pull * (x[i, k] - centers[j, k])


@kernel("nk nf fk -> fk", cost="3nkf")
def centers_gradient(x, dy, centers, d_centers):
    """d_centers = the sum over examples of 2 dy (center - x)."""
    two = x.dtype.type(2.0)
    for j in range(centers.shape[0]):
        for k in range(x.shape[1]):
            d_centers[j, k] = ZERO
    for i in range(x.shape[0]):
        for j in range(centers.shape[0]):
            pull = two * dy[i, j]
            if pull != ZERO:
                for k in range(x.shape[1]):
                    d_centers[j, k] += pull * (centers[j, k] - x[i, k])


@kernel("nf -> nf a", cost="2nf")
def nearest_center(distances, d, statistics, batch):
    """The smallest of an example's distances; the first of equal ones has the gradient."""
    scale = distances.dtype.type(1.0 / max(batch, 1))
    total = 0.0
    for i in range(distances.shape[0]):
        nearest = 0
        for j in range(distances.shape[1]):
            d[i, j] = ZERO
            if distances[i, j] < distances[i, nearest]:
                nearest = j
        d[i, nearest] = scale
        total += distances[i, nearest]
    statistics[0] = total


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(squared_distances_gradient)
def squared_distances_gradient_oracle(x, dy, centers, dx):
    dx[...] = 2 * (dy[:, :, None] * (x[:, None] - centers)).sum(axis=1)


@oracle(centers_gradient)
def centers_gradient_oracle(x, dy, centers, d_centers):
    d_centers[...] = 2 * (dy[:, :, None] * (centers - x[:, None])).sum(axis=0)


@oracle(nearest_center)
def nearest_center_oracle(distances, d, statistics, batch):
    d[...] = np.eye(distances.shape[1])[distances.argmin(axis=1)] / max(batch, 1)
    statistics[0] = distances.min(axis=1).sum(dtype=np.float64)
