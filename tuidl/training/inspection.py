"""Looking inside one step: what every layer hands on, and the gradient that comes back.

The step is run one instruction after the other, up to the update, on a batch of its own. It leaves
nothing behind: parameters, moving averages and the optimizer stay, and every buffer that it writes
is written anew by the next step.
"""

from dataclasses import dataclass

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.program import ObjectiveProgram
from tuidl.compiler.routine import Routine, Rows
from tuidl.core.lazy import Array
from tuidl.ir.buffers import View
from tuidl.ir.instructions import Phase
from tuidl.model.model import Model


@dataclass(frozen=True)
class Inspected:
    """``outputs`` and ``gradients`` of them (examples, *shape) by layer, ``parameters``: the
    gradient of each parameter that the objective trains; ``loss``: of the batch. A softmax that
    belongs to the loss is not in the last output.
    """

    loss: float
    outputs: dict[str, Array]
    gradients: dict[str, Array]
    parameters: dict[str, Array]


def inspect(
    model: Model, feed: ArrayDataset, objective: int = 0, *, forward_only: bool = False
) -> Inspected:
    """Run a training step without its update on the feed's first examples, one batch at most.

    ``objective``: the number of the one whose step it is. ``forward_only``: without gradients,
    which takes less than half the time.
    """
    end = Phase.BACKWARD if forward_only else Phase.UPDATE
    with model.lock.exclusive(), model.clock_kept():
        return _inspected(model, feed, model.program.objectives[objective], end)


def _inspected(
    model: Model, feed: ArrayDataset, objective: ObjectiveProgram, end: Phase
) -> Inspected:
    """The step up to the phase ``end``, instruction by instruction, as memory is shared: a layer's
    outputs are read after its last forward instruction, gradients before its first backward one."""
    model.require_prepared()
    routine, engine = objective.inspect, model.engine
    count = min(len(feed), routine.capacity)
    rows = routine.rows_for(count)
    _gather(model, feed, rows)
    numbered = list(enumerate(routine.emitted.instructions))
    last = {i.node: n for n, i in numbered if i.phase is Phase.FORWARD}
    first = {i.node: n for n, i in reversed(numbered) if i.phase is Phase.BACKWARD}
    outputs: dict[str, Array] = {}
    gradients: dict[str, Array] = {}
    for number, instruction in numbered:
        if instruction.phase is end:
            break
        name = instruction.node
        if first.get(name) == number and name in routine.emitted.gradients:
            gradients[name] = _read(model, routine, routine.emitted.gradients[name], rows)
        engine.run_instruction(rows, number)
        if last.get(name) == number and name in routine.emitted.outputs:
            outputs[name] = _read(model, routine, routine.emitted.outputs[name], rows)
    loss = sum(float(engine.arena[start]) for start in rows.statistics) / max(count, 1)
    if end is Phase.BACKWARD:
        return Inspected(loss, outputs, {}, {})
    return Inspected(loss, outputs, gradients, _parameter_gradients(model, objective))


def _parameter_gradients(model: Model, objective: ObjectiveProgram) -> dict[str, Array]:
    """Over the whole batch, of the parameters that the objective trains."""
    total = model.summed_gradients(objective)
    return {
        slot.name: total[slot.offset : slot.offset + slot.size].reshape(slot.shape)
        for slot in model.program.parameters
        if slot.trainable and objective.has(slot)
    }


def _gather(model: Model, feed: ArrayDataset, rows: Rows) -> None:
    for lane, count in enumerate(rows.examples):
        mine = feed.order[rows.first[lane] : rows.first[lane] + count]
        for start, values in ((rows.inputs[lane], feed.x), (rows.targets[lane], feed.y)):
            flat = values[mine].reshape(-1)
            model.engine.arena[start : start + len(flat)] = flat


def _read(model: Model, routine: Routine, view: View, rows: Rows) -> Array:
    """The view's examples, put together from all shards."""
    shape = tuple(size for size in view.shape[1:] if isinstance(size, int))
    parts = []
    for lane, count in enumerate(rows.examples):
        start = routine.address(view, lane, rows.batch)
        size = int(count) * int(np.prod(shape, dtype=np.int64))
        parts.append(model.engine.arena[start : start + size].reshape(int(count), *shape).copy())
    return np.concatenate(parts)
