"""The systems of ``tests/systems.py`` written in PyTorch by hand; runs in a process of its own.

    python torch_systems.py NAME FOLDER

``FOLDER/arrays.npz``: x, y and the parameters, and noise (steps, batch, numbers) if any. Writes the
loss of each step and the last parameters to ``FOLDER/answers.npz``.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Tensors = dict[str, Tensor]
STEPS, BATCH = 100, 16


def dense(p: Tensors, name: str, x: Tensor) -> Tensor:
    return x @ p[f"{name}.kernel"] + p[f"{name}.bias"]


def batches(a: Tensors) -> list[tuple[Tensor, Tensor]]:
    """One for each step: whole batches of the examples, in order, again and again."""
    whole = len(a["x"]) // BATCH
    places = [(i % whole) * BATCH for i in range(STEPS)]
    return [(a["x"][at : at + BATCH], a["y"][at : at + BATCH]) for at in places]


def of(p: Tensors, *networks: str) -> list[Tensor]:
    return [value for name, value in p.items() if name.split(".")[0] in networks]


def two_heads(p: Tensors, a: Tensors) -> list[float]:
    optimizer, losses = torch.optim.Adam(list(p.values()), 0.01), []
    for x, y in batches(a):
        kernel = p["trunk.conv2d_1.kernel"].permute(3, 2, 0, 1)
        seen = F.conv2d(x.permute(0, 3, 1, 2), kernel, p["trunk.conv2d_1.bias"])
        features = torch.tanh(seen).permute(0, 2, 3, 1).reshape(len(x), -1)
        shape = F.cross_entropy(dense(p, "class_head.dense_1", features), y[:, 0].long())
        hidden = torch.tanh(dense(p, "box_head.dense_1", features))
        loss = shape + 3.0 * F.mse_loss(dense(p, "box_head.dense_2", hidden), y[:, 1:])
        losses.append(stepped(optimizer, loss))
    return losses


def gan(p: Tensors, a: Tensors) -> list[float]:
    """Two steps of the discriminator, one of the generator."""
    discriminating = torch.optim.Adam(of(p, "discriminator"), 0.02)
    generating = torch.optim.SGD(of(p, "generator"), 0.05, momentum=0.9)

    def judged(x: Tensor) -> Tensor:
        return dense(p, "discriminator.dense_2", torch.tanh(dense(p, "discriminator.dense_1", x)))

    def bce(logits: Tensor, target: float) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

    losses = []
    for i, ((x, _), z) in enumerate(zip(batches(a), a["noise"], strict=True)):
        fake = dense(p, "generator.dense_2", torch.tanh(dense(p, "generator.dense_1", z)))
        if i % 3 < 2:
            loss = bce(judged(x), 1.0) + bce(judged(fake.detach()), 0.0)
            losses.append(stepped(discriminating, loss))
        else:
            losses.append(stepped(generating, bce(judged(fake), 1.0)))
        for value in p.values():
            value.grad = None
    return losses


def per_step(p: Tensors, a: Tensors) -> list[float]:
    """Keras's GRU: gates update, reset, candidate; the reset gate after the product."""
    optimizer, losses = torch.optim.Adam(list(p.values()), 0.02), []
    for x, y in batches(a):
        h = torch.zeros(len(x), 5, dtype=x.dtype)
        states = []
        for t in range(6):
            given = x[:, t] @ p["reader.gru_1.kernel"] + p["reader.gru_1.bias"][0]
            own = h @ p["reader.gru_1.recurrent_kernel"] + p["reader.gru_1.bias"][1]
            (zx, rx, cx), (zh, rh, ch) = given.chunk(3, 1), own.chunk(3, 1)
            z, r = torch.sigmoid(zx + zh), torch.sigmoid(rx + rh)
            h = z * h + (1 - z) * torch.tanh(cx + r * ch)
            states.append(h)
        logits = dense(p, "reader.dense_1", torch.stack(states, 1))
        label = torch.where(y[:, 6:] > 0, y[:, :6], -100).long()
        weights = torch.tensor([1.0, 2.5], dtype=x.dtype)
        loss = F.cross_entropy(logits.permute(0, 2, 1), label, weights)
        losses.append(stepped(optimizer, loss))
    return losses


