"""Squared distances to the centres of clusters, and losses of them, on the GPU."""

from numba import cuda, float32, float64

from tuidl.backends.cuda.arithmetic import quotient
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import keep_sum
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.elementary import ONE, TWO, ZERO


@cuda_kernel
def squared_distances(x, centers, y, block_group):
    """A thread works out a distance."""
    for e in range(start(block_group), y.size, stride(block_group)):
        i = quotient(e, y.shape[1])
        j = e - i * y.shape[1]
        total = float32(0)
        for k in range(x.shape[1]):
            away = x[i, k] - centers[j, k]
            total += away * away
        y[i, j] = total


@cuda_kernel
def squared_distances_gradient(x, dy, centers, dx, block_group):
    """A thread works out a number."""
    for e in range(start(block_group), x.size, stride(block_group)):
        i = quotient(e, x.shape[1])
        k = e - i * x.shape[1]
        total = float32(0)
        for j in range(centers.shape[0]):
            total += TWO * dy[i, j] * (x[i, k] - centers[j, k])
        dx[i, k] = total


@cuda_kernel
def centers_gradient(x, dy, centers, d_centers, block_group):
    """A thread adds up a number over the examples."""
    for e in range(start(block_group), centers.size, stride(block_group)):
        j = quotient(e, centers.shape[1])
        k = e - j * centers.shape[1]
        total = float64(0)
        for i in range(x.shape[0]):
            total += TWO * dy[i, j] * (centers[j, k] - x[i, k])
        d_centers[j, k] = float32(total)


@device
def nearest_of(distances, i):
    """The place of an example's smallest distance, the first of equal ones."""
    nearest = 0
    for j in range(1, distances.shape[1]):
        if distances[i, j] < distances[i, nearest]:
            nearest = j
    return nearest


@cuda_kernel
def nearest_center(distances, d, statistics, batch, block_group):
    """A thread handles an example; the first block adds up the smallest distances."""
    scale = ONE / float32(max(batch, 1))
    for i in range(start(block_group), distances.shape[0], stride(block_group)):
        nearest = nearest_of(distances, i)
        for j in range(distances.shape[1]):
            d[i, j] = scale if j == nearest else ZERO
    if block_group.block == 0:
        total = float64(0)
        for i in range(cuda.threadIdx.x, distances.shape[0], THREADS):
            total += distances[i, nearest_of(distances, i)]
        keep_sum(float32(total), statistics, block_group.scratch)
