"""Networks with attention: who sees what, to the bit, however the work is shared out."""

from typing import Any

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler import division
from tuidl.compiler.division import Division, share_out
from tuidl.core.errors import PresetError
from tuidl.model.model import Model
from tuidl.protocol import events
from tuidl.training.start import trainer_for

pytestmark = pytest.mark.usefixtures("test_sources")

STEPS, WORDS = 7, 8
NETWORK = """
name = "tokens"
data = {source = "tokens"}
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 3, batch_size = 20}
layers = [
    {type = "embedding", name = "words", input_dim = 8, output_dim = 12},
    {type = "position_embedding"},
    BLOCKS
    {type = "dense", units = 12, activation = "gelu_tanh"},
    TIED
    {type = "dense", units = 5},
]
"""
BLOCK = '{type = "transformer_block", num_heads = %d, causal = %s, %s},'
KINDS = ("", "normalize_first = false", 'normalization = "rms_normalization", use_bias = false')


TIED = '{type = "tied_dense", to = "words"},'


def text_of(how: str, heads: int = 3, causal: bool = True, tied: bool = True) -> str:
    block = BLOCK % (heads, str(causal).lower(), how)
    text = NETWORK.replace("BLOCKS", 2 * block.replace(", }", "}"))
    return text.replace("TIED", TIED if tied else "")


def network(
    how: str, heads: int = 3, causal: bool = True, tied: bool = True, **options: Any
) -> Model:
    return helpers.model(text_of(how, heads, causal, tied), batch=20, **options)


def trained(text: str, threads: int) -> Model:
    trainer = trainer_for(helpers.preset(text), "cpu", threads)
    *_, last = trainer.run()
    assert isinstance(last, events.RunEnded), last
    return trainer.model


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Tokens with padding behind, targets and their weights."""
    random = np.random.default_rng(seed)
    weights = np.arange(STEPS) < random.integers(1, STEPS + 1, count)[:, None]
    x = random.integers(1, WORDS, (count, STEPS)) * weights
    y = np.concatenate([random.integers(0, 5, (count, STEPS)) * weights, weights], axis=1)
    return x.astype(np.float32), y.astype(np.float32)


def shaken(model: Model, seed: int = 0) -> Model:
    random = np.random.default_rng(seed)
    for values in model.parameters.values():
        values += 0.3 * random.standard_normal(values.shape)
    return model


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("heads", [1, 4])
def test_no_token_changes_an_output_before_it(how: str, heads: int) -> None:
    model = shaken(network(how, heads), heads)
    x, _ = drawn(20, 1)
    before = model.predict(x)
    for step in range(STEPS):
        other = x.copy()
        other[:, step] = (other[:, step] + 3) % WORDS
        after = model.predict(other)
        np.testing.assert_array_equal(after[:, :step], before[:, :step])
        assert (after[:, step:] != before[:, step:]).any(axis=(1, 2)).all()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("how", KINDS)
def test_padding_changes_no_loss_and_no_gradient(how: str, causal: bool) -> None:
    """Whatever vector stands for it, and whatever its targets are; it gets no gradient itself."""
    options = ", ".join(filter(None, ['mask = "input"', how]))
    model = shaken(network(options, causal=causal, tied=False))
    x, y = drawn(20, 2)
    loss, gradients = model.loss_and_gradients(x, y)
    model.parameters["words.embeddings"][0] += 5
    is_padding = y[:, STEPS:] == 0
    y[:, :STEPS][is_padding] = 4
    other_loss, others = model.loss_and_gradients(x, y)
    assert other_loss == loss
    for name, values in gradients.items():
        np.testing.assert_array_equal(values, others[name], err_msg=name)
    assert is_padding.any()
    assert not gradients["words.embeddings"][0].any()
    assert gradients["words.embeddings"][1:].any(axis=1).all()


@pytest.mark.slow
@pytest.mark.parametrize("how", Division)
def test_every_division_has_the_numbers_of_the_oracle_on_any_number_of_threads(
    how: Division, many_shards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def costs(node, batch, shards) -> dict[Division, float]:
        return {way: -1e9 * (way is how) for way in node.layer.divisions}

    monkeypatch.setattr(division, "_costs", costs)
    options = 'mask = "input", dropout = 0.3'
    exact, oracle = (
        shaken(network(options, dtype="float64", backend=backend)) for backend in ("cpu", "numpy")
    )
    chosen = {choice.division for choice in share_out(exact.program.graph, 20).choices.values()}
    assert how in chosen
    x, y = drawn(20, 3)
    loss, gradients = exact.loss_and_gradients(x, y)
    expected, known = oracle.loss_and_gradients(x, y)
    np.testing.assert_allclose(loss, expected, rtol=1e-12)
    for name, values in gradients.items():
        np.testing.assert_allclose(values, known[name], rtol=1e-9, atol=1e-12, err_msg=name)
    shas = set()
    for threads in (1, 2, 3, 4):
        shas.add(trained(text_of(options), threads).weights_sha256)
    assert len(shas) == 1


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        ('{type = "multi_head_attention", num_heads = 5}',
         "layers[2] (multi_head_attention): num_heads: 5 heads do not divide the width 12; say "
         "key_dim, the width of a head"),
        ('{type = "multi_head_attention", num_heads = 3, causal = true, inputs = ["words", "words"]'
         "}",
         "layers[2] (multi_head_attention): 'causal' is for one sequence that looks at itself, got "
         "two inputs"),
        ('{type = "multi_head_attention", num_heads = 3, mask = "words"}',
         "layers[2] (multi_head_attention): mask: needs one number for each step (7), got 7 x 12"),
        ('{type = "transformer_block", num_heads = 3, mask = "inputt"}',
         "layers[2].mask: no earlier layer 'inputt'; did you mean 'input'?"),
        ('{type = "flatten"}, {type = "transformer_block", num_heads = 3}',
         "layers[3] (transformer_block): needs a sequence (time, features), got 84"),
        ('{type = "transformer_block", num_heads = 5}',
         "layers[2] (multi_head_attention): num_heads: 5 heads do not divide the width 12"),
        ('{type = "dense", units = 4}, {type = "tied_dense", to = "words"}',
         "layers[3] (tied_dense): needs 12 features, as wide as 'words' is, got 7 x 4"),
        ('{type = "tied_dense", to = "position_embedding_1"}',
         "layers[2] (tied_dense): to: 'position_embedding_1' is no embedding"),
        ('{type = "tied_dense", to = "input"}',
         "layers[2].to: 'input' is no layer of this network"),
        ('{type = "transformer_block", num_heads = 3, name = "a"}, '
         '{type = "relu", name = "a_dense_1"}',
         "layers[3].name: 'a_dense_1' is taken by an earlier layer"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(layer: str, problem: str) -> None:
    with pytest.raises(PresetError) as caught:
        helpers.model(NETWORK.replace("BLOCKS", f"{layer},").replace("TIED", TIED))
    assert problem in str(caught.value)


def test_a_layer_may_read_a_part_of_a_block() -> None:
    text = NETWORK.replace(
        "BLOCKS",
        '{type = "transformer_block", num_heads = 3, name = "a"},'
        '{type = "add", inputs = ["a", "a_attention"]},',
    ).replace("TIED", TIED)
    before, model = helpers.model(text).parameters, trained(text, 1)
    assert [node.position for node in model.program.graph.nodes] == [0, 1, *[2] * 7, 3, 4, 5, 6]
    for name, values in model.parameters.items():
        assert not np.array_equal(values, before[name]), name
