"""Subnormal numbers are zeros while kernels run, on every thread, and nowhere else."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numba
import numpy as np
import pytest

from tests import helpers
from tests.conftest import MOST_THREADS
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.backends.numpy import ORACLES, engine
from tuidl.kernels.subnormals import FLUSHES, flush_subnormals, restore_mode, subnormals_flushed
from tuidl.kernels.timing import MONOTONIC
from tuidl.model.model import Model

pytestmark = pytest.mark.skipif(not FLUSHES, reason="no such mode on this kind of processor")
SMALL, LESS = np.float32(1e-30), np.float32(1e-10)
"""Their product is a subnormal number of float32."""

WIDE = """
name = "products that are subnormal"
data = {source = "linear"}
layers = [{type = "dense", units = 48, use_bias = false}, {type = "dense", use_bias = false}]
loss = {type = "mse"}
optimizer = {type = "adam"}
"""
FADING = """
name = "gradients that fade through time"
data = {source = "sine", points = 500, window = 200}
layers = [{type = "gru", units = 6}, {type = "dense"}]
loss = {type = "mse"}
optimizer = {type = "adam"}
"""


def subnormals(values: np.ndarray) -> int:
    """How many of the values are subnormal."""
    return int(np.sum((values != 0) & (np.abs(values) < np.finfo(values.dtype).tiny)))


def is_itself() -> bool:
    """Whether this thread computes with subnormal numbers."""
    product = np.full(4, SMALL) * LESS
    return subnormals(product) == 4


@numba.njit(parallel=True)
def on_all_threads(factor: Any, out: Any) -> None:
    for i in numba.prange(len(out)):
        out[i] = factor * out[i]


def steps(model: Model, count: int, *, loss: float = 1.0, stop: int = 0) -> int:
    """Train on small inputs; targets are of the size of ``loss``."""
    examples = count * model.program.batch
    x, y = helpers.examples(model, examples)
    feed = model.feed(x * LESS, y * 0 + loss)
    batches = BatchPlan.of(model.program.train, model.program.batch, examples)
    list(model.prepare())
    model.engine.stop[0] = stop
    slots = sum(size for _, size in model.program.statistics.values())
    chunk = StepChunk(0, np.full(count, 1e-3), np.zeros(slots), np.zeros(count))
    return model.engine.run(batches, feed, chunk)


def test_products_are_flushed_in_the_block_and_not_behind_it() -> None:
    assert is_itself()
    with subnormals_flushed():
        assert np.all(np.full(4, SMALL) * LESS == 0)
        with subnormals_flushed():
            pass
        assert np.all(np.full(4, SMALL) * LESS == 0), "the inner block restores what it found"
    assert is_itself()
    with pytest.raises(KeyError), subnormals_flushed():
        raise KeyError
    assert is_itself()


def test_a_subnormal_number_that_is_read_counts_as_zero_in_both_precisions() -> None:
    for dtype in (np.float32, np.float64):
        values = np.full(3, np.finfo(dtype).smallest_subnormal)
        mode = flush_subnormals()
        total = values + values
        restore_mode(mode)
        assert np.all(total == 0)
        assert np.all(values + values != 0)


@pytest.mark.sample(1)
@pytest.mark.usefixtures("many_shards")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_thread_flushes_and_all_agree(dtype: str) -> None:
    built = [
        *(helpers.model(WIDE, threads=n, batch=64, dtype=dtype) for n in (1, 2, MOST_THREADS)),
        helpers.model(WIDE, batch=64, backend="numpy", dtype=dtype),
    ]
    small = 1e-30 if dtype == "float32" else 1e-300
    for model in built:
        for values in model.parameters.values():
            values[...] = small
        x, _ = helpers.examples(model, 64)
        assert np.all(model.predict(x * 1e-10) == 0)
        steps(model, 3)
        assert subnormals(model.engine.arena) == 0
        assert is_itself()
    assert built[0].program.shards > 1
    assert len({model.weights_sha256 for model in built[:3]}) == 1


@pytest.mark.usefixtures("many_shards")
def test_threads_of_the_process_compute_as_before_after_training() -> None:
    model = helpers.model(WIDE, threads=MOST_THREADS, batch=64)
    steps(model, 2)
    numba.set_num_threads(MOST_THREADS)
    values = np.full(64, LESS)
    on_all_threads(SMALL, values)
    assert subnormals(values) == 64


def stopped(model: Model) -> None:
    assert steps(model, 2, stop=1) == 0


def not_finite(model: Model) -> None:
    assert steps(model, 2, loss=np.inf) == 0


def of_one_instruction(model: Model) -> None:
    list(model.prepare())
    model.engine.run_instruction(model.program.train.rows_for(4), 0)


def timed(model: Model) -> None:
    x, y = helpers.examples(model, 64)
    batches = BatchPlan.of(model.program.train, 32, 64)
    list(model.prepare())
    if model.engine.device == "" and hasattr(model.engine, "time_rows"):
        model.engine.time_rows(batches, model.feed(x, y), 1e-3, 2, MONOTONIC)


@pytest.mark.sample(1)
@pytest.mark.parametrize("backend", ["cpu", "numpy"])
@pytest.mark.parametrize("use", [stopped, not_finite, of_one_instruction, timed])
def test_the_callers_mode_is_restored(use: Callable[[Model], None], backend: str) -> None:
    use(helpers.model(WIDE, backend=backend))
    assert is_itself()


def test_the_callers_mode_is_restored_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*operands: Any) -> None:
        raise KeyboardInterrupt

    model = helpers.model(WIDE, backend="numpy")
    monkeypatch.setitem(ORACLES, "dense_weight_gradient", broken)
    with pytest.raises(KeyboardInterrupt):
        steps(model, 1)
    assert is_itself()


def test_gradients_that_fade_through_time_leave_no_subnormal_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for backend in ("cpu", "numpy"):
        model = helpers.model(FADING, backend=backend, batch=4)
        helpers.train(model, steps=2, count=8)
        assert subnormals(model.engine.arena) == 0
    monkeypatch.setattr(engine, "subnormals_flushed", nullcontext)
    model = helpers.model(FADING, backend="numpy", batch=4)
    helpers.train(model, steps=2, count=8)
    assert subnormals(model.engine.arena) > 0, "there are some where nothing flushes them"


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "adagrad"])
def test_an_optimizers_vectors_fade_to_zero(optimizer: str) -> None:
    """Those of weights without a gradient, as of a word that does not come any more."""
    model = helpers.model(WIDE, f'optimizer={{type="{optimizer}"}}')
    for values in model.parameters.values():
        values[...] = 0
    (objective,) = model.program.objectives
    for start in objective.state.values():
        model.engine.arena[start : start + objective.span] = np.finfo(np.float32).tiny
    steps(model, 3, loss=0.0)
    assert subnormals(model.engine.arena) == 0
