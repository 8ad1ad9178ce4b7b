"""The simple recurrent network."""

from typing import ClassVar

from tuidl.ir.builder import Batch, Scope
from tuidl.nn.layers.recurrent import Recurrent


class SimpleRnn(Recurrent, frozen=True, kw_only=True, tag="simple_rnn"):
    """h_t = tanh(x_t W + b + h_(t-1) U): what it remembers passes through the tanh every step."""

    gates: ClassVar[int] = 1

    def emit(self, scope: Scope) -> None:
        steps, n = scope.input_shape[0], Batch()
        recurrent = scope.parameters["recurrent_kernel"]
        x, inputs = self.emit_inputs(scope, scope.parameters["bias"])
        states = scope.buffer("states", steps + 1, n, self.units)
        scope.forward("simple_rnn", recurrent, inputs, states)
        self.emit_outputs(scope, states)
        if scope.dy is None:
            return
        d_states = self.emit_output_gradient(scope)
        d_inputs = scope.buffer("d_inputs", steps, n, self.units)
        carry = scope.buffer("carry", n, self.units)
        scope.backward("simple_rnn_gradient", recurrent, states, d_states, d_inputs, carry)
        scope.backward("bias_gradient", d_inputs.rows, scope.gradients["bias"])
        self.emit_recurrent_gradient(scope, states, d_inputs)
        self.emit_input_gradients(scope, x, d_inputs)
