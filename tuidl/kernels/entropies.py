"""Cross-entropies of many numbers at once, in loops that become vector instructions.

Both take e**x of whole stretches of memory, whatever the width of a row: outputs are often one
number, or a few classes for each pixel.
"""

import math

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO, exp, log1p
from tuidl.kernels.jit import device_function
from tuidl.kernels.rows import PART
from tuidl.kernels.simd.intrinsics import flat
from tuidl.kernels.simd.maxima import highest_of

STRETCH = 256
"""Losses that are added up in float32. Each lane of a vector adds its own, and where all are alike
every sum errs to the same side: of 1,024 by 8 lanes, by more than a millionth."""
MOST_CLASSES = 64
"""Rows up to so wide share their loops; longer ones fill vectors by themselves."""
FILL_VECTORS = 16
"""Classes from which on the largest is looked for in vectors."""
MOST_PRODUCT = 1e150
"""Sums of powers are multiplied up to here before their logarithm is taken."""


@device_function
def binary_entropies(logits, target, d, scale, kept, even):
    """The sum of max(z, 0) - z t + log(1 + e**-abs(z)) for t = kept * target + even, in float64,
    and the gradient by ``scale`` in ``d``. Three flat arrays."""
    loss = 0.0
    for start in range(0, logits.shape[0], STRETCH):
        z, shares = logits[start : start + STRETCH], target[start : start + STRETCH]
        g, part = d[start : start + STRETCH], ZERO
        for j in range(z.shape[0]):
            t = kept * shares[j] + even
            power = exp(-abs(z[j]))
            share = ONE / (ONE + power)  # sigmoid of abs(z)
            positive = z[j] if z[j] > ZERO else ZERO
            part += positive - z[j] * t + log1p(power)
            g[j] = scale * ((power * share if z[j] < ZERO else share) - t)
        loss += np.float64(part)
    return loss


@device_function
def narrow_softmax_entropies(logits, label, d, scale):
    """As ``softmax_cross_entropy`` for rows of at most ``MOST_CLASSES``: the sum of the losses.

    The logarithms of many sums are that of their product.
    """
    classes, loss, product = logits.shape[1], 0.0, 1.0
    step = max(PART // max(classes, 1), 1)
    for start in range(0, logits.shape[0], step):
        z, g = logits[start : start + step], d[start : start + step]
        right = label[start : start + step]
        for i in range(z.shape[0]):
            if classes >= FILL_VECTORS:
                top = highest_of(z[i])
            else:
                top = z[i, 0]
                for j in range(1, classes):
                    top = max(top, z[i, j])
            for j in range(classes):
                g[i, j] = z[i, j] - top
            loss -= np.float64(g[i, int(right[i])])
        powers = flat(g)
        for j in range(powers.shape[0]):
            powers[j] = exp(powers[j])
        for i in range(z.shape[0]):
            total = ZERO
            for j in range(classes):
                total += g[i, j]
            share = scale / total
            for j in range(classes):
                g[i, j] *= share
            g[i, int(right[i])] -= scale
            product *= np.float64(total)
            if not product < MOST_PRODUCT:
                loss += math.log(product)
                product = 1.0
    return loss + math.log(product)
