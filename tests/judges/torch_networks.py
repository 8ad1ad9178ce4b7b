"""Networks in PyTorch, layer by layer, from a model's parameters: in float64, laid out as tuidl has
them, so that one number has the same place in both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Tensor = Any
Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Step:
    """A layer: what it reads, by name, and what it makes of that and of the weights."""

    name: str
    inputs: tuple[str, ...]
    work: Callable[..., Tensor]


def dense(name: str, source: str, act: Callable[[Tensor], Tensor] = lambda z: z) -> Step:
    def work(weights: Weights, x: Tensor) -> Tensor:
        kernel = weights[f"{name}.kernel"]
        return act(x.reshape(-1, kernel.shape[0]) @ kernel + weights[f"{name}.bias"])

    return Step(name, (source,), work)


def conv(name: str, source: str, act: Callable[[Tensor], Tensor] = lambda z: z) -> Step:
    """3 x 3, with its input's size; images lie as (n, height, width, channels)."""

    def work(weights: Weights, x: Tensor) -> Tensor:
        import torch

        kernel = weights[f"{name}.kernel"].permute(3, 2, 0, 1)
        bias = weights.get(f"{name}.bias")
        z = torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), kernel, bias, padding=1)
        return act(z.permute(0, 2, 3, 1).contiguous())

    return Step(name, (source,), work)


def plain(name: str, work: Callable[..., Tensor], *sources: str) -> Step:
    """A layer without weights."""
    return Step(name, sources, lambda weights, *x: work(*x))


def pool(x: Tensor) -> Tensor:
    import torch

    pooled = torch.nn.functional.max_pool2d(x.permute(0, 3, 1, 2), 2)
    return pooled.permute(0, 2, 3, 1).contiguous()


def batch_norm(name: str, source: str) -> Step:
    def work(weights: Weights, x: Tensor) -> Tensor:
        axes = tuple(range(x.dim() - 1))
        mean, variance = x.mean(axes), x.var(axes, unbiased=False)
        scaled = (x - mean) / (variance + 1e-3).sqrt()
        return weights[f"{name}.gamma"] * scaled + weights[f"{name}.beta"]

    return Step(name, (source,), work)


def layer_norm(name: str, source: str) -> Step:
    def work(weights: Weights, x: Tensor) -> Tensor:
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
        scaled = (x - mean) / (variance + 1e-3).sqrt()
        return weights[f"{name}.gamma"] * scaled + weights[f"{name}.beta"]

    return Step(name, (source,), work)


def gru(name: str, source: str, *, whole: bool) -> Step:
    """The unit step by step; ``whole``: all states, not the last alone."""

    def work(weights: Weights, x: Tensor) -> Tensor:
        import torch

        kernel, again = weights[f"{name}.kernel"], weights[f"{name}.recurrent_kernel"]
        bias = weights[f"{name}.bias"]
        h, states = torch.zeros(len(x), again.shape[0], dtype=x.dtype), []
        for x_t in x.unbind(1):
            x_z, x_r, x_h = (x_t @ kernel + bias[0]).chunk(3, -1)
            h_z, h_r, h_h = (h @ again + bias[1]).chunk(3, -1)
            update, reset = torch.sigmoid(x_z + h_z), torch.sigmoid(x_r + h_r)
            h = update * h + (1 - update) * torch.tanh(x_h + reset * h_h)
            states.append(h)
        return torch.stack(states, 1) if whole else h

    return Step(name, (source,), work)


def lstm(name: str, source: str) -> Step:
    def work(weights: Weights, x: Tensor) -> Tensor:
        import torch

        kernel, again = weights[f"{name}.kernel"], weights[f"{name}.recurrent_kernel"]
        h = c = torch.zeros(len(x), again.shape[0], dtype=x.dtype)
        for x_t in x.unbind(1):
            gates = x_t @ kernel + h @ again + weights[f"{name}.bias"]
            write, keep, new, read = gates.chunk(4, -1)
            c = torch.sigmoid(keep) * c + torch.sigmoid(write) * torch.tanh(new)
            h = torch.sigmoid(read) * torch.tanh(c)
        return h

    return Step(name, (source,), work)


def embedding(name: str, source: str) -> Step:
    def work(weights: Weights, x: Tensor) -> Tensor:
        return weights[f"{name}.embeddings"][x.round().long()]

    return Step(name, (source,), work)
