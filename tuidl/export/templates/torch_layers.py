"""What PyTorch has no module for. An exported program gets those of these that it uses.

Nothing here is run by tuidl itself.
"""

import torch
import torch.nn.functional as F
from torch import nn


def average_pool2d(x, size, stride, pad):
    """The mean of each window; padding, more of it after than before, is left out."""
    inside = F.pad(torch.ones_like(x), pad)
    return F.avg_pool2d(F.pad(x, pad), size, stride) / F.avg_pool2d(inside, size, stride)


def average_pool1d(x, size, stride, pad):
    """The mean of each window; padding, more of it after than before, is left out."""
    inside = F.pad(torch.ones_like(x), pad)
    return F.avg_pool1d(F.pad(x, pad), size, stride) / F.avg_pool1d(inside, size, stride)


class ResetBeforeGRU(nn.Module):
    """The GRU as first published, which PyTorch does not have: its reset gate acts on the state,
    before the product. Weights have the gates side by side: z, r, h."""

    def __init__(self, features, units):
        super().__init__()
        self.kernel = nn.Parameter(torch.zeros(features, 3 * units))
        self.recurrent_kernel = nn.Parameter(torch.zeros(units, 3 * units))
        self.bias = nn.Parameter(torch.zeros(3 * units))

    def forward(self, x):
        """(n, time, features) -> the states after each step (n, time, units)."""
        u_z, u_r, u_h = self.recurrent_kernel.chunk(3, dim=-1)
        h, states = x.new_zeros(len(x), len(u_h)), []
        for x_t in (x @ self.kernel + self.bias).unbind(1):
            x_z, x_r, x_h = x_t.chunk(3, dim=-1)
            update, reset = torch.sigmoid(x_z + h @ u_z), torch.sigmoid(x_r + h @ u_r)
            h = update * h + (1 - update) * torch.tanh(x_h + (reset * h) @ u_h)
            states.append(h)
        return torch.stack(states, 1)


class BothWays(nn.Module):
    """One layer that reads forward and one that reads backward; their states side by side."""

    def __init__(self, ahead, back):
        super().__init__()
        self.ahead, self.back = ahead, back

    def forward(self, x):
        """(n, time, features) -> the states of both (n, time, 2 * units), in order of time."""
        return torch.cat([self.ahead(x), self.back(x.flip(1)).flip(1)], dim=-1)
