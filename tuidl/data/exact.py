"""Numbers that float32 would round are kept in float64 until they are scaled."""

from tuidl.core.lazy import Array


def fits_float32(values: Array) -> bool:
    """Whether float32 holds every one of the values to the last bit; NaN is as good there."""
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        narrow = values.astype(np.float32)
    return bool(((narrow == values) | (values != values)).all())


def as_exact(values: Array) -> Array:
    """The same numbers, in float32 where that holds every one, else in float64."""
    import numpy as np

    return values.astype(np.float32 if fits_float32(values) else np.float64, copy=False)


def digits_lost(values: Array) -> bool:
    """Whether float32 rounds the values by more than a thousandth of how far they lie apart."""
    import numpy as np

    known = values[np.isfinite(values)].astype(np.float64, copy=False)
    if not len(known):
        return False
    rounded = np.abs(known.astype(np.float32) - known).max()
    return bool(rounded > 1e-3 * known.std())
