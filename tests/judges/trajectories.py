"""A model trained step by step, and held against what PyTorch made of the same start."""

from dataclasses import dataclass

import numpy as np

from tests.judges.networks import Array
from tests.judges.turns import in_turns, train_in_turns
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.model.model import Model

STEPS = 100


@dataclass(frozen=True)
class Nearness:
    """How far each step's loss may lie off, relative to it, and each weight after the last."""

    loss: float
    weight: float


NEAR = Nearness(loss=1e-4, weight=1e-3)
EXACT = Nearness(loss=1e-9, weight=1e-8)
"""In float64, where rounding has no time to grow."""


def train(model: Model, x: Array, y: Array, steps: int) -> Array:
    """The loss of each step, at the optimizers' own rates: schedules are the trainer's."""
    if in_turns(model.program.graph):
        return train_in_turns(model, x, y, model.program.batch, steps)
    feed = model.feed(x, y)
    batches = BatchPlan.of(model.program.train, model.program.batch, len(feed))
    list(model.prepare())
    statistics = sum(size for _, size in model.program.statistics.values())
    losses = np.zeros(steps)
    for start in range(0, steps, batches.steps(len(feed))):
        part = losses[start : start + batches.steps(len(feed))]
        rates = np.full(len(part), model.preset.optimizer.learning_rate)
        stretch = StepChunk(0, rates, np.zeros(statistics), part)
        assert model.engine.run(batches, feed, stretch) == len(part)
    return losses


def check_trajectory(
    model: Model, x: Array, y: Array, expected: dict[str, Array], near: Nearness = NEAR
) -> None:
    """Every step's loss, and every weight after the last step that PyTorch did."""
    first = {key: values.copy() for key, values in model.parameters.items()}
    losses = train(model, x, y, len(expected["losses"]))
    np.testing.assert_allclose(losses, expected["losses"], rtol=near.loss)
    for key, values in model.parameters.items():
        known = expected[f"parameters/{key}"]
        np.testing.assert_allclose(values, known, rtol=0, atol=near.weight, err_msg=key)
    way = max(np.abs(values - first[key]).max() for key, values in model.parameters.items())
    assert way > 10 * NEAR.weight, "weights that have hardly moved prove nothing"
