"""One optimizer step over the flat vector of all parameters, or a slice of it.

The shards' gradients are added in the order of the shards, whichever thread does it: that order,
not the threads', decides the bits.
"""

import math

import numpy as np

from tuidl.kernels.elementary import ZERO
from tuidl.kernels.jit import device_function, rounded_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel
from tuidl.kernels.simd.memory import copy_values
from tuidl.kernels.simd.tiles import LINE, boundary
from tuidl.kernels.step_state import LEARNING_RATE, STEP

PIECE = 2048
"""Parameters whose gradients are summed and used before they leave the first-level cache."""

LARGEST_STEEP, LARGEST = np.float32(1e19), np.finfo(np.float32).max
"""Where a step is divided by a root of squares, a larger gradient is taken for the first of these;
its square would be infinite, and its parameter would never move again."""


@device_function
def reduce_shards(gradients, start, stop):
    """Add the shards' gradients of a slice into the first shard's, and return that."""
    total = gradients[0, start:stop]
    for s in range(1, gradients.shape[0]):
        part = gradients[s, start:stop]
        for i in range(total.shape[0]):
            total[i] += part[i]
    return total


@device_function
def bounded(g):
    """A gradient whose square a float32 can hold. One that is not finite stays what it is."""
    size = abs(g)
    far = -LARGEST_STEEP if g < ZERO else LARGEST_STEEP
    return far if (size > LARGEST_STEEP) & (size <= LARGEST) else g


@kernel("sv -> e", cost="sv")
def add_copies(copies, total, first, part, parts):
    """A part of ``total`` = the sum of what the shards have of it, in their order.

    ``first``: where their copies of it start.
    """
    start = boundary(part, parts, total.shape[0], LINE)
    stop = boundary(part + 1, parts, total.shape[0], LINE)
    for low in range(start, stop, PIECE):
        high = min(low + PIECE, stop)
        target = total[low:high]
        copy_values(target, copies[0, first + low : first + high])
        for s in range(1, copies.shape[0]):
            source = copies[s, first + low : first + high]
            for i in range(target.shape[0]):
                target[i] += source[i]


@kernel("-> sv v", cost="2sv")
def sgd(gradients, parameters, start, stop, step_state):
    """w -= rate * g."""
    g, w = reduce_shards(gradients, start, stop), parameters[start:stop]
    rate = parameters.dtype.type(step_state[LEARNING_RATE])
    for i in range(w.shape[0]):
        w[i] -= rate * g[i]


@kernel("-> sv v v", cost="5sv")
def sgd_momentum(
    gradients, parameters, velocity, start, stop, momentum: float, nesterov, step_state
):
    """v = momentum v - rate g; w += v, or with Nesterov's look ahead w += momentum v - rate g."""
    g = reduce_shards(gradients, start, stop)
    w, v = parameters[start:stop], velocity[start:stop]
    rate = parameters.dtype.type(step_state[LEARNING_RATE])
    mu = parameters.dtype.type(momentum)
    for i in range(w.shape[0]):
        step = rate * g[i]
        v[i] = mu * v[i] - step
        w[i] += mu * v[i] - step if nesterov else v[i]


@rounded_function
def adam_moves(g, w, m, v, rate, correction, kept, b1, b2, rest1, rest2, eps):
    """One step of Adam for some weights."""
    for i in range(w.shape[0]):
        slope = bounded(g[i])
        m[i] = b1 * m[i] + rest1 * slope
        v[i] = b2 * v[i] + rest2 * (slope * slope)
        w[i] = kept * w[i] - rate * m[i] / (math.sqrt(v[i] * correction) + eps)


@kernel("-> sv v v v", cost="12sv")
def adam(
    gradients, parameters, first, second, start, stop,
    beta_1: float, beta_2: float, epsilon: float, weight_decay: float, step_state,
):  # fmt: skip
    """Kingma and Ba (2015), algorithm 1, with bias correction; the weights are first multiplied
    by 1 - rate * weight_decay (Loshchilov and Hutter, 2019)."""
    kind = parameters.dtype.type
    step = step_state[STEP]
    b1, b2, eps = kind(beta_1), kind(beta_2), kind(epsilon)
    rest1, rest2 = kind(1.0 - beta_1), kind(1.0 - beta_2)
    rate = kind(step_state[LEARNING_RATE] / (1.0 - beta_1**step))
    correction = kind(1.0 / (1.0 - beta_2**step))
    kept = kind(1.0 - step_state[LEARNING_RATE] * weight_decay)
    for low in range(start, stop, PIECE):
        high = min(low + PIECE, stop)
        g, w = reduce_shards(gradients, low, high), parameters[low:high]
        m, v = first[low:high], second[low:high]
        adam_moves(g, w, m, v, rate, correction, kept, b1, b2, rest1, rest2, eps)


