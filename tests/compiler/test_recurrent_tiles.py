"""Recurrent layers whose units are shared out among lanes, step by step: the same numbers."""

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler import division
from tuidl.compiler.division import Division, share_out
from tuidl.model.model import Model

SEQUENCES = """
name = "sequences"
layers = [
    {type = "reshape", shape = [6, 4]},
    {type = "lstm", units = 40, return_sequences = true},
    {type = "gru", units = 33, return_sequences = true, l2 = 0.01},
    {type = "gru", units = 5, return_sequences = true, reset_after = false},
    {type = "simple_rnn", units = 70, return_sequences = true},
    {type = "bidirectional", layer = {type = "lstm", units = 34, return_sequences = true}},
    {type = "bidirectional", merge = "sum", layer = NARROW},
    LAST,
    {type = "dense"},
]
data = {source = "sine", points = 200, window = 24}
loss = {type = "mse"}
optimizer = {type = "adam"}
""".replace("NARROW", '{type = "gru", units = 9, return_sequences = true}')
LAST = {kind: f'{{type = "{kind}", units = 36}}' for kind in ("lstm", "gru", "simple_rnn")}
LAST["bidirectional"] = f'{{type = "bidirectional", layer = {LAST["lstm"]}}}'


@pytest.fixture
def by_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every layer by tiles that can be, in many shards."""
    for name in ("FLOPS_OF_A_SHARD", "EXAMPLES_OF_A_SHARD"):
        monkeypatch.setattr(division, name, 1)
    monkeypatch.setattr(
        division,
        "_costs",
        lambda node, batch, shards: {way: -1e9 * (way is Division.TILES) for way in Division},
    )
    monkeypatch.setattr(division, "_is_divisible", _is_divisible)


def _is_divisible(graph, node) -> bool:
    return Division.TILES in node.layer.divisions


def sequences(last: str, **options) -> Model:
    return helpers.model(SEQUENCES.replace("LAST", LAST[last]), **{"batch": 23, **options})


@pytest.mark.slow
@pytest.mark.usefixtures("by_tiles")
@pytest.mark.parametrize("last", LAST)
def test_steps_agree_with_the_oracle_whatever_the_memory_held(last: str) -> None:
    cpu, oracle = (sequences(last, dtype="float64", backend=b) for b in ("cpu", "numpy"))
    choices = share_out(cpu.program.graph, 23).choices.values()
    assert [choice.division for choice in choices] == 7 * [Division.TILES]
    for model in (cpu, oracle):
        helpers.spoil_workspaces(model)
    np.testing.assert_allclose(helpers.train(cpu), helpers.train(oracle), rtol=1e-9)
    x, _ = helpers.examples(cpu, 37)
    np.testing.assert_allclose(cpu.predict(x), oracle.predict(x), rtol=1e-8)


@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_gradients_are_those_of_whole_sequences(
    last: str, steps: int, request: pytest.FixtureRequest
) -> None:
    shape = f"[{steps}, {24 // steps}]"
    text = SEQUENCES.replace("LAST", LAST[last]).replace("[6, 4]", shape)
    plain = helpers.model(text, dtype="float64", batch=23, backend="numpy")
    request.getfixturevalue("by_tiles")
    divided = helpers.model(text, dtype="float64", batch=23)
    assert any(i.tiled for i in divided.program.train.emitted.instructions)
    assert not any(i.kernel.endswith("_step") for i in plain.program.train.emitted.instructions)
    x, y = helpers.examples(divided, 17)
    helpers.assert_same_gradients(divided, plain, x, y, loss=1e-12, rtol=1e-9, atol=1e-12)


@pytest.mark.sample(1)  # of the dtype that other quick tests compile
@pytest.mark.usefixtures("by_tiles")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch", [7, 1, 64])
def test_the_same_bits_on_any_number_of_threads(batch: int, dtype: str) -> None:
    hashes = set()
    for threads in (1, 2, 4):
        model = sequences("lstm", threads=threads, batch=batch, dtype=dtype)
        losses = helpers.train(model)
        hashes.add((model.weights_sha256, losses.tobytes()))
    assert len(hashes) == 1


def test_wide_cells_are_shared_out_by_units_and_narrow_ones_by_examples() -> None:
    def found(kind: str, units: int, batch: int) -> Division:
        text = SEQUENCES.replace("LAST", LAST[kind]).replace("units = 36", f"units = {units}")
        model = helpers.model(text, backend="numpy", batch=4)
        return share_out(model.program.graph, batch).division_of(model.program.graph.nodes[-2].name)

    assert found("lstm", 512, 32) is Division.TILES
    assert found("gru", 768, 16) is Division.TILES
    assert found("bidirectional", 320, 24) is Division.TILES
    assert found("bidirectional", 150, 48) is Division.EXAMPLES, "a step has work for one part"
    assert found("lstm", 48, 64) is Division.EXAMPLES
    assert found("simple_rnn", 32, 8) is Division.EXAMPLES


def test_steps_have_many_rows_where_weights_are_read_from_afar() -> None:
    """Each shard reads all weights in every step, of which few rows make little use."""

    def shared_out(layer: str, batch: int):
        text = SEQUENCES.replace("LAST", layer)
        return share_out(helpers.model(text, backend="numpy", batch=4).program.graph, batch)

    wide = '{type = "gru", units = 700, reset_after = REST}'
    together = shared_out(wide.replace("REST", "true"), 192)
    assert together.division_of("gru_3") is Division.TILES
    assert shared_out(wide.replace("REST", "false"), 32).shards < 4
    assert shared_out(wide.replace("REST", "false"), 128).shards >= 4
