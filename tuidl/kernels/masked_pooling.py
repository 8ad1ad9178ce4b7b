"""Pooling over the steps of a sequence that are no padding.

Steps whose number in ``mask`` is ``padding``, rounded to the nearest whole one, are left out. Where
no step is left, the result is 0 and nothing gets a gradient.
"""

import numpy as np

from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.jit import inline_ir
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel

BLOCK = 64
"""Steps that are added up before their sum is added to the others: rounding errors stay small."""


@inline_ir
def _counts(number, padding):
    return not (padding - 0.5 <= number < padding + 0.5)


@kernel("ntf nt -> nf nf", cost="ntf")
def masked_average_pool(x, mask, y, part, padding: float):
    """The mean over the steps that are no padding; ``part`` is a workspace."""
    for n in range(x.shape[0]):
        out, some, count = y[n], part[n], 0
        out[:] = ZERO
        for start in range(0, x.shape[1], BLOCK):
            some[:] = ZERO
            for t in range(start, min(start + BLOCK, x.shape[1])):
                if _counts(mask[n, t], padding):
                    count += 1
                    value = x[n, t]
                    for f in range(out.shape[0]):
                        some[f] += value[f]
            for f in range(out.shape[0]):
                out[f] += some[f]
        share = ONE / y.dtype.type(max(count, 1))
        for f in range(out.shape[0]):
            out[f] *= share


@kernel("nf nt -> ntf", cost="ntf")
def masked_average_pool_gradient(dy, mask, dx, padding: float):
    """The gradient is divided equally among the steps that are no padding."""
    for n in range(dx.shape[0]):
        count = 0
        for t in range(dx.shape[1]):
            count += _counts(mask[n, t], padding)
        share, d = ONE / dx.dtype.type(max(count, 1)), dy[n]
        for t in range(dx.shape[1]):
            own = share if _counts(mask[n, t], padding) else ZERO
            target = dx[n, t]
            for f in range(d.shape[0]):
                target[f] = d[f] * own


@kernel("ntf nt -> nf nf", cost="ntf")
def masked_max_pool(x, mask, y, winner, padding: float):
    """The largest value of each feature; ``winner`` is its step, the first of equals, or -1."""
    kind = y.dtype.type
    for n in range(x.shape[0]):
        best, place, is_first = y[n], winner[n], True
        best[:] = ZERO
        place[:] = -ONE
        for t in range(x.shape[1]):
            if not _counts(mask[n, t], padding):
                continue
            value = x[n, t]
            for f in range(best.shape[0]):
                # NaN wins, so that it stays visible
                if is_first or value[f] > best[f] or value[f] != value[f]:
                    best[f] = value[f]
                    place[f] = kind(t)
            is_first = False


@kernel("nf nf -> ntf", cost="ntf")
def masked_max_pool_gradient(winner, dy, dx):
    """The gradient goes to the step that had the largest value."""
    dx[:] = ZERO
    for n in range(dx.shape[0]):
        for f in range(dy.shape[1]):
            if winner[n, f] >= 0:
                dx[n, int(winner[n, f]), f] = dy[n, f]


# --- the definition in plain NumPy ----------------------------------------------------------------


def _counting(mask, padding):
    """(n, t, 1): whether a step is no padding."""
    return (np.floor(mask + 0.5) != padding)[:, :, None]


@oracle(masked_average_pool)
def masked_average_pool_oracle(x, mask, y, part, padding):
    counts = _counting(mask, padding)
    sums = np.where(counts, x, 0).sum(axis=1, dtype=np.float64)
    y[...] = sums / np.maximum(counts.sum(axis=1), 1)


@oracle(masked_average_pool_gradient)
def masked_average_pool_gradient_oracle(dy, mask, dx, padding):
    counts = _counting(mask, padding)
    dx[...] = counts * (dy / np.maximum(counts.sum(axis=1), 1))[:, None]


@oracle(masked_max_pool)
def masked_max_pool_oracle(x, mask, y, winner, padding):
    counts = _counting(mask, padding)
    is_seen = counts.any(axis=1)
    known = np.where(counts, x, -np.inf)
    y[...] = np.where(is_seen, known.max(axis=1), 0)
    winner[...] = np.where(is_seen, known.argmax(axis=1), -1)


@oracle(masked_max_pool_gradient)
def masked_max_pool_gradient_oracle(winner, dy, dx):
    steps = np.arange(dx.shape[1])[:, None]
    dx[...] = (winner[:, None] == steps) * dy[:, None]
