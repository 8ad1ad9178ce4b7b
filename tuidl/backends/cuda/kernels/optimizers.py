"""One optimizer step on the GPU, over the flat vector of all parameters, or a slice of it.

A thread adds the shards' gradients of an element in the order of the shards, then updates it.
"""

import math

from numba import float32

from tuidl.backends.cuda.block_group import start as first_of
from tuidl.backends.cuda.block_group import stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.target import device
from tuidl.kernels.elementary import ONE, ZERO
from tuidl.kernels.optimizers import LARGEST, LARGEST_STEEP
from tuidl.kernels.step_state import LEARNING_RATE, STEP


@device
def shard_sum(gradients, i):
    """Add the shards' gradients of element ``i`` into the first shard's, and return that."""
    total = gradients[0, i]
    for s in range(1, gradients.shape[0]):
        total += gradients[s, i]
    if gradients.shape[0] > 1:
        gradients[0, i] = total
    return total


@device
def bounded(g):
    """A gradient whose square a float32 can hold. One that is not finite stays what it is."""
    far = -LARGEST_STEEP if g < ZERO else LARGEST_STEEP
    return far if LARGEST_STEEP < abs(g) <= LARGEST else g


@device
def bias(rest, step):
    """1 - beta**step, from 1 - beta: in float32 no digit is lost, as one would be in a power."""
    return -math.expm1(float32(step) * math.log1p(-rest))


@cuda_kernel
def sgd(gradients, parameters, start, stop, step_state, block_group):
    """w -= rate * g."""
    rate = float32(step_state[LEARNING_RATE])
    for i in range(start + first_of(block_group), stop, stride(block_group)):
        parameters[i] -= rate * shard_sum(gradients, i)


@cuda_kernel
def sgd_momentum(
    gradients, parameters, velocity, start, stop, momentum, nesterov, step_state, block_group,
):  # fmt: skip
    """v = momentum v - rate g; w += v, or with Nesterov's look ahead w += momentum v - rate g."""
    rate, mu = float32(step_state[LEARNING_RATE]), float32(momentum)
    for i in range(start + first_of(block_group), stop, stride(block_group)):
        step = rate * shard_sum(gradients, i)
        v = mu * velocity[i] - step
        velocity[i] = v
        parameters[i] += mu * v - step if nesterov else v


@cuda_kernel
def adam(
    gradients, parameters, first, second, start, stop,
    beta_1, beta_2, epsilon, weight_decay, step_state, block_group,
):  # fmt: skip
    """w = (1 - rate * weight_decay) w - rate * m / (sqrt(v) + epsilon), with bias correction."""
    b1, b2, eps = float32(beta_1), float32(beta_2), float32(epsilon)
    rest1, rest2 = float32(1.0 - beta_1), float32(1.0 - beta_2)
    rate = float32(step_state[LEARNING_RATE]) / bias(rest1, step_state[STEP])
    correction = ONE / bias(rest2, step_state[STEP])
    kept = float32(1.0 - step_state[LEARNING_RATE] * weight_decay)
    for i in range(start + first_of(block_group), stop, stride(block_group)):
        g = bounded(shard_sum(gradients, i))
        m = b1 * first[i] + rest1 * g
        v = b2 * second[i] + rest2 * (g * g)
        first[i], second[i] = m, v
        parameters[i] = kept * parameters[i] - rate * m / (math.sqrt(v * correction) + eps)


@cuda_kernel
def rmsprop(
    gradients, parameters, mean_square, mean, velocity, start, stop,
    rho, momentum, epsilon, centered, step_state, block_group,
):  # fmt: skip
    """v = momentum v + rate * g / sqrt(mean of g**2 + epsilon); w -= v; ``centered`` takes the
    squared mean of g off."""
    rate, mu, eps = float32(step_state[LEARNING_RATE]), float32(momentum), float32(epsilon)
    old, new = float32(rho), float32(1.0 - rho)
    for i in range(start + first_of(block_group), stop, stride(block_group)):
        g = bounded(shard_sum(gradients, i))
        square = old * mean_square[i] + new * (g * g)
        average = old * mean[i] + new * g
        mean_square[i], mean[i] = square, average
        variance = square - average * average if centered else square
        variance = ZERO if variance < ZERO else variance
        v = mu * velocity[i] + rate * g / math.sqrt(variance + eps)
        velocity[i] = v
        parameters[i] -= v


@cuda_kernel
def adagrad(gradients, parameters, accumulator, start, stop, epsilon, step_state, block_group):
    """a = a + g**2; w -= rate * g / sqrt(a + epsilon)."""
    rate, eps = float32(step_state[LEARNING_RATE]), float32(epsilon)
    for i in range(start + first_of(block_group), stop, stride(block_group)):
        g = bounded(shard_sum(gradients, i))
        a = accumulator[i] + g * g
        a = LARGEST if a > LARGEST else a
        accumulator[i] = a
        parameters[i] -= rate * g / math.sqrt(a + eps)
