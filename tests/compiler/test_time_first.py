"""Sequences that stay with time in front from one recurrent layer to the next: the same bits."""

from dataclasses import replace

import pytest

from tests import helpers
from tests.compiler.agreeing import agree, kernels_of
from tests.compiler.test_recurrent_tiles import by_tiles  # noqa: F401 - a fixture
from tuidl.compiler.time_first import without_swaps
from tuidl.ir.buffers import Batch, Buffer, Region, View
from tuidl.ir.instructions import Instruction

PRESET = """
name = "sequences"
data = {source = "sine", points = 200, window = 24}
loss = {type = "mse"}
optimizer = {type = "adam"}
"""
BEGIN, END = '{type = "reshape", shape = [6, 4]}', '{type = "dense"}'
MORE = "return_sequences = true"
LSTM, GRU = (f'{{type = "{kind}", units = 34, {MORE}}}' for kind in ("lstm", "gru"))
LAST = '{type = "simple_rnn", units = 33}'
LAYERS = {
    "two": (f"{LSTM}, {LAST}", 2),
    "three": (f"{LSTM}, {GRU}, {LAST}", 4),
    "another between": (f'{LSTM}, {{type = "tanh"}}, {LAST}', 0),
    "both ways": (f'{{type = "bidirectional", layer = {LSTM}}}, {LAST}', 0),
    "two that read it": (
        f'{LSTM[:-1]}, name = "a"}}, {GRU[:-1]}, name = "b"}}, '
        f'{{type = "add", inputs = ["a", "b"]}}, {LAST}',
        0,
    ),
}
"""Layers, and how many pairs of swaps are left out, forward and backward."""


def _check(name: str) -> None:
    layers, pairs = LAYERS[name]
    model = helpers.model(PRESET, f"layers=[{BEGIN}, {layers}, {END}]", batch=23)
    counts = [
        sum(kernel.startswith("swap_time") for kernel in kernels_of(routine))
        for routine in (model.program.inspect, model.program.train)
    ]
    assert counts[0] - counts[1] == 2 * pairs
    x, y = helpers.examples(model, 23)
    agree(model, x, y)
    agree(model, x[:18], y[:18])


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.usefixtures("many_shards")
def test_shards_have_the_bits_of_every_layer_apart(name: str) -> None:
    _check(name)


@pytest.mark.parametrize("name", ["two", "three"])
@pytest.mark.usefixtures("by_tiles")
def test_steps_by_tiles_have_them_too(name: str) -> None:
    _check(name)


def _buffer(name: str, *shape: int | Batch, region: Region = Region.WORKSPACE) -> Buffer:
    return Buffer(name, region, shape)


def _step(kernel: str, *views: View, tiled: bool = False) -> Instruction:
    return Instruction(kernel, views, {}, "node", tiled=tiled)


def test_swaps_stay_where_one_of_the_three_is_wanted_otherwise() -> None:
    states = _buffer("states", 6, Batch(), 7)
    between, result = _buffer("between", Batch(), 5, 7), _buffer("result", 5, Batch(), 7)
    after = states.view.part(Batch(7), 5, Batch(), 7)
    make = _step("relu", states.view.flat)
    there = _step("swap_time", after, between.view)
    back = _step("swap_time", between.view, result.view)
    use = _step("reverse_time", result.view, _buffer("other", 5, Batch(), 7).view)
    found = without_swaps([make, there, back, use], ())
    assert found == (make, replace(use, operands=(after, use.operands[1])))
    part = result.view.part(Batch(14), Batch(), 7)
    reads_a_part = replace(use, operands=(part, use.operands[1]))
    (_, second) = without_swaps([make, there, back, reads_a_part], ())
    assert second.operands[0] == states.view.part(Batch(21), Batch(), 7)
    for steps in (
        [make, there, back, use, _step("relu", between.view.flat)],  # read as well
        [make, there, back, use, _step("relu", states.view.flat)],  # written afterwards
        [make, there, back, _step("relu", result.view.flat), use],
        [make, there, back, replace(use, tiled=True)],  # by shards there, a batch here
        [make, there, use],
        [make, there, replace(back, kernel="swap_time_tile"), use],
    ):
        assert without_swaps(steps, ()) == tuple(steps)
    for pinned in (states, between, result):
        assert without_swaps([make, there, back, use], {pinned}) == (make, there, back, use)
