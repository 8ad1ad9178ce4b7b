"""The simple recurrent network."""

from typing import ClassVar

from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import Division, EmitContext, Phase
from tuidl.nn.layers.recurrent import Recurrent, moment_of, step_of

Views = tuple[View, ...]


def simple_rnn(x, kernel, recurrent_kernel, bias):
    """The states h after each step: (n, time, features) -> (n, time, units)."""
    h, states = np.zeros((len(x), len(recurrent_kernel)), x.dtype), []
    for x_t in np.moveaxis(x, 1, 0):
        h = np.tanh(x_t @ kernel + h @ recurrent_kernel + bias)
        states.append(h)
    return np.stack(states, axis=1)


class SimpleRnn(Recurrent, frozen=True, kw_only=True, tag="simple_rnn"):
    """h_t = tanh(x_t W + b + h_(t-1) U): what it remembers passes through the tanh every step."""

    formula = "h = tanh(x · W + h before · U + b), time by time"
    backward_formula = "back in time, the last step first; dW, dU = sums over all steps"
    reference = staticmethod(simple_rnn)

    gates: ClassVar[int] = 1

    def emit(self, context: EmitContext) -> None:
        steps, n = context.input_shape[0], Batch()
        recurrent = context.parameters["recurrent_kernel"]
        x, inputs = self.emit_inputs(context, context.parameters["bias"])
        states = context.buffer("states", steps + 1, n, self.units)
        if context.division is Division.TILES:
            self._emit_steps(context, inputs, states)
        else:
            packed = self.packed_forward(context, self.units)
            context.forward("simple_rnn", recurrent, inputs, states, packed)
        self.emit_outputs(context, states)
        if context.dy is None:
            return
        d_states = self.emit_output_gradient(context)
        d_inputs = context.buffer("d_inputs", steps, n, self.units)
        carry = context.buffer("carry", n, self.units)
        packed = self.packed(context, self.units, self.units)
        if context.division is Division.TILES:
            self._emit_steps_back(context, states, d_states, d_inputs, (carry, packed))
        else:
            operands = (recurrent, states, d_states, d_inputs, carry, packed)
            context.backward("simple_rnn_gradient", *operands)
        self.emit_recurrent_gradient(context, states, d_inputs)
        self.emit_input_gradients(context, x, d_inputs, context.gradients["bias"])

    def _emit_steps(self, context: EmitContext, inputs: View, states: View) -> None:
        recurrent = context.parameters["recurrent_kernel"]
        packed = self.packed(context, self.units, self.units)
        for t in range(context.input_shape[0]):
            before, after = step_of(states, t), step_of(states, t + 1)
            operands = (recurrent, step_of(inputs, t), before, after, packed)
            context.tiles(Phase.FORWARD, "simple_rnn_step", *operands, moment=moment_of(t))

    def _emit_steps_back(
        self, context: EmitContext, states: View, d_states: View, d_inputs: View, scratch: Views
    ) -> None:
        recurrent, last = context.parameters["recurrent_kernel"], context.input_shape[0] - 1
        for t in range(last, -1, -1):
            known = (step_of(d_inputs, min(t + 1, last)), step_of(states, t + 1))
            operands = (recurrent, *known, step_of(d_states, t), step_of(d_inputs, t), *scratch)
            moment = moment_of(last - t)
            context.tiles(Phase.BACKWARD, "simple_rnn_step_gradient", *operands, moment=moment)
