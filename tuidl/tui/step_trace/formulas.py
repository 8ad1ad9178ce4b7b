"""What every layer, loss and optimizer computes, in a line of plain text each."""

import re
from collections.abc import Collection

from tuidl.nn.layers import LAYERS
from tuidl.nn.layers.activations import ACTIVATIONS

LOSSES: dict[str, str] = {
    "mse": "loss = mean of (p - y)²",
    "mae": "loss = mean of |p - y|",
    "huber": "loss = mean of (p - y)² / 2, a straight line far off",
    "giou": "loss = mean of 2 - I / U - U / C (shared area I, both U, around both C)",
    "cross_entropy": "loss = mean of -ln(p of the true class)",
    "categorical_cross_entropy": "loss = mean of -ln(p of the true class)",
    "binary_cross_entropy": "loss = mean of -ln(p of what is true)",
    "kl_divergence": "loss = sum of (m² + v - ln v - 1) / 2",
    "k_means": "loss = mean of the smallest squared distance",
}

GRADIENTS: dict[str, str] = {
    "mse": "dp = 2 · (p - y) / n",
    "mae": "dp = 1 / n where p > y, else -1 / n",
    "huber": "dp = (p - y) / n, at most 1 / n far off",
    "giou": "dp: how each side changes the areas I, U and C / n",
    "cross_entropy": "the last layer gets (p - 1 for the true class) / n",
    "categorical_cross_entropy": "the last layer gets (p - y) / n",
    "binary_cross_entropy": "the last layer gets (p - y) / n",
    "kl_divergence": "dm = m / n   d(ln v) = (v - 1) / 2 / n",
    "k_means": "1 / n for the nearest centre, 0 for the others",
}
"""Of the losses, where the way back starts; n examples."""

OPTIMIZERS: dict[str, str] = {
    "sgd": "w = w - rate · g",
    "adam": "m = mean of g   v = mean of g²   w = w - rate · m / sqrt(v)",
    "adamw": "m = mean of g   v = mean of g²   w = w - rate · (m / sqrt(v) + decay · w)",
    "rmsprop": "s = mean of g²   w = w - rate · g / sqrt(s)",
    "adagrad": "s = sum of all g²   w = w - rate · g / sqrt(s)",
}


BIAS = re.compile(r",? \+ b(?=,|$)| {3}db = sum of dy")
"""What a layer's formulas say of its bias."""


def has_no_bias(name: str, trained: Collection[str]) -> bool:
    """Whether a layer has weights among the ``trained`` ones, and no bias."""
    return f"{name}.kernel" in trained and f"{name}.bias" not in trained


def forward_formula(kind: str, activation: str, *, bias: bool = True) -> str:
    """``y = x · W + b, then max(0, y)``."""
    own = LAYERS[kind].formula if kind in LAYERS else ""
    own = own if bias else BIAS.sub("", own)
    if kind in ACTIVATIONS or activation not in ACTIVATIONS or _is_recurrent(kind):
        return own
    return f"{own}, then {LAYERS[activation].formula}"


def backward_formula(kind: str, activation: str, *, bias: bool = True) -> str:
    """The layer's backward formula, its activation's part first."""
    own = LAYERS[kind].backward_formula if kind in LAYERS else ""
    own = own if bias else BIAS.sub("", own)
    if kind in ACTIVATIONS or activation not in ACTIVATIONS or _is_recurrent(kind):
        return own
    return f"first {LAYERS[activation].backward_formula}, then {own}"


def _is_recurrent(kind: str) -> bool:
    """Those have their activation in the formula already."""
    return kind in LAYERS and LAYERS[kind].backward_formula.startswith("back in time")


def closing_formula(closing: str) -> str:
    """The function from the last layer's outputs to predictions; empty where there is none."""
    return f"p = {LAYERS[closing].formula}" if closing in ACTIVATIONS else ""
