"""Runs in a process of its own, with PyTorch: nn.MultiheadAttention and nn.TransformerEncoderLayer
on tokens, from given weights; writes loss and gradients: ``... CASES.json ARRAYS.npz OUT``."""

import json
import sys
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

WIDTH, HEADS, INNER, WORDS = 8, 2, 12, 7


class Attending(nn.Module):
    """An embedding, then one of the two modules."""

    def __init__(self, case: dict[str, Any]) -> None:
        super().__init__()
        self.case, self.words = case, nn.Embedding(WORDS, WIDTH)
        if case["is_block"]:
            self.inner = nn.TransformerEncoderLayer(
                WIDTH, HEADS, INNER, 0.0, case["activation"], batch_first=True,
                norm_first=case["normalize_first"],
            )  # fmt: skip
        else:
            self.inner = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x, steps = self.words(tokens), tokens.shape[1]
        hidden = tokens == self.case["padding"] if self.case["is_masked"] else None
        later = None
        if self.case["causal"]:
            later = torch.ones(steps, steps, dtype=torch.bool).triu(1)
        if self.case["is_block"]:
            return self.inner(x, src_mask=later, src_key_padding_mask=hidden)
        y, _ = self.inner(x, x, x, attn_mask=later, key_padding_mask=hidden)
        return y


def main(cases: str, arrays: str, out: str) -> None:
    torch.set_num_threads(1)
    answers = {}
    with np.load(arrays) as given, open(cases) as told:
        for name, case in json.load(told).items():
            network = Attending(case).double()
            state = {key: torch.tensor(given[f"{name}/{key}"]) for key in network.state_dict()}
            network.load_state_dict(state)
            tokens, y = (torch.tensor(given[f"{name}/{key}"]) for key in ("x", "y"))
            loss = functional.mse_loss(network(tokens.long()), y)
            loss.backward()
            answers[f"{name}/loss"] = loss.detach().numpy()
            for key, parameter in network.named_parameters():
                answers[f"{name}/{key}"] = parameter.grad.numpy()
    np.savez(out, **answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
