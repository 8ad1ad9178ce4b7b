"""Dense layers of tables in place of their positions: where it is done, and that it changes
rounding alone."""

from typing import Any

import numpy as np
import pytest

from tests import helpers
from tests.compiler.agreeing import kernels_of
from tuidl.backends.base import ArrayDataset
from tuidl.compiler import division
from tuidl.model.model import Model
from tuidl.training.inspection import inspect

ROWS, STEPS, BATCH = 7, 12, 16
TEXT = f"""
name = "characters"
layers = [{{type = "dense"}}]
loss = {{type = "cross_entropy"}}
optimizer = {{type = "adam"}}
training = {{batch_size = {BATCH}, metrics = ["accuracy"]}}
[data]
source = "python_help"
window = {STEPS}
vocabulary = {ROWS}
validation = 0.1
"""
TABLE, ANSWER = '{type = "embedding", output_dim = 5}', '{type = "dense"}'
SEVERAL = "return_sequences = true"
TOGETHER = {
    "lstm": f'{TABLE}, {{type = "lstm", units = 6, {SEVERAL}}}, {ANSWER}',
    "gru": f'{TABLE}, {{type = "gru", units = 6, {SEVERAL}}}, {ANSWER}',
    "simple_rnn": f'{TABLE}, {{type = "simple_rnn", units = 6, {SEVERAL}}}, {ANSWER}',
    "two recurrent layers": f'{TABLE}, {{type = "lstm", units = 6, {SEVERAL}}}, '
    f'{{type = "gru", units = 5, {SEVERAL}}}, {ANSWER}',
    "no recurrent layer": f'{TABLE}, {{type = "dense", units = 6, activation = "tanh"}}, {ANSWER}',
    "without a bias": f'{TABLE}, {{type = "dense", units = 6, use_bias = false}}, {ANSWER}',
    "penalties": f'{TABLE[:-1]}, l2 = 0.01}}, {{type = "lstm", units = 6, l2 = 0.02, {SEVERAL}}}, '
    f"{ANSWER}",
    "weights used again": f'{TABLE[:-1]}, name = "table"}}, {{type = "dense", units = 5}}, '
    '{type = "tied_dense", to = "table"}',
}
APART = {
    "positions added": f'{TABLE}, {{type = "position_embedding"}}, '
    f'{{type = "lstm", units = 6, {SEVERAL}}}, {ANSWER}',
    "two that read the vectors": f'{TABLE[:-1]}, name = "word"}}, {{type = "dense", units = 5}}, '
    f'{{type = "add", inputs = ["dense_1", "word"]}}, {ANSWER}',
    "two layers of it": f'{TABLE[:-1]}, name = "word"}}, {{type = "dense", units = 5}}, '
    '{type = "dense", units = 5, inputs = ["word"]}, '
    f'{{type = "add", inputs = ["dense_1", "dense_2"]}}, {ANSWER}',
    "dropout between": f'{TABLE}, {{type = "dropout", rate = 0.1}}, '
    f'{{type = "lstm", units = 6, {SEVERAL}}}, {ANSWER}',
}


def _model(layers: str, *overrides: str, **options: Any) -> Model:
    own = {"batch": BATCH, "dtype": "float64", **options}
    return helpers.model(TEXT, f"layers=[{layers}]", *overrides, **own)


def _is_projected(model: Model) -> bool:
    """Whether an embedding reads rows that are computed first."""
    instructions = model.program.train.emitted.instructions
    computed = {i.operands[3].buffer for i in instructions if i.kernel == "dense"}
    return any(i.operands[1].buffer in computed for i in instructions if i.kernel == "embedding")


def _agree(model: Model, count: int) -> None:
    """Loss and gradients by the loop, and by every layer's work apart."""
    x, y = helpers.examples(model, count)
    y = np.random.default_rng(1).integers(0, ROWS, (count, STEPS)).astype(float)
    loss, gradients = model.loss_and_gradients(x, y)
    feed = ArrayDataset(x.astype(np.float32), y, np.arange(count, dtype=np.int64))
    seen = inspect(model, feed)
    assert loss == pytest.approx(seen.loss, rel=1e-12)
    for name, gradient in gradients.items():
        assert gradient.any(), name
        np.testing.assert_allclose(gradient, seen.parameters[name], 1e-10, 1e-14, err_msg=name)


@pytest.mark.parametrize("layers", TOGETHER.values(), ids=TOGETHER)
@pytest.mark.parametrize("shards", [1, 4])
def test_rows_are_multiplied_in_place_of_positions(
    layers: str, shards: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(division, "shards_for", lambda *sizes, **facts: shards)
    model = _model(layers)
    assert _is_projected(model)
    assert kernels_of(model.program.train) != kernels_of(model.program.inspect)
    for count in (BATCH, 3):
        _agree(model, count)


@pytest.mark.parametrize("layers", APART.values(), ids=APART)
def test_what_others_read_as_well_stays_as_it_is(layers: str) -> None:
    assert not _is_projected(_model(layers))


def test_few_positions_are_multiplied_themselves() -> None:
    assert _is_projected(_model(TOGETHER["lstm"], batch=2))
    assert not _is_projected(_model(TOGETHER["lstm"], batch=1))


def test_the_same_bits_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(division, "shards_for", lambda *sizes, **facts: 4)
    hashes = set()
    for threads in (1, 2):
        model = _model(TOGETHER["lstm"], dtype="float32", threads=threads)
        random = np.random.default_rng(0)
        x, y = (random.integers(0, ROWS, (BATCH, STEPS)).astype(float) for _ in "xy")
        loss, gradients = model.loss_and_gradients(x, y)
        hashes.add((loss, *(g.tobytes() for g in gradients.values())))
    assert len(hashes) == 1
