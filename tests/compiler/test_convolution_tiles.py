"""Late convolutions, of many weights and few pixels, whose filters lanes share out."""

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler import division
from tuidl.compiler.division import Division, share_out
from tuidl.compiler.graph import Graph
from tuidl.core.convolution_room import MOST_PARTS
from tuidl.ir.instructions import MOST_LANES
from tuidl.model.model import Model

LATE = """
name = "late"
layers = [
    {type = "conv2d", filters = 64, kernel_size = 2, stride = 2, activation = "relu"},
    {type = "conv2d", filters = 97, kernel_size = 5, stride = 2, padding = "same", l2 = 0.01},
    {type = "relu"},
    {type = "batch_normalization"},
    {type = "conv2d", filters = 70, kernel_size = [5, 4], padding = "same", use_bias = false},
    {type = "flatten"},
    {type = "dense", activation = "softmax"},
]
data = {source = "digits"}
loss = {type = "cross_entropy"}
optimizer = {type = "adam", global_clip_norm = 1.0}
"""


@pytest.fixture
def by_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every layer by tiles that can be, in many shards."""
    for name in ("FLOPS_OF_A_SHARD", "EXAMPLES_OF_A_SHARD"):
        monkeypatch.setattr(division, name, 1)
    costs = {way: -1e9 * (way is Division.TILES) for way in Division}
    monkeypatch.setattr(division, "_costs", lambda node, batch, shards: costs)


def _late(**options) -> Model:
    return helpers.model(LATE, **{"batch": 23, **options})


@pytest.mark.slow
@pytest.mark.usefixtures("by_tiles")
def test_tiles_agree_with_the_oracle_whatever_the_memory_held() -> None:
    cpu, oracle = (_late(dtype="float64", backend=backend) for backend in ("cpu", "numpy"))
    choices = share_out(cpu.program.graph, 23).choices
    assert [name for name in choices if "conv" in name] == ["conv2d_2", "conv2d_3"]
    for model in (cpu, oracle):
        helpers.spoil_workspaces(model)
    np.testing.assert_allclose(helpers.train(cpu), helpers.train(oracle), rtol=1e-8)
    x, _ = helpers.examples(cpu, 37)
    np.testing.assert_allclose(cpu.predict(x), oracle.predict(x), rtol=1e-7)


@pytest.mark.slow
def test_gradients_are_those_by_examples(request: pytest.FixtureRequest) -> None:
    plain = _late(dtype="float64", backend="numpy")
    request.getfixturevalue("by_tiles")
    divided = _late(dtype="float64")
    names = {i.kernel for i in divided.program.train.emitted.instructions if i.tiled}
    products = ("", "_weight_gradient", "_input_gradient")
    assert names >= {f"conv2d_places{product}_tile" for product in products}
    x, y = helpers.examples(divided, 17)
    helpers.assert_same_gradients(divided, plain, x, y, loss=1e-12, rtol=1e-8, atol=1e-11)


@pytest.mark.usefixtures("by_tiles")
@pytest.mark.parametrize("batch", [pytest.param(23, marks=pytest.mark.slow), 1, 64])
def test_the_same_bits_on_any_number_of_threads(batch: int) -> None:
    hashes = set()
    for threads in (1, 2, 3, 4):
        model = _late(threads=threads, batch=batch)
        losses = helpers.train(model)
        hashes.add((model.weights_sha256, losses.tobytes()))
    assert len(hashes) == 1


def test_many_weights_for_few_pixels_are_shared_out_and_others_not() -> None:
    def found(layers: str, batch: int = 32) -> list[Division]:
        graph = Graph.build(helpers.preset(helpers.CONV, f"layers=[{layers}, {END}]"))
        choices = share_out(graph, batch).choices
        return [choice.division for name, choice in choices.items() if "conv" in name]

    small = _conv(192, "kernel_size = 1, stride = 2")
    assert found(f"{small}, {_conv(192, 'kernel_size = 7, stride = 2')}") == [Division.TILES]
    assert found(f"{small}, {_conv(192, 'kernel_size = 7, stride = 2')}", 1) == [Division.TILES]
    few = f"{_conv(64, 'kernel_size = 1')}, {_conv(64, 'kernel_size = 3, dilation = 5')}"
    assert found(few) == [Division.EXAMPLES]
    assert found(f"{small}, {_conv(192, 'kernel_size = 3, groups = 2')}") == []
    assert found(f"{small}, {_conv(48, 'kernel_size = 7, stride = 2')}") == []


def test_each_lane_has_room_of_its_own() -> None:
    assert MOST_PARTS == MOST_LANES


def _conv(filters: int, options: str) -> str:
    return f'{{type = "conv2d", filters = {filters}, padding = "same", {options}}}'


END = '{type = "global_average_pool2d"}, {type = "dense"}'
