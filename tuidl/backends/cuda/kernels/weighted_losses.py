"""Losses of single answers, and their mean under weights, on the GPU.

SIDE threads share an answer: its loss is summed in the same order, whatever the number of blocks.
"""

import math

from numba import cuda, float32, float64

from tuidl.backends.cuda.arithmetic import sigmoid
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.activations import row_exponentials
from tuidl.backends.cuda.kernels.losses import HALF, row_products
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import block_sum, row_sum
from tuidl.backends.cuda.target import SIDE, THREADS, device
from tuidl.kernels.elementary import ONE, TWO, ZERO


@device
def keep_row_sum(value, losses, i, scratch):
    """losses[i] = the sum of ``value`` over the threads of row ``i``; all of the block call it."""
    total = row_sum(value, scratch)
    if i < losses.shape[0] and cuda.threadIdx.x % SIDE == 0:
        losses[i] = total


@cuda_kernel
def mean_squared_error_rows(prediction, target, d, losses, block_group):
    """The mean over an answer's values of (prediction - target)**2."""
    examples, outputs = prediction.shape
    scale = TWO / float32(outputs)
    for first in range(block_group.block * SIDE, examples, block_group.blocks * SIDE):
        i, total = first + cuda.threadIdx.x // SIDE, float64(0)
        if i < examples:
            for j in range(cuda.threadIdx.x % SIDE, outputs, SIDE):
                error = prediction[i, j] - target[i, j]
                total += error * error
                d[i, j] = error * scale
        keep_row_sum(float32(total / outputs), losses, i, block_group.scratch)


@cuda_kernel
def mean_absolute_error_rows(prediction, target, d, losses, block_group):
    """The mean over an answer's values of abs(prediction - target)."""
    examples, outputs = prediction.shape
    scale = ONE / float32(outputs)
    for first in range(block_group.block * SIDE, examples, block_group.blocks * SIDE):
        i, total = first + cuda.threadIdx.x // SIDE, float64(0)
        if i < examples:
            for j in range(cuda.threadIdx.x % SIDE, outputs, SIDE):
                error = prediction[i, j] - target[i, j]
                total += abs(error)
                slope = scale if error > ZERO else -scale
                d[i, j] = ZERO if error == ZERO else slope
        keep_row_sum(float32(total / outputs), losses, i, block_group.scratch)


@cuda_kernel
def huber_rows(prediction, target, d, losses, delta, block_group):
    """error**2 / 2 up to ``delta``, delta (abs(error) - delta / 2) beyond; the mean over values."""
    examples, outputs = prediction.shape
    scale, limit = ONE / float32(outputs), float32(delta)
    for first in range(block_group.block * SIDE, examples, block_group.blocks * SIDE):
        i, total = first + cuda.threadIdx.x // SIDE, float64(0)
        if i < examples:
            for j in range(cuda.threadIdx.x % SIDE, outputs, SIDE):
                error = prediction[i, j] - target[i, j]
                size = abs(error)
                far = limit * (size - HALF * limit)
                total += far if size > limit else HALF * error * error
                slope = limit if error > ZERO else -limit
                d[i, j] = scale * (slope if size > limit else error)
        keep_row_sum(float32(total / outputs), losses, i, block_group.scratch)


@cuda_kernel
def binary_cross_entropy_rows(logits, target, d, losses, smoothing, block_group):
    """max(z, 0) - z t + log(1 + e**-abs(z)); ``smoothing`` moves that share of t to 1/2."""
    examples, outputs = logits.shape
    scale = ONE / float32(outputs)
    kept, even = ONE - float32(smoothing), HALF * float32(smoothing)
    for first in range(block_group.block * SIDE, examples, block_group.blocks * SIDE):
        i, total = first + cuda.threadIdx.x // SIDE, float64(0)
        if i < examples:
            for j in range(cuda.threadIdx.x % SIDE, outputs, SIDE):
                z, t = logits[i, j], kept * target[i, j] + even
                positive = z if z > ZERO else ZERO
                total += positive - z * t + math.log1p(math.exp(-abs(z)))
                d[i, j] = scale * (sigmoid(z) - t)
        keep_row_sum(float32(total / outputs), losses, i, block_group.scratch)


