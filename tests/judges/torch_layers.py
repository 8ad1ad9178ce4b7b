"""tuidl's layers said in PyTorch: a function of (options, parameters, inputs) for each.

Runs in the worker, without tuidl. Arrays keep tuidl's layouts (NHWC; kernels (K, K, C, F) and
(in, out); sequences (batch, time, features)) and are turned for PyTorch's functions on the way, so
that gradients come back in tuidl's layouts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Options = dict[str, Any]
Parameters = dict[str, Tensor]


@dataclass
class Call:
    """A layer in its place: options, its own parameters by their short names, its inputs."""

    options: Options
    parameters: Parameters
    inputs: list[Tensor]
    shape: tuple[int, ...]

    @property
    def x(self) -> Tensor:
        return self.inputs[0]


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "relu": F.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2),
    "elu": F.elu,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: torch.softmax(x, -1),
}


def _channels_first(x: Tensor) -> Tensor:
    return torch.movedim(x, -1, 1)


def _channels_last(x: Tensor) -> Tensor:
    return torch.movedim(x, 1, -1)


def dense(call: Call) -> Tensor:
    return F.linear(call.x, call.parameters["kernel"].T, call.parameters.get("bias"))


def _padded(x: Tensor, size: int, call: Call, value: float) -> Tensor:
    """NC... with what ``same`` adds at both ends: TensorFlow's rule, more at the high end."""
    if call.options["padding"] == "valid":
        return x
    if call.options["padding"] == "causal":
        return F.pad(x, [size - 1, 0], value=value)
    amounts: list[int] = []
    stride = call.options["stride"] or size
    for length in reversed(x.shape[2:]):
        total = max((-(-length // stride) - 1) * stride + size - length, 0)
        amounts += [total // 2, total - total // 2]
    return F.pad(x, amounts, value=value)


def convolution(call: Call) -> Tensor:
    kernel = call.parameters["kernel"]
    rank = kernel.ndim - 2
    weight = torch.movedim(kernel, (-1, -2), (0, 1))
    x = _padded(_channels_first(call.x), call.options["kernel_size"], call, 0.0)
    function = F.conv2d if rank == 2 else F.conv1d
    return _channels_last(function(x, weight, call.parameters.get("bias"), call.options["stride"]))


def max_pool(call: Call) -> Tensor:
    size = call.options["pool_size"]
    x = _padded(_channels_first(call.x), size, call, -torch.inf)
    function = F.max_pool2d if x.ndim == 4 else F.max_pool1d
    return _channels_last(function(x, size, call.options["stride"] or size))


def average_pool(call: Call) -> Tensor:
    """Padding counts for nothing: the mean of zeros and ones says which share is inside."""
    size = call.options["pool_size"]
    x = _channels_first(call.x)
    function = F.avg_pool2d if x.ndim == 4 else F.avg_pool1d
    stride = call.options["stride"] or size
    sums = function(_padded(x, size, call, 0.0), size, stride)
    shares = function(_padded(torch.ones_like(x), size, call, 0.0), size, stride)
    return _channels_last(sums / shares)


def global_pool(pool: Callable[[Tensor, int], Tensor]) -> Callable[[Call], Tensor]:
    return lambda call: pool(_channels_first(call.x), 1).flatten(1)


def batch_normalization(call: Call) -> Tensor:
    """PyTorch's moving variance is the unbiased one, so the averages are moved here."""
    x, known, options = call.x, call.parameters, call.options
    with torch.no_grad():
        rows = x.reshape(-1, x.shape[-1])
        moments = {"moving_mean": rows.mean(0), "moving_variance": rows.var(0, unbiased=False)}
        for name, value in moments.items():
            known[name].mul_(options["momentum"]).add_(value, alpha=1 - options["momentum"])
    gamma, beta, epsilon = known["gamma"], known["beta"], options["epsilon"]
    channels = _channels_first(x) if x.ndim > 2 else x
    y = F.batch_norm(channels, None, None, gamma, beta, training=True, eps=epsilon)
    return _channels_last(y) if x.ndim > 2 else y


def layer_normalization(call: Call) -> Tensor:
    known = call.parameters
    shape, epsilon = call.x.shape[-1:], call.options["epsilon"]
    return F.layer_norm(call.x, shape, known["gamma"], known["beta"], epsilon)


def dropout(call: Call) -> Tensor:
    assert call.options["rate"] == 0, "masks are each program's own"
    return call.x


def activation(name: str, *options: str) -> Callable[[Call], Tensor]:
    """An activation as a layer; ``options`` of the layer are arguments of PyTorch's function."""

    def run(call: Call) -> Tensor:
        values = [call.options[option] for option in options]
        if not values:
            return ACTIVATIONS[name](call.x)
        return getattr(F, name)(call.x, *values)

    return run


LAYERS: dict[str, Callable[[Call], Tensor]] = {
    "input": lambda call: call.x,
    "reshape": lambda call: call.x.reshape(-1, *call.shape),
    "flatten": lambda call: call.x.flatten(1),
    "dense": dense,
    "embedding": lambda call: F.embedding(call.x.long(), call.parameters["embeddings"]),
    "conv1d": convolution,
    "conv2d": convolution,
    "max_pool1d": max_pool,
    "max_pool2d": max_pool,
    "average_pool1d": average_pool,
    "average_pool2d": average_pool,
    "global_max_pool1d": global_pool(F.adaptive_max_pool1d),
    "global_max_pool2d": global_pool(F.adaptive_max_pool2d),
    "global_average_pool1d": global_pool(F.adaptive_avg_pool1d),
    "global_average_pool2d": global_pool(F.adaptive_avg_pool2d),
    "batch_normalization": batch_normalization,
    "layer_normalization": layer_normalization,
    "add": lambda call: torch.stack(call.inputs).sum(0),
    "concatenate": lambda call: torch.cat(call.inputs, -1),
    "dropout": dropout,
    "leaky_relu": activation("leaky_relu", "negative_slope"),
    "elu": activation("elu", "alpha"),
    **{name: activation(name) for name in ("linear", "relu", "gelu", "sigmoid", "tanh", "softmax")},
}
