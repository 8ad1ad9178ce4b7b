"""JAX on the measured systems, with nothing on top: a compiled step, called again and again, and a
compiled scan (``lax.scan``) over the batches of an epoch."""

from protocol import EXAMPLES, Way, serve, started_as

SYSTEM, THREADS, _ = started_as()

import jax  # noqa: E402  (it counts the cores when it is imported)
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax import lax  # noqa: E402

RATE, BETA_1, BETA_2, EPSILON = 1e-4, 0.9, 0.999, 1e-7
RANDOM = np.random.default_rng(0)


def weights(*shape):
    return jnp.asarray(RANDOM.normal(size=shape) / np.sqrt(np.prod(shape[:-1])), jnp.float32)


def dense(inputs, units):
    def forward(p, x, key):
        return x @ p["w"] + p["b"]

    return {"w": weights(inputs, units), "b": jnp.zeros(units)}, forward


def convolution(channels, filters, padding="VALID"):
    def forward(p, x, key):
        y = lax.conv_general_dilated(
            x, p["w"], (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        return y + p["b"]

    return {"w": weights(3, 3, channels, filters), "b": jnp.zeros(filters)}, forward


def plain(function):
    """A layer with nothing to learn."""
    return {}, lambda p, x, key: function(x)


RELU = plain(jax.nn.relu)
FLATTEN = plain(lambda x: x.reshape(len(x), -1))


def pool(x):
    """Maxima of 2 x 2 as a reshape: its gradient is far cheaper here than that of a window."""
    n, h, w, c = x.shape
    whole = x[:, : h // 2 * 2, : w // 2 * 2]
    return whole.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))


POOL = plain(pool)


def dropout(rate):
    def forward(p, x, key):
        return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)

    return {}, forward


def recurrent(cell, gates, inputs, units, biases=1, sequences=False):
    """The products with the inputs of all steps at once, then a scan over the steps."""
    first = {"w": weights(inputs, gates * units), "b": jnp.zeros(gates * units)}
    again = {"u": weights(units, gates * units)}
    if biases == 2:
        again["b"] = jnp.zeros(gates * units)

    def forward(p, x, key):
        projected = jnp.swapaxes(x, 0, 1) @ p["first"]["w"] + p["first"]["b"]
        start = jnp.zeros((len(x), units))
        _, outputs = lax.scan(
            lambda state, now: cell(p["again"], state, now), (start, start), projected
        )
        return jnp.swapaxes(outputs, 0, 1) if sequences else outputs[-1]

    return {"first": first, "again": again}, forward


def simple_cell(p, state, now):
    h = jnp.tanh(now + state[0] @ p["u"])
    return (h, h), h


def gru_cell(p, state, now):
    h = state[0]
    from_state = h @ p["u"] + p["b"]
    (z, r, n), (hz, hr, hn) = jnp.split(now, 3, axis=1), jnp.split(from_state, 3, axis=1)
    z, r = jax.nn.sigmoid(z + hz), jax.nn.sigmoid(r + hr)
    h = z * h + (1 - z) * jnp.tanh(n + r * hn)
    return (h, h), h


