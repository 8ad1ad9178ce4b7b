"""Replicas of a step for tests."""

import numpy as np

from tests import helpers
from tuidl.kernels.step_state import STEP
from tuidl.model.model import Model
from tuidl.training.chain.replica import Replica


def replica(text: str, examples: int = 3, objective: int = 0, seed: int = 3) -> Replica:
    """Of a step on random examples, with parameters that are moved away from zero."""
    return replica_of(model(text, examples), examples, objective, seed)


def model(text: str, examples: int = 3) -> Model:
    """In float64, on the backend that is the definition."""
    built = helpers.model(text, batch=examples, dtype="float64", backend="numpy")
    random = np.random.default_rng(1)
    for values in built.parameters.values():
        values += 0.1 * random.standard_normal(values.shape)
    return built


def replica_of(built: Model, examples: int, objective: int = 0, seed: int = 3) -> Replica:
    feed = built.feed(*helpers.examples(built, examples, seed=seed))
    clock = built.engine.step_state.copy()
    clock[STEP] += 1  # the step that comes next
    return Replica(built.program.graph, objective, dict(built.parameters), feed, clock)
