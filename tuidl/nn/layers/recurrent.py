"""What recurrent layers share: shapes, parameters, and the way in and out.

Inside, all arrays have time in front, so that one step's examples are one matrix and the products
of all steps with the input's weights are one tall product.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.ir.builder import Batch, Scope, View
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import Parameter, Shape, WeightedLayer, require_rank

Units = Annotated[int, Meta(ge=1, le=65_536)]


class Recurrent(WeightedLayer, frozen=True, kw_only=True):
    """Base of all recurrent layers: reads (time, features) into ``units`` numbers, step by step."""

    units: Units
    return_sequences: bool = False
    kernel_initializer: Initializer = "glorot_uniform"
    recurrent_initializer: Initializer = "orthogonal"

    penalized: ClassVar[tuple[str, ...]] = ("kernel", "recurrent_kernel")
    gates: ClassVar[int]
    """How many groups of ``units`` columns the weights have."""

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 2, "a sequence (time, features)")
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        width = self.gates * self.units
        return (
            Parameter("kernel", (shape[1], width), self.kernel_initializer),
            Parameter("recurrent_kernel", (self.units, width), self.recurrent_initializer),
            self.bias(),
        )

    def bias(self) -> Parameter:
        return Parameter("bias", (self.gates * self.units,), "zeros")

    def flops(self, shape: Shape) -> int:
        steps, features = shape
        width = self.gates * self.units
        return steps * (2 * width * (features + self.units) + 10 * width)

    def emit_inputs(self, scope: Scope, bias: View) -> tuple[View, View]:
        """Time first, and x W + bias of all steps: (steps, examples, features) and (…, gates)."""
        steps, features = scope.input_shape
        x = scope.buffer("x", steps, Batch(), features)
        inputs = scope.buffer("inputs", steps, Batch(), self.gates * self.units)
        scope.forward("swap_time", scope.x, x)
        scope.forward("dense", x.rows, scope.parameters["kernel"], bias, inputs.rows)
        return x, inputs

    def emit_outputs(self, scope: Scope, states: View) -> None:
        """``states`` (steps + 1, examples, units), the first from before the sequence, to y."""
        steps = scope.input_shape[0]
        if self.return_sequences:
            after = states.part(Batch(self.units), steps, Batch(), self.units)
            scope.forward("swap_time", after, scope.y)
        else:
            last = states.part(Batch(steps * self.units), Batch(self.units))
            scope.forward("copy", last, scope.y.flat)

    def emit_output_gradient(self, scope: Scope) -> View:
        """dL/dh of every step (steps, examples, units) that comes from above."""
        assert scope.dy is not None
        d_states = scope.buffer("d_states", scope.input_shape[0], Batch(), self.units)
        scope.backward(
            "swap_time" if self.return_sequences else "last_step_gradient", scope.dy, d_states
        )
        return d_states

    def emit_recurrent_gradient(self, scope: Scope, states: View, d_recurrent: View) -> None:
        """Gradient of the recurrent weights, from that of their product with the states before."""
        before = states.part(0, Batch(scope.input_shape[0]), self.units)
        d_kernel = scope.gradients["recurrent_kernel"]
        scope.backward("dense_weight_gradient", before, d_recurrent.rows, d_kernel)

    def emit_input_gradients(self, scope: Scope, x: View, d_inputs: View) -> None:
        """Gradients of the input's weights and of the input, from that of their product."""
        steps, features = scope.input_shape
        scope.backward("dense_weight_gradient", x.rows, d_inputs.rows, scope.gradients["kernel"])
        if scope.dx is not None:
            dx = scope.buffer("dx", steps, Batch(), features)
            kernel = scope.parameters["kernel"]
            scope.backward("dense_input_gradient", d_inputs.rows, kernel, dx.rows)
            scope.backward("swap_time", dx, scope.dx)
