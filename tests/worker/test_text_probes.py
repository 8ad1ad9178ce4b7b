"""Probes of networks that read text: the same text in pieces as at once, and honest maps."""

from pathlib import Path

import numpy as np
import pytest

from tests.worker.test_probes import ask
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Probe
from tuidl.tasks.choice import task_of
from tuidl.tasks.language import NearbyWords, NextToken, NextTokens
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer
from tuidl.worker.probes.common import held_out

PRESET = """
name = "abc"
data = {source = "text", path = "abc.txt", window = 5%s}
layers = [{type = "embedding", output_dim = 6}, %s{type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.05}
training = {epochs = 2, batch_size = 16}
"""
KINDS = {
    "every": ("", "", NextTokens),
    "words": (', tokens = "words"', "", NextTokens),
    "lines": (', examples = "lines"', "", NextTokens),
    "bpe": (', tokens = "bpe", vocabulary = 20', "", NextTokens),
    "last": (', predict = "last"', '{type = "flatten"}, ', NextToken),
    "context": (', tokens = "words", predict = "context"', '{type = "flatten"}, ', NearbyWords),
}


def trained(folder: Path, kind: str) -> Trainer:
    text = "the cat sat on a mat\na rat ran to the cat\n" * 12
    (folder / "abc.txt").write_text(text, encoding="utf-8")
    keys, layers, _ = KINDS[kind]
    trainer = Trainer(Preset.parse(PRESET % (keys, layers), folder=folder), backend="numpy")
    list(trainer.run())
    return trainer


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_text_has_its_pictures(tmp_path: Path, kind: str) -> None:
    trainer = trained(tmp_path, kind)
    task = task_of(trainer.state.preset)
    assert type(task) is KINDS[kind][2]
    before = trainer.model.weights_sha256
    for probe in task.probes:
        assert ask(trainer, probe)
    assert trainer.model.weights_sha256 == before


def test_a_text_in_pieces_is_the_text_at_once(tmp_path: Path) -> None:
    trainer = trained(tmp_path, "every")
    options = {"temperature": 1.3, "seed": 4, "prompt": "the c"}
    whole = ask(trainer, "sample", count=24, **options)
    assert (whole["given"], whole["start"], whole["characters"]) == ("the c", 0, 1.0)
    first = ask(trainer, "sample", count=10, **options)
    known = [token["number"] for token in first["tokens"]]
    rest = ask(trainer, "sample", count=14, known=known, **options)
    assert rest["start"] == 10
    assert first["tokens"] + rest["tokens"] == whole["tokens"]
    for token in whole["tokens"]:
        shares = [share for _, share in token["top"]]
        assert shares == sorted(shares, reverse=True)
        assert token["share"] <= shares[0]


def test_a_network_that_answers_is_given_held_out_prompts(tmp_path: Path) -> None:
    """It has not learned to write prompts: what stands there is given, what is behind it drawn."""
    data = '{source = "reversed_words", validation = 0.1}'
    text = PRESET.replace('{source = "text", path = "abc.txt", window = 5%s}', data) % ""
    trainer = Trainer(Preset.parse(text, overrides=("training.epochs=1",)), backend="numpy")
    list(trainer.run())
    whole = ask(trainer, "sample", count=60)
    first = ask(trainer, "sample", count=25)
    known = [token["number"] for token in first["tokens"]]
    rest = ask(trainer, "sample", count=35, known=known)
    assert first["tokens"] + rest["tokens"] == whole["tokens"]
    drawn = [bool(token["top"]) for token in whole["tokens"]]
    given = "".join(token["text"] for token in whole["tokens"][: drawn.index(True)])
    assert given.endswith(" = ")
    layout = trainer.state.preprocessing.text
    assert layout is not None
    _, feed = held_out(trainer.state)
    start = layout.tokenizer.decode(feed.x[0].astype(int).tolist())
    assert start.strip().startswith(
        "".join(t["text"] for t in whole["tokens"][: drawn.index(True)])
    )
    other = ask(trainer, "sample", count=8, number=1)
    assert other["tokens"] != whole["tokens"][:8]
    asked = ask(trainer, "sample", count=40, prompt="ab")
    assert asked["given"] == "ab = "
    assert asked["tokens"][0]["top"]


