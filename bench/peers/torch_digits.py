"""``python torch_digits.py FILE``: the network of the preset cnn_digits in PyTorch, 15 epochs on
the examples in FILE; says the held-out accuracy after each."""

import sys

import numpy as np
import torch
from torch import nn

EPOCHS, BATCH, RATE = 15, 32, 1e-3


def network():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def examples(arrays, part):
    x = torch.from_numpy(arrays[f"{part}_x"]).permute(0, 3, 1, 2).contiguous()
    return x, torch.from_numpy(arrays[f"{part}_y"][:, 0].astype(np.int64))


def main(path):
    torch.manual_seed(7)
    arrays = np.load(path)
    (x, y), (held_out, answers) = (examples(arrays, part) for part in ("train", "held_out"))
    model, loss_of = network(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    for epoch in range(EPOCHS):
        for part in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss_of(model(x[part]), y[part]).backward()
            optimizer.step()
        with torch.no_grad():
            right = (model(held_out).argmax(1) == answers).float().mean()
        print(f"epoch {epoch + 1}: {right:.4f}")


if __name__ == "__main__":
    main(sys.argv[1])
