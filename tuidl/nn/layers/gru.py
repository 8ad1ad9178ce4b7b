"""The gated recurrent unit."""

from typing import ClassVar

from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import Division, EmitContext, Phase
from tuidl.nn.layers.activations import sigmoid
from tuidl.nn.layers.base import Parameter
from tuidl.nn.layers.recurrent import Recurrent, moment_of, step_of

Views = tuple[View, ...]


def gru(x, kernel, recurrent_kernel, bias):
    """The states h after each step; weights have the gates side by side: z, r, h.

    The reset gate acts behind the product with the state, so both products have a bias.
    """
    h, states = np.zeros((len(x), len(recurrent_kernel)), x.dtype), []
    for x_t in np.moveaxis(x, 1, 0):
        x_z, x_r, x_h = np.split(x_t @ kernel + bias[0], 3, axis=-1)
        h_z, h_r, h_h = np.split(h @ recurrent_kernel + bias[1], 3, axis=-1)
        update, reset = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        h = update * h + (1 - update) * np.tanh(x_h + reset * h_h)
        states.append(h)
    return np.stack(states, axis=1)


def gru_reset_before(x, kernel, recurrent_kernel, bias):
    """The states h after each step; weights have the gates side by side: z, r, h.

    The reset gate acts on the state, before its product: the unit as first published.
    """
    h, states = np.zeros((len(x), len(recurrent_kernel)), x.dtype), []
    u_z, u_r, u_h = np.split(recurrent_kernel, 3, axis=-1)
    for x_t in np.moveaxis(x, 1, 0):
        x_z, x_r, x_h = np.split(x_t @ kernel + bias, 3, axis=-1)
        update, reset = sigmoid(x_z + h @ u_z), sigmoid(x_r + h @ u_r)
        h = update * h + (1 - update) * np.tanh(x_h + (reset * h) @ u_h)
        states.append(h)
    return np.stack(states, axis=1)


