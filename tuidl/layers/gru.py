"""The gated recurrent unit."""

from typing import Annotated

from msgspec import Meta

from tuidl.initializers import Initializer
from tuidl.layers.base import Layer, Parameter, Shape, require_rank
from tuidl.layers.sequences import emit_output_gradient, emit_outputs
from tuidl.tape import Batch, Scope, View

Units = Annotated[int, Meta(ge=1, le=65_536)]


class Gru(Layer, frozen=True, kw_only=True, tag="gru"):
    """Reads a sequence step by step into ``units`` numbers that it keeps or overwrites by gates.

    Gates lie in Keras's order z, r, h, the reset gate behind the product (``reset_after``), with
    a bias for each of the two products.
    """

    units: Units
    return_sequences: bool = False
    kernel_initializer: Initializer = "glorot_uniform"
    recurrent_initializer: Initializer = "orthogonal"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 2, "a sequence (time, features)")
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        gates = 3 * self.units
        return (
            Parameter("kernel", (shape[1], gates), self.kernel_initializer),
            Parameter("recurrent_kernel", (self.units, gates), self.recurrent_initializer),
            Parameter("bias", (2, gates), "zeros"),
        )

    def flops(self, shape: Shape) -> int:
        steps, features = shape
        return steps * (6 * self.units * (features + self.units) + 40 * self.units)

    def emit(self, scope: Scope) -> None:
        steps, features = scope.input_shape
        units, gate_count, n = self.units, 3 * self.units, Batch()
        kernel, recurrent = scope.parameters["kernel"], scope.parameters["recurrent_kernel"]
        input_bias, recurrent_bias = _halves(scope.parameters["bias"], gate_count)
        x = scope.buffer("x", steps, n, features)
        gates = scope.buffer("gates", steps, n, gate_count)
        states = scope.buffer("states", steps + 1, n, units)
        candidates = scope.buffer("candidates", steps, n, units)
        scratch = scope.buffer("scratch", n, gate_count)
        scope.forward("swap_time", scope.x, x)
        scope.forward("dense", x.rows, kernel, input_bias, gates.rows)
        scope.forward("gru", recurrent, recurrent_bias, gates, states, candidates, scratch)
        emit_outputs(scope, states, self.return_sequences)
        if scope.dy is None:
            return
        d_states = emit_output_gradient(scope, self.return_sequences)
        d_recurrent = scope.buffer("d_recurrent", steps, n, gate_count)
        carry = scope.buffer("carry", n, units)
        known = (recurrent, states, candidates, d_states)
        scope.backward("gru_gradient", *known, gates, d_recurrent, carry)
        d_kernel, d_recurrent_kernel = (
            scope.gradients["kernel"],
            scope.gradients["recurrent_kernel"],
        )
        d_input_bias, d_recurrent_bias = _halves(scope.gradients["bias"], gate_count)
        before = states.part(0, Batch(steps), units)
        scope.backward("dense_weight_gradient", before, d_recurrent.rows, d_recurrent_kernel)
        scope.backward("bias_gradient", d_recurrent.rows, d_recurrent_bias)
        scope.backward("dense_weight_gradient", x.rows, gates.rows, d_kernel)
        scope.backward("bias_gradient", gates.rows, d_input_bias)
        if scope.dx is not None:
            dx = scope.buffer("dx", steps, n, features)
            scope.backward("dense_input_gradient", gates.rows, kernel, dx.rows)
            scope.backward("swap_time", dx, scope.dx)


def _halves(bias: View, gate_count: int) -> tuple[View, View]:
    """The biases of the inputs' and of the states' product."""
    return bias.part(0, gate_count), bias.part(gate_count, gate_count)