def test_the_map_has_the_two_main_directions_of_the_table(tmp_path: Path) -> None:
    trainer = trained(tmp_path, "words")
    found = ask(trainer, "embedding_map", token="cat")
    table = np.asarray(trainer.model.parameters["embedding_1.embeddings"], np.float64)
    values = np.linalg.eigvalsh(np.cov(table.T))[::-1]
    np.testing.assert_allclose(found["explained"], values[:2] / values.sum(), rtol=1e-3)
    variances = [np.var(found["x"], ddof=1), np.var(found["y"], ddof=1)]
    np.testing.assert_allclose(variances, values[:2], rtol=1e-3)
    names = trainer.state.program.graph.spec.vocabulary
    cat = table[names.index("cat")]
    name, cosine = found["nearest"][0]
    other = table[names.index(name)]
    assert cosine == pytest.approx(cat @ other / np.linalg.norm(cat) / np.linalg.norm(other), 1e-3)
    assert "cat" not in [name for name, _ in found["nearest"]]


@pytest.mark.parametrize(
    ("kind", "probe", "options", "error"),
    [
        ("context", "sample", {}, "does not predict the next token"),
        ("every", "sample", {"known": [99]}, "expected tokens from 0 to"),
        ("every", "sample", {"count": 0}, "count"),
    ],
)
def test_what_cannot_be_answered_says_why(
    tmp_path: Path, kind: str, probe: str, options: dict[str, object], error: str
) -> None:
    told = answer(trained(tmp_path, kind).state, Probe(id=1, kind=probe, options=options))
    assert told.answer is None
    assert error in (told.error or "")


LOOKING = (
    '{type = "position_embedding"}, {type = "transformer_block", num_heads = 2, causal = true}, '
)


def test_attention_is_what_the_layer_computes(tmp_path: Path) -> None:
    (tmp_path / "abc.txt").write_text("the cat sat on a mat\n" * 30, encoding="utf-8")
    trainer = Trainer(Preset.parse(PRESET % ("", LOOKING), folder=tmp_path), backend="numpy")
    list(trainer.run())
    heads = [ask(trainer, "attention", prompt="the", head=head) for head in (0, 1)]
    mean = ask(trainer, "attention", prompt="the c")
    assert mean["layers"] == ["transformer_block_1_attention"]
    assert (mean["heads"], mean["head"], heads[1]["head"]) == (2, None, 1)
    assert mean["tokens"] == mean["seen"] == ["t", "h", "e", "␣", "c"]
    for found in (*heads, mean):
        weights = np.array(found["weights"])
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=3e-3)
        assert not np.triu(weights, 1).any()
    both = [np.array(found["weights"]) for found in heads]
    assert not np.allclose(*both)
    np.testing.assert_allclose(sum(both) / 2, np.array(mean["weights"])[:3, :3], atol=2e-3)
    letters = trainer.state.program.graph.spec.vocabulary
    after = ask(trainer, "attention", prompt="th", known=[letters.index("e")])
    assert after["tokens"] == ["t", "h", "e"]


def test_networks_without_attention_say_so(tmp_path: Path) -> None:
    told = answer(trained(tmp_path, "every").state, Probe(id=1, kind="attention", options={}))
    assert told.error == "attention: no layer of this network has it"


MESSAGES = """
name = "messages"
data = {source = "text_csv", path = "m.csv", text = "text", target = "y", window = 7}
layers = [{type = "embedding", output_dim = 6}, {type = "transformer_block", num_heads = 2%s},
          {type = "global_average_pool1d"}, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 1, batch_size = 16}
"""