@kernel("-> sv v v v v", cost="12sv")
def rmsprop(
    gradients, parameters, mean_square, mean, velocity, start, stop,
    rho: float, momentum: float, epsilon: float, centered, step_state,
):  # fmt: skip
    """Tieleman and Hinton (2012); ``centered`` takes the squared mean off, after Graves (2013)."""
    g, w = reduce_shards(gradients, start, stop), parameters[start:stop]
    squares, means, v = mean_square[start:stop], mean[start:stop], velocity[start:stop]
    kind = parameters.dtype.type
    rate, mu, eps = kind(step_state[LEARNING_RATE]), kind(momentum), kind(epsilon)
    old, new = kind(rho), kind(1.0 - rho)
    for i in range(w.shape[0]):
        slope = bounded(g[i])
        squares[i] = old * squares[i] + new * (slope * slope)
        means[i] = old * means[i] + new * slope
        variance = squares[i] - means[i] * means[i] if centered else squares[i]
        variance = (
            ZERO if variance < ZERO else variance
        )  # by rounding, where gradients hardly change
        v[i] = mu * v[i] + rate * slope / math.sqrt(variance + eps)
        w[i] -= v[i]


@rounded_function
def adagrad_moves(g, w, a, rate, eps):
    """One step of Adagrad for some weights."""
    for i in range(w.shape[0]):
        slope = bounded(g[i])
        total = a[i] + slope * slope
        a[i] = LARGEST if total > LARGEST else total
        w[i] -= rate * slope / math.sqrt(a[i] + eps)


@kernel("-> sv v v", cost="5sv")
def adagrad(gradients, parameters, accumulator, start, stop, epsilon: float, step_state):
    """Duchi et al. (2011): a = a + g**2; w -= rate * g / sqrt(a + epsilon)."""
    g, w = reduce_shards(gradients, start, stop), parameters[start:stop]
    a = accumulator[start:stop]
    rate = parameters.dtype.type(step_state[LEARNING_RATE])
    adagrad_moves(g, w, a, rate, parameters.dtype.type(epsilon))


# --- the definition in plain NumPy ----------------------------------------------------------------


@oracle(add_copies)
def add_copies_oracle(copies, total, first, part, parts):
    own = slice(*(boundary(n, parts, len(total), LINE) for n in (part, part + 1)))
    total[own] = copies[:, first : first + len(total)].sum(axis=0)[own]


@oracle(sgd)
def sgd_oracle(gradients, parameters, start, stop, step_state):
    g = gradients[:, start:stop].sum(axis=0)
    parameters[start:stop] -= step_state[LEARNING_RATE].astype(g.dtype) * g


@oracle(sgd_momentum)
def sgd_momentum_oracle(
    gradients, parameters, velocity, start, stop, momentum, nesterov, step_state
):
    step = step_state[LEARNING_RATE].astype(gradients.dtype) * gradients[:, start:stop].sum(axis=0)
    v = momentum * velocity[start:stop] - step
    velocity[start:stop] = v
    parameters[start:stop] += momentum * v - step if nesterov else v


def _bounded_oracle(g):
    """Gradients whose squares a float32 can hold."""
    return np.where(np.isfinite(g), np.clip(g, -LARGEST_STEEP, LARGEST_STEEP), g)


@oracle(adam)
def adam_oracle(
    gradients,
    parameters,
    first,
    second,
    start,
    stop,
    beta_1,
    beta_2,
    epsilon,
    weight_decay,
    step_state,
):
    g, t = _bounded_oracle(gradients[:, start:stop].sum(axis=0)), step_state[STEP]
    m = beta_1 * first[start:stop] + (1 - beta_1) * g
    v = beta_2 * second[start:stop] + (1 - beta_2) * g**2
    first[start:stop], second[start:stop] = m, v
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    w, rate = parameters[start:stop], step_state[LEARNING_RATE]
    parameters[start:stop] = w - rate * weight_decay * w - rate * m_hat / (np.sqrt(v_hat) + epsilon)


@oracle(rmsprop)
def rmsprop_oracle(
    gradients,
    parameters,
    mean_square,
    mean,
    velocity,
    start,
    stop,
    rho,
    momentum,
    epsilon,
    centered,
    step_state,
):
    g, part = _bounded_oracle(gradients[:, start:stop].sum(axis=0)), slice(start, stop)
    mean_square[part] = rho * mean_square[part] + (1 - rho) * g**2
    mean[part] = rho * mean[part] + (1 - rho) * g
    variance = np.maximum(mean_square[part] - (mean[part] ** 2 if centered else 0), 0)
    velocity[part] = momentum * velocity[part] + step_state[LEARNING_RATE] * g / np.sqrt(
        variance + epsilon
    )
    parameters[part] -= velocity[part]


@oracle(adagrad)
def adagrad_oracle(gradients, parameters, accumulator, start, stop, epsilon, step_state):
    g, part = _bounded_oracle(gradients[:, start:stop].sum(axis=0)), slice(start, stop)
    accumulator[part] = np.minimum(accumulator[part] + g**2, LARGEST)
    parameters[part] -= step_state[LEARNING_RATE] * g / np.sqrt(accumulator[part] + epsilon)
