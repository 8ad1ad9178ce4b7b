"""Cases of equal words done once: all alike, all different, numbers that are no row's, one word."""

import numpy as np

from tests.kernels.case import Arrays, Case

ROWS = 5
LISTED = ("count", "words", "order")
"""Behind the last word nothing is written to the others."""


def _several(arrays: Arrays) -> None:
    x = arrays["x"]
    x[:] = np.arange(len(x)) * 3 % (ROWS + 2) - 1
    x[2:3] = np.nan
    arrays["places"][:] = np.arange(ROWS) % 3


def _alike(arrays: Arrays) -> None:
    arrays["x"][:] = 3
    arrays["places"][:] = -1


def _first_rows(arrays: Arrays) -> None:
    rows = next(len(arrays[name]) for name in ("x", "dy") if name in arrays)
    arrays["count"][:] = (2 * rows + 1) // 3


def _examples_of_words(arrays: Arrays) -> None:
    """A word with one example, then words that share the others."""
    n, classes = arrays["logits"].shape
    count = (n + 1) // 2
    arrays["count"][:] = count
    arrays["label"][:] = np.arange(n) % classes
    arrays["order"][:] = np.arange(n)[::-1]
    arrays["ends"][:count] = np.linspace(1, n, count).astype(int)


PRODUCTS = (
    "dense_tile_counted",
    "dense_weight_gradient_tile_counted",
    "dense_input_gradient_tile_counted",
)
CASES = [
    Case("distinct_words", {"a": 1, "e": e, "k": ROWS}, {"part": part, "parts": 2}, fix, only=only)
    for e in (0, 1, 7, 40)
    for part, fix, only in ((0, _several, LISTED), (0, _alike, LISTED), (1, _alike, ("count",)))
]
for n, k, f in ((1, 1, 1), (9, 5, 33), (70, 33, 40), (0, 3, 4)):
    for part, parts in ((0, 1), (1, 2)):
        own = {"part": part, "parts": parts}
        CASES += [
            *(Case(name, {"a": 1, "n": n, "k": k, "f": f}, own, _first_rows) for name in PRODUCTS),
            Case("bias_gradient_tile_counted", {"a": 1, "n": n, "f": f}, own, _first_rows),
            Case(
                "softmax_cross_entropy_counted",
                {"a": 1, "n": n, "f": f},
                {"batch": 20, **own},
                _examples_of_words,
            ),
        ]
