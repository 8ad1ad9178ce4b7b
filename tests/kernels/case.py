"""One kernel on operands of some sizes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """``fix`` changes the random operands where not any number will do (labels, states)."""

    kernel: str
    sizes: dict[str, int]
    options: dict[str, Any] = field(default_factory=dict)
    fix: Callable[[Arrays], None] | None = None
    step_state: tuple[float, float] = (1.0, 0.01)
    only: tuple[str, ...] | None = None
    """Written operands to compare, where others are scratch."""

    def __str__(self) -> str:
        sizes = "".join(f"{k}{v}" for k, v in self.sizes.items())
        options = "-".join(f"{k}{v}" for k, v in self.options.items())
        return f"{self.kernel}-{sizes}-{options}"
