"""Several objectives in turn, in PyTorch; runs in the worker."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call
from torch_module import draw, module_of
from torch_training import LOSSES, OPTIMIZERS, clip

Job = dict[str, Any]
Arrays = dict[str, np.ndarray]


def kl_divergence(y: Tensor) -> Tensor:
    """Of codes (means, log variances) from N(0, 1): the mean over the examples."""
    mean, log_variance = y.chunk(2, 1)
    return -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1).mean()


ALONE = {
    "kl_divergence": kl_divergence,
    "k_means": lambda y: y.min(1).values.mean(),
}
"""Losses without a target."""


class Head:
    """A loss, and the network that it is computed from, which reads the shared parameters."""

    def __init__(self, table: Job) -> None:
        self.module = module_of(table["program"])
        self.table = table

    def loss(self, parameters: dict[str, Tensor], given: dict[str, Tensor]) -> Tensor:
        draw(self.module, given["noise"])
        own = {theirs: parameters[ours] for theirs, ours in self.table["ours"].items()}
        y = functional_call(self.module, own, (given[self.table["reads"]],))
        first, end = self.table["targets"]
        return self.table["weight"] * self._of(y, given["y"][:, first:end])

    def _of(self, y: Tensor, target: Tensor) -> Tensor:
        options, constant = self.table["loss"], self.table["constant"]
        if options["type"] in ALONE:
            return ALONE[options["type"]](y)
        if constant is not None:
            target = torch.full_like(y, constant)
        return LOSSES[options["type"]](y, target, options)


def turns(job: Job, arrays: Arrays, parameters: Arrays) -> Arrays:
    """The loss of each step, by the objective whose turn it is, and the weights after the last."""
    known = {key: torch.tensor(values) for key, values in parameters.items()}
    learned = [[known[name] for name in names] for names in job["learned"]]
    for value in (value for values in learned for value in values):
        value.requires_grad_()
    tables = job["optimizers"]
    optimizers = [OPTIMIZERS[o["type"]](p, o) for p, o in zip(learned, tables, strict=True)]
    heads, batch, losses = [Head(table) for table in job["heads"]], job["batch"], []
    count = len(arrays["x"]) // batch
    for step, number in enumerate(job["turns"]):
        part = slice(step % count * batch, (step % count + 1) * batch)
        given = {key: torch.tensor(arrays[key][part]) for key in ("x", "y")}
        given["noise"] = torch.tensor(arrays["noise"][step])
        for value in known.values():
            value.grad = None
        own = [head for head in heads if head.table["objective"] == number]
        loss = torch.stack([head.loss(known, given) for head in own]).sum()
        loss.backward()
        clip(learned[number], tables[number])
        optimizers[number].step()
        losses.append(float(loss.detach()))
    last = {f"parameters/{name}": value.detach().numpy() for name, value in known.items()}
    return {"losses": np.array(losses), **last}
