"""Gradients of single layers and losses, from equal weights and inputs, against PyTorch."""

import numpy as np
import pytest

from tests import helpers
from tests.judges.networks import Array, Stated, preset
from tests.judges.packages import require
from tests.judges.torch_cases import CASES, Case
from tests.judges.torch_jobs import Jobs
from tests.nn import layer_cases
from tuidl.model.model import Model
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES

EXAMPLES = 7
KEPT = (".moving_mean", ".moving_variance")
"""What a layer moves by itself: it has no gradient."""
TOLERANCE = {"rtol": 1e-3, "atol": 1e-4}


STATED = {layer["type"] for case in CASES for layer in case.layers}
ALL: list[Case | layer_cases.Case] = [
    *CASES,
    *(case for case in layer_cases.CASES if layer_cases.kinds_of(case) - STATED),
]
"""A layer that has no row of its own here has those of ``tests/nn/layer_cases.py``."""


def _model(case: Case | layer_cases.Case) -> Model:
    if isinstance(case, layer_cases.Case):
        known = helpers.preset(case.toml)
    else:
        outputs = case.classes or case.outputs
        source = Stated(shape=case.shape, outputs=outputs, classes=case.classes)
        known = preset(case.layers, source, case.loss)
    model = Model(known, batch=EXAMPLES, input_gradient=True)
    random = np.random.default_rng(1)
    for values in model.parameters.values():
        values += 0.1 * random.standard_normal(values.shape)
    return model


def _examples(case: Case | layer_cases.Case) -> tuple[Array, Array]:
    if isinstance(case, layer_cases.Case):
        x, y = helpers.examples(_model(case), EXAMPLES)
        return x.astype(np.float32), y
    random = np.random.default_rng(2)
    x = random.standard_normal((EXAMPLES, *case.shape)).astype(np.float32)
    if case.words:
        x = random.integers(0, case.words, x.shape).astype(np.float32)
    if case.classes:
        return x, random.integers(0, case.classes, (EXAMPLES, 1))
    y = random.standard_normal((EXAMPLES, case.outputs)).astype(np.float32)
    return x, np.exp(y) / np.exp(y).sum(axis=1, keepdims=True) if case.shares else y


@pytest.fixture(scope="session")
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    """What PyTorch says to all cases."""
    require("torch")
    jobs = Jobs()
    names = {case.name for case in helpers.wanted(request, "case")}
    for case in [case for case in ALL if case.name in names]:
        jobs.add(case.name, "gradients", _model(case), *_examples(case))
    jobs.run(tmp_path_factory.mktemp("gradients"))
    return jobs


@pytest.mark.parametrize("case", ALL, ids=str)
def test_gradients_are_those_of_torch(case: Case | layer_cases.Case, answers: Jobs) -> None:
    expected = answers.of(case.name)
    loss, gradients, d_input = _model(case).differentiate(*_examples(case))
    np.testing.assert_allclose(loss, expected["loss"], **TOLERANCE)
    for name, values in gradients.items():
        if f"gradients/{name}" not in expected:
            assert name.endswith(KEPT), name
            continue
        np.testing.assert_allclose(values, expected[f"gradients/{name}"], **TOLERANCE, err_msg=name)
    np.testing.assert_allclose(d_input.reshape(expected["x"].shape), expected["x"], **TOLERANCE)
    largest = max(np.abs(values).max() for values in gradients.values())
    assert largest > 100 * TOLERANCE["atol"], "a gradient of zeros proves nothing"


def test_every_layer_and_loss_has_a_case() -> None:
    used = STATED.union(*map(layer_cases.kinds_of, layer_cases.CASES))
    assert set(LAYERS) == used
    compared = {name for name, kind in LOSSES.items() if kind.needs_target}
    assert compared == {case.loss["type"] for case in CASES}  # others: test_torch_systems.py
    assert len({case.name for case in ALL}) == len(ALL)
