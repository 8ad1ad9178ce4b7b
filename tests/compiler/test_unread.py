"""Gradients that are left out of training because nobody reads them: the same weights."""

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler import fusion
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.compiler.unread import without_unread
from tuidl.ir.buffers import Batch, Buffer, Region
from tuidl.ir.instructions import Instruction, Phase
from tuidl.preset.library import load_preset
from tuidl.training.trainer import Trainer

FROZEN = '\n[weights]\nfrom = "a run"\nfrozen = ["{}"]\n'
LAYERS = {
    "dense_2": '{type = "flatten"}, {type = "dense", units = 9, activation = "tanh"}, '
    '{type = "dense", units = 7}, {type = "dense"}',
    "conv2d_2": '{type = "conv2d", filters = 4}, {type = "conv2d", filters = 5}, '
    '{type = "flatten"}, {type = "dense"}',
    "conv1d_1": '{type = "reshape", shape = [8, 8]}, {type = "dense", units = 6}, '
    '{type = "conv1d", filters = 5}, {type = "flatten"}, {type = "dense"}',
}


def _of_nodes(instructions: tuple[Instruction, ...]) -> set[str]:
    """The nodes whose weights' gradients are computed."""
    return {i.node.split("@")[0] for i in instructions if "weight_gradient" in i.kernel}


@pytest.mark.parametrize("name", ["gan_points", "gan_digits"])
def test_each_network_of_a_gan_learns_without_gradients_of_the_other(name: str) -> None:
    for objective in compile_program(Graph.build(load_preset(name)), 64).objectives:
        nodes = _of_nodes(objective.train.emitted.instructions)
        assert nodes
        assert {node.split(".")[0] for node in nodes} == {objective.name}
        assert nodes <= _of_nodes(objective.inspect.emitted.instructions)


def _weights(name: str) -> dict[str, np.ndarray]:
    preset = load_preset(name, ["training.epochs=1", "data.points=640"])
    trainer = Trainer(preset)
    list(trainer.run())
    return trainer.model.parameters


def test_a_gan_has_the_same_weights_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _weights("gan_points")
    monkeypatch.setattr(fusion, "without_unread", lambda steps, pinned: list(steps))
    for key, values in _weights("gan_points").items():
        np.testing.assert_array_equal(found[key], values, err_msg=key)


@pytest.mark.parametrize("frozen", LAYERS)
def test_a_frozen_layer_amid_others_has_no_gradient(frozen: str) -> None:
    preset = helpers.preset(helpers.CONV + FROZEN.format(frozen), f"layers=[{LAYERS[frozen]}]")
    program = compile_program(Graph.build(preset), 24)
    train, inspected = (r.emitted.instructions for r in (program.train, program.inspect))
    assert frozen in _of_nodes(inspected)
    assert _of_nodes(train) == _of_nodes(inspected) - {frozen}


def _step(kernel: str, *buffers: Buffer, barrier: bool = False) -> Instruction:
    views = tuple(buffer.view for buffer in buffers)
    return Instruction(kernel, views, {}, "node", Phase.BACKWARD, barrier=barrier)


def test_a_gradient_stays_that_somebody_reads_or_waits_for() -> None:
    x, d = (Buffer(name, Region.WORKSPACE, (Batch(), 6)) for name in "xd")
    unread = Buffer("unread", Region.WORKSPACE, (6, 6))
    wanted = Buffer("wanted", Region.GRADIENTS, (6, 6))
    use, gradient = _step("relu_gradient", x, d), _step("dense_weight_gradient", x, d, unread)
    assert without_unread([use, gradient], {d}) == [use]
    assert without_unread([use, gradient], {d, unread}) == [use, gradient]
    for others in (
        [_step("dense_weight_gradient", x, d, wanted)],
        [gradient, _step("accumulate", unread, wanted)],
        [_step("dense_weight_gradient", x, d, unread, barrier=True)],
    ):
        assert without_unread([use, *others], {d}) == [use, *others]


def test_what_only_an_unread_gradient_needed_goes_as_well() -> None:
    x, d, copied, unread = (
        Buffer(name, Region.WORKSPACE, (Batch(), 6)) for name in ("x", "d", "copied", "unread")
    )
    use = _step("relu_gradient", x, d)
    steps = [use, _step("copy", d, copied), _step("times_slope", copied, unread)]
    assert without_unread(steps, {d}) == [use]
