"""Several networks, heads and objectives on a simulated GPU: steps of each objective in turn,
evaluation and prediction, as plain NumPy does them."""

from unittest.mock import patch

import numpy as np

from tests.data.sources import SOURCES
from tests.systems import SYSTEMS
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.backends.cuda.engine import CudaEngine
from tuidl.compiler import division, program
from tuidl.data import catalog
from tuidl.kernels.step_state import SEED, STEP
from tuidl.model.model import Model
from tuidl.preset.schema import Preset

BATCH, EXAMPLES, HELD_OUT = 3, 8, 5
SMALLER = {
    "two_heads": ("networks.0.layers.0.filters=2", "networks.2.layers.0.units=3"),
    "gan": (),
    "per_step": ("networks.0.layers.0.units=3",),
    "vae": (),
    "diffusion": ("networks.1.layers.2.units=3",),
}
SHARDS = {"EXAMPLES_OF_A_SHARD": 1, "FLOPS_OF_A_SHARD": 1}


def on(backend: str, name: str) -> Model:
    """A small model of two shards; the examples of an evaluation lie in four."""
    sizes = {"SERIAL_UPDATE": 1, "EVALUATION_BATCH": HELD_OUT}
    with (
        patch.multiple(division, **SHARDS),
        patch.multiple(program, **sizes),
        patch.dict(catalog.SOURCES, SOURCES),
    ):
        preset = Preset.parse(SYSTEMS[name], name, SMALLER[name])
        built = Model(preset, batch=BATCH, backend=backend)
    assert built.program.shards == 2
    assert built.program.evaluate.shards == 4
    built.engine.step_state[SEED] = 7
    built.require_prepared()
    return built


def by_one_way(name: str, strategy: str) -> Model:
    """A model on the GPU that has only one way to run."""
    built = on("cuda", name)
    engine = built.engine
    assert isinstance(engine, CudaEngine)
    engine.use_strategy(next(known.name for known in engine.strategies if strategy in known.name))
    return built


def train(built: Model) -> tuple[list[float], np.ndarray]:
    """Losses and totals of two epochs in which the objectives have a step each in turn, every
    optimizer with its own count; each epoch's last batch is short."""
    part = built.preset.data.split().train
    feed = built.feed(part.x[:EXAMPLES], part.y[:EXAMPLES])
    plans = [BatchPlan.of(o.train, BATCH, EXAMPLES) for o in built.program.objectives]
    totals = np.zeros(sum(size for _, size in built.program.statistics.values()))
    losses: list[float] = []
    for update in range(2 * plans[0].steps(EXAMPLES)):
        own, number = divmod(update, len(plans))
        built.engine.step_state[STEP] = own
        place = update % plans[0].steps(EXAMPLES)
        chunk = StepChunk(place, np.array([0.01]), totals, np.zeros(1))
        assert built.engine.run(plans[number], feed, chunk) == 1
        assert built.engine.step_state[STEP] == own + 1
        losses += list(chunk.losses)
    return losses, totals


def system_alike(name: str, strategy: str) -> None:
    """Losses, totals, parameters, optimizers' vectors, scores and answers."""
    with patch.dict(catalog.SOURCES, SOURCES):
        gpu, plain = by_one_way(name, strategy), on("numpy", name)
        for found, expected in zip(train(gpu), train(plain), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
        part = plain.preset.data.split().train
    for values in ("parameters", "optimizer_state"):
        ours = getattr(gpu, values)
        for key, wanted in getattr(plain, values).items():
            np.testing.assert_allclose(ours[key], wanted, rtol=1e-3, atol=1e-5, err_msg=key)
    x, y = part.x[:EXAMPLES], part.y[:EXAMPLES]
    scores = [built.evaluate(built.feed(x, y)) for built in (gpu, plain)]
    np.testing.assert_allclose(*scores, rtol=1e-4, atol=1e-5)
