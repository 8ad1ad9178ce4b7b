"""Copies that are left out of training because the original may serve: the same bits."""

import pytest

from tests import helpers
from tests.compiler.agreeing import agree, kernels_of
from tuidl.compiler.copies import without_copies
from tuidl.ir.buffers import Batch, Buffer, Region
from tuidl.ir.instructions import Instruction

NORMAL = '{type = "conv2d", filters = 5, padding = "same"}, {type = "batch_normalization"}'
END = '{type = "global_average_pool2d"}, {type = "dense"}'
LAYERS = {
    "relu behind normalisation": f'{NORMAL}, {{type = "relu"}}',
    "tanh behind a convolution": '{type = "conv2d", filters = 5}, {type = "tanh"}',
    "gradients that read outputs": f'{NORMAL}, {{type = "relu"}}, {{type = "sigmoid"}}, '
    '{type = "elu"}',
    "a way round": f'{NORMAL}, {{type = "relu", name = "a"}}, {NORMAL}, '
    '{type = "add", inputs = ["a", "batch_normalization_2"]}, {type = "relu"}',
    "two that read it": f'{NORMAL}, {{type = "relu", name = "a"}}, '
    '{type = "tanh", name = "b", inputs = ["batch_normalization_1"]}, '
    '{type = "add", inputs = ["a", "b"]}',
    "the examples themselves": f'{{type = "relu"}}, {NORMAL}',
}
GONE = {"relu behind normalisation", "tanh behind a convolution"}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.usefixtures("many_shards")
def test_training_without_copies_has_the_bits_of_every_layer_apart(name: str) -> None:
    model = helpers.model(helpers.CONV, f"layers=[{LAYERS[name]}, {END}]", batch=24)
    train, inspected = kernels_of(model.program.train), kernels_of(model.program.inspect)
    assert train.count("copy") <= inspected.count("copy")
    assert "copy" not in train or name not in GONE
    x, y = helpers.examples(model, 24)
    agree(model, x, y)
    agree(model, x[:19], y[:19])


def _buffer(name: str, *shape: int, region: Region = Region.WORKSPACE) -> Buffer:
    return Buffer(name, region, (Batch(), *shape))


def _step(kernel: str, *buffers: Buffer) -> Instruction:
    return Instruction(kernel, tuple(buffer.view.flat for buffer in buffers), {}, "node")


def test_a_copy_stays_where_one_of_the_two_is_wanted_beside_the_other() -> None:
    x, y, z = (_buffer(name, 6) for name in "xyz")
    make, copy, use = _step("relu", x), _step("copy", x, y), _step("relu", y)
    assert [step.kernel for step in without_copies([make, copy, use], ())] == ["relu", "relu"]
    for steps in (
        [make, copy, use, _step("accumulate", x, z)],  # the original is read again
        [make, use, copy],  # the copy is there before
        [make, _step("copy", x, x), use],
    ):
        assert without_copies(steps, ()) == tuple(steps)
    for pinned in (x, y):
        assert without_copies([make, copy, use], {pinned}) == (make, copy, use)


def test_a_copy_stays_that_is_a_part_or_that_others_share() -> None:
    x, y, shared = _buffer("x", 6), _buffer("y", 3), _buffer("s", 6, region=Region.SHARED)
    half = Instruction("copy", (x.view.part(0, Batch(3)), y.view.flat), {}, "node")
    for copy in (half, _step("copy", x, shared), _step("copy", shared, x)):
        steps = (_step("relu", copy.operands[0].buffer), copy)
        assert without_copies(steps, ()) == steps
