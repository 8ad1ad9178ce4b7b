"""Random examples of the shapes that a description names: the same for every contender.

Only NumPy is needed. A description (``bench/description.py``) says how many examples there are, the
shape of one, how many words there are where the network starts with an embedding, and what targets
are: classes, values, bits or shares.
"""

import numpy as np

SEED = 0


def inputs(work):
    """(examples, *shape): normal numbers, or numbers of words."""
    random, shape = np.random.default_rng(SEED), (work["examples"], *work["shape"])
    if work["words"]:
        return words(random, work["words"], shape).astype(np.float32)
    return random.standard_normal(shape, dtype=np.float32)


def words(random, count, shape):
    """Numbers of words as a text has them: that of rank r comes up 1 / r as often as the first."""
    reached = np.cumsum(1 / np.arange(1, count + 1))
    places = random.permutation(count)
    return places[np.searchsorted(reached, random.random(shape) * reached[-1])]


def targets(work):
    """(examples, *shape), whole numbers for classes and float32 for all others."""
    random, wanted = np.random.default_rng(SEED + 1), work["target"]
    shape = (work["examples"], *wanted["shape"])
    if wanted["kind"] == "classes":
        return random.integers(0, wanted["classes"], shape)
    if wanted["kind"] == "bits":
        return random.integers(0, 2, shape).astype(np.float32)
    if wanted["kind"] == "shares":
        return random.dirichlet(np.ones(shape[-1]), shape[:-1]).astype(np.float32)
    return random.standard_normal(shape, dtype=np.float32)
