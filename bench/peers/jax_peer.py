"""JAX on a described network, with nothing on top: a compiled step, called again and again, and a
compiled scan (``lax.scan``) over the batches of an epoch."""

from functools import partial

from protocol import Way, serve, started_as

CASE, THREADS, _ = started_as()
WORK = CASE["work"]

import examples  # noqa: E402
import jax  # noqa: E402  (it counts the cores when it is imported)
import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402
from jax_several import objectives_of  # noqa: E402

RATE, BETA_1, BETA_2, EPSILON = 1e-4, 0.9, 0.999, 1e-7
BATCH = WORK["batch"]
STEPS = WORK["examples"] // BATCH
CONVOLVES = any(layer["type"].startswith("conv") for layer in WORK["layers"])
DRAWS = "parts" in WORK or any(layer["type"] == "dropout" for layer in WORK["layers"])
BY_SGD = WORK["optimizer"]["type"] == "sgd"
"""Other optimizers than these are stood in for by Adam, whose work is much like theirs."""
SCANNED = min(STEPS, 4) if CONVOLVES else STEPS
"""Steps of one scan; within it, XLA does convolutions on one thread and very slowly."""


def trees(function, *values):
    return jax.tree_util.tree_map(function, *values)


def updated(p, state, g):
    """Parameters and Adam's moments after a step; plain descent has no moments."""
    if BY_SGD:
        return trees(lambda w, d: w - RATE * d, p, g), state
    t, m, v = state
    t = t + 1
    m = trees(lambda a, d: BETA_1 * a + (1 - BETA_1) * d, m, g)
    v = trees(lambda a, d: BETA_2 * a + (1 - BETA_2) * d * d, v, g)
    rate = RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    return trees(lambda w, a, b: w - rate * a / (jnp.sqrt(b) + EPSILON), p, m, v), (t, m, v)


def way(scanning):
    """The training of new networks, and how many parameters they have. A call of the compiled
    function does a step of each objective."""
    p, objectives = objectives_of(WORK)
    turns = len(objectives)
    calls, scanned = STEPS // turns, SCANNED // turns
    x, y = jnp.asarray(examples.inputs(WORK)), jnp.asarray(examples.targets(WORK))
    batches = tuple(
        each[: calls * turns * BATCH].reshape(calls, turns, BATCH, *each.shape[1:])
        for each in (x, y)
    )

    def step(carry, batch):
        for turn, (part, loss) in enumerate(objectives):
            carry = one_turn(carry, turn, part, loss, [each[turn] for each in batch])
        return carry, ()

    states = [start_of(p if part is None else p[part]) for part, _ in objectives]
    carry = p, states, jax.random.PRNGKey(0)
    parameters = sum(leaf.size for leaf in jax.tree_util.tree_leaves(p))
    if scanning:
        run = scans(step, carry, tuple(each[:scanned] for each in batches))
        return Way(run, scanned * turns), parameters
    apart = [tuple(each[i] for each in batches) for i in range(calls)]
    return Way(steps(step, carry, apart), turns), parameters


def start_of(p):
    """Adam's moments before the first step."""
    return () if BY_SGD else (jnp.zeros(()), *(trees(jnp.zeros_like, p) for _ in range(2)))


def one_turn(carry, turn, part, loss, batch):
    """A step of one objective, which trains all parameters or those of a part."""
    p, states, key = carry
    key, own = jax.random.split(key) if DRAWS else (key, key)
    states = list(states)
    if part is None:
        g = jax.grad(loss)(p, *batch, own)
        p, states[turn] = updated(p, states[turn], g)
        return p, states, key
    g = jax.grad(lambda mine: loss({**p, part: mine}, *batch, own))(p[part])
    mine, states[turn] = updated(p[part], states[turn], g)
    return {**p, part: mine}, states, key


def steps(step, start, batches):
    one = jax.jit(step)

    def run(count):
        carry = start
        for i in range(count):
            carry, _ = one(carry, batches[i % len(batches)])
        jax.block_until_ready(carry)

    return run


def scans(step, start, batches):
    epoch = jax.jit(lambda carry, each: lax.scan(step, carry, each))

    def run(count):
        carry = start
        for _ in range(count):
            carry, _ = epoch(carry, batches)
        jax.block_until_ready(carry)

    return run


if __name__ == "__main__":
    known = {"step": partial(way, False), "scan": partial(way, True)}
    serve(f"JAX {jax.__version__}", known, CASE.get("seconds"))
