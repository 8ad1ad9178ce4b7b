"""tuidl's losses and optimizers said in PyTorch; runs in the worker."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Options = dict[str, Any]

LOSSES: dict[str, Callable[[Tensor, Tensor, Options], Tensor]] = {
    "mse": lambda y, target, _: F.mse_loss(y, target.reshape(y.shape)),
    "cross_entropy": lambda y, target, _: F.cross_entropy(y, target.reshape(-1).long()),
}
"""By tuidl's name: (prediction or scores, target, options) -> mean loss."""


def sgd(parameters: Iterable[Tensor], options: Options) -> torch.optim.Optimizer:
    return torch.optim.SGD(
        parameters,
        options["learning_rate"],
        momentum=options["momentum"],
        nesterov=options["nesterov"],
    )


def adam(parameters: Iterable[Tensor], options: Options) -> torch.optim.Optimizer:
    betas = options["beta_1"], options["beta_2"]
    return torch.optim.Adam(parameters, options["learning_rate"], betas, options["epsilon"])


OPTIMIZERS: dict[str, Callable[[Iterable[Tensor], Options], torch.optim.Optimizer]] = {
    "sgd": sgd,
    "adam": adam,
}
"""By tuidl's name: (parameters, options) -> optimizer."""
