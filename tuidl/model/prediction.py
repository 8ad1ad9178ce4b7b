"""Answers to batches of one size: what such batches have in common is worked out once."""

import numpy as np

from tuidl.backends.base import ArrayDataset, BatchPlan, Engine, StepChunk
from tuidl.core.lazy import Array


class Prediction:
    """What ``Model.predict`` does with each batch of some number of examples.

    A call of a small network is over in a few microseconds; to make datasets and arguments anew
    took four times as long.
    """

    def __init__(self, engine: Engine, batches: BatchPlan, inputs: int, chunk: StepChunk) -> None:
        """``inputs``: numbers of one example. ``chunk``: one step that counts nothing."""
        count, dtype = batches.batch, engine.dtype
        order = np.arange(count, dtype=np.int64)
        like = ArrayDataset(np.zeros((count, inputs), dtype), np.zeros((count, 0), dtype), order)
        self._engine, self._look = engine, engine.again(batches, like, chunk)
        rows, self._parts, first = batches.whole, list[tuple[int, int, int]](), 0
        for start, own in zip(rows.outputs.tolist(), rows.examples.tolist(), strict=True):
            if own:
                self._parts.append((start, first, first + own))
            first += own

    def answer(self, x: Array, answers: Array) -> None:
        """Run on ``x`` (examples, inputs), and copy what comes out of all shards to ``answers``
        (examples, outputs)."""
        self._look(x)
        arena, width = self._engine.arena, answers.shape[1]
        for start, first, end in self._parts:
            own = arena[start : start + (end - first) * width]
            answers[first:end] = own.reshape(end - first, width)
