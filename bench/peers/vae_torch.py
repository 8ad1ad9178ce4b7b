"""The variational autoencoder of ``presets/vae_mnist.toml`` in PyTorch, trained to its end.

    python vae_torch.py EXAMPLES.npz --code 20 --epochs 30 --seed 0

``EXAMPLES.npz`` has ``train`` and ``test`` (examples, 784), pixels in [0, 1]. Prints the test
loss in nats an image, reconstruction and KL divergence, with samples of the codes as in training.
"""

import argparse

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

PIXELS, HIDDEN, BATCH = 784, 400, 128


class Vae(nn.Module):
    def __init__(self, code: int) -> None:
        super().__init__()
        self.hidden, self.code = nn.Linear(PIXELS, HIDDEN), nn.Linear(HIDDEN, 2 * code)
        self.back, self.pixels = nn.Linear(code, HIDDEN), nn.Linear(HIDDEN, PIXELS)
        for layer in (self.hidden, self.code, self.back, self.pixels):  # as tuidl and Keras begin
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Reconstruction and divergence, summed over the examples."""
        mean, log_variance = self.code(torch.relu(self.hidden(x))).chunk(2, 1)
        sample = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        logits = self.pixels(torch.relu(self.back(sample)))
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
        return reconstruction, divergence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples")
    parser.add_argument("--code", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    torch.set_num_threads(1)
    with np.load(asked.examples) as found:
        train, test = (torch.from_numpy(found[part]) for part in ("train", "test"))
    network = Vae(asked.code)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    for _ in range(asked.epochs):
        for rows in torch.randperm(len(train)).split(BATCH):
            optimizer.zero_grad()
            loss = sum(network(train[rows])) / len(rows)
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        reconstruction, divergence = (float(part) / len(test) for part in network(test))
    total = reconstruction + divergence
    print(f"loss {total:.2f} = reconstruction {reconstruction:.2f} + KL {divergence:.2f}")


if __name__ == "__main__":
    main()
