"""A hundred steps of every optimizer, and of a network whose shards must talk to each other."""

from typing import Any

import numpy as np
import pytest

from tests.judges.networks import Array, Stated, Table, preset
from tests.judges.packages import require
from tests.judges.torch_jobs import Jobs
from tests.judges.trajectories import STEPS, check_trajectory
from tuidl.model.model import Model
from tuidl.nn.optimizers import OPTIMIZERS

BATCH, BATCHES = 64, 5
SMALL: list[Table] = [
    {"type": "dense", "units": 12, "activation": "tanh"},
    {"type": "dense", "units": 4},
]
RESIDUAL: list[Table] = [
    {"type": "conv2d", "filters": 8, "padding": "same", "use_bias": False, "l2": 0.01},
    {"type": "batch_normalization", "momentum": 0.9},
    {"type": "gelu", "name": "short"},
    {"type": "conv2d", "filters": 8, "padding": "same", "use_bias": False},
    {"type": "batch_normalization", "name": "last"},
    {"type": "add", "inputs": ["short", "last"]},
    {"type": "elu"},
    {"type": "global_average_pool2d"},
    {"type": "layer_normalization"},
    {"type": "dense", "units": 10, "l1": 0.001},
]
"""No bias stands in front of a batch normalisation, which takes it off again: its gradient would be
rounding alone, and Adam makes whole steps of that."""
SMOOTH: Table = {"type": "cross_entropy", "label_smoothing": 0.1}


def _case(kind: str, **options: Any) -> Table:
    return {"type": kind, **options}


CASES = [
    _case("sgd", learning_rate=0.05),
    _case("sgd", momentum=0.9),
    _case("sgd", momentum=0.8, nesterov=True),
    _case("adam", learning_rate=0.01),
    _case("adam", learning_rate=0.01, beta_1=0.8, beta_2=0.9, epsilon=0.01),
    _case("adamw", learning_rate=0.01, weight_decay=0.1),
    _case("rmsprop"),
    _case("rmsprop", rho=0.8, momentum=0.5, centered=True, epsilon=0.01),
    _case("adagrad", learning_rate=0.05),
    _case("adagrad", learning_rate=0.05, initial_accumulator_value=0.5, epsilon=0.1),
    _case("sgd", learning_rate=0.1, clip_value=0.05),
    _case("sgd", learning_rate=0.1, global_clip_norm=0.2),
    _case("adam", learning_rate=0.01, clip_value=0.1, global_clip_norm=0.3),
]


def _name(optimizer: Table) -> str:
    return " ".join(f"{key}={value}" for key, value in optimizer.items()).removeprefix("type=")


def _small(optimizer: Table) -> tuple[Model, Array, Array]:
    random = np.random.default_rng(3)
    x = random.standard_normal((BATCH * BATCHES, 6)).astype(np.float32)
    y = np.sin(2 * x[:, :4])
    model = Model(preset(SMALL, Stated(shape=(6,), outputs=4), optimizer=optimizer), batch=BATCH)
    return model, x, y


def _residual(optimizer: Table) -> tuple[Model, Array, Array]:
    """Eight by eight pixels in shards: batch normalisation needs the sums of all of them."""
    random = np.random.default_rng(4)
    y = random.integers(0, 10, (BATCH * BATCHES, 1))
    patterns = random.standard_normal((10, 8, 8, 2))
    x = (patterns[y[:, 0]] + random.standard_normal((len(y), 8, 8, 2))).astype(np.float32)
    source = Stated(shape=(8, 8, 2), outputs=10, classes=10)
    model = Model(preset(RESIDUAL, source, SMOOTH, optimizer), batch=BATCH)
    assert model.program.shards > 1
    return model, x, y


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    """PyTorch's losses and last weights."""
    require("torch")
    jobs = Jobs()
    for optimizer in CASES:
        for kind, make in (("small", _small), ("residual", _residual)):
            model, x, y = make(optimizer)
            name = f"{kind} {_name(optimizer)}"
            jobs.add(name, "training", model, x, y, steps=STEPS, batch=BATCH)
    jobs.run(tmp_path_factory.mktemp("optimizers"))
    return jobs


@pytest.mark.parametrize("optimizer", CASES, ids=_name)
def test_an_optimizer_trains_as_it_does_in_torch(optimizer: Table, answers: Jobs) -> None:
    check_trajectory(*_small(optimizer), answers.of(f"small {_name(optimizer)}"))


@pytest.mark.parametrize("optimizer", CASES, ids=_name)
def test_shards_train_as_one_batch_does_in_torch(optimizer: Table, answers: Jobs) -> None:
    check_trajectory(*_residual(optimizer), answers.of(f"residual {_name(optimizer)}"))


def test_every_optimizer_has_a_case() -> None:
    assert {optimizer["type"] for optimizer in CASES} == set(OPTIMIZERS)
