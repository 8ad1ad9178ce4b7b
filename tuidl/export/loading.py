"""A function of every exported NumPy program: read as text."""

import numpy as np


def load_weights(path):
    """Every layer's weights by name: ``W["dense_1"]["kernel"]``."""
    weights = {}
    with np.load(path, allow_pickle=False) as file:
        for key in file.files:
            layer, _, name = key.rpartition(".")
            weights.setdefault(layer, {})[name] = file[key]
    return weights
