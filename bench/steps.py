"""Steps of our own training, and the loss of each."""

import numpy as np

from tuidl.backends.base import Array, ArrayDataset, BatchPlan, StepChunk
from tuidl.model.model import Model
from tuidl.training.profiling import RATE


def losses_of(model: Model, feed: ArrayDataset, steps: int, rate: float = RATE) -> Array:
    """Train for so many steps, over the examples again and again; the mean loss of each step."""
    batches = BatchPlan.of(model.program.train, model.program.batch, len(feed))
    most, losses = batches.steps(len(feed)), np.zeros(steps)
    slots = sum(size for _, size in model.program.statistics.values())
    for first in range(0, steps, most):
        part = losses[first : first + most]
        chunk = StepChunk(0, np.full(len(part), rate), np.zeros(slots), part)
        model.engine.run(batches, feed, chunk)
    return losses
