"""tuidl's losses and optimizers said in PyTorch; runs in the worker."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Options = dict[str, Any]


def cross_entropy(y: Tensor, target: Tensor, options: Options) -> Tensor:
    smoothing = options.get("label_smoothing", 0.0)
    rows = y.reshape(-1, y.shape[-1])  # of pictures, a row a pixel
    return F.cross_entropy(rows, target.reshape(-1).long(), label_smoothing=smoothing)


def categorical_cross_entropy(y: Tensor, target: Tensor, options: Options) -> Tensor:
    """On shares of each class, or on labels, which are turned into such."""
    if target.numel() == len(y):
        target = F.one_hot(target.reshape(-1).long(), y.shape[1]).to(y.dtype)
    return F.cross_entropy(y, target, label_smoothing=options["label_smoothing"])


def binary_cross_entropy(y: Tensor, target: Tensor, options: Options) -> Tensor:
    """PyTorch has no smoothing here: targets move towards a half by hand."""
    smoothing = options["label_smoothing"]
    smooth = target.reshape(y.shape).to(y.dtype) * (1 - smoothing) + smoothing / 2
    return reduced(F.binary_cross_entropy_with_logits(y, smooth), y, options)


def reduced(mean: Tensor, y: Tensor, options: Options) -> Tensor:
    """The mean over all numbers, or over the examples the mean of each one's sum."""
    return mean * y[0].numel() if options.get("reduction") == "sum" else mean


def of_numbers(mean: Callable[..., Tensor]) -> Callable[[Tensor, Tensor, Options], Tensor]:
    """A loss that holds numbers against numbers."""
    return lambda y, target, o: reduced(
        mean(y, target.reshape(y.shape), **({"delta": o["delta"]} if "delta" in o else {})), y, o
    )


def giou(y: Tensor, target: Tensor, options: Options) -> Tensor:
    """Rezatofighi et al., 2019, of middles and sides."""
    p, t = y.reshape(-1, 4), target.reshape(-1, 4).to(y.dtype)
    (low, high), (left, right) = (
        (box[:, :2] - box[:, 2:].abs() / 2, box[:, :2] + box[:, 2:].abs() / 2) for box in (p, t)
    )
    shared = (torch.minimum(high, right) - torch.maximum(low, left)).clamp(min=0).prod(dim=1)
    union = p[:, 2:].prod(dim=1).abs() + t[:, 2:].prod(dim=1).abs() - shared
    around = (torch.maximum(high, right) - torch.minimum(low, left)).prod(dim=1)
    return (1 - shared / union + (around - union) / around).mean()


LOSSES: dict[str, Callable[[Tensor, Tensor, Options], Tensor]] = {
    "mse": of_numbers(F.mse_loss),
    "mae": of_numbers(F.l1_loss),
    "huber": of_numbers(F.huber_loss),
    "giou": giou,
    "cross_entropy": cross_entropy,
    "categorical_cross_entropy": categorical_cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
}
"""By tuidl's name: (prediction or scores, target, options) -> mean loss."""


class ByFormula(torch.optim.Optimizer):
    """Base of optimizers that PyTorch has with epsilon beside the root, and tuidl under it."""

    def __init__(self, parameters: list[Tensor], options: Options) -> None:
        super().__init__(parameters, {"lr": options["learning_rate"]})
        self.options = options

    @torch.no_grad()
    def step(self) -> None:
        (group,) = self.param_groups
        for parameter in group["params"]:
            parameter -= self.change(parameter.grad, self.state[parameter], group["lr"])

    def change(self, gradient: Tensor, state: dict[str, Tensor], rate: float) -> Tensor:
        raise NotImplementedError


class RmsProp(ByFormula):
    def change(self, gradient: Tensor, state: dict[str, Tensor], rate: float) -> Tensor:
        options, zero = self.options, torch.zeros_like(gradient)
        square = state["square"] = state.get("square", zero).lerp(gradient**2, 1 - options["rho"])
        mean = state["mean"] = state.get("mean", zero).lerp(gradient, 1 - options["rho"])
        spread = square - mean**2 if options["centered"] else square
        step = rate * gradient * torch.rsqrt(spread + options["epsilon"])
        state["velocity"] = options["momentum"] * state.get("velocity", zero) + step
        return state["velocity"]


class Adagrad(ByFormula):
    def change(self, gradient: Tensor, state: dict[str, Tensor], rate: float) -> Tensor:
        first = torch.full_like(gradient, self.options["initial_accumulator_value"])
        state["sum"] = state.get("sum", first) + gradient**2
        return rate * gradient * torch.rsqrt(state["sum"] + self.options["epsilon"])


def sgd(parameters: list[Tensor], options: Options) -> torch.optim.Optimizer:
    return torch.optim.SGD(
        parameters,
        options["learning_rate"],
        momentum=options["momentum"],
        nesterov=options["nesterov"],
    )


def adam(parameters: list[Tensor], options: Options) -> torch.optim.Optimizer:
    rate, betas = options["learning_rate"], (options["beta_1"], options["beta_2"])
    epsilon, decay = options["epsilon"], options.get("weight_decay", 0.0)
    return torch.optim.AdamW(parameters, rate, betas, epsilon, weight_decay=decay)


OPTIMIZERS: dict[str, Callable[[list[Tensor], Options], torch.optim.Optimizer]] = {
    "sgd": sgd,
    "adam": adam,
    "adamw": adam,
    "rmsprop": RmsProp,
    "adagrad": Adagrad,
}
"""By tuidl's name: (parameters, options) -> optimizer."""


def clip(parameters: list[Tensor], options: Options) -> None:
    """Each number of the gradients first, then the length of all of them together."""
    if options["clip_value"]:
        torch.nn.utils.clip_grad_value_(parameters, options["clip_value"])
    if options["global_clip_norm"]:
        torch.nn.utils.clip_grad_norm_(parameters, options["global_clip_norm"])
