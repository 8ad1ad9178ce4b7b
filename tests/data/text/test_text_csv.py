"""Texts in a column of a table, each with a class or a number, and predictions of new ones."""

import gzip
from pathlib import Path

import numpy as np
import pytest

import tuidl
from tests import helpers
from tuidl.core.errors import DataError, TuidlError
from tuidl.data import SOURCES
from tuidl.inference.predictions import predict_file
from tuidl.preset.decoding import convert_tagged
from tuidl.preset.schema import Preset
from tuidl.training.trainer import Trainer

GOOD = ["good thing", "very good", "I liked it a lot", "liked it"]
BAD = ["bad thing", "very bad", "awful", "not good, awful"]
PRESET = """
name = "reviews"
data = {{source = "text_csv", path = "{path}", text = "review", target = "{target}"{more}}}
layers = [{{type = "embedding", output_dim = 8}}, {{type = "global_average_pool1d"}},
          {{type = "dense"}}]
loss = {{type = "{loss}"}}
optimizer = {{type = "adam", learning_rate = 0.05}}
training = {{epochs = 30, batch_size = 8}}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    rows = [(text, "yes", 5.5, "x") for text in GOOD] + [(text, "no", 1.5, "y") for text in BAD]
    lines = [f'"{text}",{label},{stars},{other}' for text, label, stars, other in rows * 5]
    path.write_text("\n".join(["review,recommends,stars,who", *lines]) + "\n", encoding="utf-8")
    return path


def trained(table: Path, target: str, loss: str, more: str = "") -> Trainer:
    text = PRESET.format(path=table, target=target, loss=loss, more=more)
    trainer = Trainer(Preset.parse(text, folder=table.parent), backend="numpy")
    list(trainer.run())
    return trainer


def test_texts_become_rows_of_tokens(table: Path) -> None:
    data = SOURCES["text_csv"](path=str(table), text="review", target="recommends", window=3)
    split, spec = data.split(), data.spec()
    assert spec.classes == ("no", "yes")
    assert spec.shape == (3,)
    assert data.class_counts() == (20, 20)
    names = spec.vocabulary
    rows = {tuple(names[int(n)] for n in row) for row in split.train.x}
    assert ("very", "good", "↵") in rows
    assert ("I", "liked", "it") in rows  # cut off
    assert any("(10 texts are cut off)" in line for line in data.report())


def test_the_window_fits_nine_of_ten_texts(table: Path) -> None:
    data = SOURCES["text_csv"](path=str(table), text=1, target=2)
    lengths = np.sort([2, 2, 5, 2, 2, 2, 1, 4] * 5)
    assert data.spec().shape[0] in (lengths[-6], lengths[-1])


@pytest.mark.parametrize(
    ("target", "loss", "more"),
    [("recommends", "cross_entropy", ""), ("stars", "mse", ', task = "regression"')],
)
def test_new_texts_are_predicted(
    table: Path, tmp_path: Path, target: str, loss: str, more: str
) -> None:
    trainer = trained(table, target, loss, more)
    preset, parameters = trainer.state.preset, trainer.model.parameters
    new = tmp_path / "new.txt"
    new.write_text("very good\n\nbad, awful\nxyzzy good\n123\n", encoding="utf-8")
    found = predict_file(preset, dict(parameters), new)
    values = found.decoded[:, -1]
    assert values[0] > values[1]
    assert "xyzzy" in found.marks[2]
    assert [*found.problems] in ([], [3])
    other = tmp_path / "new.csv"
    other.write_text("who,review\na,very good\nb,awful\n", encoding="utf-8")
    again = predict_file(preset, dict(parameters), other)
    assert again.decoded[0, -1] == values[0]
    other.write_text("another name\nvery good\nbad\n", encoding="utf-8")
    alone = predict_file(preset, dict(parameters), other)
    assert alone.decoded[0, -1] == values[0]
    with gzip.open(tmp_path / "new.txt.gz", "wt", encoding="utf-8") as file:
        file.write("very good\nbad, awful\n")
    lines = predict_file(preset, dict(parameters), tmp_path / "new.txt.gz")
    assert lines.decoded[:, -1].tolist() == values[:2].tolist()


def test_a_table_without_the_column_says_which_there_are(table: Path, tmp_path: Path) -> None:
    trainer = trained(table, "recommends", "cross_entropy")
    other = tmp_path / "new.csv"
    other.write_text("who,revew\na,very good\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"no column 'review'; did you mean 'revew'"):
        predict_file(trainer.state.preset, dict(trainer.model.parameters), other)


def test_networks_that_write_text_say_how(tmp_path: Path) -> None:
    (tmp_path / "abc.txt").write_text("abc" * 200, encoding="utf-8")
    preset = helpers.preset(
        'name = "t"\n'
        f'data = {{source = "text", path = "{tmp_path / "abc.txt"}", window = 4}}\n'
        'layers = [{type = "embedding", output_dim = 3}, {type = "dense"}]\n'
        'loss = {type = "cross_entropy"}\noptimizer = {type = "sgd"}\n'
    )
    with pytest.raises(DataError, match="tuidl generate RUN"):
        predict_file(preset, dict(tuidl.build(preset).parameters), tmp_path / "abc.txt")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"text": "revew"}, "data.text: no column 'revew'; did you mean 'review'"),
        ({"target": "star"}, "data.target: no column 'star'; did you mean 'stars'"),
        ({"target": "review"}, "data.text: 'review' is the target"),
        ({"text": 9}, "data.text: no column 9: there are 4"),
        ({"normalize": "standard"}, "data.normalize: the inputs are numbers of tokens"),
        ({"normalize_targets": True}, "data.normalize_targets: the targets are classes"),
        ({"tokens": "bpe", "vocabulary": 3}, "data.vocabulary: 3 tokens"),
        ({"split": "by who"}, "data.split: text has nothing called 'who'"),
    ],
)
def test_mistakes_are_said_with_the_key(table: Path, keys: dict[str, object], message: str) -> None:
    own = {"source": "text_csv", "path": str(table), "text": "review", "target": "recommends"}
    data = convert_tagged({**own, **keys}, SOURCES, "source", "data")
    with pytest.raises(TuidlError, match=message):
        data.check() or data.split()


def test_rows_without_text_or_target_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = ["good film,yes", "bad film,no", " ,yes", ",no", "fine,", "good,yes", "bad,no"]
    (tmp_path / "t.csv").write_text("review,liked\n" + "\n".join(rows) + "\n")
    source = SOURCES["text_csv"](path=str(tmp_path / "t.csv"), text="review", target="liked")
    assert source.count() == 4
    assert source.class_counts() == (2, 2)
    assert source.report()[:2] == [
        "1 of 7 rows has no target and is left out",
        "2 of 7 rows have no text and are left out",
    ]
