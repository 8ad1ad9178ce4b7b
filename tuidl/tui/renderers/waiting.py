"""What a panel without anything to show waits for, and for how long or what to do about it."""

from tuidl.core.durations import in_words
from tuidl.tui.session.run import Phase, Run

LONG = 0.5
"""Seconds of a step from which on it is said how long it takes."""


def awaited(run: Run) -> str:
    """Why nothing of the network is to be seen yet."""
    match run.phase:
        case Phase.LOADING:
            return "the data is being read"
        case Phase.COMPILING:
            return "after compiling"
        case Phase.FAILED:
            return "the run failed before this was seen: r starts it again"
        case Phase.LOST:
            return "the engine is gone: space starts it again"
        case Phase.RUNNING if (run.step_seconds or 0.0) > LONG:
            return f"after this step, about {in_words(run.step_seconds or 0.0)}"
    return "looking inside"


def awaited_scores(run: Run) -> str:
    """Why a score has no values yet."""
    match run.phase:
        case Phase.PAUSED if run.step:
            return "after this epoch: press space, or e for one epoch"
        case Phase.PAUSED:
            return "press space to train"
        case Phase.RUNNING if (seconds := run.seconds_in_epoch) is not None:
            return f"after this epoch, about {in_words(seconds)}"
        case Phase.RUNNING:
            return "after this epoch"
        case Phase.ENDED:
            return "the run ended before its first epoch did"
    return awaited(run)