class Gru(Recurrent, frozen=True, kw_only=True, tag="gru"):
    """Keeps or overwrites what it remembers by an update gate, and forgets by a reset gate.

    Gates lie in Keras's order z, r, h. ``reset_after``: the reset gate acts behind the product with
    the recurrent weights, and both products have a bias; False is the unit as first published.
    """

    formula = "h = z · h before + (1 - z) · new,  gate z = sigmoid(x · W + h · U)"
    backward_formula = "back in time, the last step first; dW, dU = sums over all steps"
    reference = staticmethod(gru)

    reset_after: bool = True

    gates: ClassVar[int] = 3

    @property
    def divisions(self) -> tuple[Division, ...]:  # type: ignore[override]  # a field decides
        return Recurrent.divisions if self.reset_after else (Division.EXAMPLES,)

    def bias(self) -> Parameter:
        width = self.gates * self.units
        return Parameter("bias", (2, width) if self.reset_after else (width,), "zeros")

    def emit(self, context: EmitContext) -> None:
        if self.reset_after:
            self._emit_reset_after(context)
        else:
            self._emit_reset_before(context)

    def _emit_reset_after(self, context: EmitContext) -> None:
        steps, width, n = context.input_shape[0], self.gates * self.units, Batch()
        recurrent = context.parameters["recurrent_kernel"]
        input_bias, recurrent_bias = _halves(context.parameters["bias"], width)
        x, gates = self.emit_inputs(context, input_bias)
        states = context.buffer("states", steps + 1, n, self.units)
        candidates = context.buffer("candidates", steps, n, self.units)
        scratch = context.buffer("scratch", n, width)
        if context.division is Division.TILES:
            self._emit_steps(context, recurrent_bias, gates, states, candidates, scratch)
        else:
            packed = self.packed_forward(context, width)
            operands = (recurrent, recurrent_bias, gates, states, candidates, scratch, packed)
            context.forward("gru", *operands)
        self.emit_outputs(context, states)
        if context.dy is None:
            return
        d_states = self.emit_output_gradient(context)
        d_recurrent = context.buffer("d_recurrent", steps, n, width)
        carry = context.buffer("carry", n, self.units)
        packed = self.packed(context, width, self.units)
        known, written = (states, candidates, d_states), (gates, d_recurrent)
        if context.division is Division.TILES:
            self._emit_steps_back(context, known, written, (carry, packed))
        else:
            context.backward("gru_gradient", recurrent, *known, *written, carry, packed)
        d_input_bias, d_recurrent_bias = _halves(context.gradients["bias"], width)
        self.emit_recurrent_gradient(context, states, d_recurrent, d_recurrent_bias)
        self.emit_input_gradients(context, x, gates, d_input_bias)

    def _emit_steps(
        self, context: EmitContext, bias: View, gates: View, states: View, candidates: View,
        scratch: View,
    ) -> None:  # fmt: skip
        recurrent, width = context.parameters["recurrent_kernel"], self.gates * self.units
        packed = self.packed(context, width, self.units)
        for t in range(context.input_shape[0]):
            before, after = step_of(states, t), step_of(states, t + 1)
            written = (step_of(gates, t), after, step_of(candidates, t))
            operands = (recurrent, bias, before, *written, scratch, packed)
            context.tiles(Phase.FORWARD, "gru_step", *operands, moment=moment_of(t))

    def _emit_steps_back(
        self, context: EmitContext, known: Views, written: Views, scratch: Views
    ) -> None:
        recurrent, last = context.parameters["recurrent_kernel"], context.input_shape[0] - 1
        _, d_recurrent = written
        for t in range(last, -1, -1):
            now = [step_of(view, t) for view in (*known, *written)]
            operands = (recurrent, step_of(d_recurrent, min(t + 1, last)), *now, *scratch)
            moment = moment_of(last - t)
            context.tiles(Phase.BACKWARD, "gru_step_gradient", *operands, moment=moment)

    def _emit_reset_before(self, context: EmitContext) -> None:
        steps, n, units = context.input_shape[0], Batch(), self.units
        recurrent = context.parameters["recurrent_kernel"]
        x, gates = self.emit_inputs(context, context.parameters["bias"])
        columns = {0: 2 * units, 2 * units: units}
        weights = [context.buffer(f"weights_{s}", units, width) for s, width in columns.items()]
        for start, part in zip(columns, weights, strict=True):
            context.forward("extract_columns", recurrent, part, start=start)
        states = context.buffer("states", steps + 1, n, units)
        resets = context.buffer("resets", steps, n, units)
        scratch = [context.buffer("part", n, 2 * units), context.buffer("product", n, units)]
        packed = [self.packed_forward(context, width) for width in columns.values()]
        context.forward("gru_reset_before", *weights, gates, states, resets, *scratch, *packed)
        self.emit_outputs(context, states)
        if context.dy is None:
            return
        d_states = self.emit_output_gradient(context)
        d_gates = context.buffer("d_gates", steps, n, 2 * units)
        d_candidates = context.buffer("d_candidates", steps, n, units)
        scratch = [context.buffer(name, n, units) for name in ("carry", "d_reset")]
        operands = (*weights, states, d_states, gates, d_gates, d_candidates, *scratch)
        packed = [self.packed(context, width, units) for width in columns.values()]
        context.backward("gru_reset_before_gradient", *operands, *packed)
        before = states.part(0, Batch(steps), units)
        for start, seen, d in ((0, before, d_gates), (2 * units, resets.rows, d_candidates)):
            d_part = context.buffer(f"d_weights_{start}", units, d.shape[-1])
            context.backward("dense_weight_gradient", seen, d.rows, d_part)
            kernel = context.gradients["recurrent_kernel"]
            context.backward("insert_columns", d_part, kernel, start=start)
        self.emit_input_gradients(context, x, gates, context.gradients["bias"])


def _halves(bias: View, width: int) -> tuple[View, View]:
    """The biases of the inputs' and of the states' product."""
    return bias.part(0, width), bias.part(width, width)
