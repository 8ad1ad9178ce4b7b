"""Vectors of any width on a plane: along the two directions in which they differ most."""

import numpy as np

from tuidl.core.lazy import Array


def principal(vectors: Array) -> tuple[Array, Array]:
    """(n, 2) along the two directions of the largest variance, and the shares of all variance. The
    largest number of a direction is positive, so that a map does not flip as it learns."""
    centred = vectors - vectors.mean(axis=0)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    shares = lengths**2 / max(float((lengths**2).sum()), 1e-30)
    chosen = np.zeros((2, vectors.shape[1]))
    chosen[: min(2, len(directions))] = directions[:2]
    largest = np.abs(chosen).argmax(axis=1)
    signs = np.where(chosen[np.arange(2), largest] < 0, -1.0, 1.0)
    explained = np.zeros(2)
    explained[: min(2, len(shares))] = shares[:2]
    return centred @ (chosen * signs[:, None]).T, explained
