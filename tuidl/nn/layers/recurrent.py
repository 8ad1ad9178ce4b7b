"""What recurrent layers share: shapes, parameters, and the way in and out.

Inside, all arrays have time in front, so that one step's examples are one matrix and the products
of all steps with the input's weights are one tall product.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import Division, EmitContext, Phase
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers.base import Parameter, Shape, WeightedLayer, require_rank
from tuidl.nn.layers.dense import (
    emit_bias_gradient,
    emit_input_gradient,
    emit_product,
    emit_product_gradients,
)

Units = Annotated[int, Meta(ge=1, le=65_536)]


STRIP = 16
"""Packed columns are a multiple of that (``packed_size`` in ``kernels/simd/packed_gemm.py``)."""
NEAR = 1 << 15
"""Weights up to which products read them where they lie as fast as packed."""
FEW_STEPS = 4
"""Steps for which packing takes longer than it saves."""

START, PACK, GO_ON = range(3)
"""What a step by tiles does (``kernels/simd/recurrent.py``)."""


def moment_of(number: int) -> int:
    """What the step does that is the ``number``th to be computed."""
    return (START, PACK, GO_ON)[min(number, GO_ON)]


def move(context: EmitContext, phase: Phase, kernel: str, x: View, y: View) -> None:
    """A kernel that moves numbers: by examples, or its parts by tiles."""
    if context.division is Division.TILES:
        context.tiles(phase, f"{kernel}_tile", x, y)
    elif phase is Phase.FORWARD:
        context.forward(kernel, x, y)
    else:
        context.backward(kernel, x, y)


def step_of(view: View, t: int) -> View:
    """One step's matrix (examples, width) of a view (steps, examples, width)."""
    width = view.shape[2]
    assert isinstance(width, int)
    return view.part(Batch(t * width), Batch(), width)


class Recurrent(WeightedLayer, frozen=True, kw_only=True):
    """Base of all recurrent layers: reads (time, features) into ``units`` numbers, step by step."""

    units: Units
    return_sequences: bool = False
    kernel_initializer: Initializer = "glorot_uniform"
    recurrent_initializer: Initializer = "orthogonal"

    penalized: ClassVar[tuple[str, ...]] = ("kernel", "recurrent_kernel")
    divisions: ClassVar[tuple[Division, ...]] = (Division.EXAMPLES, Division.TILES)
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

    def readings(self, shape: Shape) -> int:
        return shape[0]

    def steps(self, shape: Shape) -> tuple[int, int]:
        return shape[0], 2 * self.gates * self.units**2

    def flops(self, shape: Shape) -> int:
        steps, features = shape
        width = self.gates * self.units
        return steps * (2 * width * (features + self.units) + 10 * width)

    def emit_inputs(self, context: EmitContext, bias: View) -> tuple[View, View]:
        """Time first, and x W + bias of all steps: (steps, examples, features) and (…, gates)."""
        steps, features = context.input_shape
        x = context.buffer("x", steps, Batch(), features)
        inputs = context.buffer("inputs", steps, Batch(), self.gates * self.units)
        move(context, Phase.FORWARD, "swap_time", context.x, x)
        emit_product(context, x.rows, context.parameters["kernel"], bias, inputs.rows)
        return x, inputs

    def packed(self, context: EmitContext, rows: int, columns: int) -> View:
        """Room for recurrent weights that are packed before the first of many steps."""
        return context.buffer("packed", rows * -(-columns // STRIP) * STRIP)

    def packed_forward(self, context: EmitContext, columns: int) -> View:
        """The same for weights (units, columns); a single number where packing brings nothing."""
        if self.units * columns <= NEAR or context.input_shape[0] < FEW_STEPS:
            return context.buffer("packed", 1)
        return self.packed(context, self.units, columns)

    def emit_outputs(self, context: EmitContext, states: View) -> None:
        """``states`` (steps + 1, examples, units), the first from before the sequence, to y."""
        steps = context.input_shape[0]
        if self.return_sequences:
            after = states.part(Batch(self.units), steps, Batch(), self.units)
            move(context, Phase.FORWARD, "swap_time", after, context.y)
        else:
            last = states.part(Batch(steps * self.units), Batch(self.units))
            move(context, Phase.FORWARD, "copy", last.flat, context.y.flat)

    def emit_output_gradient(self, context: EmitContext) -> View:
        """dL/dh of every step (steps, examples, units) that comes from above."""
        assert context.dy is not None
        d_states = context.buffer("d_states", context.input_shape[0], Batch(), self.units)
        kernel = "swap_time" if self.return_sequences else "last_step_gradient"
        move(context, Phase.BACKWARD, kernel, context.dy, d_states)
        return d_states

    def emit_recurrent_gradient(
        self, context: EmitContext, states: View, d_recurrent: View, d_bias: View | None = None
    ) -> None:
        """Gradient of the recurrent weights, from that of their product with the states before;
        and of the product's bias. The state before the first step is 0: with other steps behind it
        that one is left out.
        """
        steps, width = context.input_shape[0], self.gates * self.units
        first = min(1, steps - 1)
        before = states.part(Batch(first * self.units), Batch(steps - first), self.units)
        after = d_recurrent.part(Batch(first * width), Batch(steps - first), width)
        emit_product_gradients(context, before, after, context.gradients["recurrent_kernel"], None)
        if d_bias is not None:
            emit_bias_gradient(context, d_recurrent.rows, d_bias)

    def emit_input_gradients(
        self, context: EmitContext, x: View, d_inputs: View, d_bias: View
    ) -> None:
        """Gradients of the input's weights and bias and of the input, from their product's."""
        steps, features = context.input_shape
        d_kernel = context.gradients["kernel"]
        emit_product_gradients(context, x.rows, d_inputs.rows, d_kernel, d_bias)
        if context.dx is not None:
            dx = context.buffer("dx", steps, Batch(), features)
            kernel = context.parameters["kernel"]
            emit_input_gradient(context, d_inputs.rows, kernel, dx.rows)
            move(context, Phase.BACKWARD, "swap_time", dx, context.dx)
