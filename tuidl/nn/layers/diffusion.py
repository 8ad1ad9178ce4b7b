"""Examples with noise in them, as diffusion trains on."""

from math import prod
from typing import Annotated, Literal

from msgspec import Meta

from tuidl.core.lazy import np
from tuidl.ir.buffers import View, by_example
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, LayerName, Shape, ShapeError, describe

Schedule = Literal["linear", "cosine"]
SCHEDULES: tuple[Schedule, ...] = ("linear", "cosine")
"""By the numbers that kernels know them by."""
Three = Annotated[tuple[LayerName, ...], Meta(min_length=3, max_length=3)]


def kept_share(step, schedule):
    """How much of an example is kept at these shares of all steps; squared, the usual alpha bar."""
    s = np.clip(step, 0, 1)
    if schedule == "linear":
        return np.exp(-s * (0.1 + 19.9 * s / 2) / 2)
    return np.cos(np.pi / 2 * (s + 0.008) / 1.016) / np.cos(np.pi / 2 * 0.008 / 1.016)


def diffuse(x, noise, step, schedule="cosine"):
    a = kept_share(step.astype(np.float64), schedule).reshape(-1, *(1,) * (x.ndim - 1))
    b = np.sqrt(np.maximum(1 - a * a, 0))
    return a.astype(x.dtype) * x + b.astype(x.dtype) * noise


class Diffuse(Layer, frozen=True, kw_only=True, tag="diffuse"):
    """An example with as much noise in it as there is after a part of all steps (Ho et al., 2020).

    ``inputs``: the example, noise of the same shape, and the step as a share of all steps, over 0
    to 1. ``schedule``: how fast the noise comes in.
    """

    formula = "y = a · x + b · noise, a and b by the step, a² + b² = 1"
    backward_formula = "dx = a · dy   d noise = b · dy   d step = sum of dy · (a' · x + b' · noise)"
    reference = staticmethod(diffuse)

    inputs: Three
    schedule: Schedule = "cosine"

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        x, noise, step = shapes
        if x != noise:
            problem = f"got {describe(x)} and {describe(noise)}"
            raise ShapeError(f"needs noise of the example's shape, {problem}")
        if prod(step) != 1:
            raise ShapeError(f"needs one number as the step, got {describe(step)}")
        return x

    def flops(self, shape: Shape) -> int:
        return 3 * prod(shape) + 40

    def emit(self, context: EmitContext) -> None:
        x, noise, step = context.inputs
        operands = (by_example(x), by_example(noise), step.flat)
        number = SCHEDULES.index(self.schedule)
        context.forward("diffuse", *operands, by_example(context.y), schedule=number)
        if context.dy is None or not any(context.d_inputs):
            return
        places = zip(("x", "noise", "step"), context.inputs, context.d_inputs, strict=True)
        dx, d_noise, d_step = (self._gradient(context, *place) for place in places)
        written = (by_example(dx), by_example(d_noise), d_step.flat)
        dy = by_example(context.dy)
        context.backward("diffuse_gradient", *operands, dy, *written, schedule=number)

    @staticmethod
    def _gradient(context: EmitContext, name: str, x: View, d_x: View | None) -> View:
        """Where an input's gradient goes: where nobody asks for it, to a place of its own."""
        return context.buffer(f"d_{name}", *x.shape) if d_x is None else d_x
