"""What is fused beside every layer's work apart."""

import numpy as np
import pytest

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.routine import Routine
from tuidl.model.model import Model
from tuidl.training.inspection import inspect


def kernels_of(routine: Routine) -> list[str]:
    return [instruction.kernel for instruction in routine.emitted.instructions]


def agree(model: Model, x: np.ndarray, y: np.ndarray) -> None:
    """Loss and gradients by the loop, and by every layer's work apart: the same bits."""
    loss, gradients = model.loss_and_gradients(x, y)
    feed = ArrayDataset(
        x.reshape(len(x), -1).astype(np.float32), y, np.arange(len(x), dtype=np.int64)
    )
    seen = inspect(model, feed)
    assert loss == pytest.approx(seen.loss, rel=1e-12, nan_ok=True)
    for name, gradient in seen.parameters.items():
        np.testing.assert_array_equal(gradients[name], gradient, err_msg=name)
