"""A described variational autoencoder in PyTorch, as one would write it by hand."""

import torch
from torch import nn
from torch.nn import functional

from bench.peers.torch_network import build


class Variational(nn.Module):
    """Means and logarithms of variances, samples of them, and logits of what comes back."""

    def __init__(self, work):
        super().__init__()
        self.encoder, self.decoder = (build(work["parts"][name]) for name in ("encoder", "decoder"))

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        sample = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(sample), mean, log_variance


def elbo(answer, y):
    """Nats an example: reconstruction and divergence."""
    logits, mean, log_variance = answer
    wanted = y.reshape(logits.shape)
    entropy = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum")
    divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
    return (entropy + divergence) / len(logits)
