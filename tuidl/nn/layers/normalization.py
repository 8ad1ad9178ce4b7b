"""Normalisation: activations are brought to a common scale, so that deep networks train."""

from math import prod
from typing import Annotated

from msgspec import Meta

from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch, Symbol, View, joined
from tuidl.ir.instructions import EmitContext, Options, Phase
from tuidl.nn.layers.base import Layer, Parameter, Shape

Epsilon = Annotated[float, Meta(gt=0, le=1)]


def batch_normalization(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """Each feature or channel by the mean and variance that training has left behind."""
    return gamma * (x - moving_mean) / np.sqrt(moving_variance + epsilon) + beta


def layer_normalization(x, gamma, beta, epsilon):
    """Each example, step or pixel by the mean and variance of its own features."""
    mean, variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def rms_normalization(x, gamma, epsilon):
    """Each example, step or pixel by the root of the mean square of its own features."""
    return gamma * x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + epsilon)


class BatchNormalization(Layer, frozen=True, tag="batch_normalization"):
    """Each feature, or channel, by its mean and deviation over the batch; then scaled and shifted
    by what is learned. At inference by moving averages of both."""

    formula = "y = gamma · (x - mean) / deviation + beta, over the batch"
    backward_formula = "dx = dy, less what mean and deviation take back"
    reference = staticmethod(batch_normalization)
    forward_kernel = "normalize"

    momentum: Annotated[float, Meta(ge=0, lt=1)] = 0.99
    epsilon: Epsilon = 1e-3

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        size = (shape[-1],)
        return (
            Parameter("gamma", size, "ones"),
            Parameter("beta", size, "zeros"),
            Parameter("moving_mean", size, "zeros", trainable=False),
            Parameter("moving_variance", size, "ones", trainable=False),
        )

    def flops(self, shape: Shape) -> int:
        return 6 * prod(shape)

    def emit(self, context: EmitContext) -> None:
        gamma, beta, moving_mean, moving_variance = context.parameters.values()
        if context.training:
            self._emit_training(context, gamma, beta, [moving_mean, moving_variance])
            return
        known = (gamma, beta, moving_mean, moving_variance)
        context.forward("normalize", context.x.rows, *known, context.y.rows, epsilon=self.epsilon)

    def _emit_training(
        self, context: EmitContext, gamma: View, beta: View, moving: list[View]
    ) -> None:
        x, y, width = context.x.rows, context.y.rows, context.shape[-1]
        moments = [
            context.shared(n, context.shards, width) for n in ("means", "rests", "distances")
        ]
        moments.append(context.shared("counts", context.shards))
        mean, inverse = (context.buffer(name, width) for name in ("mean", "inverse"))
        context.forward("batch_moments", x, *moments, lane=Symbol.LANE)
        operands = (x, gamma, beta, *moments, y, mean, inverse)
        options: Options = {"epsilon": self.epsilon, "rectified": 0}
        context.after_all(Phase.FORWARD, "batch_normalization", *operands, **options)
        # of the lanes of updates, which may be more than shards with a workspace
        scratch = [context.shared(name, width) for name in ("new_mean", "new_variance")]
        kept: Options = {"momentum": self.momentum, "lane": Symbol.LANE}
        context.update("move_averages", *moments, *scratch, *moving, **kept)
        if context.dy is not None:
            self._emit_backward(context, moments[-1], (gamma, beta, mean, inverse))

    def _emit_backward(
        self, context: EmitContext, counts: View, of_columns: tuple[View, ...]
    ) -> None:
        assert context.dy is not None
        x, dy, width = context.x.rows, context.dy.rows, context.shape[-1]
        sums = [context.shared(name, context.shards, width) for name in ("products", "sums")]
        gradients = (context.gradients["gamma"], context.gradients["beta"])
        operands, is_plain = (x, dy, *of_columns, *sums, *gradients), {"rectified": 0}
        context.backward("batch_normalization_sums", *operands, lane=Symbol.LANE, **is_plain)
        if context.dx is not None:
            known = (x, dy, *of_columns, *sums, counts)
            scratch = [context.buffer(name, width) for name in ("product", "total")]
            name = "batch_normalization_input_gradient"
            operands = (*known, context.dx.rows, *scratch)
            context.after_all(Phase.BACKWARD, name, *operands, **is_plain)


class LayerNormalization(Layer, frozen=True, tag="layer_normalization"):
    """Each example, or step or pixel, by the mean and deviation of its own features; then scaled
    and shifted by what is learned. The same in training and at inference."""

    formula = "y = gamma · (x - mean) / deviation + beta, in each example"
    backward_formula = "dx = dy, less what mean and deviation take back"
    reference = staticmethod(layer_normalization)

    epsilon: Epsilon = 1e-3

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        size = (shape[-1],)
        return (Parameter("gamma", size, "ones"), Parameter("beta", size, "zeros"))

    def flops(self, shape: Shape) -> int:
        return 8 * prod(shape)

    def emit(self, context: EmitContext) -> None:
        gamma, beta = context.parameters.values()
        rows = joined((Batch(), *context.shape[:-1]))
        means, inverses = context.buffer("means", rows), context.buffer("inverses", rows)
        operands = (context.x.rows, gamma, beta, context.y.rows, means, inverses)
        context.forward("layer_normalization", *operands, epsilon=self.epsilon)
        if context.dy is not None:
            dx = context.dx or context.buffer("unused", *context.x.shape)
            known = (context.x.rows, context.dy.rows, gamma, means, inverses)
            gradients = (context.gradients["gamma"], context.gradients["beta"])
            context.backward("layer_normalization_gradient", *known, dx.rows, *gradients)


class RmsNormalization(Layer, frozen=True, tag="rms_normalization"):
    """Each example, or step or pixel, by the root of the mean square of its own features; then
    scaled by what is learned. No mean is taken off (Zhang and Sennrich, 2019)."""

    formula = "y = gamma · x / root of the mean of x², in each example"
    backward_formula = "dx = dy, less what the root takes back"
    reference = staticmethod(rms_normalization)

    epsilon: Epsilon = 1e-6

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return (Parameter("gamma", (shape[-1],), "ones"),)

    def flops(self, shape: Shape) -> int:
        return 5 * prod(shape)

    def emit(self, context: EmitContext) -> None:
        gamma = context.parameters["gamma"]
        rows = joined((Batch(), *context.shape[:-1]))
        inverses = context.buffer("inverses", rows)
        operands = (context.x.rows, gamma, context.y.rows, inverses)
        context.forward("rms_normalization", *operands, epsilon=self.epsilon)
        if context.dy is not None:
            dx = context.dx or context.buffer("unused", *context.x.shape)
            known = (context.x.rows, context.dy.rows, gamma, inverses)
            scratch = (context.buffer("means", rows), context.buffer("sums", context.shape[-1]))
            written = (dx.rows, context.gradients["gamma"], *scratch)
            context.backward("rms_normalization_gradient", *known, *written)
