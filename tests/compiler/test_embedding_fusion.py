"""An embedding and the mean of its vectors as one instruction: where it is done, and the bits."""

import numpy as np
import pytest

from tests import helpers
from tests.compiler.agreeing import agree, kernels_of
from tuidl.compiler import division
from tuidl.model.model import Model

ROWS = 11
TABLE = f'{{type = "embedding", input_dim = {ROWS}, output_dim = 9}}'
MEAN = '{type = "global_average_pool1d"}'
LENGTH = 6
TOGETHER = {
    "a text": (LENGTH, f"{TABLE}, {MEAN}"),
    "a long text": (70, f"{TABLE}, {MEAN}"),
    "words in rows": (
        LENGTH,
        f'{{type = "reshape", shape = [2, 3]}}, {TABLE}, {{type = "global_average_pool2d"}}',
    ),
    "one window": (
        LENGTH,
        f'{TABLE}, {{type = "average_pool1d", pool_size = {LENGTH}}}, {{type = "flatten"}}',
    ),
}
APART = {
    "two windows": f'{TABLE}, {{type = "average_pool1d", pool_size = 3}}, {{type = "flatten"}}',
    "a window and a rest": f'{TABLE}, {{type = "average_pool1d", pool_size = 4}}, '
    '{type = "flatten"}',
    "the largest": f'{TABLE}, {{type = "global_max_pool1d"}}',
    "something between": f'{TABLE}, {{type = "tanh"}}, {MEAN}',
    "two that read it": f'{TABLE}, {MEAN}, {{type = "global_max_pool1d", inputs = ["embedding_1"]}}'
    ', {type = "add", inputs = ["global_average_pool1d_1", "global_max_pool1d_1"]}',
}


@pytest.fixture(autouse=True, params=[False, True], ids=["by examples", "by rows"])
def by_rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether gradients of tables are those of the whole batch."""
    if request.param:
        monkeypatch.setattr(division, "LEAST_GAIN", -1e30)
        monkeypatch.setattr(division, "LOOKING", 0.0)
        monkeypatch.setattr(division, "WAIT", 0.0)
    return bool(request.param)


def _model(layers: str, length: int = LENGTH, batch: int = 24) -> Model:
    text = f'[{{type = "reshape", shape = [{length}]}}, {layers}, {{type = "dense"}}]'
    return helpers.model(
        helpers.SEQUENCE, f"data.window={length}", f"layers={text}", batch=batch, dtype="float64"
    )


def _examples(model: Model, count: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = helpers.examples(model, count)
    words = np.random.default_rng(1).integers(0, ROWS, x.shape)
    return words.astype(float), y


@pytest.mark.parametrize(("length", "layers"), TOGETHER.values(), ids=TOGETHER)
@pytest.mark.parametrize("shards", [1, 4])
def test_the_vectors_are_averaged_at_once(
    length: int, layers: str, shards: int, monkeypatch: pytest.MonkeyPatch, by_rows: bool
) -> None:
    monkeypatch.setattr(division, "shards_for", lambda *sizes, **facts: shards)
    model = _model(layers, length)
    train = kernels_of(model.program.train)
    end = "_rows" if by_rows else ""
    assert {"embedding_average", f"embedding_average_gradient{end}"} <= set(train)
    assert not {"embedding", "average_pool2d", "average_pool2d_gradient"} & set(train)
    x, y = _examples(model, 24)
    agree(model, x, y)
    agree(model, x[:7], y[:7])


@pytest.mark.parametrize("layers", APART.values(), ids=APART)
def test_what_others_read_as_well_stays_as_it_is(layers: str) -> None:
    model = _model(layers)
    train, each = (
        [kernel for kernel in kernels_of(routine) if kernel != "copy"]  # training needs fewer
        for routine in (model.program.train, model.program.inspect)
    )
    assert train == each
    agree(model, *_examples(model, 24))


def test_words_without_a_row_are_noticed() -> None:
    model = _model(f"{TABLE}, {MEAN}")
    x, y = _examples(model, 24)
    for word in (np.nan, -1.0, float(ROWS)):
        x[3, 2] = word
        loss, _ = model.loss_and_gradients(x, y)
        assert np.isnan(loss)
