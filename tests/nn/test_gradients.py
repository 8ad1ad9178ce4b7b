"""Backpropagation against central differences in float64: every layer, every option, no skips."""

import numpy as np
import pytest

from tests import helpers
from tests.nn.layer_cases import CASES, Case
from tuidl.model.model import Model
from tuidl.nn.layers import LAYERS
from tuidl.training.gradcheck import EPSILON, JITTER, check_gradients, compare, numeric_gradient

ENTRIES = 40


@pytest.mark.sample(9)
@pytest.mark.usefixtures("test_sources")
@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("examples", [1, 5])
def test_gradients_of_parameters_and_inputs(case: Case, examples: int) -> None:
    preset = helpers.preset(case.toml)
    model = Model(preset, batch=3, dtype="float64", input_gradient=True)
    x, y = helpers.examples(model, examples, seed=3)
    random = np.random.default_rng(1)
    for values in model.parameters.values():
        values += JITTER * random.standard_normal(values.shape)
    _, gradients, d_input = model.differentiate(x, y)
    for name, values in model.parameters.items():
        chosen = random.permutation(values.size)[:ENTRIES]
        numeric = numeric_gradient(model, values.reshape(-1), chosen, x, y)
        check = compare(name, gradients[name].reshape(-1)[chosen], numeric, values.size)
        assert check.missed == 0, check
    chosen = random.permutation(x.size)[:ENTRIES]
    numeric = numeric_gradient(model, x.reshape(-1), chosen, x, y)
    check = compare("input", d_input.reshape(-1)[chosen], numeric, x.size)
    assert check.missed == 0, check
    if 'type = "embedding"' not in case.layers:  # its input cannot be moved a little
        assert np.abs(numeric).max() > 100 * EPSILON, "a gradient of zeros proves nothing"


def test_every_layer_is_checked() -> None:
    text = " ".join(case.layers for case in CASES)
    assert [kind for kind in LAYERS if f'type = "{kind}"' not in text] == []


@pytest.mark.parametrize("text", [helpers.CONV, helpers.LINE, helpers.SEQUENCE])
def test_check_of_a_whole_preset(text: str) -> None:
    checks = check_gradients(helpers.preset(text), entries=20)
    assert checks
    assert all(check.missed == 0 for check in checks)


def test_a_wrong_gradient_is_found() -> None:
    numeric = np.array([1.0, 2.0, 3.0])
    assert compare("x", numeric * 1.0005, numeric, 3).missed == 0
    assert compare("x", numeric * 1.01, numeric, 3).missed == 3
    assert compare("x", np.array([np.nan, 2.0, 3.0]), numeric, 3).missed == 1


def test_gradients_leave_the_model_as_it_was() -> None:
    model = helpers.model(helpers.CONV)
    x, y = helpers.examples(model, 7)
    before, step_state = model.weights_sha256, model.engine.step_state.copy()
    model.loss_and_gradients(x, y)
    assert model.weights_sha256 == before
    np.testing.assert_array_equal(model.engine.step_state, step_state)
