"""What a run was at a moment of its past, for panels that draw a run."""

from typing import Any

from tuidl.protocol.events import Scores
from tuidl.protocol.frame import Frame
from tuidl.protocol.history import History, Series


def stood_then(history: History, bests: list[tuple[int, float]], frame: Frame) -> dict[str, Any]:
    """What differs from now, by the names that ``Run`` has for it.

    Scores are those of the last epoch that had ended, where they are still known one by one.
    """
    done = frame.epoch if frame.step == frame.steps else frame.epoch - 1
    return {
        "epoch": frame.epoch,
        "step": frame.step,
        "steps": frame.steps,
        "loss": frame.loss,
        "learning_rate": frame.learning_rate,
        "seconds": frame.seconds,
        "epochs_done": done,
        "train": _scores(history, "train ", done),
        "validation": _scores(history, "validation ", done),
        "gradient_norms": _scores(history, "gradient ", done),
        "confusion": None,
        "ended": None,
        "weights_of": None,
        "_bests": [best for best in bests if best[0] <= done],
    }


def _scores(history: History, start: str, epoch: int) -> Scores:
    found = {
        name.removeprefix(start): _at(series, epoch)
        for name, series in history.series.items()
        if name.startswith(start)
    }
    return {name: value for name, value in found.items() if value is not None}


def _at(series: Series, epoch: int) -> float | None:
    """The value of this very epoch; None where it was merged with others."""
    for x, value in reversed(series.recent):
        if x == epoch:
            return value
    for point in series.whole:
        if point.x == epoch and point.low == point.high:
            return point.low
    return None