def lstm_cell(p, state, now):
    h, c = state
    i, f, g, o = jnp.split(now + h @ p["u"], 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def classifier(flat):
    return [FLATTEN, dense(flat, 64), RELU, dense(64, 10)]


def network(system):
    """Input shape and layers, each its parameters and its function."""
    match system:
        case "linear_regression":
            return (1,), [dense(1, 1)]
        case "mnist_mlp":
            return (784,), [dense(784, 32), RELU, dropout(0.2), dense(32, 10)]
        case "digits_cnn":
            first = [convolution(1, 16, "SAME"), RELU, POOL]
            second = [convolution(16, 32, "SAME"), RELU, POOL]
            return (8, 8, 1), [*first, *second, *classifier(2 * 2 * 32)]
        case "mnist_cnn":
            first, second = [convolution(1, 32), RELU, POOL], [convolution(32, 64), RELU, POOL]
            third = [convolution(64, 64), RELU]
            return (28, 28, 1), [*first, *second, *third, *classifier(3 * 3 * 64)]
        case "cifar_cnn":
            first, second = [convolution(3, 32), RELU, POOL], [convolution(32, 64), RELU, POOL]
            return (32, 32, 3), [*first, *second, *classifier(6 * 6 * 64)]
        case "rnn_sine":
            return (2, 1), [recurrent(simple_cell, 1, 1, 1), dense(1, 1)]
        case "gru_sine":
            return (32, 1), [recurrent(gru_cell, 3, 1, 32, biases=2), dense(32, 1)]
        case "lstm_rows":
            first = recurrent(lstm_cell, 4, 28, 64, sequences=True)
            return (28, 28), [first, recurrent(lstm_cell, 4, 64, 64), dense(64, 10)]


REGRESSIONS = ("linear_regression", "rnn_sine", "gru_sine")
BY_SGD = ("linear_regression", "rnn_sine")
BATCH = 64 if SYSTEM == "mnist_cnn" else 32
STEPS = EXAMPLES // BATCH
SCANNED = 4 if SYSTEM.endswith("cnn") else STEPS
"""Steps of one scan; within it, XLA does convolutions on one thread and very slowly."""


def trees(function, *values):
    return jax.tree_util.tree_map(function, *values)


def updated(p, state, g):
    """Parameters and Adam's moments after a step; plain descent has no moments."""
    if SYSTEM in BY_SGD:
        return trees(lambda w, d: w - RATE * d, p, g), state
    t, m, v = state
    t = t + 1
    m = trees(lambda a, d: BETA_1 * a + (1 - BETA_1) * d, m, g)
    v = trees(lambda a, d: BETA_2 * a + (1 - BETA_2) * d * d, v, g)
    rate = RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    return trees(lambda w, a, b: w - rate * a / (jnp.sqrt(b) + EPSILON), p, m, v), (t, m, v)


def main():
    shape, layers = network(SYSTEM)
    functions = [forward for _, forward in layers]
    p = [own for own, _ in layers]
    x = jnp.asarray(RANDOM.normal(size=(STEPS, BATCH, *shape)), jnp.float32)
    if SYSTEM in REGRESSIONS:
        y = jnp.asarray(RANDOM.normal(size=(STEPS, BATCH, 1)), jnp.float32)
    else:
        y = jnp.asarray(RANDOM.integers(0, 10, (STEPS, BATCH)))

    def loss(p, x, y, key):
        for own, forward in zip(p, functions, strict=True):
            x = forward(own, x, key)
        if SYSTEM in REGRESSIONS:
            return ((x - y) ** 2).mean()
        return -jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], 1).mean()

    def step(carry, batch):
        p, state, key = carry
        if SYSTEM == "mnist_mlp":  # the only one that draws
            key, own = jax.random.split(key)
        else:
            own = key
        value, g = jax.value_and_grad(loss)(p, *batch, own)
        return (*updated(p, state, g), key), value

    zeros = [trees(jnp.zeros_like, p) for _ in range(2)]
    state = () if SYSTEM in BY_SGD else (jnp.zeros(()), *zeros)
    one = jax.jit(step)
    epoch = jax.jit(lambda carry, x, y: lax.scan(step, carry, (x, y)))
    scanned = x[:SCANNED], y[:SCANNED]
    batches = [(x[i], y[i]) for i in range(STEPS)]
    start = p, state, jax.random.PRNGKey(0)

    def steps(count):
        carry = start
        for i in range(count):
            carry, _ = one(carry, batches[i % STEPS])
        jax.block_until_ready(carry)

    def epochs(count):
        carry = start
        for _ in range(count):
            carry, _ = epoch(carry, *scanned)
        jax.block_until_ready(carry)

    parameters = sum(leaf.size for leaf in jax.tree_util.tree_leaves(p))
    serve(f"JAX {jax.__version__}", parameters, {"step": Way(steps), "scan": Way(epochs, SCANNED)})


if __name__ == "__main__":
    main()
