"""Copies that are left out of training because the original may serve: the same bits."""

import pytest

from tests import helpers
from tests.compiler.agreeing import agree, kernels_of
from tuidl.compiler.copies import IN_PLACE, in_place, without_copies
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
NORMALISED = "batch_normalization_input_gradient"
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


@pytest.mark.usefixtures("many_shards")
def test_the_gradient_of_a_normalisation_lies_where_the_one_it_reads_lay() -> None:
    layers = LAYERS["relu behind normalisation"]
    model = helpers.model(helpers.CONV, f"layers=[{layers}, {END}]", batch=24)
    (step,) = (s for s in model.program.train.emitted.instructions if s.kernel == NORMALISED)
    source, target = (step.operands[n] for n in IN_PLACE[NORMALISED])
    assert source.buffer is target.buffer


def test_it_lies_elsewhere_where_the_one_it_reads_is_wanted_beside_it() -> None:
    dy, dx, z, other = (_buffer(name, 6) for name in ("dy", "dx", "z", "other"))
    operands = [other] * 10
    operands[IN_PLACE[NORMALISED][0]], operands[IN_PLACE[NORMALISED][1]] = dy, dx
    make, step, use = _step("relu", dy), _step(NORMALISED, *operands), _step("relu", dx)
    found = in_place([make, step, use], ())
    assert dx not in {view.buffer for step in found for view in step.operands}
    for steps in (
        (make, step, use, _step("accumulate", dy, z)),  # what it reads is read again
        (make, use, step),  # what it writes to is there before
    ):
        assert in_place(steps, ()) == steps
    for pinned in (dx, dy):
        assert in_place((make, step, use), {pinned}) == (make, step, use)
