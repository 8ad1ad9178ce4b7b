"""Which of several runs is the better one, by a score."""

import math

from tuidl.core.errors import RunError, suggestion
from tuidl.runs.listing import Listed

SMALLER_IS_BETTER = ("loss", "mae", "mse", "rmse", "seconds")
HELD_OUT = ("test", "validation")


def smaller_is_better(name: str) -> bool:
    """Of a score's name, ``generator loss`` and ``head.mae`` among them."""
    return name.replace(".", " ").rpartition(" ")[2].endswith(SMALLER_IS_BETTER)


def score_of(run: Listed, name: str) -> float | None:
    """The score of the part that says most; None where the run has none that is a number."""
    value = run.scores.get(name, run.numbers.get(name))
    return value if value is not None and math.isfinite(value) else None


def by_score(found: list[Listed], name: str) -> list[Listed]:
    """The best first; runs without this score last, in the order in which they came."""
    sign = 1 if smaller_is_better(name) else -1

    def place(run: Listed) -> tuple[bool, float]:
        value = score_of(run, name)
        return value is None, 0.0 if value is None else sign * value

    return sorted(found, key=place)


def best(found: list[Listed], name: str) -> Listed:
    """The best by a score of held-out examples; by one of the training part only where no run has
    another. Raises RunError where none has it."""
    known = [run for run in found if score_of(run, name) is not None]
    if not known:
        names = dict.fromkeys(
            score for run in found for score in run.scores if score_of(run, score) is not None
        )
        raise RunError(f"no run has a score {name!r}{suggestion(name, tuple(names))}")
    held_out = [run for run in known if run.part in HELD_OUT]
    return by_score(held_out or known, name)[0]
