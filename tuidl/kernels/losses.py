"""Losses with their gradients in one pass.

Each writes the gradient of the batch's mean loss to ``d`` (``batch`` counts all shards' examples)
and the sum of the loss over the shard's own examples to ``statistics[0]``.
"""

import math

from tuidl.kernels.elementary import ZERO, exp
from tuidl.kernels.jit import kernel


@kernel("nf nf -> nf a", cost="4nf")
def mean_squared_error(prediction, target, d, statistics, batch):
    """(prediction - target)**2, its mean over the outputs."""
    outputs = prediction.shape[1]
    scale = prediction.dtype.type(2.0 / (outputs * max(batch, 1)))
    total = ZERO
    for i in range(prediction.shape[0]):
        for j in range(outputs):
            error = prediction[i, j] - target[i, j]
            total += error * error
            d[i, j] = error * scale
    statistics[0] = total / outputs


@kernel("nf n -> nf a", cost="14nf")
def softmax_cross_entropy(logits, label, d, statistics, batch):
    """-log of the softmax probability of the right class, from logits, so nothing overflows."""
    scale = logits.dtype.type(1.0 / max(batch, 1))
    loss = 0.0
    for i in range(logits.shape[0]):
        z, g = logits[i], d[i]
        right = int(label[i])
        top = z[0]
        for j in range(1, z.shape[0]):
            top = max(top, z[j])
        total = ZERO
        for j in range(z.shape[0]):
            g[j] = exp(z[j] - top)
            total += g[j]
        loss += math.log(total) - (z[right] - top)
        share = scale / total
        for j in range(z.shape[0]):
            g[j] *= share
        g[right] -= scale
    statistics[0] = loss
