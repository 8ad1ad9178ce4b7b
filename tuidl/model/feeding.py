"""Examples that a user hands over, as engines take them."""

from math import prod
from typing import Any

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.core.arrays import real_array
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.tasks.base import Task


def feed_of(task: Task, dtype: np.dtype[Any], x: Any, y: Any = None) -> ArrayDataset:
    """Examples (N, *shape) and targets (N, target width) or (N,), flat and in the engine's dtype.

    Raises DataError where they do not fit the ``task``.
    """
    x = inputs_of(task, dtype, x)
    count = len(x)
    targets = np.zeros((count, 0), dtype) if y is None else _targets(task, dtype, y, count)
    flat = x.reshape(count, prod(x.shape[1:]))
    return ArrayDataset(flat, targets, np.arange(count, dtype=np.int64))


def inputs_of(task: Task, dtype: np.dtype[Any], x: Any) -> Array:
    """Examples (N, *shape) in the engine's dtype. Raises DataError where they do not fit."""
    inputs, shape = real_array(x, dtype, "x"), task.spec.shape
    if inputs.shape[1:] != shape:
        wanted = ", ".join(map(str, shape))
        raise DataError(f"x: expected shape (examples, {wanted}), got {inputs.shape}")
    return inputs


def _targets(task: Task, dtype: np.dtype[Any], y: Any, count: int) -> Array:
    """Targets (count, width) of ``y`` in the shapes that are accepted. Raises DataError."""
    targets, width = real_array(y, dtype, "y"), task.spec.target_width
    shaped = (count, *(task.spec.target_shape or (width,)))
    if task.spec.weighted and targets.shape == shaped:  # all answers count
        targets = y = np.concatenate([targets, np.ones_like(targets)], axis=1)
    is_flat = width == 1 and targets.shape == (count,)
    if targets.shape not in ((count, width), shaped) and not is_flat:
        wanted = ", ".join(map(str, shaped))
        raise DataError(f"y: expected shape ({wanted}), got {targets.shape}")
    rows = np.asarray(y).reshape(count, width)  # as they were before they were rounded
    if problem := task.target_problem(rows):
        raise DataError(f"y: {problem}")
    return targets.reshape(count, width)
