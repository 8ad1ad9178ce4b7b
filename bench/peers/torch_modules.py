"""Modules that a described network needs beside PyTorch's own."""

import torch
from torch import nn
from torch.nn import functional

RECURRENT = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(nn.Module):
    """``layers`` stacked ones; answers after each step, or after the last one."""

    def __init__(self, fields, features, layers=1, both=False):
        super().__init__()
        kind = RECURRENT[fields["type"]]
        self.states = kind(features, fields["units"], layers, batch_first=True, bidirectional=both)
        self.sequences, self.units = fields["return_sequences"], fields["units"]
        self.both = both

    def forward(self, x):
        states, _ = self.states(x)
        if self.sequences:
            return states
        if self.both:
            ahead, back = states[:, -1, : self.units], states[:, 0, self.units :]
            return torch.cat([ahead, back], -1)
        return states[:, -1]


class Halves(nn.Module):
    """The sum of both directions."""

    def forward(self, x):
        ahead, back = x.chunk(2, -1)
        return ahead + back


class Turned(nn.Module):
    """A module of sequences that wants (n, features, time), or one of images with channels last."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x.movedim(1, -1)).movedim(-1, 1)


class Shaped(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


class Words(nn.Module):
    def __init__(self, count, width):
        super().__init__()
        self.table = nn.Embedding(count, width)

    def forward(self, x):
        return self.table(x.long())


class Positions(nn.Module):
    def __init__(self, steps, width):
        super().__init__()
        self.table = nn.Parameter(0.02 * torch.randn(steps, width))

    def forward(self, x):
        return x + self.table


class Tied(nn.Module):
    """Scores by the table of an embedding, which has it among its parameters."""

    def __init__(self, embedding):
        super().__init__()
        self.embedding = embedding

    def forward(self, x):
        return functional.linear(x, self.embedding.weight)


class Attention(nn.Module):
    """Of a sequence to itself, one product for queries, keys and values; as nanoGPT has it."""

    def __init__(self, fields, width):
        super().__init__()
        heads = fields["num_heads"]
        inner = heads * (fields["key_dim"] or width // heads)
        self.heads, self.causal, self.rate = heads, fields["causal"], fields["dropout"]
        self.inputs = nn.Linear(width, 3 * inner, bias=fields["use_bias"])
        self.output = nn.Linear(inner, width, bias=fields["use_bias"])

    def forward(self, x):
        q, k, v = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.inputs(x).chunk(3, -1)
        )
        rate = self.rate if self.training else 0.0
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal, dropout_p=rate)
        return self.output(y.transpose(1, 2).flatten(2))


class Padded(nn.Module):
    """Padding that differs between the ends, then the module."""

    def __init__(self, pads, inner, value=0.0):
        super().__init__()
        self.pads, self.inner, self.value = pads, inner, value

    def forward(self, x):
        return self.inner(functional.pad(x, self.pads, value=self.value))


class Reduced(nn.Module):
    """Maximum or mean over the places of (n, channels, places...), or of a sequence's steps."""

    def __init__(self, kind, axes):
        super().__init__()
        self.reduce = torch.mean if "average" in kind else torch.amax
        self.axes = axes

    def forward(self, x):
        return self.reduce(x, self.axes)


class Merged(nn.Module):
    def __init__(self, kind, axis):
        super().__init__()
        self.kind, self.axis = kind, axis

    def forward(self, *inputs):
        if self.kind == "concatenate":
            return torch.cat(inputs, self.axis)
        first, *rest = inputs
        for each in rest:
            first = first + each
        return first


class Paths(nn.Module):
    """Layers that read others than the one before; each value is dropped after its last reader."""

    def __init__(self, modules, inputs):
        super().__init__()
        self.layers = nn.ModuleList(modules)
        last = {read: i for i, reads in enumerate(inputs) for read in reads}
        self.plan = [
            (i, reads, [read for read in set(reads) if last[read] == i])
            for i, reads in enumerate(inputs)
        ]

    def forward(self, x):
        known = {-1: x}
        for (i, reads, done), layer in zip(self.plan, self.layers, strict=True):
            known[i] = layer(*[known[read] for read in reads])
            for read in done:
                del known[read]
        return known[i]