def vae(p: Tensors, a: Tensors) -> list[float]:
    """Cross-entropy summed over pixels and half of the KL divergence, means over the batch."""
    optimizer, losses = torch.optim.Adam(list(p.values()), 0.01), []
    for (x, y), noise in zip(batches(a), a["noise"], strict=True):
        hidden = torch.tanh(dense(p, "encoder.dense_1", x.reshape(len(x), -1)))
        mean, log_variance = dense(p, "encoder.dense_2", hidden).chunk(2, 1)
        sample = mean + torch.exp(0.5 * log_variance) * noise
        hidden = torch.tanh(dense(p, "decoder.dense_1", sample))
        logits = dense(p, "decoder.dense_2", hidden)
        total = F.binary_cross_entropy_with_logits(logits, y, reduction="sum")
        kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
        losses.append(stepped(optimizer, (total + 0.5 * kl) / len(x)))
    return losses


def diffusion(p: Tensors, a: Tensors) -> list[float]:
    """Noise (2 numbers) and step (1) as they are drawn; the cosine schedule."""
    optimizer, losses = torch.optim.Adam(list(p.values()), 0.01), []
    for (x, _), drawn in zip(batches(a), a["noise"], strict=True):
        noise, step = drawn[:, :2], drawn[:, 2:]
        kept = torch.cos(torch.pi / 2 * (step + 0.008) / 1.016)
        kept = kept / np.cos(np.pi / 2 * 0.008 / 1.016)
        mixed = kept * x + torch.sqrt(1 - kept**2) * noise
        angles = [step * 10 / 10000 ** (2 * pair / 6) for pair in range(3)]
        waves = [wave(angle) for angle in angles for wave in (torch.sin, torch.cos)]
        seen = torch.cat([mixed, *waves], 1)
        hidden = torch.tanh(dense(p, "denoiser.dense_1", seen))
        losses.append(stepped(optimizer, F.mse_loss(dense(p, "denoiser.dense_2", hidden), noise)))
    return losses


def clusters(p: Tensors, a: Tensors) -> list[float]:
    """A reconstruction, and half the squared distance of the code to its nearest centre."""
    optimizer, losses = torch.optim.Adam(list(p.values()), 0.01), []
    for x, y in batches(a):
        code = torch.tanh(dense(p, "encoder.dense_1", x.reshape(len(x), -1)))
        back = F.mse_loss(dense(p, "decoder.dense_1", code), y)
        squares = torch.cdist(code, p["clusters.centers_1.centers"]) ** 2
        losses.append(stepped(optimizer, back + 0.5 * squares.min(1).values.mean()))
    return losses


def stepped(optimizer: torch.optim.Optimizer, loss: Tensor) -> float:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss)


SYSTEMS: dict[str, Callable[[Tensors, Tensors], list[float]]] = {
    "two_heads": two_heads,
    "gan": gan,
    "per_step": per_step,
    "vae": vae,
    "diffusion": diffusion,
    "clusters": clusters,
}


def main(name: str, folder: str) -> None:
    with np.load(Path(folder) / "arrays.npz") as found:
        arrays = {key: torch.from_numpy(found[key]) for key in found}
    prefix = "parameters/"
    parameters = {
        key.removeprefix(prefix): value.requires_grad_()
        for key, value in arrays.items()
        if key.startswith(prefix)
    }
    losses = SYSTEMS[name](parameters, arrays)
    last = {prefix + key: value.detach().numpy() for key, value in parameters.items()}
    np.savez(Path(folder) / "answers.npz", losses=np.array(losses), **last)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
