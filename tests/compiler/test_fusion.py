"""Instructions that are left out of training because others do their work: the same bits."""

import numpy as np
import pytest

from tests import helpers
from tests.compiler.agreeing import agree, kernels_of
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.model.model import Model
from tuidl.preset.library import load_preset

CONV = '{type = "conv2d", filters = 5, activation = "relu"}'
POOL = '{type = "max_pool2d"}'
END = '{type = "flatten"}, {type = "dense"}'
TOGETHER = {
    "windows side by side": f"{CONV}, {POOL}",
    "windows that overlap": f'{CONV}, {{type = "max_pool2d", stride = 1}}',
    "windows at the edges": f'{CONV}, {{type = "max_pool2d", pool_size = 3, padding = "same"}}',
    "windows with gaps": f'{CONV}, {{type = "max_pool2d", stride = 3}}',
    "windows of the whole image": f'{CONV}, {{type = "global_max_pool2d"}}',
    "relu as a layer": f'{{type = "conv2d", filters = 5}}, {{type = "relu"}}, {POOL}',
    "a sequence": '{type = "reshape", shape = [8, 8]}, '
    '{type = "conv1d", filters = 4, activation = "relu"}, {type = "max_pool1d"}',
    "two branches": f'{CONV}, {CONV[:-1]}, inputs = ["input"]}}, '
    '{type = "max_pool2d", inputs = ["conv2d_1"]}, {type = "max_pool2d", inputs = ["conv2d_2"]}, '
    '{type = "add", inputs = ["max_pool2d_1", "max_pool2d_2"]}',
}
APART = {
    "another activation": f'{{type = "conv2d", filters = 5, activation = "tanh"}}, {POOL}',
    "means of windows": f'{CONV}, {{type = "average_pool2d"}}',
    "no gradient": f'{{type = "relu"}}, {POOL}',
    "pooling of the examples": f'{POOL}, {{type = "conv2d", filters = 5}}',
    "two that read it": f'{CONV}, {{type = "conv2d", filters = 5, padding = "same", '
    f'inputs = ["conv2d_1"]}}, {{type = "add", inputs = ["conv2d_1", "conv2d_2"]}}, {POOL}',
    "pooled twice": f'{CONV}, {{type = "global_max_pool2d", inputs = ["conv2d_1"]}}, '
    '{type = "global_max_pool2d", inputs = ["conv2d_1"]}, '
    '{type = "add", inputs = ["global_max_pool2d_1", "global_max_pool2d_2"]}',
}


def _model(layers: str, batch: int = 24) -> Model:
    return helpers.model(helpers.CONV, f"layers=[{layers}, {END}]", batch=batch)


@pytest.mark.parametrize("layers", TOGETHER.values(), ids=TOGETHER)
def test_pooling_does_the_work_of_relu_before_it(layers: str) -> None:
    model = _model(layers)
    train, inspected = kernels_of(model.program.train), kernels_of(model.program.inspect)
    for kernel in ("relu", "relu_gradient"):
        assert kernel not in train
        assert kernel in inspected
    pools = [i for i in model.program.train.emitted.instructions if i.kernel == "max_pool2d"]
    assert [pool.options["rectified"] for pool in pools] == [1] * inspected.count("max_pool2d")
    x, y = helpers.examples(model, 24)
    agree(model, x, y)
    agree(model, x[:7], y[:7])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0])
def test_special_values_come_through_alike(value: float) -> None:
    model = _model(TOGETHER["windows side by side"])
    x, y = helpers.examples(model, 24)
    x[3, 2:5, 4] = value
    with np.errstate(invalid="ignore"):
        agree(model, x, y)


def test_windows_of_zeros_come_through_alike() -> None:
    """Where no bias lifts the answers to a black image, all of a window are equal: nobody wins."""
    model = _model(TOGETHER["windows side by side"])
    x, y = helpers.examples(model, 24)
    agree(model, np.zeros_like(x), y)


@pytest.mark.usefixtures("many_shards")
def test_shards_fuse_alike() -> None:
    model = _model(TOGETHER["windows side by side"])
    assert model.program.shards > 1
    agree(model, *helpers.examples(model, 19))


@pytest.mark.parametrize("layers", APART.values(), ids=APART)
def test_what_others_read_as_well_stays_as_it_is(layers: str) -> None:
    """But for copies: ``test_copies.py``."""
    model = _model(layers)
    train, inspected = (
        [kernel for kernel in kernels_of(routine) if kernel != "copy"]
        for routine in (model.program.train, model.program.inspect)
    )
    assert train == inspected
    agree(model, *helpers.examples(model, 24))


def test_a_large_network_needs_less_room() -> None:
    program = compile_program(Graph.build(load_preset("cifar10_cnn")), 32)
    assert program.train.layout.size < program.inspect.layout.size


def test_evaluation_and_prediction_fuse_nothing() -> None:
    model = _model(TOGETHER["windows side by side"])
    for routine in (model.program.evaluate, model.program.predict):
        (pool,) = (i for i in routine.emitted.instructions if i.kernel == "max_pool2d")
        assert pool.options["rectified"] == 0
