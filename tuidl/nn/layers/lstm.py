"""Long short-term memory."""

from typing import ClassVar

from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import Division, EmitContext, Phase
from tuidl.nn.initializer_names import Start
from tuidl.nn.layers.activations import sigmoid
from tuidl.nn.layers.base import Parameter
from tuidl.nn.layers.recurrent import Recurrent, moment_of, step_of

Views = tuple[View, ...]


def lstm(x, kernel, recurrent_kernel, bias):
    """The states h after each step; weights have the gates side by side: i, f, c, o."""
    h = c = np.zeros((len(x), len(recurrent_kernel)), x.dtype)
    states = []
    for x_t in np.moveaxis(x, 1, 0):
        gates = x_t @ kernel + h @ recurrent_kernel + bias
        write, keep, candidate, read = np.split(gates, 4, axis=-1)
        c = sigmoid(keep) * c + sigmoid(write) * np.tanh(candidate)
        h = sigmoid(read) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1)


class Lstm(Recurrent, frozen=True, kw_only=True, tag="lstm"):
    """Carries a cell past the gates that write, forget and read it, so gradients last longer.

    Gates lie in Keras's order i, f, c, o. ``unit_forget_bias``: the forget gate starts with a
    bias of 1, so that a new network remembers.
    """

    formula = "c = f · c before + i · new   h = o · tanh(c),  gates i, f, o"
    backward_formula = "back in time, the last step first; dW, dU = sums over all steps"
    reference = staticmethod(lstm)

    unit_forget_bias: bool = True

    gates: ClassVar[int] = 4

    def bias(self) -> Parameter:
        start: Start = "unit_forget" if self.unit_forget_bias else "zeros"
        return Parameter("bias", (self.gates * self.units,), start)

    def emit(self, context: EmitContext) -> None:
        steps, n = context.input_shape[0], Batch()
        recurrent = context.parameters["recurrent_kernel"]
        x, gates = self.emit_inputs(context, context.parameters["bias"])
        states = context.buffer("states", steps + 1, n, self.units)
        cells = context.buffer("cells", steps + 1, n, self.units)
        if context.division is Division.TILES:
            self._emit_steps(context, gates, states, cells)
        else:
            packed = self.packed_forward(context, self.gates * self.units)
            context.forward("lstm", recurrent, gates, states, cells, packed)
        self.emit_outputs(context, states)
        if context.dy is None:
            return
        d_states = self.emit_output_gradient(context)
        carries = [context.buffer(name, n, self.units) for name in ("carry", "cell_carry")]
        packed = self.packed(context, self.gates * self.units, self.units)
        if context.division is Division.TILES:
            self._emit_steps_back(context, cells, d_states, gates, (*carries, packed))
        else:
            context.backward("lstm_gradient", recurrent, cells, d_states, gates, *carries, packed)
        self.emit_recurrent_gradient(context, states, gates)
        self.emit_input_gradients(context, x, gates, context.gradients["bias"])

    def _emit_steps(self, context: EmitContext, gates: View, states: View, cells: View) -> None:
        recurrent = context.parameters["recurrent_kernel"]
        packed = self.packed(context, self.gates * self.units, self.units)
        for t in range(context.input_shape[0]):
            before, old, gate = step_of(states, t), step_of(cells, t), step_of(gates, t)
            operands = (recurrent, before, old, gate, step_of(states, t + 1), step_of(cells, t + 1))
            moment = moment_of(t)
            context.tiles(Phase.FORWARD, "lstm_step", *operands, packed, moment=moment)

    def _emit_steps_back(
        self, context: EmitContext, cells: View, d_states: View, gates: View, scratch: Views
    ) -> None:
        recurrent, last = context.parameters["recurrent_kernel"], context.input_shape[0] - 1
        for t in range(last, -1, -1):
            known = (step_of(cells, t), step_of(cells, t + 1), step_of(d_states, t))
            operands = (recurrent, step_of(gates, min(t + 1, last)), *known, step_of(gates, t))
            moment = moment_of(last - t)
            context.tiles(Phase.BACKWARD, "lstm_step_gradient", *operands, *scratch, moment=moment)
