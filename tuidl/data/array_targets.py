"""Targets of one's own arrays: classes, or values to predict."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array

Task = Literal["classification", "regression"]

MOST_CLASSES = 1000
MOST_GUESSED = 20
"""Different whole numbers, stored as floating-point numbers, that are classes: as in a table, but
only where there are two examples of each on average."""


@dataclass(frozen=True)
class Targets:
    """``values``: (examples, width), float32. ``classes``: their names, empty for values to
    predict. ``guess``: in words, where it was tuidl that decided what they are."""

    values: Array
    classes: tuple[str, ...] = ()
    guess: str = ""


def targets_of(y: Array, task: Task | None) -> Targets:
    """What an array (examples,) or (examples, k) is. Raises DataError.

    Unless ``task`` says which: whole numbers (examples,) are classes where they are stored as such,
    or are few, and so are rows with a single 1 among zeros; all else are values.
    """
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if not 1 <= y.ndim <= 2 or not y.size:
        raise DataError(f"data: targets of shape {y.shape}: expected (examples,) or (examples, k)")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise DataError("data: targets that are not finite")
    if task == "regression":
        return Targets(y.reshape(len(y), -1).astype(np.float32))
    if y.ndim == 2:
        return _rows(y, task)
    return _numbers(y, task)


def _rows(y: Array, task: Task | None) -> Targets:
    if _is_one_hot(y):
        names = _names(np.arange(y.shape[1]))
        guess = f"rows of {len(names)} targets with a single 1 are taken as {len(names)} classes"
        labels = y.argmax(axis=1)[:, None].astype(np.float32)
        return Targets(labels, names, "" if task else guess)
    if task:
        raise DataError("data: rows of targets are classes only with a single 1 among zeros each")
    return Targets(y.astype(np.float32))


def _numbers(y: Array, task: Task | None) -> Targets:
    is_stored_whole = y.dtype.kind in "biu"
    if not is_stored_whole and not (y == np.round(y)).all():
        if task:
            raise DataError("data: targets that are no whole numbers are no classes")
        return Targets(y[:, None].astype(np.float32))
    classes, places = np.unique(y, return_inverse=True)
    guess = ""
    if task is None and not is_stored_whole:
        if not 2 <= len(classes) <= min(MOST_GUESSED, len(y) // 2):
            return Targets(y[:, None].astype(np.float32))
        guess = f"targets are {len(classes)} different whole numbers, taken as classes"
    return Targets(places[:, None].astype(np.float32), _names(classes), guess)


def _is_one_hot(y: Array) -> bool:
    return bool((((y == 0) | (y == 1)).all(axis=1) & (y.sum(axis=1) == 1)).all())


def _names(classes: Array) -> tuple[str, ...]:
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise DataError(
            f"data: {len(classes)} different targets, expected 2 to {MOST_CLASSES} classes; for "
            "numbers to predict, say data.task = 'regression'"
        )
    return tuple(str(int(number)) for number in classes)
