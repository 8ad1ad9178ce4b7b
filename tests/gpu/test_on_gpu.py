"""On a real GPU: parity with the processor, the same bits each time, memory that runs out."""

import json
import subprocess
import sys

import numpy as np
import pytest

from tests import helpers
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.backends.cuda.probing import require_gpu
from tuidl.core.errors import BackendError
from tuidl.model.model import Model
from tuidl.preset.library import load_preset, shipped

STEPS = 100
SAME = 20
"""Steps for which losses agree closely; after that float32 goes its own way on each machine."""
CLOSE = {"rtol": 1e-3, "atol": 1e-5}
NEAR = {"rtol": 0.1, "atol": 1e-3}


@pytest.fixture(scope="module", autouse=True)
def gpu() -> str:
    try:
        return require_gpu()
    except BackendError as error:
        pytest.skip(str(error))


pytestmark = pytest.mark.gpu


def train(built: Model) -> np.ndarray:
    """Losses of the first steps; the last batch of an epoch is short."""
    return helpers.train(built, STEPS, 6 * built.program.batch + 3, 1e-3)


def model(name: str, backend: str) -> Model:
    return Model(load_preset(name), batch=32, backend=backend)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_hundred_steps_go_as_on_the_processor(name: str) -> None:
    gpu, cpu = train(model(name, "cuda")), train(model(name, "cpu"))
    np.testing.assert_allclose(gpu[:SAME], cpu[:SAME], **CLOSE)
    np.testing.assert_allclose(gpu, cpu, **NEAR)


@pytest.mark.parametrize("name", ["linear_regression", "cnn_digits", "gru_sine", "lstm_rows"])
def test_every_way_gives_the_same_bits_each_time(name: str) -> None:
    hashes = set()
    for strategy in model(name, "cuda").engine.strategies * 2:
        built = model(name, "cuda")
        built.engine.use_strategy(strategy.name)
        train(built)
        hashes.add(built.weights_sha256)
    assert len(hashes) == 1


@pytest.mark.parametrize("strategy", ["a launch for each instruction", "one block"])
def test_totals_add_up_over_many_stretches(strategy: str) -> None:
    """Also where a step's launches were recorded: they add to where the totals are now."""
    found = []
    for backend in ("cuda", "cpu"):
        built = model("cnn_digits", backend)
        if backend == "cuda":
            built.engine.use_strategy(strategy)
        built.require_prepared()
        x, y = helpers.examples(built, 6 * built.program.batch)
        feed = built.feed(x, y)
        batches = BatchPlan.of(built.program.train, built.program.batch, len(feed))
        slots = sum(size for _, size in built.program.statistics.values())
        for _ in range(4):
            stretch = StepChunk(0, np.full(6, 1e-3), np.zeros(slots), np.zeros(6))
            built.engine.run(batches, feed, stretch)
        found.append(stretch.totals)
    np.testing.assert_allclose(*found, rtol=1e-2, atol=2)


def test_a_program_larger_than_the_memory_is_refused() -> None:
    from numba import cuda

    free, _ = cuda.current_context().get_memory_info()
    hold = cuda.device_array(free - (64 << 20), np.uint8)
    text = helpers.LINE.replace('{type = "dense"}', '{type = "dense", units = 4096}, ' * 2)
    with pytest.raises(BackendError, match="GPU"):
        Model(helpers.preset(text.replace("}, ]", "}, {type = 'dense'}]")), batch=8, backend="cuda")
    del hold


def test_the_command_line_trains_on_it() -> None:
    command = [
        sys.executable,
        "-m",
        "tuidl",
        "cnn_digits",
        "--no-ui",
        "--json",
        "--backend",
        "cuda",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["backend"] == "cuda"
    assert events[0]["device"]
    assert events[-1]["validation"]["accuracy"] > 0.95
