"""Runs in a process of its own, with Numba's simulator for a GPU: training by the engine.

Prints a line of JSON for each check: its name, and what was wrong.
"""

import json
from collections.abc import Callable, Iterator
from unittest.mock import patch

import numpy as np
import pytest
from numba import cuda

from tests import helpers
from tests.gpu.simulator import be_quick
from tests.gpu.systems import system_alike
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.backends.cuda.engine import CudaEngine
from tuidl.compiler import division
from tuidl.core.errors import BackendError
from tuidl.kernels.step_state import STEP
from tuidl.model.model import Model

BATCH, EXAMPLES, STEPS = 3, 8, 3
SHARED = """
name = "what shards must tell each other"
data = {source = "iris", validation = 0.2, test = 0.1}
layers = [{type = "dense", units = 5, activation = "tanh"}, {type = "batch_normalization"},
          {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", global_clip_norm = 0.5}
training = {epochs = 1, metrics = ["confusion_matrix"]}
"""
SMALL = {
    "line": (helpers.LINE,),
    "conv": (helpers.CONV, "layers.0.filters=2"),
    "shards": (SHARED,),
}


def on(backend: str, name: str) -> Model:
    """A small model; where shards are wanted, each example of a batch is one."""
    least = 1 if name == "shards" else division.EXAMPLES_OF_A_SHARD
    with patch.multiple(division, EXAMPLES_OF_A_SHARD=least, FLOPS_OF_A_SHARD=least):
        built = Model(helpers.preset(*SMALL[name]), batch=BATCH, backend=backend)
    assert built.program.shards == (2 if name == "shards" else 1)
    built.require_prepared()
    return built


def by_one_way(name: str, strategy: str) -> Model:
    """A model on the GPU that has only one way to run."""
    built = on("cuda", name)
    engine = built.engine
    assert isinstance(engine, CudaEngine)
    engine.use_strategy(next(known.name for known in engine.strategies if strategy in known.name))
    return built


def train(
    built: Model, rate: float = 0.01, steps: int = STEPS
) -> tuple[int, np.ndarray, np.ndarray]:
    """Steps done of an epoch whose last batch is short, losses and totals."""
    x, y = helpers.examples(built, EXAMPLES)
    feed = built.feed(x, y)
    batches = BatchPlan.of(built.program.train, BATCH, EXAMPLES)
    slots = sum(size for _, size in built.program.statistics.values())
    stretch = StepChunk(0, np.full(steps, rate), np.zeros(slots), np.zeros(steps))
    return built.engine.run(batches, feed, stretch), stretch.losses, stretch.totals


def alike(name: str, strategy: str) -> None:
    """An epoch, a look from outside and a second epoch, as on the processor."""
    gpu, cpu = by_one_way(name, strategy), on("cpu", name)
    for _ in range(2):
        (done, losses, totals), expected = train(gpu), train(cpu)
        assert done == expected[0] == STEPS
        np.testing.assert_allclose(losses, expected[1], rtol=1e-5)
        np.testing.assert_allclose(totals, expected[2], rtol=1e-5, atol=1e-6)
    for key, values in cpu.parameters.items():
        np.testing.assert_allclose(gpu.parameters[key], values, rtol=1e-4, atol=1e-6)
    x, _ = helpers.examples(cpu, EXAMPLES)
    np.testing.assert_allclose(gpu.predict(x), cpu.predict(x), rtol=1e-5, atol=1e-6)


def few_examples(strategy: str) -> None:
    """Held-out examples that leave most shards of the last batch idle."""
    with patch.multiple(division, EXAMPLES_OF_A_SHARD=1, FLOPS_OF_A_SHARD=1):
        gpu, cpu = by_one_way("shards", strategy), on("cpu", "shards")
        x, y = helpers.examples(cpu, 130)
        for count in (130, 2):
            totals = [built.evaluate(built.feed(x[:count], y[:count])) for built in (gpu, cpu)]
            np.testing.assert_allclose(*totals, rtol=1e-5, atol=1e-6)
            answers = [built.predict(x[:count]) for built in (gpu, cpu)]
            np.testing.assert_allclose(*answers, rtol=1e-5, atol=1e-6)
        assert gpu.program.evaluate.shards_of(2) < gpu.program.evaluate.shards


