"""Losses by learning rate, from a range test, and the rate that follows from them."""

import math
from collections.abc import Sequence

from tuidl.protocol.probes import Record

SHARE_OF_WINDOW = 0.035
"""Of all steps: losses within so many to either side are averaged."""
LEAST_STEPS = 20
NOISE = 6.0
"""Standard errors of the mean loss at the start: a fall that is smaller is noise."""


class RateCurve(Record, frozen=True):
    """``key``: of the preset, whose value is looked for; ``own``: what it is there.

    ``losses``: the mean loss of the batch at each of ``rates``, before that step's update, of
    ``steps`` that are planned; ``smooth``: the mean of those nearby. ``lowest``: the rate at which
    ``smooth`` is lowest, ``halfway``: at which half of the fall to it is done. ``suggested``: None
    as long as the loss has not fallen by more than its noise.
    """

    key: str
    own: float
    steps: int
    rates: list[float]
    losses: list[float]
    smooth: list[float]
    halfway: float | None = None
    lowest: float | None = None
    suggested: float | None = None
    is_turned: bool = False
    """Whether the loss rose again behind its lowest value."""


def curve_of(
    key: str, own: float, steps: int, rates: Sequence[float], losses: Sequence[float]
) -> RateCurve:
    """What follows from the losses so far.

    Suggested is half the geometric mean of ``halfway`` and ``lowest``: where the loss falls fast,
    well below the rate at which it no longer does. Where the loss never rose again, it is
    ``halfway``, as nobody knows how far ``lowest`` is from the edge.
    """
    half = max(round(SHARE_OF_WINDOW * steps), 1)
    smooth = [_mean(losses[max(i - half, 0) : i + half + 1]) for i in range(len(losses))]
    curve = RateCurve(key, own, steps, list(rates), list(losses), smooth)
    start = losses[: 2 * half + 1]
    if len(losses) < len(start) + half:
        return curve
    first, at = _mean(start), min(range(len(smooth)), key=smooth.__getitem__)
    error = math.sqrt(_mean([(loss - first) ** 2 for loss in start]) / len(start))
    if first - smooth[at] <= NOISE * error or at <= 2 * half:
        return curve
    middle = (first + smooth[at]) / 2
    halfway = rates[next(i for i in range(at + 1) if smooth[i] <= middle)]
    is_turned = smooth[-1] > smooth[at] + (first - smooth[at]) / 4
    suggested = math.sqrt(halfway * rates[at]) / 2 if is_turned else halfway
    return RateCurve(
        key, own, steps, curve.rates, curve.losses, smooth, halfway, rates[at],
        float(f"{suggested:.2g}"), is_turned,
    )  # fmt: skip


def highest_shown(curve: RateCurve) -> float:
    """Worse than at the start by as much as the loss had fallen, or by half of what it was."""
    if not curve.smooth:
        return math.inf
    first, lowest = curve.smooth[0], min(curve.smooth)
    return first + max(first - lowest, abs(first) / 2)


def is_blown_up(curve: RateCurve) -> bool:
    """Whether nothing is to be learned from larger rates any more."""
    return len(curve.smooth) >= LEAST_STEPS and not curve.smooth[-1] <= highest_shown(curve)


def in_words(curve: RateCurve) -> list[str]:
    """What was done and what follows, a sentence a line."""
    if not curve.rates:
        return ["no suggestion: the loss is not finite before the first update"]
    lines = [
        f"{len(curve.rates)} steps of training, at rates from {curve.rates[0]:.2g} to "
        f"{curve.rates[-1]:.2g}; "
        f"{curve.key} is {curve.own:g}"
    ]
    if curve.suggested is None:
        lines.append("no suggestion: the loss did not fall by more than the noise of its batches")
        return lines
    lines.append(
        f"half of the fall was done at {curve.halfway:.2g}, the loss was lowest at "
        f"{curve.lowest:.2g}"
    )
    why = (
        "half the geometric mean of both"
        if curve.is_turned
        else ("where half of the fall was done, as the loss never rose again")
    )
    lines.append(f"suggested (a guess): {curve.suggested:g}, {why}")
    return lines


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
