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
    training: bool

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
    "conv2d": convolution,
    "max_pool2d": max_pool,
    "average_pool2d": average_pool,
    "dropout": dropout,
    "leaky_relu": activation("leaky_relu", "negative_slope"),
    "elu": activation("elu", "alpha"),
    **{name: activation(name) for name in ("linear", "relu", "gelu", "sigmoid", "tanh", "softmax")},
}