@cuda_kernel
def categorical_cross_entropy_rows(logits, target, d, losses, block_group):
    """-sum of target * log softmax(logits) over the classes; targets may be any shares."""
    examples, classes = logits.shape
    for first in range(block_group.block * SIDE, examples, block_group.blocks * SIDE):
        i = first + cuda.threadIdx.x // SIDE
        top, total = row_exponentials(logits, i, d, block_group.scratch)
        weight, inner = row_products(logits, target, i, top)
        weight = row_sum(weight, block_group.scratch)
        part = -inner
        if i < examples:
            share = weight / total
            part += weight * math.log(total) if cuda.threadIdx.x % SIDE == 0 else ZERO
            for j in range(cuda.threadIdx.x % SIDE, classes, SIDE):
                d[i, j] = share * d[i, j] - target[i, j]
        keep_row_sum(part, losses, i, block_group.scratch)


@cuda_kernel
def sum_weights(weights, sums, lane, block_group):
    """The sum over a shard's answers, for all shards to see."""
    if block_group.block == 0:
        total = float64(0)
        for i in range(cuda.threadIdx.x, weights.shape[0], THREADS):
            total += weights[i]
        summed = block_sum(float32(total), block_group.scratch)
        if cuda.threadIdx.x == 0:
            sums[lane] = summed


@device
def share_of_weights(sums):
    """1 / the sum over all shards; 0 where all weights are 0."""
    total = float64(0)
    for lane in range(sums.shape[0]):
        total += sums[lane]
    return 1.0 / total if total > 0.0 else 0.0


@device
def weighted_sum(losses, weights):
    """This thread's parts of the sums of weight * loss and of weight. A loss of weight 0 is left
    out, even one that is not finite."""
    summed, weighed = float64(0), float64(0)
    for i in range(cuda.threadIdx.x, losses.shape[0], THREADS):
        summed += float64(weights[i]) * losses[i] if weights[i] != ZERO else 0.0
        weighed += weights[i]
    return float32(summed), float32(weighed)


@cuda_kernel
def weigh_rows(losses, weights, sums, d, statistics, parts, batch, block_group):
    """The gradient of the weighted mean, by all blocks; this shard's part of it, by the first."""
    share = share_of_weights(sums)
    for i in range(start(block_group) // SIDE, d.shape[0], stride(block_group) // SIDE):
        factor = float32(weights[i] * share)
        for j in range(cuda.threadIdx.x % SIDE, d.shape[1], SIDE):
            d[i, j] = d[i, j] * factor if factor != ZERO else ZERO
    if block_group.block == 0:
        summed, weighed = weighted_sum(losses, weights)
        summed = block_sum(summed, block_group.scratch)
        weighed = block_sum(weighed, block_group.scratch)
        if cuda.threadIdx.x == 0:
            statistics[0] = float32(summed * share * batch)
            parts[0], parts[1] = summed, weighed


@cuda_kernel
def mask_labels(label, weights, chosen, block_group):
    """Labels of the answers that count, and -1, which metrics pass over, for the others."""
    for i in range(start(block_group), label.shape[0], stride(block_group)):
        chosen[i] = label[i] if weights[i] != ZERO else -ONE


@cuda_kernel
def scale(y, factor, block_group):
    """y * factor, in place."""
    by = float32(factor)
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] *= by


@cuda_kernel
def fill(y, value, block_group):
    """The same value everywhere."""
    for i in range(start(block_group), y.shape[0], stride(block_group)):
        y[i] = float32(value)


@cuda_kernel
def add_weighted(part, total, factor, block_group):
    """Add ``factor`` times a loss to the sum of losses."""
    for i in range(start(block_group), part.shape[0], stride(block_group)):
        total[i] = float32(total[i] + factor * part[i])
