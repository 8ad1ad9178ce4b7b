"""Cases of pooling that leaves padding out: nothing but padding, many steps, ties."""

import numpy as np

from tests.kernels.case import Arrays, Case

SIZES = [(2, 5, 3), (1, 1, 1), (3, 70, 17), (2, 200, 8), (0, 4, 2)]


def _padding(arrays: Arrays) -> None:
    """Every third step is padding, and of the second example all are."""
    mask = arrays["mask"]
    mask[:] = np.arange(mask.size).reshape(mask.shape) % 3
    mask[1:2] = 2


def _ties(arrays: Arrays) -> None:
    _padding(arrays)
    arrays["x"][:] = np.round(arrays["x"])


def _winners(arrays: Arrays) -> None:
    winner, steps = arrays["winner"], arrays["dx"].shape[1]
    winner[:] = np.arange(winner.size).reshape(winner.shape) % (steps + 1) - 1


def _cases(n: int, t: int, f: int) -> list[Case]:
    sizes, own = {"n": n, "t": t, "f": f}, {"padding": 2.0}
    return [
        Case("masked_average_pool", sizes, own, _padding, only=("y",)),
        Case("masked_average_pool_gradient", sizes, own, _padding),
        Case("masked_max_pool", sizes, own, _padding),
        Case("masked_max_pool", sizes, own, _ties),
        Case("masked_max_pool_gradient", sizes, {}, _winners),
    ]


CASES = [case for sizes in SIZES for case in _cases(*sizes)]
