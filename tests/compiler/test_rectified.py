"""ReLU behind a batch normalization is done by that: the same bits in less work."""

import numpy as np
import pytest

from tests import helpers
from tests.compiler.agreeing import agree, kernels_of
from tuidl.model.model import Model

NORMAL = '{type = "conv2d", filters = 5, padding = "same"}, {type = "batch_normalization"}'
BLOCK = f'{NORMAL[:-1]}, name = "a"}}'
RELU = '{type = "relu"}'
END = '{type = "flatten"}, {type = "dense"}'
TOGETHER = {
    "behind a convolution": (f"{NORMAL}, {RELU}", 1),
    "one behind the other": (f"{NORMAL}, {RELU}, {NORMAL}, {RELU}", 2),
    "of the examples": (f'{{type = "batch_normalization"}}, {RELU}', 1),
    "of features": (
        '{type = "flatten"}, {type = "dense", units = 7}, {type = "batch_normalization"}, '
        '{type = "relu"}, {type = "reshape", shape = [7, 1]}',
        1,
    ),
    "before several readers": (
        f'{NORMAL}, {{type = "relu", name = "r"}}, {NORMAL}, {{type = "add", inputs = '
        '["r", "batch_normalization_2"]}',
        1,
    ),
}
APART = {
    "another activation": f'{NORMAL}, {{type = "leaky_relu"}}',
    "another reader of the normalization": f'{BLOCK}, {{type = "relu"}}, {{type = "add", '
    'inputs = ["relu_1", "a"]}',
    "an addition between": f'{BLOCK}, {{type = "conv2d", filters = 5, padding = "same", '
    'name = "b"}, {type = "add", inputs = ["a", "b"]}, {type = "relu"}',
    "no normalization": f'{{type = "conv2d", filters = 5}}, {RELU}',
}


def _model(layers: str, *others: str) -> Model:
    return helpers.model(helpers.CONV, f"layers=[{layers}, {END}]", *others, batch=24)


def _rectified(model: Model) -> int:
    steps = model.program.train.emitted.instructions
    return sum(s.options["rectified"] == 1 for s in steps if s.kernel == "batch_normalization")


@pytest.mark.parametrize(("layers", "count"), TOGETHER.values(), ids=TOGETHER)
def test_normalization_does_the_work_of_relu_behind_it(layers: str, count: int) -> None:
    model = _model(layers)
    train, inspected = kernels_of(model.program.train), kernels_of(model.program.inspect)
    assert _rectified(model) == count
    for kernel in ("relu", "relu_gradient"):
        assert train.count(kernel) == 0
        assert inspected.count(kernel) == count
    x, y = helpers.examples(model, 24)
    agree(model, x, y)
    agree(model, x[:7], y[:7])


@pytest.mark.parametrize("layers", APART.values(), ids=APART)
def test_what_others_see_stays_as_it_is(layers: str) -> None:
    model = _model(layers)
    assert _rectified(model) == 0
    for kernel in ("relu", "relu_gradient"):
        train, inspected = (
            kernels_of(routine).count(kernel)
            for routine in (model.program.train, model.program.inspect)
        )
        assert train == inspected
    agree(model, *helpers.examples(model, 24))


@pytest.mark.usefixtures("many_shards")
def test_shards_do_alike() -> None:
    model = _model(TOGETHER["one behind the other"][0])
    assert model.program.shards > 1
    agree(model, *helpers.examples(model, 19))


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_special_values_come_through_alike(value: float) -> None:
    model = _model(TOGETHER["of the examples"][0])
    x, y = helpers.examples(model, 24)
    x[3, 2:5, 4] = value
    with np.errstate(invalid="ignore"):
        agree(model, x, y)


def test_answers_that_are_all_0_come_through_alike() -> None:
    """Where gamma is 0 and beta not above, ReLU lets nothing through, forward or back."""
    model = _model(TOGETHER["behind a convolution"][0])
    model.parameters["batch_normalization_1.gamma"][:] = 0
    model.parameters["batch_normalization_1.beta"][:] = -0.0
    agree(model, *helpers.examples(model, 24))
