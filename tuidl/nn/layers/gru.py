"""The gated recurrent unit."""

from typing import ClassVar

from tuidl.ir.builder import Batch, Scope, View
from tuidl.nn.layers.base import Parameter
from tuidl.nn.layers.recurrent import Recurrent


class Gru(Recurrent, frozen=True, kw_only=True, tag="gru"):
    """Keeps or overwrites what it remembers by an update gate, and forgets by a reset gate.

    Gates lie in Keras's order z, r, h. ``reset_after``: the reset gate acts behind the product with
    the recurrent weights, and both products have a bias; False is the unit as first published.
    """

    reset_after: bool = True

    gates: ClassVar[int] = 3

    def bias(self) -> Parameter:
        width = self.gates * self.units
        return Parameter("bias", (2, width) if self.reset_after else (width,), "zeros")

    def emit(self, scope: Scope) -> None:
        if self.reset_after:
            self._emit_reset_after(scope)
        else:
            self._emit_reset_before(scope)

    def _emit_reset_after(self, scope: Scope) -> None:
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
        self.emit_recurrent_gradient(scope, states, d_recurrent)
        self.emit_input_gradients(scope, x, gates)

    def _emit_reset_before(self, scope: Scope) -> None:
        steps, n, units = scope.input_shape[0], Batch(), self.units
        recurrent = scope.parameters["recurrent_kernel"]
        x, gates = self.emit_inputs(scope, scope.parameters["bias"])
        columns = {0: 2 * units, 2 * units: units}
        weights = [scope.buffer(f"weights_{s}", units, width) for s, width in columns.items()]
        for start, part in zip(columns, weights, strict=True):
            scope.forward("extract_columns", recurrent, part, start=start)
        states = scope.buffer("states", steps + 1, n, units)
        resets = scope.buffer("resets", steps, n, units)
        scratch = [scope.buffer("part", n, 2 * units), scope.buffer("product", n, units)]
        scope.forward("gru_reset_before", *weights, gates, states, resets, *scratch)
        self.emit_outputs(scope, states)
        if scope.dy is None:
            return
        d_states = self.emit_output_gradient(scope)
        d_gates = scope.buffer("d_gates", steps, n, 2 * units)
        d_candidates = scope.buffer("d_candidates", steps, n, units)
        scratch = [scope.buffer(name, n, units) for name in ("carry", "d_reset")]
        operands = (*weights, states, d_states, gates, d_gates, d_candidates, *scratch)
        scope.backward("gru_reset_before_gradient", *operands)
        scope.backward("bias_gradient", gates.rows, scope.gradients["bias"])
        before = states.part(0, Batch(steps), units)
        for start, seen, d in ((0, before, d_gates), (2 * units, resets.rows, d_candidates)):
            d_part = scope.buffer(f"d_weights_{start}", units, d.shape[-1])
            scope.backward("dense_weight_gradient", seen, d.rows, d_part)
            kernel = scope.gradients["recurrent_kernel"]
            scope.backward("insert_columns", d_part, kernel, start=start)
        self.emit_input_gradients(scope, x, gates)


def _halves(bias: View, width: int) -> tuple[View, View]:
    """The biases of the inputs' and of the states' product."""
    return bias.part(0, width), bias.part(width, width)
