"""Cases of attention: of a sequence to itself and to another, with everything that hides keys."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from tests.kernels.case import Arrays, Case
from tuidl.kernels.oracles import ORACLES

STEP_STATE = (1.0, 0.01)
SHAPES = [
    {"n": 2, "t": 5, "l": 5, "f": 6, "heads": 3, "itself": True},
    {"n": 1, "t": 1, "l": 1, "f": 4, "heads": 1, "itself": True},
    {"n": 2, "t": 37, "l": 37, "f": 16, "heads": 2, "itself": True},
    {"n": 2, "t": 3, "l": 4, "f": 6, "heads": 2, "itself": False},
    {"n": 1, "t": 34, "l": 133, "f": 4, "heads": 1, "itself": False},
    {"n": 1, "t": 141, "l": 141, "f": 4, "heads": 1, "itself": True},
    {"n": 1, "t": 5, "l": 9, "f": 200, "heads": 1, "itself": False},
    {"n": 0, "t": 3, "l": 3, "f": 4, "heads": 2, "itself": True},
]
HIDING: list[dict[str, Any]] = [
    {},
    {"masked": 1},
    {"rate": 0.4},
    {"causal": 1},
    {"causal": 1, "masked": 1, "rate": 0.3},
]
PLAIN = {"causal": 0, "masked": 0, "padding": 2.0, "rate": 0.0, "layer": 3_000_000_000, "first": 5}
PARTS = [(0, 1), (1, 2), (7, 16)]


def _padding(arrays: Arrays) -> None:
    """Every third key is padding, and of the second example all are."""
    mask = arrays["mask"]
    mask[:] = np.arange(mask.size).reshape(mask.shape) % 3
    mask[1:2] = 2


def _known(options: dict[str, Any]) -> Callable[[Arrays], None]:
    """What the forward kernel leaves, and the gradient reads."""

    def fix(arrays: Arrays) -> None:
        _padding(arrays)
        names = ("queries", "keys", "mask", "y", "log_sums")
        state = np.zeros(8)
        state[:2] = STEP_STATE
        whole = {key: value for key, value in options.items() if key not in ("part", "parts")}
        with np.errstate(all="ignore"):
            ORACLES["attention"](*(arrays[name] for name in names), *whole.values(), state)

    return fix


def _cases(shape: dict[str, Any], hiding: dict[str, Any]) -> list[Case]:
    n, t, seen, f, heads = (shape[key] for key in ("n", "t", "l", "f", "heads"))
    itself = shape["itself"]
    wide = {"k": 3 * f, "j": 3 * f} if itself else {"k": f, "j": 2 * f}
    sizes = {"n": n, "t": t, "l": seen, "f": f, "r": heads * t, **wide}
    own = {"heads": heads, "key_start": f if itself else 0, **PLAIN, **hiding}
    found = [
        Case("attention", sizes, own, _padding),
        Case("attention_gradient", sizes, own, _known(own)),
    ]
    for part, parts in PARTS:
        tile = {"part": part, "parts": parts, **own}
        found += [
            Case("attention_tile", sizes, tile, _padding),
            Case("attention_gradient_tile", sizes, tile, _known(tile)),
        ]
    return found


CASES = [case for pair in product(SHAPES, HIDING) for case in _cases(*pair)]
