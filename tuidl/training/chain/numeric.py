"""The numeric gradient of one number, and where there is none because the loss has a kink."""

from collections.abc import Callable
from dataclasses import dataclass

STEPS = (1e-5, 1e-6, 1e-7, 1e-8)
"""How far the number is moved each way, of its size (at least of 1). Shorter ones only where a kink
lies in between: rounding weighs more then."""
RELATIVE, ABSOLUTE = 1e-5, 1e-9
"""What a numeric gradient may differ by from the analytic one; the second one of the loss."""
KINK = 1e-3
"""Share of the larger slope by which slopes to both sides differ at a kink."""


@dataclass(frozen=True)
class Numeric:
    """``value``: (L(w + h) - L(w - h)) / 2h with ``step`` h; ``error``: relative to the larger of
    both gradients, 0 where both are nothing but rounding. ``left`` and ``right``: slopes to one
    side. ``is_kink``: they differ at the number itself; the loss has no derivative there."""

    value: float
    step: float
    error: float
    left: float
    right: float
    is_kink: bool
    agrees: bool


def numeric_gradient(
    loss: Callable[[float], float], here: float, size: float, analytic: float
) -> Numeric:
    """Central differences of ``loss``, a function of how far a number of this ``size`` is moved,
    which is ``here`` where it stays."""
    tries = [_differences(loss, here, step * max(abs(size), 1.0), analytic) for step in STEPS[:1]]
    while not tries[-1].agrees and len(tries) < len(STEPS):
        step = STEPS[len(tries)] * max(abs(size), 1.0)
        tries.append(_differences(loss, here, step, analytic))
    if tries[-1].agrees:
        return tries[-1]
    kinks = [one for one in tries[1:3] if one.is_kink]
    return kinks[0] if len(kinks) == 2 else min(tries, key=lambda one: one.error)


def _differences(
    loss: Callable[[float], float], here: float, step: float, analytic: float
) -> Numeric:
    above, below = loss(step), loss(-step)
    value, right, left = (above - below) / (2 * step), (above - here) / step, (here - below) / step
    miss, larger = abs(value - analytic), max(abs(value), abs(analytic))
    noise = ABSOLUTE * max(abs(here), 1.0)
    agrees = miss <= max(RELATIVE * larger, noise)
    apart = abs(right - left) > max(KINK * max(abs(right), abs(left)), 1e-6 * max(abs(here), 1.0))
    low, high = min(left, right), max(left, right)
    between = low - noise - KINK * larger <= analytic <= high + noise + KINK * larger
    error = miss / larger if larger > noise else 0.0
    return Numeric(value, step, error, left, right, not agrees and apart and between, agrees)
