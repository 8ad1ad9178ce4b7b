"""Equal words of a batch done once: where it is done, and that it changes rounding alone."""

from typing import Any

import numpy as np
import pytest

from tests import helpers
from tests.compiler.agreeing import kernels_of
from tuidl.backends.base import ArrayDataset
from tuidl.compiler import costs, division
from tuidl.model.model import Model
from tuidl.training.inspection import inspect

ROWS, BATCH = 40, 48
WORDS = f"""
name = "words"
layers = [{{type = "dense"}}]
loss = {{type = "cross_entropy"}}
optimizer = {{type = "sgd"}}
training = {{batch_size = {BATCH}}}
[data]
source = "python_help"
tokens = "words"
vocabulary = {ROWS}
predict = "context"
window = 2
validation = 0.1
"""
TABLE, ANSWER = '{type = "embedding", output_dim = 9}, {type = "flatten"}', '{type = "dense"}'
FORWARD = {
    "distinct_words",
    "dense_tile_counted",
    "softmax_cross_entropy_counted",
    "dense_weight_gradient_tile_counted",
    "dense_input_gradient_tile_counted",
}
TOGETHER = {
    "a word": f"{TABLE}, {ANSWER}",
    "without a bias": f'{TABLE}, {{type = "dense", use_bias = false}}',
    "a softmax that the loss takes over": f'{TABLE}, {{type = "dense", activation = "softmax"}}',
}
NAMED = '{type = "embedding", output_dim = 9, name = "word"}, {type = "flatten", name = "flat"}'
APART = {
    "a layer between": f'{TABLE}, {{type = "dense", units = 7, activation = "tanh"}}, {ANSWER}',
    "two that read the vectors": f'{NAMED}, {{type = "dense", units = 9}}, '
    f'{{type = "add", inputs = ["dense_1", "flat"]}}, {ANSWER}',
    "no embedding": f'{{type = "dense", units = 5}}, {ANSWER}',
}


@pytest.fixture(autouse=True)
def _tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers of any size are computed by tiles, and in several parts."""
    monkeypatch.setattr(division, "LEAST_GAIN", -1e30)
    monkeypatch.setattr(division, "LOOKING", 0.0)
    monkeypatch.setattr(division, "WAIT", -1e6)
    monkeypatch.setattr(division, "shards_for", lambda *sizes, **facts: 4)
    monkeypatch.setattr(costs, "LEAST_PART", 100.0)


def _model(layers: str, *overrides: str, **options: Any) -> Model:
    own = {"batch": BATCH, "dtype": "float64", **options}
    return helpers.model(WORDS, f"layers=[{layers}]", *overrides, **own)


def _examples(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A word is half of them, some come up a few times, and one of the others once."""
    random = np.random.default_rng(seed)
    words = random.integers(0, ROWS // 4, (count, 1)) * random.integers(0, 2, (count, 1))
    words[count // 2] = ROWS - 1
    return words.astype(float), random.integers(0, ROWS, (count, 1)).astype(float)


def _agree(model: Model, x: np.ndarray, y: np.ndarray) -> None:
    """Loss and gradients by words, and by every layer's work apart."""
    loss, gradients = model.loss_and_gradients(x, y)
    feed = ArrayDataset(x.astype(np.float32), y, np.arange(len(x), dtype=np.int64))
    seen = inspect(model, feed)
    assert loss == pytest.approx(seen.loss, rel=1e-12, nan_ok=True)
    assert any(gradient.any() for gradient in gradients.values())
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, seen.parameters[name], 1e-11, 1e-14, err_msg=name)


@pytest.mark.parametrize("layers", TOGETHER.values(), ids=TOGETHER)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_equal_words_are_done_once(layers: str, optimizer: str) -> None:
    model = _model(layers, f"optimizer.type={optimizer}")
    train = kernels_of(model.program.train)
    assert set(train) >= FORWARD
    assert not {"dense_tile", "softmax_cross_entropy"} & set(train)
    assert not FORWARD & set(kernels_of(model.program.inspect))
    for count in (BATCH, 7, 1):
        _agree(model, *_examples(count))


def test_the_definition_in_numpy_agrees() -> None:
    by_kernels, by_numpy = (_model(TOGETHER["a word"], backend=b) for b in ("cpu", "numpy"))
    helpers.copy_parameters(by_kernels, by_numpy)
    x, y = _examples(BATCH)
    (loss, gradients), (wanted, expected) = (
        m.loss_and_gradients(x, y) for m in (by_kernels, by_numpy)
    )
    assert loss == pytest.approx(wanted, rel=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[name], 1e-11, 1e-14, err_msg=name)


@pytest.mark.parametrize("layers", APART.values(), ids=APART)
def test_what_others_read_as_well_stays_as_it_is(layers: str) -> None:
    assert not FORWARD & set(kernels_of(_model(layers).program.train))


@pytest.mark.parametrize("change", ['training.metrics=["accuracy"]', "loss.label_smoothing=0.1"])
def test_other_answers_stay_as_they_are(change: str) -> None:
    assert not FORWARD & set(kernels_of(_model(TOGETHER["a word"], change).program.train))


@pytest.mark.parametrize("word", [np.nan, -1.0, float(ROWS)])
def test_words_without_a_row_are_noticed(word: float) -> None:
    model = _model(TOGETHER["a word"])
    x, y = _examples(BATCH)
    x[[3, 5]] = word
    loss, _ = model.loss_and_gradients(x, y)
    assert np.isnan(loss)


def test_the_same_bits_on_any_number_of_threads() -> None:
    hashes = set()
    for threads in (1, 2):
        model = _model(TOGETHER["a word"], dtype="float32", threads=threads)
        losses = helpers.train(model)
        hashes.add((model.weights_sha256, losses.tobytes()))
    assert len(hashes) == 1
