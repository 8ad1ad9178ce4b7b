"""Steps of objectives that take turns: in one call of the compiled loop as call by call."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tuidl.backends.base import Array, BatchPlan, StepChunk, Turns, run_in_turn
from tuidl.kernels import turns as compiled
from tuidl.kernels.step_state import STEP
from tuidl.model.model import Model
from tuidl.preset.library import load_preset

EXAMPLES, BATCH = 70, 16
"""The last batch is a short one."""
NUMBERS = (0, 1, 1, 0, 1)


@dataclass
class Done:
    steps: int
    arena: Array
    counts: Array
    losses: Array
    totals: Array
    step: float


def steps_by(way: str, threads: int = 1, rates: tuple[float, ...] = (0.01,) * 5) -> Done:
    """``way``: a method of the engine; "apart" for a call each, "python" for plain Python."""
    model = Model(load_preset("gan_points"), batch=BATCH, threads=threads)
    model.require_prepared()
    x = np.random.default_rng(0).standard_normal((EXAMPLES, 2)).astype(np.float32)
    feed = model.feed(x, x)
    program, engine = model.program, model.engine
    plans = [BatchPlan.of(one.train, BATCH, EXAMPLES) for one in program.objectives]
    slots = sum(size for _, size in program.statistics.values())
    chunk = StepChunk(0, np.array(rates), np.zeros(slots), np.full(len(rates), -1.0))
    turns = Turns(np.array(NUMBERS), np.zeros(len(plans)))
    arguments: Any = (plans, feed, chunk, turns)
    done = run_in_turn(engine, *arguments) if way == "apart" else engine.run_turns(*arguments)
    return Done(
        steps=done,
        arena=engine.arena[: program.fixed].copy(),
        counts=turns.counts,
        losses=chunk.losses,
        totals=chunk.totals,
        step=float(engine.step_state[STEP]),
    )


def assert_same(found: Done, expected: Done) -> None:
    assert (found.steps, found.step) == (expected.steps, expected.step)
    assert found.counts.tolist() == expected.counts.tolist()
    for name in ("arena", "losses", "totals"):
        assert getattr(found, name).tobytes() == getattr(expected, name).tobytes(), name


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_one_call_has_the_bits_of_a_call_for_each(threads: int) -> None:
    apart = steps_by("apart")
    assert apart.steps == len(NUMBERS)
    assert apart.counts.tolist() == [2.0, 3.0]
    assert np.all(apart.losses > 0)
    together = steps_by("together", threads)
    assert_same(together, steps_by("apart", threads))
    assert together.losses.tobytes() == apart.losses.tobytes()


def test_the_loop_of_turns_is_plain_python_too(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = steps_by("together")
    monkeypatch.setattr("tuidl.backends.cpu.compiled_turns", lambda: (compiled.run_turns, True))
    assert_same(steps_by("python"), expected)


def test_turns_end_before_the_update_whose_loss_is_not_finite() -> None:
    rates = (0.01, np.inf, 0.01, 0.01, 0.01)
    together = steps_by("together", rates=rates)
    assert_same(together, steps_by("apart", rates=rates))
    assert together.steps == 2
    assert not np.isfinite(together.losses[2])
    assert together.counts.tolist() == [1.0, 1.0]
    assert together.losses[3:].tolist() == [-1.0, -1.0]
