"""Described networks that train together in PyTorch, as one would write them by hand."""

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


class Adversarial(nn.Module):
    """A generator and a discriminator, whose steps take turns."""

    def __init__(self, work):
        super().__init__()
        parts = work["parts"]
        self.discriminator, self.generator = (
            build(parts[name]) for name in ("discriminator", "generator")
        )
        self.noise = tuple(parts["generator"]["shapes"][0][0])

    def turns(self, optimizer_of):
        """A function that does one step, of the discriminator first. ``optimizer_of``: makes the
        optimizer of some parameters."""
        networks = (self.discriminator, self.generator)
        optimizers = [optimizer_of(list(network.parameters())) for network in networks]
        losses, done = (self.of_discriminator, self.of_generator), [0]

        def step(x, y):
            turn = done[0] % 2
            done[0] += 1
            optimizers[turn].zero_grad()
            losses[turn](x).backward()
            optimizers[turn].step()

        return step

    def made(self, x):
        return self.generator(torch.randn(len(x), *self.noise, device=x.device))

    def of_discriminator(self, x):
        with torch.no_grad():
            made = self.made(x)
        return entropy(self.discriminator(x), 1.0) + entropy(self.discriminator(made), 0.0)

    def of_generator(self, x):
        """Also leaves gradients in the discriminator, which its own step clears."""
        return entropy(self.discriminator(self.made(x)), 1.0)


def entropy(logits, wanted):
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, wanted))
