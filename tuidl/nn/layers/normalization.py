"""Normalisation: activations are brought to a common scale, so that deep networks train."""

from math import prod
from typing import Annotated

from msgspec import Meta

from tuidl.ir.builder import Batch, Options, Phase, Scope, Symbol, View, joined
from tuidl.nn.layers.base import Layer, Parameter, Shape

Epsilon = Annotated[float, Meta(gt=0, le=1)]


class BatchNormalization(Layer, frozen=True, tag="batch_normalization"):
    """Each feature, or channel, by its mean and deviation over the batch; then scaled and shifted
    by what is learned. At inference by moving averages of both."""

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

    def emit(self, scope: Scope) -> None:
        gamma, beta, moving_mean, moving_variance = scope.parameters.values()
        if scope.training:
            self._emit_training(scope, gamma, beta, [moving_mean, moving_variance])
            return
        known = (gamma, beta, moving_mean, moving_variance)
        scope.forward("normalize", scope.x.rows, *known, scope.y.rows, epsilon=self.epsilon)

    def _emit_training(self, scope: Scope, gamma: View, beta: View, moving: list[View]) -> None:
        x, y, width = scope.x.rows, scope.y.rows, scope.shape[-1]
        moments = [scope.shared(n, scope.shards, width) for n in ("means", "rests", "distances")]
        moments.append(scope.shared("counts", scope.shards))
        mean, inverse = (scope.buffer(name, width) for name in ("mean", "inverse"))
        scope.forward("batch_moments", x, *moments, lane=Symbol.LANE)
        operands = (x, gamma, beta, *moments, y, mean, inverse)
        options = {"epsilon": self.epsilon}
        scope.after_all(Phase.FORWARD, "batch_normalization", *operands, **options)
        scratch = [scope.buffer(name, width) for name in ("new_mean", "new_variance")]
        kept: Options = {"momentum": self.momentum, "lane": Symbol.LANE}
        scope.update("move_averages", *moments, *scratch, *moving, **kept)
        if scope.dy is not None:
            self._emit_backward(scope, gamma, moments[-1], mean, inverse)

    def _emit_backward(
        self, scope: Scope, gamma: View, counts: View, mean: View, inverse: View
    ) -> None:
        assert scope.dy is not None
        x, dy, width = scope.x.rows, scope.dy.rows, scope.shape[-1]
        sums = [scope.shared(name, scope.shards, width) for name in ("products", "sums")]
        gradients = (scope.gradients["gamma"], scope.gradients["beta"])
        operands = (x, dy, mean, inverse, *sums, *gradients)
        scope.backward("batch_normalization_sums", *operands, lane=Symbol.LANE)
        if scope.dx is not None:
            known = (x, dy, gamma, mean, inverse, *sums, counts)
            scratch = [scope.buffer(name, width) for name in ("product", "total")]
            name = "batch_normalization_input_gradient"
            scope.after_all(Phase.BACKWARD, name, *known, scope.dx.rows, *scratch)


class LayerNormalization(Layer, frozen=True, tag="layer_normalization"):
    """Each example, or step or pixel, by the mean and deviation of its own features; then scaled
    and shifted by what is learned. The same in training and at inference."""

    epsilon: Epsilon = 1e-3

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        size = (shape[-1],)
        return (Parameter("gamma", size, "ones"), Parameter("beta", size, "zeros"))

    def flops(self, shape: Shape) -> int:
        return 8 * prod(shape)

    def emit(self, scope: Scope) -> None:
        gamma, beta = scope.parameters.values()
        rows = joined((Batch(), *scope.shape[:-1]))
        means, inverses = scope.buffer("means", rows), scope.buffer("inverses", rows)
        operands = (scope.x.rows, gamma, beta, scope.y.rows, means, inverses)
        scope.forward("layer_normalization", *operands, epsilon=self.epsilon)
        if scope.dy is not None:
            dx = scope.dx or scope.buffer("unused", *scope.x.shape)
            known = (scope.x.rows, scope.dy.rows, gamma, means, inverses)
            gradients = (scope.gradients["gamma"], scope.gradients["beta"])
            scope.backward("layer_normalization_gradient", *known, dx.rows, *gradients)
