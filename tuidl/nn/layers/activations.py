"""Activation functions, each an ``activation = "..."`` of a layer or a layer of its own."""

import math
from dataclasses import dataclass, field, replace
from math import prod
from typing import Annotated, ClassVar

from msgspec import Meta

from tuidl.core.lazy import np
from tuidl.ir.buffers import View
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, Shape

Slope = Annotated[float, Meta(ge=0, le=1)]


def relu(x):
    return np.maximum(x, 0)


def leaky_relu(x, negative_slope):
    return np.where(x < 0, negative_slope * x, x)


def elu(x, alpha):
    return np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x)


def gelu(x):
    """x times the normal distribution's probability up to x; NumPy has no erfc."""
    erfc = np.vectorize(math.erfc, otypes=[x.dtype])
    return 0.5 * x * erfc(-x / math.sqrt(2))


def gelu_tanh(x):
    """The same by tanh, as GPT-2 has it: within 0.0005 of the exact one."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def swish(x):
    """x times its sigmoid, said so that nothing overflows."""
    return x * (0.5 * (1 + np.tanh(0.5 * x)))


def sigmoid(x):
    """1 / (1 + exp(-x)), said so that nothing overflows."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def tanh(x):
    return np.tanh(x)


def softmax(x):
    """Scores to probabilities; the largest score is taken off so that nothing overflows."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@dataclass(frozen=True)
class Activation:
    """The kernels of an activation. Most gradients follow from the output.

    ``leaves_slope``: they need the input, so in training the kernel ``..._with_slope`` runs, which
    leaves the slopes.
    """

    kernel: str
    flops: int
    by_rows: bool = False
    leaves_slope: bool = False
    options: dict[str, float] = field(default_factory=dict)

    def emit(self, context: EmitContext, y: View, dy: View | None) -> None:
        """Apply it to ``y`` in place, and turn ``dy`` into the gradient of what was there."""
        y, dy = (y.rows, dy and dy.rows) if self.by_rows else (y.flat, dy and dy.flat)
        if self.leaves_slope and dy is not None:
            slope = context.buffer("slope", *y.shape)
            context.forward(f"{self.kernel}_with_slope", y, slope, **self.options)
            context.backward("times_slope", slope, dy)
            return
        context.forward(self.kernel, y, **self.options)
        if dy is not None:
            context.backward(f"{self.kernel}_gradient", y, dy, **self.options)


ACTIVATIONS = {
    "relu": Activation("relu", flops=1),
    "leaky_relu": Activation("leaky_relu", flops=1, options={"negative_slope": 0.2}),
    "elu": Activation("elu", flops=10, options={"alpha": 1.0}),
    "gelu": Activation("gelu", flops=12, leaves_slope=True),
    "gelu_tanh": Activation("gelu_tanh", flops=16, leaves_slope=True),
    "swish": Activation("swish", flops=11, leaves_slope=True),
    "sigmoid": Activation("activate_sigmoid", flops=10),
    "tanh": Activation("activate_tanh", flops=10),
    "softmax": Activation("softmax", flops=12, by_rows=True),
}
"""By name; ``linear`` is none."""


class ActivationLayer(Layer, frozen=True):
    """An activation as a layer of its own: the input stays what it was."""

    activation: ClassVar[str]

    def options(self) -> dict[str, float]:
        return {}

    def flops(self, shape: Shape) -> int:
        return ACTIVATIONS[self.activation].flops * prod(shape)

    def emit(self, context: EmitContext) -> None:
        known = ACTIVATIONS[self.activation]
        activation = replace(known, options={**known.options, **self.options()})
        context.forward("copy", context.x.flat, context.y.flat)
        activation.emit(context, context.y, context.dy)
        if context.dy is not None and context.dx is not None:
            context.backward("copy", context.dy.flat, context.dx.flat)


class Linear(Layer, frozen=True, tag="linear"):
    """Passes its input on."""

    formula = "y = x"
    backward_formula = "dx = dy"

    reshapes_only: ClassVar[bool] = True


class Relu(ActivationLayer, frozen=True, tag="relu"):
    """max(x, 0)."""

    formula = "max(0, y)"
    backward_formula = "dy where y > 0, else 0"
    reference = staticmethod(relu)

    activation: ClassVar[str] = "relu"


class LeakyRelu(ActivationLayer, frozen=True, tag="leaky_relu"):
    """x, but only a share of it below zero."""

    formula = "y, a little of it below 0"
    backward_formula = "dy, a little of it where y < 0"
    reference = staticmethod(leaky_relu)

    activation: ClassVar[str] = "leaky_relu"
    negative_slope: Slope = 0.2

    def options(self) -> dict[str, float]:
        return {"negative_slope": self.negative_slope}


class Elu(ActivationLayer, frozen=True, tag="elu"):
    """x, and alpha (e**x - 1) below zero."""

    formula = "y, e^y - 1 below 0"
    backward_formula = "dy · slope"
    reference = staticmethod(elu)

    activation: ClassVar[str] = "elu"
    alpha: Annotated[float, Meta(ge=0, le=100)] = 1.0

    def options(self) -> dict[str, float]:
        return {"alpha": self.alpha}


class Gelu(ActivationLayer, frozen=True, tag="gelu"):
    """x times the normal distribution's probability up to x."""

    formula = "y · normal probability up to y"
    backward_formula = "dy · slope"
    reference = staticmethod(gelu)

    activation: ClassVar[str] = "gelu"


class GeluTanh(ActivationLayer, frozen=True, tag="gelu_tanh"):
    """x times a share that grows with x, by tanh: GELU as GPT-2 computes it."""

    formula = "y / 2 · (1 + tanh(0.798 · (y + 0.0447 · y³)))"
    backward_formula = "dy · slope"
    reference = staticmethod(gelu_tanh)

    activation: ClassVar[str] = "gelu_tanh"


class Swish(ActivationLayer, frozen=True, tag="swish"):
    """x / (1 + e**-x), also called SiLU."""

    formula = "y / (1 + e^-y)"
    backward_formula = "dy · slope"
    reference = staticmethod(swish)

    activation: ClassVar[str] = "swish"


class Sigmoid(ActivationLayer, frozen=True, tag="sigmoid"):
    """1 / (1 + e**-x)."""

    formula = "1 / (1 + e^-y)"
    backward_formula = "dy · y · (1 - y), at most dy / 4"
    reference = staticmethod(sigmoid)
    forward_kernel = "activate_sigmoid"

    activation: ClassVar[str] = "sigmoid"


class Tanh(ActivationLayer, frozen=True, tag="tanh"):
    """Hyperbolic tangent."""

    formula = "tanh(y)"
    backward_formula = "dy · (1 - y²)"
    reference = staticmethod(tanh)
    forward_kernel = "activate_tanh"

    activation: ClassVar[str] = "tanh"


class Softmax(ActivationLayer, frozen=True, tag="softmax"):
    """Scores to probabilities, over the last dimension."""

    formula = "e^y / sum of all e^y"
    backward_formula = "dy less its mean, weighted by y"
    reference = staticmethod(softmax)

    activation: ClassVar[str] = "softmax"
