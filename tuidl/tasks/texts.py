"""Texts of very many numbers and names, each different one written once."""

from collections.abc import Sequence

from tuidl.core.lazy import Array

NEAR = 1e-6
"""How near to the middle between two tenths of a percent rounding is left to Python."""
ALL = 1000
"""Tenths of a percent in 100%."""


def as_percentages(shares: Array) -> list[str]:
    """Shares (n,) from 0 to 1 as f"{share:.1%}" writes them."""
    import numpy as np

    tenths = shares * 100 * 10
    places = np.rint(tenths).astype(np.intp).clip(0, ALL)
    known = np.array([f"{place / 10:.1f}%" for place in range(ALL + 1)], object)
    texts: list[str] = known[places].tolist()
    for row in np.flatnonzero(np.abs(np.abs(tenths - places) - 0.5) < NEAR).tolist():
        texts[row] = f"{shares[row]:.1%}"
    return texts


def named(names: Sequence[str], places: Array) -> list[str]:
    """The names at these places (n,)."""
    import numpy as np

    chosen: list[str] = np.array(names, object)[places].tolist()
    return chosen
