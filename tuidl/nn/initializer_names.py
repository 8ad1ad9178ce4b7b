"""The names of first values of parameters; ``initializers`` makes the numbers."""

from typing import Literal

Initializer = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "orthogonal",
    "uniform",
    "zeros",
    "ones",
]
Start = Initializer | Literal["unit_forget", "quarter"]
"""What a layer may start a parameter with: what presets may name, and what only layers do."""