def not_finite() -> None:
    """The update after such a loss is left out, on either way."""
    for strategy in ("launch", "one block"):
        gpu, cpu = by_one_way("line", strategy), on("cpu", "line")
        for built in (gpu, cpu):
            next(iter(built.parameters.values()))[...] = np.inf
        assert train(gpu)[0] == train(cpu)[0] == 0
        assert gpu.engine.step_state[STEP] == 0


def stopped() -> None:
    gpu = by_one_way("line", "launch")
    gpu.engine.stop[0] = 1
    assert train(gpu)[0] == 0


def written_between() -> None:
    """Parameters set between two stretches count for the next one."""
    gpu, cpu = by_one_way("line", "one block"), on("cpu", "line")
    for built in (gpu, cpu):
        train(built)
        for values in built.parameters.values():
            values[...] = 0.25
        train(built)
    for key, values in cpu.parameters.items():
        np.testing.assert_allclose(gpu.parameters[key], values, rtol=1e-6)


def one_instruction() -> None:
    gpu, cpu = on("cuda", "line"), on("cpu", "line")
    rows = gpu.program.train.rows_for(BATCH)
    for built in (gpu, cpu):
        start = rows.inputs[0]
        built.engine.arena[start : start + BATCH] = [1, 2, 3]
        built.engine.run_instruction(rows, 0)
    np.testing.assert_allclose(gpu.engine.arena, cpu.engine.arena, rtol=1e-6)


def no_float64() -> None:
    with pytest.raises(BackendError, match="float32, not float64"):
        Model(helpers.preset(helpers.LINE), batch=1, backend="cuda", dtype="float64")


def too_large() -> None:
    context = type(cuda.current_context())
    with (
        patch.object(context, "get_memory_info", lambda self: (100, 1 << 30)),
        pytest.raises(BackendError, match=r"0\.00 of 1\.00 are free: use smaller layers"),
    ):
        on("cuda", "line")


def a_way_fails() -> None:
    """It is left out, and another one takes its place: no step is lost."""

    class Broken:
        name = "broken"

        def prepare(self) -> Iterator[str]:
            yield "kernel"

        def start(self, work: object) -> None:
            raise RuntimeError("too many resources requested for launch")

    gpu, cpu = on("cuda", "line"), on("cpu", "line")
    broken = Broken()
    gpu.engine._usable = [gpu.engine.strategies[0], broken]
    assert train(gpu)[0] == train(cpu)[0] == STEPS
    assert broken not in gpu.engine._usable
    assert "'broken', which fails here (too many resources" in gpu.engine.notes[0]
    np.testing.assert_allclose(*(next(iter(m.parameters.values())) for m in (gpu, cpu)), rtol=1e-5)


CHECKS: dict[str, Callable[[], None]] = {
    "line, launches": lambda: alike("line", "launch"),
    "line, one block": lambda: alike("line", "one block"),
    "conv, launches": lambda: alike("conv", "launch"),
    "conv, one block": lambda: alike("conv", "one block"),
    "shards, launches": lambda: alike("shards", "launch"),
    "shards, one block": lambda: alike("shards", "one block"),
    "few examples, launches": lambda: few_examples("launch"),
    "few examples, one block": lambda: few_examples("one block"),
    "not finite": not_finite,
    "stopped": stopped,
    "written between": written_between,
    "one instruction": one_instruction,
    "no float64": no_float64,
    "too large": too_large,
    "a way fails": a_way_fails,
    "two heads, launches": lambda: system_alike("two_heads", "launch"),
    "two heads, one block": lambda: system_alike("two_heads", "one block"),
    "two objectives, launches": lambda: system_alike("gan", "launch"),
    "two objectives, one block": lambda: system_alike("gan", "one block"),
    "a mask, launches": lambda: system_alike("per_step", "launch"),
    "a mask, one block": lambda: system_alike("per_step", "one block"),
}


def main() -> None:
    be_quick()
    for name, check in CHECKS.items():
        try:
            check()
            problem = ""
        except Exception as error:  # the parent process tells of it
            problem = f"{type(error).__name__}: {error}"
        print(json.dumps([name, problem]), flush=True)


if __name__ == "__main__":
    main()
