"""Which runs and logs belong together, asked again and again: those that begin later join."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tuidl.logs.below import logs_below
from tuidl.runs.trials import trials_of

Joining = Callable[[], Sequence[Path]]
"""All that there are by now. Raises RunError."""


def one(path: Path) -> Joining:
    """A run or log alone."""
    return lambda: [path]


def trials(sweep: str) -> Joining:
    """The runs of a sweep."""
    return partial(trials_of, sweep)


def logs(folder: Path) -> Joining:
    """The logs of other programs below a folder, and runs of our own."""
    return lambda: [found.path for found in logs_below(folder)]


def all_of(parts: Sequence[Joining]) -> Joining:
    """What each of them finds, in their order; nothing twice."""
    return lambda: list(dict.fromkeys(path for part in parts for path in part()))
