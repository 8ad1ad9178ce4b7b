"""Losses of single answers, and their mean under weights: a mask has weights of 0 and 1.

The ``_rows`` kernels write each answer's loss and its gradient. ``weigh_rows`` makes of them
sum of weight * loss / sum of weights over the whole batch.
"""

import math

import numpy as np

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.entropies import binary_entropies
from tuidl.kernels.losses import weighted_sums
from tuidl.kernels.oracles import logistic, oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.rows import exp_row
from tuidl.kernels.simd.maxima import highest_of


@kernel("nf nf -> nf n", cost="4nf")
def mean_squared_error_rows(prediction, target, d, losses):
    """The mean over an answer's values of (prediction - target)**2."""
    outputs = prediction.shape[1]
    scale = prediction.dtype.type(2.0 / outputs)
    for i in range(prediction.shape[0]):
        total = 0.0
        for j in range(outputs):
            error = prediction[i, j] - target[i, j]
            total += error * error
            d[i, j] = error * scale
        losses[i] = total / outputs


@kernel("nf nf -> nf n", cost="4nf")
def mean_absolute_error_rows(prediction, target, d, losses):
    """The mean over an answer's values of abs(prediction - target)."""
    outputs = prediction.shape[1]
    scale = prediction.dtype.type(1.0 / outputs)
    for i in range(prediction.shape[0]):
        total = 0.0
        for j in range(outputs):
            error = prediction[i, j] - target[i, j]
            total += abs(error)
            slope = scale if error > ZERO else -scale
            d[i, j] = ZERO if error == ZERO else slope
        losses[i] = total / outputs


@kernel("nf nf -> nf n", cost="6nf")
def huber_rows(prediction, target, d, losses, delta: float):
    """error**2 / 2 up to ``delta``, delta (abs(error) - delta / 2) beyond; the mean over values."""
    outputs = prediction.shape[1]
    kind = prediction.dtype.type
    scale, limit, half = kind(1.0 / outputs), kind(delta), kind(0.5)
    for i in range(prediction.shape[0]):
        total = 0.0
        for j in range(outputs):
            error = prediction[i, j] - target[i, j]
            size = abs(error)
            far = limit * (size - half * limit)
            total += far if size > limit else half * error * error
            slope = limit if error > ZERO else -limit
            d[i, j] = scale * (slope if size > limit else error)
        losses[i] = total / outputs


@kernel("nf nf -> nf n", cost="16nf")
def binary_cross_entropy_rows(logits, target, d, losses, smoothing: float):
    """max(z, 0) - z t + log(1 + e**-abs(z)); ``smoothing`` moves that share of t to 1/2."""
    outputs = logits.shape[1]
    kind = logits.dtype.type
    scale = kind(1.0 / outputs)
    kept, even = kind(1.0 - smoothing), kind(0.5 * smoothing)
    for i in range(logits.shape[0]):
        total = binary_entropies(logits[i], target[i], d[i], scale, kept, even)
        losses[i] = total / outputs


@kernel("nf nf -> nf n", cost="16nf")
def categorical_cross_entropy_rows(logits, target, d, losses):
    """-sum of target * log softmax(logits) over the classes; targets may be any shares."""
    for i in range(logits.shape[0]):
        z, t, g = logits[i], target[i], d[i]
        top = highest_of(z)
        total = exp_row(z, top, g)
        weight, inner = weighted_sums(z, t, top)
        losses[i] = weight * math.log(total) - inner
        share = logits.dtype.type(weight / total)
        for j in range(z.shape[0]):
            g[j] = share * g[j] - t[j]


@kernel("n -> s", cost="n")
def sum_weights(weights, sums, lane):
    """The sum over a shard's answers, for all shards to see."""
    total = 0.0
    for i in range(weights.shape[0]):
        total += weights[i]
    sums[lane] = total


