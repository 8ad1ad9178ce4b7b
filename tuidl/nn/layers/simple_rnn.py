"""The simple recurrent network."""

from typing import ClassVar

from tuidl.ir.buffers import Batch
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.recurrent import Recurrent


class SimpleRnn(Recurrent, frozen=True, kw_only=True, tag="simple_rnn"):
    """h_t = tanh(x_t W + b + h_(t-1) U): what it remembers passes through the tanh every step."""

    gates: ClassVar[int] = 1

    def emit(self, context: EmitContext) -> None:
        steps, n = context.input_shape[0], Batch()
        recurrent = context.parameters["recurrent_kernel"]
        x, inputs = self.emit_inputs(context, context.parameters["bias"])
        states = context.buffer("states", steps + 1, n, self.units)
        context.forward("simple_rnn", recurrent, inputs, states)
        self.emit_outputs(context, states)
        if context.dy is None:
            return
        d_states = self.emit_output_gradient(context)
        d_inputs = context.buffer("d_inputs", steps, n, self.units)
        carry = context.buffer("carry", n, self.units)
        context.backward("simple_rnn_gradient", recurrent, states, d_states, d_inputs, carry)
        context.backward("bias_gradient", d_inputs.rows, context.gradients["bias"])
        self.emit_recurrent_gradient(context, states, d_inputs)
        self.emit_input_gradients(context, x, d_inputs)
