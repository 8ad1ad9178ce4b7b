"""Smoothing of curves as TensorBoard does it: exponential, without the bias of its beginning."""

from collections.abc import Sequence

from tuidl.core.lazy import Array, np


def smoothed(curves: Sequence[Array], weight: float) -> list[Array]:
    """Each curve ``(n,)`` smoothed: s = weight s + (1 - weight) y, over 1 - weight^k after k finite
    values. Values that are not finite stay and count for nothing; a curve whose values are all the
    same stays, to the last digit. ``weight`` from 0 (as it is) to below 1.

    All curves go on together, one value at a time, so that many are as quick as one.
    """
    if weight <= 0 or not curves:
        return list(curves)
    lengths = [len(curve) for curve in curves]
    padded = np.full((max(lengths), len(curves)), np.nan)
    for number, curve in enumerate(curves):
        padded[: len(curve), number] = curve
    known = np.isfinite(padded)
    gain = np.where(known, (1.0 - weight) * np.where(known, padded, 0.0), 0.0)
    keep = np.where(known, float(weight), 1.0)
    share = np.cumsum(known, axis=0)
    debias = 1.0 - np.power(float(weight), np.maximum(share, 1))
    last = np.zeros(len(curves))
    found = np.empty_like(padded)
    for row in range(len(padded)):
        last = last * keep[row] + gain[row]
        found[row] = last
    found = np.where(known, found / debias, padded)
    made = [found[:length, number] for number, length in enumerate(lengths)]
    return [
        curve if _is_constant(curve) else smooth for curve, smooth in zip(curves, made, strict=True)
    ]


def _is_constant(curve: Array) -> bool:
    return bool(len(curve)) and bool(np.all(curve == curve[0]))
