"""Whether a network that predicts the next token sees that token."""

import numpy as np

from tuidl.data.text.layout import TextLayout
from tuidl.model.model import Model

DIFFERENT = 1e-5
"""Of the largest answer; rounding makes less."""


def sees_ahead(model: Model, layout: TextLayout) -> bool:
    """Whether answers of early places change with later tokens: then the network has the answer
    before it, as with attention that is not causal or a convolution that reaches both ways.

    Found out by asking it, with the weights it has: whatever its layers are."""
    window, size = layout.window, len(layout.tokenizer.tokens)
    if layout.predicts != "every" or window < 2 or size < 2:
        return False
    first = np.arange(window) % max(size - 1, 1) + 1  # no padding, which may be masked
    half, other = window // 2, first.copy()
    other[half:] = (first[half:] + 1) % size
    answers = model.predict(np.stack([first, other]).astype(np.float32))
    early = answers.reshape(2, window, -1)[:, :half].astype(np.float64)
    return bool(np.abs(early[0] - early[1]).max() > DIFFERENT * np.abs(early).max())
