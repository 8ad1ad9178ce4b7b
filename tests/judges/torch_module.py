"""An exported network as a module that trains as tuidl's does; runs in the worker."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


def module_of(program: str) -> nn.Module:
    """The program's network, whose moving averages count as tuidl's do."""
    scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": F}
    exec(program, scope)
    module: nn.Module = scope["Network"]()
    for part in module.modules():
        if type(part) in (nn.BatchNorm1d, nn.BatchNorm2d):
            part.register_forward_pre_hook(_count_as_biased)
    return module


def draw(module: nn.Module, noise: Tensor) -> None:
    """Have samples drawn with this noise, in the place of PyTorch's own."""
    for part in module.modules():
        if type(part).__name__ == "SampleNormal":
            part.noise = noise.to  # takes the means, whose kind of numbers it becomes


def _count_as_biased(part: Any, given: tuple[Tensor]) -> None:
    """PyTorch's moving variance is the unbiased one: what is about to be moved is moved here, and
    the module's own moving is undone by a momentum of zero."""
    (x,), momentum = given, getattr(part, "own_momentum", part.momentum)
    part.own_momentum, part.momentum = momentum, 0.0
    axes = [axis for axis in range(x.ndim) if axis != 1]
    with torch.no_grad():
        part.running_mean.lerp_(x.mean(axes), momentum)
        part.running_var.lerp_(x.var(axes, unbiased=False), momentum)
