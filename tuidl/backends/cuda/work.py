"""What a chunk of steps reads and writes in the GPU's memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import cuda

from tuidl.backends.base import BatchPlan
from tuidl.backends.cuda.dependencies import dependencies_of
from tuidl.kernels import KERNELS, NAMES


@dataclass(frozen=True, eq=False)
class Tables:
    """A routine's rows for whole and short batches: arrays on the GPU, and what the host asks.

    ``numbers``: the same bytes as ``rows`` as float64, for options that are no whole numbers.
    ``instructions``: of each kind, each one's kernel, the elements of its largest operand, and its
    lanes. ``most_gathered``: elements of a lane's inputs, where a lane has most of them.
    ``checked``: instructions after which loss and gradients are known; those that follow update.
    """

    rows: Any
    numbers: Any
    dependencies: Any
    stages: Any
    lanes: Any
    instructions: tuple[tuple[tuple[str, int, int], ...], ...]
    checked_stages: int
    checked: int
    most_gathered: int

    @classmethod
    def of(cls, batches: BatchPlan, *, updates: bool) -> "Tables":
        """Copy them to the GPU; without the instructions of the update where there is none."""
        checked_stages = batches.routine.stages_before_update
        whole, stages = batches.whole, batches.stages
        if not updates:
            stages = batches.stages_before_update
        count = int(stages[0, -1, 1]) if stages.shape[1] else 0
        rows = np.ascontiguousarray(batches.rows[:, :count])
        dependencies = np.stack([dependencies_of(kind)[:count] for kind in batches.kinds])
        checked = int(whole.stages[checked_stages - 1][1]) if checked_stages else 0
        return cls(
            rows=cuda.to_device(rows),
            numbers=cuda.to_device(rows.view(np.float64)),
            dependencies=cuda.to_device(dependencies),
            stages=cuda.to_device(stages),
            lanes=cuda.to_device(batches.lanes),
            instructions=tuple(
                tuple(_instructions(*kind)) for kind in zip(rows, stages, strict=True)
            ),
            checked_stages=checked_stages,
            checked=min(checked, count),
            most_gathered=int(whole.examples.max()) * batches.routine.emitted.x.elements(1),
        )


def _instructions(rows: Any, stages: Any) -> Any:
    for first, end, lanes in stages:
        for number in range(first, end):
            name = NAMES[rows[number, 0, 0]]
            operands, _ = KERNELS[name].signature.decode(rows[number, 0].tolist())
            sizes = [int(np.prod(shape, dtype=np.int64)) for _, shape in operands]
            yield name, max(sizes), int(lanes)


@dataclass(frozen=True, eq=False)
class Work:
    """All arrays of a chunk, on the GPU. ``kinds``: of each step, 0 whole and 1 short batch."""

    tables: Tables
    arena: Any
    step_state: Any
    x: Any
    y: Any
    order: Any
    rates: Any
    losses: Any
    totals: Any
    progress: Any
    kinds: tuple[int, ...]
