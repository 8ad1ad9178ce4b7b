"""The Transformer of ``presets/shakespeare_char.toml`` in PyTorch, trained to its end.

    python gpt_torch.py tiny_shakespeare.txt --steps 2000 --threads 1 --seed 0

nanoGPT's setting for a CPU: random windows, AdamW with its decay on matrices alone, 100 steps of
warm-up, a cosine to a tenth. Prints seconds of training, of the clock and of the processor, and the
loss of the last tenth of the text, in nats a character, over windows that do not overlap.
"""

import argparse
import math
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

BLOCK, BATCH, WIDTH, HEADS, LAYERS = 64, 12, 128, 4, 4
RATE, LEAST, WARM, DECAY = 1e-3, 1e-4, 100, 0.1
SHARE = 0.9


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        n, steps, _ = x.shape
        parts = self.qkv(self.first(x)).view(n, steps, 3, HEADS, WIDTH // HEADS)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(n, steps, WIDTH))
        return x + self.down(F.gelu(self.up(self.second(x))))


class Gpt(nn.Module):
    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(tokens, WIDTH), nn.Embedding(BLOCK, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.last = nn.LayerNorm(WIDTH)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                is_residual = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(parameter, 0, 0.02 / (math.sqrt(2 * LAYERS) if is_residual else 1))
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        hidden = self.tokens(x) + self.places.weight[: x.shape[1]]
        logits = F.linear(self.last(self.blocks(hidden)), self.tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())


def rate(step: int, steps: int) -> float:
    if step < WARM:
        return RATE * (step + 1) / (WARM + 1)
    along = (step - WARM) / max(steps - WARM, 1)
    return LEAST + 0.5 * (1 + math.cos(math.pi * along)) * (RATE - LEAST)


def trained(network: Gpt, text: Tensor, steps: int) -> None:
    ways = list(network.parameters())
    groups = [
        {"params": [p for p in ways if p.dim() == 2], "weight_decay": DECAY},
        {"params": [p for p in ways if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, RATE, betas=(0.9, 0.99), fused=True)
    window = torch.arange(BLOCK)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps)
        rows = torch.randint(len(text) - BLOCK, (BATCH, 1)) + window
        optimizer.zero_grad(set_to_none=True)
        network(text[rows], text[rows + 1]).backward()
        nn.utils.clip_grad_norm_(ways, 1.0)
        optimizer.step()


def judged(network: Gpt, text: Tensor) -> float:
    count = (len(text) - 1) // BLOCK
    x, y = (text[i : i + count * BLOCK].view(count, BLOCK) for i in (0, 1))
    with torch.no_grad():
        pairs = zip(x.split(64), y.split(64), strict=True)
        losses = [float(network(a, b)) * len(a) for a, b in pairs]
    return sum(losses) / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    torch.set_num_threads(asked.threads)
    found = asked.text.read_text(encoding="utf-8")
    numbers = {character: i for i, character in enumerate(sorted(set(found)))}
    text = torch.tensor([numbers[character] for character in found])
    first = int(SHARE * len(text))
    network = Gpt(len(numbers))
    network(text[None, :BLOCK], text[None, 1 : BLOCK + 1]).backward()  # what is set up once
    started, worked = time.perf_counter(), time.process_time()
    trained(network, text[:first], asked.steps)
    seconds, busy = time.perf_counter() - started, time.process_time() - worked
    loss = judged(network, text[first:])
    print(f"{seconds:.2f} s, {busy:.2f} s of processor time, validation loss {loss:.4f}")


if __name__ == "__main__":
    main()