@kernel("n n s -> nf a e", cost="2nf")
def weigh_rows(losses, weights, sums, d, statistics, parts, batch):
    """The gradient of the weighted mean, and this shard's part of it.

    ``statistics[0]``: the mean's part, times ``batch``, as the mean over examples is read from it.
    ``parts``: the weighted sum of the shard's losses, and the sum of its weights. Where all
    weights of a batch are 0, loss and gradient are 0.
    """
    total = 0.0
    for lane in range(sums.shape[0]):
        total += sums[lane]
    share = 1.0 / total if total > 0.0 else 0.0
    summed, weighed = 0.0, 0.0
    for i in range(losses.shape[0]):
        summed += np.float64(weights[i]) * losses[i] if weights[i] != ZERO else 0.0
        weighed += weights[i]
        factor = d.dtype.type(weights[i] * share)
        for j in range(d.shape[1]):
            d[i, j] = d[i, j] * factor if factor != ZERO else ZERO
    statistics[0] = summed * share * batch
    parts[0], parts[1] = summed, weighed


@kernel("n n -> n", cost="n")
def mask_labels(label, weights, chosen):
    """Labels of the answers that count, and -1, which metrics pass over, for the others."""
    for i in range(label.shape[0]):
        chosen[i] = label[i] if weights[i] != ZERO else label.dtype.type(-1)


@kernel("-> e", cost="e")
def scale(y, factor: float):
    """y * factor, in place."""
    by = y.dtype.type(factor)
    for i in range(y.shape[0]):
        y[i] *= by


@kernel("-> e")
def fill(y, value: float):
    """The same value everywhere."""
    y[:] = y.dtype.type(value)


@kernel("a -> a", cost="a")
def add_weighted(part, total, factor: float):
    """Add ``factor`` times a loss to the sum of losses."""
    for i in range(part.shape[0]):
        total[i] += factor * part[i]


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(mean_squared_error_rows)
def mean_squared_error_rows_oracle(prediction, target, d, losses):
    error = prediction - target
    d[...] = error * (2 / error.shape[1])
    losses[...] = (error**2).mean(axis=1, dtype=np.float64)


@oracle(mean_absolute_error_rows)
def mean_absolute_error_rows_oracle(prediction, target, d, losses):
    error = prediction - target
    d[...] = np.sign(error) / error.shape[1]
    losses[...] = np.abs(error).mean(axis=1, dtype=np.float64)


@oracle(huber_rows)
def huber_rows_oracle(prediction, target, d, losses, delta):
    error = prediction - target
    size = np.abs(error)
    d[...] = np.clip(error, -delta, delta) / error.shape[1]
    loss = np.where(size > delta, delta * (size - delta / 2), error**2 / 2)
    losses[...] = loss.mean(axis=1, dtype=np.float64)


@oracle(binary_cross_entropy_rows)
def binary_cross_entropy_rows_oracle(logits, target, d, losses, smoothing):
    t = (1 - smoothing) * target + smoothing / 2
    d[...] = (logistic(logits) - t) / logits.shape[1]
    losses[...] = (np.logaddexp(0, logits) - logits * t).mean(axis=1, dtype=np.float64)


@oracle(categorical_cross_entropy_rows)
def categorical_cross_entropy_rows_oracle(logits, target, d, losses):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    d[...] = np.exp(log_probability) * target.sum(axis=1, keepdims=True) - target
    losses[...] = -(target * log_probability).sum(axis=1, dtype=np.float64)


@oracle(sum_weights)
def sum_weights_oracle(weights, sums, lane):
    sums[lane] = weights.sum(dtype=np.float64)


@oracle(weigh_rows)
def weigh_rows_oracle(
    losses,
    weights,
    sums,
    d,
    statistics,
    parts,
    batch,
):
    total = sums.sum(dtype=np.float64)
    share = 1 / total if total > 0 else 0.0
    counted = np.where(weights == 0, 0, losses)
    d[...] = np.where(weights[:, None] * share == 0, 0, d * (weights[:, None] * share))
    parts[0] = (weights.astype(np.float64) * counted).sum()
    parts[1] = weights.sum(dtype=np.float64)
    statistics[0] = (weights.astype(np.float64) * counted).sum() * share * batch


@oracle(mask_labels)
def mask_labels_oracle(label, weights, chosen):
    chosen[...] = np.where(weights != 0, label, -1)


@oracle(scale)
def scale_oracle(y, factor):
    y *= factor


@oracle(fill)
def fill_oracle(y, value):
    y[...] = value


@oracle(add_weighted)
def add_weighted_oracle(part, total, factor):
    total += factor * part
