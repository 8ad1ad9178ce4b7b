"""Lengths of time in words."""

LEAST_SECONDS = 0.0995
"""From here on seconds are said: two digits of milliseconds would be 1e+02."""
MUCH_LONGER, SHARE = 0.5, 0.25
"""Seconds, and the share, by which time on the clock must exceed that of computing to be named."""


def in_words(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 10 min``: as long as somebody has to wait."""
    if seconds < 0.95:
        return f"{max(seconds, 0.1):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def computed(seconds: float, on_clock: float) -> str:
    """How long training took, and how long one waited for it where that was much longer, as of a
    run that was slowed down: ``0.33 s of computing, 8.1 s on the clock``."""
    if on_clock < seconds + MUCH_LONGER or on_clock < seconds * (1 + SHARE):
        return trained(seconds)
    return f"{trained(seconds)} of computing, {in_words(on_clock)} on the clock"


def trained(seconds: float) -> str:
    """``2.31 s``, ``4.2 ms``: how long training took, the same figure wherever it is said."""
    return f"{seconds:.2f} s" if seconds >= LEAST_SECONDS else f"{1000 * seconds:.2g} ms"
