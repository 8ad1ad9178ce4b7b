"""Padding changes no bit of loss, gradient or answer: whole networks on texts of a table."""

from pathlib import Path

import numpy as np
import pytest

from tuidl.core.errors import PresetError
from tuidl.model.model import Model
from tuidl.preset.schema import Preset

TEXTS = ["good", "very good", "i liked it a lot", "bad", "very bad thing", "not good , awful"]
PRESET = """
name = "padded"
data = {{source = "text_csv", path = "{path}", text = "review", target = "y", window = {window}}}
layers = [{{type = "embedding", name = "words", output_dim = 12}}, {layers}, {{type = "dense"}}]
loss = {{type = "cross_entropy"}}
optimizer = {{type = "adam"}}
training = {{batch_size = 8}}
"""
BLOCK = '{type = "transformer_block", num_heads = 3, mask = "input", dropout = 0.2}'
POOLED = {kind: f'{{type = "global_{kind}_pool1d", mask = "input"}}' for kind in ("average", "max")}
NETWORKS = {
    **POOLED,
    **{
        f"encoder, {kind}": f'{{type = "position_embedding"}}, {2 * f"{BLOCK}, "}{layer}'
        for kind, layer in POOLED.items()
    },
    "a step's own network first": '{type = "dense", units = 5, activation = "gelu"}, '
    f"{POOLED['average']}",
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    rows = [f'"{text}",{"yes" if i % 2 else "no"}' for i, text in enumerate(TEXTS * 4)]
    path.write_text("\n".join(["review,y", *rows]) + "\n", encoding="utf-8")
    return path


def network(table: Path, layers: str, window: int = 9) -> Model:
    text = PRESET.format(path=table, layers=layers, window=window)
    model = Model(Preset.parse(text, "padded", folder=table.parent), batch=8)
    random = np.random.default_rng(2)
    for name, values in model.parameters.items():
        if values.ndim == 2 and name.startswith("position"):  # as long as the window
            values += random.standard_normal((20, values.shape[1]))[: len(values)] * 0.3
        else:
            values += 0.3 * random.standard_normal(values.shape)
    return model


def examples(model: Model) -> tuple[np.ndarray, np.ndarray]:
    train = model.preset.data.split().train
    return train.x, train.y


@pytest.mark.parametrize("name", NETWORKS)
def test_what_stands_for_padding_changes_nothing(name: str, table: Path) -> None:
    """Whatever vector it has: the same loss and gradients, and none for that vector itself."""
    model = network(table, NETWORKS[name])
    x, y = examples(model)
    assert (x == 0).any(axis=1).all()
    loss, gradients = model.loss_and_gradients(x, y)
    answers = model.predict(x)
    model.parameters["words.embeddings"][0] += 7
    other_loss, others = model.loss_and_gradients(x, y)
    assert other_loss == loss
    np.testing.assert_array_equal(model.predict(x), answers)
    for key, values in gradients.items():
        np.testing.assert_array_equal(values, others[key], err_msg=key)
        assert values.any(), key
    assert not gradients["words.embeddings"][0].any()


@pytest.mark.parametrize("name", POOLED)
def test_more_padding_changes_nothing(name: str, table: Path) -> None:
    """The same texts in a longer window: the same bits."""
    short, long = (network(table, NETWORKS[name], window) for window in (6, 19))
    found = [model.loss_and_gradients(*examples(model)) for model in (short, long)]
    assert found[0][0] == found[1][0]
    for key, values in found[0][1].items():
        np.testing.assert_array_equal(values, found[1][1][key], err_msg=key)
    np.testing.assert_array_equal(*(m.predict(examples(m)[0]) for m in (short, long)))


@pytest.mark.parametrize("kind", POOLED)
def test_a_text_of_padding_alone_has_an_answer(kind: str, table: Path) -> None:
    model = network(table, POOLED[kind])
    x, y = examples(model)
    x[0] = 0
    _, gradients = model.loss_and_gradients(x, y)
    assert all(np.isfinite(values).all() for values in gradients.values())
    np.testing.assert_array_equal(model.predict(x)[0], model.parameters["dense_1.bias"])


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        ('{type = "global_average_pool1d", mask = "words"}',
         "layers[1] (global_average_pool1d): mask: needs one number for each step (9), got 9 x 12"),
        ('{type = "global_max_pool1d", mask = "inptu"}',
         "layers[1].mask: no earlier layer 'inptu'; did you mean 'input'?"),
        ('{type = "global_max_pool1d", padding = -1}', "layers[1].padding"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(layer: str, problem: str, table: Path) -> None:
    with pytest.raises(PresetError) as caught:
        network(table, layer)
    assert problem in str(caught.value)
