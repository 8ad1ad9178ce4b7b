"""Losses with their gradients on the GPU.

Where each number stands for itself, all blocks share the gradient and the first block adds up the
loss. Cross entropies over classes need their rows' sums for both, so the first block does it all.
"""

import math

import numpy as np
from numba import cuda, float32, float64

from tuidl.backends.cuda.arithmetic import sigmoid
from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.kernels.activations import row_exponentials
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import absolute_errors, block_sum, keep_sum, row_sum, squared_errors
from tuidl.backends.cuda.target import SIDE, THREADS, device
from tuidl.kernels.elementary import ONE, TWO, ZERO

HALF = np.float32(0.5)


@device
def share_of_mean(outputs, batch):
    """What one error counts for in the mean over the batch and its outputs."""
    return ONE / float32(outputs * max(batch, 1))


@cuda_kernel
def mean_squared_error(prediction, target, d, statistics, batch, block_group):
    """(prediction - target)**2, its mean over the outputs."""
    outputs = prediction.shape[1]
    scale = TWO * share_of_mean(outputs, batch)
    for i in range(start(block_group), d.size, stride(block_group)):
        d.flat[i] = (prediction.flat[i] - target.flat[i]) * scale
    if block_group.block == 0:
        total = squared_errors(prediction, target)
        keep_sum(float32(total / outputs), statistics, block_group.scratch)


@cuda_kernel
def softmax_cross_entropy(logits, label, d, statistics, batch, block_group):
    """-log of the softmax probability of the right class, from logits."""
    if block_group.block == 0:
        scale = share_of_mean(1, batch)
        loss = float64(0)
        for first in range(0, logits.shape[0], SIDE):
            i = first + cuda.threadIdx.x // SIDE
            top, total = row_exponentials(logits, i, d, block_group.scratch)
            if i < logits.shape[0]:
                right, share = int(label[i]), scale / total
                loss += math.log(total) if cuda.threadIdx.x % SIDE == 0 else ZERO
                for j in range(cuda.threadIdx.x % SIDE, logits.shape[1], SIDE):
                    loss -= logits[i, j] - top if j == right else ZERO
                    d[i, j] = d[i, j] * share - (scale if j == right else ZERO)
        keep_sum(float32(loss), statistics, block_group.scratch)


@cuda_kernel
def mean_absolute_error(prediction, target, d, statistics, batch, block_group):
    """abs(prediction - target), its mean over the outputs; the slope of abs at 0 is taken as 0."""
    outputs = prediction.shape[1]
    scale = share_of_mean(outputs, batch)
    for i in range(start(block_group), d.size, stride(block_group)):
        error = prediction.flat[i] - target.flat[i]
        slope = scale if error > ZERO else -scale
        d.flat[i] = ZERO if error == ZERO else slope
    if block_group.block == 0:
        total = absolute_errors(prediction, target)
        keep_sum(float32(total / outputs), statistics, block_group.scratch)


@cuda_kernel
def huber(prediction, target, d, statistics, batch, delta, block_group):
    """error**2 / 2 up to ``delta``, delta (abs(error) - delta / 2) beyond, mean over outputs."""
    outputs = prediction.shape[1]
    scale, limit = share_of_mean(outputs, batch), float32(delta)
    for i in range(start(block_group), d.size, stride(block_group)):
        error = prediction.flat[i] - target.flat[i]
        slope = limit if error > ZERO else -limit
        d.flat[i] = scale * (slope if abs(error) > limit else error)
    if block_group.block == 0:
        total = float64(0)
        for i in range(cuda.threadIdx.x, d.size, THREADS):
            error = prediction.flat[i] - target.flat[i]
            size = abs(error)
            far = limit * (size - HALF * limit)
            total += far if size > limit else HALF * error * error
        keep_sum(float32(total / outputs), statistics, block_group.scratch)


