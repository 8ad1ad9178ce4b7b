"""Long short-term memory."""

from typing import ClassVar

from tuidl.ir.builder import Batch, Scope
from tuidl.nn.initializer_names import Start
from tuidl.nn.layers.base import Parameter
from tuidl.nn.layers.recurrent import Recurrent


class Lstm(Recurrent, frozen=True, kw_only=True, tag="lstm"):
    """Carries a cell past the gates that write, forget and read it, so gradients last longer.

    Gates lie in Keras's order i, f, c, o. ``unit_forget_bias``: the forget gate starts with a
    bias of 1, so that a new network remembers.
    """

    unit_forget_bias: bool = True

    gates: ClassVar[int] = 4

    def bias(self) -> Parameter:
        start: Start = "unit_forget" if self.unit_forget_bias else "zeros"
        return Parameter("bias", (self.gates * self.units,), start)

    def emit(self, scope: Scope) -> None:
        steps, n = scope.input_shape[0], Batch()
        recurrent = scope.parameters["recurrent_kernel"]
        x, gates = self.emit_inputs(scope, scope.parameters["bias"])
        states = scope.buffer("states", steps + 1, n, self.units)
        cells = scope.buffer("cells", steps + 1, n, self.units)
        scope.forward("lstm", recurrent, gates, states, cells)
        self.emit_outputs(scope, states)
        if scope.dy is None:
            return
        d_states = self.emit_output_gradient(scope)
        carries = [scope.buffer(name, n, self.units) for name in ("carry", "cell_carry")]
        scope.backward("lstm_gradient", recurrent, cells, d_states, gates, *carries)
        scope.backward("bias_gradient", gates.rows, scope.gradients["bias"])
        self.emit_recurrent_gradient(scope, states, gates)
        self.emit_input_gradients(scope, x, gates)
