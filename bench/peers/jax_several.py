"""Described networks that train together in JAX: what is minimised, by which parameters.

``objectives_of``: parameters by part, and for each objective, which take turns, the part that it
trains (all where None) and its loss, ``loss(parameters, x, y, key)``.
"""

import jax
import jax.numpy as jnp
from jax import lax
from jax_network import build, loss_of


def objectives_of(work):
    kind = work.get("kind", "")
    if kind == "variational":
        return variational(work)
    if kind == "adversarial":
        return adversarial(work)
    own, network = build(work)
    of = loss_of(work)
    return own, [(None, lambda p, x, y, key: of(network(p, x, key), y))]


def parts_of(work):
    """Parameters and functions by part."""
    made = {name: build(part) for name, part in work["parts"].items()}
    return {name: own for name, (own, _) in made.items()}, {n: f for n, (_, f) in made.items()}


def variational(work):
    own, functions = parts_of(work)

    def loss(p, x, y, key):
        mean, log_variance = jnp.split(functions["encoder"](p["encoder"], x, key), 2, axis=1)
        noise = jax.random.normal(key, mean.shape)
        sample = mean + jnp.exp(0.5 * log_variance) * noise
        logits = functions["decoder"](p["decoder"], sample, key)
        entropies = jax.nn.softplus(logits) - logits * y.reshape(logits.shape)
        divergence = -0.5 * (1 + log_variance - mean**2 - jnp.exp(log_variance)).sum()
        return (entropies.sum() + divergence) / len(x)

    return own, [(None, loss)]


def adversarial(work):
    own, functions = parts_of(work)
    noise = tuple(work["parts"]["generator"]["shapes"][0][0])

    def judged(p, x, key):
        return functions["discriminator"](p["discriminator"], x, key)

    def made(p, x, key):
        z = jax.random.normal(key, (len(x), *noise))
        return functions["generator"](p["generator"], z, key)

    def of_discriminator(p, x, y, key):
        false = judged(p, lax.stop_gradient(made(p, x, key)), key)
        return jax.nn.softplus(-judged(p, x, key)).mean() + jax.nn.softplus(false).mean()

    def of_generator(p, x, y, key):
        return jax.nn.softplus(-judged(p, made(p, x, key), key)).mean()

    return own, [("discriminator", of_discriminator), ("generator", of_generator)]
