"""Checks of worked examples: attention and Transformers."""

import math

import numpy as np

from tests.glossary.worked import Numbers, agree, array, worked
from tuidl.nn.layers import LAYERS
from tuidl.nn.layers.attention import attention_weights


def _column(*values: float) -> np.ndarray:
    """One number for each step of one example."""
    return array(*values).reshape(1, -1, 1)


@worked
def attention(n: Numbers) -> None:
    keys, values, query, scores = n[:3], n[3:6], n[6], n[7:10]
    agree(scores, query * array(*keys))
    shares = attention_weights(_column(query), _column(*keys), 1, causal=False)[0, 0, 0]
    agree(n[10:], [*shares, shares @ array(*values)])


@worked
def multi_head_attention(n: Numbers) -> None:
    width, heads = int(n[0]), int(n[1])
    own = LAYERS["multi_head_attention"](num_heads=heads).width(width) // heads
    agree(n[2:], [own, own, math.sqrt(own)])


@worked
def causal_attention(n: Numbers) -> None:
    steps = _column(*[0.0] * int(n[0]))
    shares = attention_weights(steps, steps, 1, causal=True)[0, 0]
    seen = (shares > 0).sum(axis=1)
    agree(n[1:], [seen[0], seen[-1], seen.sum(), shares.size, shares.min()])


@worked
def padding_mask(n: Numbers) -> None:
    tokens, share, padded, left = n
    steps = _column(*[0.0] * int(tokens))
    mask = np.arange(int(tokens))[None] < padded
    shares = [
        attention_weights(steps, steps, 1, causal=False, mask=m, padding=1)[0, 0, 0, -1]
        for m in (0 * mask, 1 * mask)
    ]
    agree([share, left], shares)


@worked
def transformer_block(n: Numbers) -> None:
    width = int(n[0])
    parts = LAYERS["transformer_block"](num_heads=4).parts(((64, width),))
    named = {part.name: part for part in parts}
    parameters = named["attention"].merged_parameters(((64, width),))
    weights, inner = sum(p.size for p in parameters if len(p.shape) > 1), named["dense_1"].units
    agree(n[1:5], [2, width, inner, 2 * width * inner])
    agree(n[5:], [4, width, width, weights])


@worked
def pre_norm(n: Numbers) -> None:
    blocks, norms, left = n
    agree([left], 0.5 ** (blocks * norms))


@worked
def rms_normalization(n: Numbers) -> None:
    x = array(*n[:4])
    layer = LAYERS["rms_normalization"]
    y = layer.reference(x, 1, layer().epsilon)
    agree(n[4:], [x[0] / y[0], *y])


@worked
def position_embedding(n: Numbers) -> None:
    (table,) = LAYERS["position_embedding"]().parameters((int(n[0]), int(n[1])))
    agree(n[2:], table.size)


@worked
def sine_position_encoding(n: Numbers) -> None:
    place, width = int(n[0]), int(n[1])
    waves = LAYERS["sine_position_encoding"].reference(np.zeros((1, place + 1, width)))
    agree(n[2:], waves[0, place])


@worked
def tied_dense(n: Numbers) -> None:
    table, x = array(*n[:4]).reshape(2, 2), array(*n[4:6])
    agree(n[6:], LAYERS["tied_dense"].reference(x, table))
