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
FROM_EXAMPLES = "k_means_plus_plus"
"""The initializer that looks at training examples; without any it draws normal numbers."""
CentersInitializer = Initializer | Literal["k_means_plus_plus"]
Start = CentersInitializer | Literal["unit_forget", "quarter"]
"""What a layer may start a parameter with: what presets may name, and what only layers do."""
