"""Instructions that are left out of training because others do their work: to the last bit."""

import numpy as np
import pytest

from tests import helpers
from tuidl.backends.base import Feed
from tuidl.graph import Graph
from tuidl.library import load_preset
from tuidl.model import Model
from tuidl.program import Routine, compile_program
from tuidl.training.inspection import inspect

CONV = '{type = "conv2d", filters = 5, activation = "relu"}'
POOL = '{type = "max_pool2d"}'
END = '{type = "flatten"}, {type = "dense"}'
TOGETHER = {
    "windows side by side": f"{CONV}, {POOL}",
    "windows that overlap": f'{CONV}, {{type = "max_pool2d", stride = 1}}',
    "windows of the whole image": f'{CONV}, {{type = "global_max_pool2d"}}',
    "relu as a layer": f'{{type = "conv2d", filters = 5}}, {{type = "relu"}}, {POOL}',
    "a sequence": '{type = "reshape", shape = [8, 8]}, '
    '{type = "conv1d", filters = 4, activation = "relu"}, {type = "max_pool1d"}',
}
APART = {
    "another activation": f'{{type = "conv2d", filters = 5, activation = "tanh"}}, {POOL}',
    "means of windows": f'{CONV}, {{type = "average_pool2d"}}',
    "two that read it": f'{CONV}, {{type = "conv2d", filters = 5, padding = "same", '
    f'inputs = ["conv2d_1"]}}, {{type = "add", inputs = ["conv2d_1", "conv2d_2"]}}, {POOL}',
    "pooled twice": f'{CONV}, {{type = "global_max_pool2d", inputs = ["conv2d_1"]}}, '
    '{type = "global_max_pool2d", inputs = ["conv2d_1"]}, '
    '{type = "add", inputs = ["global_max_pool2d_1", "global_max_pool2d_2"]}',
}


def _model(layers: str) -> Model:
    return helpers.model(helpers.CONV, f"layers=[{layers}, {END}]", batch=24)


def _kernels(routine: Routine) -> list[str]:
    return [instruction.kernel for instruction in routine.emitted.instructions]


def _agree(model: Model) -> None:
    """Loss and gradients by the loop, and by every layer's work apart."""
    x, y = helpers.examples(model, 24)
    loss, gradients = model.loss_and_gradients(x, y)
    feed = Feed(x.reshape(24, -1).astype(np.float32), y, np.arange(24, dtype=np.int64))
    seen = inspect(model, feed)
    assert loss == pytest.approx(seen.loss, rel=1e-15)
    for name, gradient in gradients.items():
        np.testing.assert_array_equal(gradient, seen.parameters[name], err_msg=name)


@pytest.mark.parametrize("layers", TOGETHER.values(), ids=TOGETHER)
def test_pooling_does_the_work_of_relu_before_it(layers: str) -> None:
    model = _model(layers)
    for kernel in ("relu", "relu_gradient"):
        assert kernel not in _kernels(model.program.train)
        assert kernel in _kernels(model.program.inspect)
    pools = [i for i in model.program.train.emitted.instructions if i.kernel == "max_pool2d"]
    assert [pool.options["rectified"] for pool in pools] == [1]
    _agree(model)


@pytest.mark.parametrize("layers", APART.values(), ids=APART)
def test_what_others_read_as_well_stays_as_it_is(layers: str) -> None:
    model = _model(layers)
    assert _kernels(model.program.train) == _kernels(model.program.inspect)
    _agree(model)


def test_what_is_no_longer_read_is_not_kept() -> None:
    program = compile_program(Graph.build(load_preset("cifar10_cnn")), 32)
    assert program.train.layout.size < program.inspect.layout.size


def test_evaluation_and_prediction_need_no_winners() -> None:
    model = _model(TOGETHER["windows side by side"])
    for routine in (model.program.evaluate, model.program.predict):
        (pool,) = (i for i in routine.emitted.instructions if i.kernel == "max_pool2d")
        assert pool.options["rectified"] == 0
