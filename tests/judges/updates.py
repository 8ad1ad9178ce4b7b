"""One optimizer on one vector, with the gradients given by hand."""

from typing import Any

import numpy as np

from tests.judges.networks import Array, Stated, Table, preset
from tuidl.ir.instructions import Phase
from tuidl.kernels.step_state import LEARNING_RATE, STEP
from tuidl.model.model import Model


class Updates:
    """The update instructions of a real program, whose only parameter is ``values`` (n,)."""

    def __init__(self, optimizer: Table, values: Any, step: int = 0) -> None:
        """``step``: how many steps came before, for bias corrections."""
        values = np.asarray(values, np.float32)
        layers = [{"type": "dense", "units": len(values), "use_bias": False}]
        built = preset(layers, Stated(shape=(1,), outputs=len(values)), optimizer=optimizer)
        self.model = Model(built, batch=1, threads=1)
        self.rate = built.optimizer.learning_rate
        list(self.model.prepare())
        self.values = self.model.parameters["dense_1.kernel"][0]
        self.values[:] = values
        self.model.engine.step_state[STEP] = step

    @property
    def steps(self) -> int:
        """How many there were."""
        return int(self.model.engine.step_state[STEP])

    def state(self, name: str) -> Array:
        """A writable view of what the optimizer keeps beside the parameters (n,)."""
        start = self.model.program.state[name]
        return self.model.engine.arena[start : start + len(self.values)]

    def apply(self, gradient: Any) -> Array:
        """One step; the parameters after it."""
        program, engine = self.model.program, self.model.engine
        assert program.shards == 1
        start = program.objectives[0].gradients
        room = engine.arena[start : start + program.span]
        room[:] = 0
        room[: len(self.values)] = gradient
        engine.step_state[STEP] += 1
        engine.step_state[LEARNING_RATE] = self.rate
        rows = program.train.rows_for(1)
        for number, instruction in enumerate(program.train.emitted.instructions):
            if instruction.phase is Phase.UPDATE:
                engine.run_instruction(rows, number)
        return self.values.copy()
