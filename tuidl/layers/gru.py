"""The gated recurrent unit."""

from typing import ClassVar

from tuidl.layers.base import Parameter
from tuidl.layers.recurrent import Recurrent
from tuidl.tape import Batch, Scope, View


class Gru(Recurrent, frozen=True, kw_only=True, tag="gru"):
    """Keeps or overwrites what it remembers by an update gate, and forgets by a reset gate.

    Gates lie in Keras's order z, r, h, the reset gate behind the product (``reset_after``), with
    a bias for each of the two products.
    """

    gates: ClassVar[int] = 3

    def bias(self) -> Parameter:
        return Parameter("bias", (2, self.gates * self.units), "zeros")

    def emit(self, scope: Scope) -> None:
        steps, width, n = scope.input_shape[0], self.gates * self.units, Batch()
        recurrent = scope.parameters["recurrent_kernel"]
        input_bias, recurrent_bias = _halves(scope.parameters["bias"], width)
        x, gates = self.emit_inputs(scope, input_bias)
        states = scope.buffer("states", steps + 1, n, self.units)
        candidates = scope.buffer("candidates", steps, n, self.units)
        scratch = scope.buffer("scratch", n, width)
        scope.forward("gru", recurrent, recurrent_bias, gates, states, candidates, scratch)
        self.emit_outputs(scope, states)
        if scope.dy is None:
            return
        d_states = self.emit_output_gradient(scope)
        d_recurrent = scope.buffer("d_recurrent", steps, n, width)
        carry = scope.buffer("carry", n, self.units)
        known = (recurrent, states, candidates, d_states)
        scope.backward("gru_gradient", *known, gates, d_recurrent, carry)
        d_input_bias, d_recurrent_bias = _halves(scope.gradients["bias"], width)
        scope.backward("bias_gradient", gates.rows, d_input_bias)
        scope.backward("bias_gradient", d_recurrent.rows, d_recurrent_bias)
        self.emit_parameter_gradients(scope, x, states, gates, d_recurrent)


def _halves(bias: View, width: int) -> tuple[View, View]:
    """The biases of the inputs' and of the states' product."""
    return bias.part(0, width), bias.part(width, width)
