"""One optimizer step over the flat vector of all parameters, or a slice of it.

The shards' gradients are added in the order of the shards, whichever thread does it: that order,
not the threads', decides the bits.
"""

import math

from tuidl.kernels.clock import LEARNING_RATE, STEP
from tuidl.kernels.jit import helper, kernel


@helper
def _reduce(gradients, start, stop):
    """Add the shards' gradients of a slice into the first shard's, and return that."""
    total = gradients[0, start:stop]
    for s in range(1, gradients.shape[0]):
        part = gradients[s, start:stop]
        for i in range(total.shape[0]):
            total[i] += part[i]
    return total


@kernel("-> sv v", cost="2sv")
def sgd(gradients, parameters, start, stop, clock):
    """w -= rate * g."""
    g, w = _reduce(gradients, start, stop), parameters[start:stop]
    rate = parameters.dtype.type(clock[LEARNING_RATE])
    for i in range(w.shape[0]):
        w[i] -= rate * g[i]


@kernel("-> sv v v", cost="5sv")
def sgd_momentum(gradients, parameters, velocity, start, stop, momentum: float, nesterov, clock):
    """v = momentum v - rate g; w += v, or with Nesterov's look ahead w += momentum v - rate g."""
    g = _reduce(gradients, start, stop)
    w, v = parameters[start:stop], velocity[start:stop]
    rate = parameters.dtype.type(clock[LEARNING_RATE])
    mu = parameters.dtype.type(momentum)
    for i in range(w.shape[0]):
        step = rate * g[i]
        v[i] = mu * v[i] - step
        w[i] += mu * v[i] - step if nesterov else v[i]


@kernel("-> sv v v v", cost="12sv")
def adam(
    gradients, parameters, first, second, start, stop,
    beta_1: float, beta_2: float, epsilon: float, clock,
):  # fmt: skip
    """Kingma and Ba (2015), algorithm 1, with bias correction."""
    g, w = _reduce(gradients, start, stop), parameters[start:stop]
    m, v = first[start:stop], second[start:stop]
    kind = parameters.dtype.type
    step = clock[STEP]
    b1, b2, eps = kind(beta_1), kind(beta_2), kind(epsilon)
    rest1, rest2 = kind(1.0 - beta_1), kind(1.0 - beta_2)
    rate = kind(clock[LEARNING_RATE] / (1.0 - beta_1**step))
    correction = kind(1.0 / (1.0 - beta_2**step))
    for i in range(w.shape[0]):
        m[i] = b1 * m[i] + rest1 * g[i]
        v[i] = b2 * v[i] + rest2 * (g[i] * g[i])
        w[i] -= rate * m[i] / (math.sqrt(v[i] * correction) + eps)