@cuda_kernel
def binary_cross_entropy(logits, target, d, statistics, smoothing, batch, block_group):
    """max(z, 0) - z t + log(1 + e**-abs(z)); ``smoothing`` moves that fraction of t to 1/2."""
    outputs = logits.shape[1]
    scale = share_of_mean(outputs, batch)
    kept, even = ONE - float32(smoothing), HALF * float32(smoothing)
    for i in range(start(block_group), d.size, stride(block_group)):
        d.flat[i] = scale * (sigmoid(logits.flat[i]) - (kept * target.flat[i] + even))
    if block_group.block == 0:
        loss = float64(0)
        for i in range(cuda.threadIdx.x, d.size, THREADS):
            z, t = logits.flat[i], kept * target.flat[i] + even
            positive = z if z > ZERO else ZERO
            loss += positive - z * t + math.log1p(math.exp(-abs(z)))
        keep_sum(float32(loss / outputs), statistics, block_group.scratch)


@cuda_kernel
def one_hot(label, shares, smoothing, block_group):
    """1 at the right class and 0 elsewhere; ``smoothing`` is divided evenly among all classes."""
    low = float32(smoothing) / float32(max(shares.shape[1], 1))
    high = low + (ONE - float32(smoothing))
    for i in range(start(block_group) // SIDE, shares.shape[0], stride(block_group) // SIDE):
        right = int(label[i])
        for j in range(cuda.threadIdx.x % SIDE, shares.shape[1], SIDE):
            shares[i, j] = high if j == right else low


@cuda_kernel
def smooth_targets(target, shares, smoothing, block_group):
    """``one_hot``'s smoothing, for targets that are weights of classes already."""
    kept = ONE - float32(smoothing)
    low = float32(smoothing) / float32(max(shares.shape[1], 1))
    for i in range(start(block_group), shares.size, stride(block_group)):
        shares.flat[i] = kept * target.flat[i] + low


@device
def row_products(logits, target, i, top):
    """This thread's parts of two sums over row ``i``: of target, and target * (logit - top)."""
    weight, inner = ZERO, ZERO
    if i < logits.shape[0]:
        for j in range(cuda.threadIdx.x % SIDE, logits.shape[1], SIDE):
            weight += target[i, j]
            inner += target[i, j] * (logits[i, j] - top)
    return weight, inner


@cuda_kernel
def categorical_cross_entropy(logits, target, d, statistics, batch, block_group):
    """-sum of target * log softmax(logits) over the classes; targets may be any weights."""
    if block_group.block == 0:
        scale = share_of_mean(1, batch)
        loss = float64(0)
        for first in range(0, logits.shape[0], SIDE):
            i = first + cuda.threadIdx.x // SIDE
            top, total = row_exponentials(logits, i, d, block_group.scratch)
            weight, inner = row_products(logits, target, i, top)
            weight = row_sum(weight, block_group.scratch)
            loss -= inner
            if i < logits.shape[0]:
                share = weight / total
                loss += weight * math.log(total) if cuda.threadIdx.x % SIDE == 0 else ZERO
                for j in range(cuda.threadIdx.x % SIDE, logits.shape[1], SIDE):
                    d[i, j] = scale * (share * d[i, j] - target[i, j])
        keep_sum(float32(loss), statistics, block_group.scratch)


@cuda_kernel
def penalty(w, statistics, l1, l2, examples, block_group):
    """Add l1 * sum of abs(w) + l2 * sum of w**2 to the mean loss: once for each example."""
    if block_group.block == 0:
        strength1, strength2 = float32(l1), float32(l2)
        total = float64(0)
        for i in range(cuda.threadIdx.x, w.shape[0], THREADS):
            total += strength1 * abs(w[i]) + strength2 * (w[i] * w[i])
        total = block_sum(float32(total), block_group.scratch)
        if cuda.threadIdx.x == 0:
            statistics[0] += total * float32(examples)


@cuda_kernel
def penalty_gradient(w, dw, l1, l2, examples, batch, block_group):
    """Add the penalty's gradient, each shard by the fraction of the batch that its examples are."""
    share = float32(examples) / float32(max(batch, 1))
    step, pull = share * float32(l1), TWO * share * float32(l2)
    for i in range(start(block_group), w.shape[0], stride(block_group)):
        slope = step if w[i] > ZERO else -step
        dw[i] += pull * w[i] + (ZERO if w[i] == ZERO else slope)