@pytest.mark.parametrize("mask", [', mask = "input"', ""])
def test_attention_over_a_text_in_a_class_ends_with_it(tmp_path: Path, mask: str) -> None:
    """What is given to the padding behind it stands in a column of its own."""
    texts = ["win a prize now", "see you", "call me later then please do"]
    rows = [f"{text},{'yes' if i % 3 else 'no'}" for i, text in enumerate(texts * 8)]
    (tmp_path / "m.csv").write_text("\n".join(["text,y", *rows]) + "\n", encoding="utf-8")
    trainer = Trainer(Preset.parse(MESSAGES % mask, folder=tmp_path), backend="numpy")
    list(trainer.run())
    names = trainer.state.program.graph.spec.vocabulary
    for example in range(2):
        found = ask(trainer, "attention", example=example)
        row = held_out(trainer.state)[1].x[example].astype(int).tolist()
        text = [names[number] for number in row if names[number] != "↵"]
        listed = ask(trainer, "predictions", mistakes_first=False)["examples"][example]
        assert (listed["number"], listed["text"]) == (example, " ".join(text))
        assert list(found["tokens"]) == list(found["seen"]) == text
        assert found["padding"] == 7 - len(text)
        weights = np.array(found["weights"])
        assert weights.shape == (len(text), len(text) + (len(text) < 7))
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=4e-3)
        assert (weights[:, len(text) :] > 0).all() == (not mask) or len(text) == 7


BESIDE = """
name = "beside"
data = {source = "csv", path = "m.csv", target = "%s", columns = {text = {kind = "text"}, \
answer = {kind = "text"}}}
layers = [{type = "embedding", inputs = ["text"], output_dim = 4, name = "asked"},
          {type = "embedding", inputs = ["answer"], output_dim = 4, name = "given"},
          {type = "multi_head_attention", inputs = ["asked"], num_heads = 2, mask = "text"},
          {type = "multi_head_attention", inputs = ["asked", "given"], num_heads = 2, \
mask = "answer", name = "across"},
          {type = "add", inputs = ["multi_head_attention_1", "across"], name = "both"},
          {type = "global_average_pool1d", mask = "text", name = "read"},
          {type = "concatenate", inputs = ["table", "read"]}, {type = "dense"}]
loss = {type = "%s"}
optimizer = {type = "adam"}
training = {epochs = 1, batch_size = 16}
"""


@pytest.mark.parametrize(("target", "loss"), [("y", "cross_entropy"), ("n", "mse")])
def test_attention_over_columns_of_text_and_across_them(
    tmp_path: Path, target: str, loss: str
) -> None:
    """Behind other columns of a table, each with its own vocabulary."""
    said = [("win a prize now", "no thanks"), ("see you", "see you later then"), ("hm", "what")]
    rows = [
        f"{i},{'a' if i % 2 else 'b'},{asked},{given},{'yes' if i % 3 else 'no'},{i * 1.5}"
        for i, (asked, given) in enumerate(said * 8)
    ]
    head = "size,town,text,answer,y,n"
    (tmp_path / "m.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    trainer = Trainer(Preset.parse(BESIDE % (target, loss), folder=tmp_path), backend="numpy")
    list(trainer.run())
    known = dict(said)
    seen = set()
    for example in range(4):
        alone = ask(trainer, "attention", example=example, head=1)
        across = ask(trainer, "attention", example=example, layer=1)
        asked = " ".join(alone["tokens"])
        seen.add(asked)
        assert alone["seen"] == alone["tokens"] == across["tokens"]
        assert " ".join(across["seen"]) == known[asked]
        for found in (alone, across):
            np.testing.assert_allclose(np.array(found["weights"]).sum(axis=1), 1, atol=4e-3)
    assert len(seen) > 1


def test_attention_over_numbers_has_their_places(tmp_path: Path) -> None:
    text = """
name = "wave"
data = {source = "sine", window = 12}
layers = [{type = "conv1d", filters = 4, kernel_size = 3, stride = 2},
          {type = "multi_head_attention", num_heads = 2}, {type = "flatten"}, {type = "dense"}]
loss = {type = "mse"}
optimizer = {type = "adam"}
training = {epochs = 1}
"""
    trainer = Trainer(Preset.parse(text, folder=tmp_path), backend="numpy")
    list(trainer.run())
    found = ask(trainer, "attention")
    assert found["tokens"] == found["seen"] == ["1", "2", "3", "4", "5"]
    np.testing.assert_allclose(np.array(found["weights"]).sum(axis=1), 1, atol=4e-3)
