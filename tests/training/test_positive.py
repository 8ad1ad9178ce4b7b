"""Which of two classes scores are of, what accuracy is held against, and rare classes said."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from tests import helpers
from tuidl.core.errors import PresetError
from tuidl.data import SOURCES
from tuidl.data.class_balance import lopsided, positive_class
from tuidl.preset.schema import Preset
from tuidl.protocol.events import RunEnded
from tuidl.protocol.formatting import confusion_lines, ending_lines
from tuidl.training.folds import CrossValidation
from tuidl.training.trainer import Trainer

TABLE = """
name = "payments"
data = {source = "csv", path = "d.csv", target = "kind", normalize = "standard", test = 0.2}
layers = [{type = "dense", units = 4, activation = "tanh"}, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.05}
[training]
epochs = 12
batch_size = 16
metrics = ["accuracy", "precision", "recall", "f1", "confusion_matrix"]
"""


def payments(folder: Path, *overrides: str) -> Preset:
    random = np.random.default_rng(0)
    x = random.normal(size=(300, 2))
    kinds = np.where(x[:, 0] + 0.5 * random.normal(size=300) > 1.2, "fraud", "ok")
    rows = [f"{a:.4f},{b:.4f},{kind}" for (a, b), kind in zip(x, kinds, strict=True)]
    (folder / "d.csv").write_text("\n".join(["a,b,kind", *rows]))
    return Preset.parse(TABLE, "test", overrides, folder)


def ended(preset: Preset) -> tuple[Trainer, RunEnded]:
    trainer = Trainer(preset)
    last = list(trainer.run())[-1]
    assert isinstance(last, RunEnded)
    return trainer, last


@pytest.mark.parametrize("wanted", [None, "fraud", "ok"])
def test_scores_are_of_the_positive_class_and_say_so(tmp_path: Path, wanted: str | None) -> None:
    trainer, last = ended(payments(tmp_path, *([f"data.positive={wanted}"] if wanted else [])))
    positive = wanted or "fraud"  # the rarer one
    feed = trainer.state.held_out["test"]
    given = trainer.model.predict(feed.x).argmax(axis=1)
    place, true = ("fraud", "ok").index(positive), feed.y[:, 0].astype(int)
    assert last.test is not None
    for name, score in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        assert last.test[name] == pytest.approx(score(true, given, pos_label=place))
    lines = ending_lines(last)
    assert f"precision, recall and f1 are of '{positive}'; data.positive chooses the class" in lines
    assert any(line.split() == ["true", "\\", "given", "fraud", "ok"] for line in lines)
    assert trainer.state.preprocessing.examples.positive == positive
    one = msgspec.structs.replace(last, epochs=1)
    assert any(" after 1 epoch in " in line for line in ending_lines(one))


def test_weights_do_not_depend_on_the_positive_class(tmp_path: Path) -> None:
    _, one = ended(payments(tmp_path, "data.positive=ok"))
    _, other = ended(payments(tmp_path, "data.positive=fraud"))
    assert one.weights_sha256 == other.weights_sha256


def test_accuracy_is_held_against_always_saying_the_most_frequent_class(tmp_path: Path) -> None:
    trainer, last = ended(payments(tmp_path))
    assert last.baseline is not None
    assert last.baseline.says == "ok"
    feeds = {"train": trainer.state.train_feed, **trainer.state.held_out}
    for part, feed in feeds.items():
        assert last.baseline.accuracy[part] == (feed.y[:, 0] == 1).mean()
    share = f"{100 * last.baseline.accuracy['test']:.2f}% on test"
    assert any(
        "always saying 'ok' has an accuracy of" in x and share in x for x in ending_lines(last)
    )


def test_rare_classes_are_said_before_training(tmp_path: Path) -> None:
    (note,) = Trainer(payments(tmp_path)).notices()
    assert note.startswith("classes are lopsided: ")
    assert "always saying 'ok' has an accuracy of" in note
    assert Trainer(helpers.preset(helpers.CONV)).notices() == []


def test_a_cross_validation_says_the_same(tmp_path: Path) -> None:
    *_, last = CrossValidation(payments(tmp_path, "training.folds=3")).run()
    assert isinstance(last, RunEnded)
    assert (last.positive, last.baseline and last.baseline.says) == ("fraud", "ok")


@pytest.mark.parametrize(
    ("classes", "counts", "expected"),
    [
        (("fraud", "ok"), (4, 96), "fraud"),
        (("fraud", "ok"), None, "ok"),
        (("no", "yes"), (4, 96), "yes"),
        (("0", "1"), (4, 96), "1"),
        (("False", "True"), (60, 40), "True"),
        (("yes", "true"), (9, 1), "true"),
        (("да", "нет"), (9, 1), "да"),
        (("いいえ", "はい"), (1, 9), "はい"),
        (("Nie", "Tak"), (1, 9), "Tak"),
        (("a", "b"), (5, 5), "b"),
        (("a", "b", "c"), (5, 5, 5), ""),
        ((), None, ""),
    ],
)
def test_the_rule_for_the_positive_class(
    classes: tuple[str, ...], counts: tuple[int, ...] | None, expected: str
) -> None:
    assert positive_class(classes, counts, None) == expected


@pytest.mark.parametrize(
    ("text", "override", "problem"),
    [
        (TABLE, "data.positive=frud", "no class 'frud'; did you mean 'fraud'"),
        (helpers.CONV, "data.positive='3'", "one of two classes; here are 10"),
        (helpers.LINE, "data.positive='1'", "the targets are numbers"),
    ],
)
def test_positive_classes_that_cannot_be_had_are_refused(
    tmp_path: Path, text: str, override: str, problem: str
) -> None:
    payments(tmp_path)
    with pytest.raises(PresetError, match=rf"data\.positive: {problem}"):
        Preset.parse(text, "test", (override,), tmp_path)


def test_lopsided_is_four_times_as_many() -> None:
    assert lopsided(("a", "b"), (40, 10)).startswith("classes are lopsided: 40 of 50")
    assert lopsided(("a", "b"), (39, 10)) == ""
    assert lopsided(("a", "b"), None) == ""


def test_arrays_and_tables_count_their_classes(tmp_path: Path) -> None:
    y = np.array([0, 1, 1, 1, 0, 1])
    np.savez(tmp_path / "d.npz", x=np.arange(6.0), y=y)
    assert SOURCES["npz"](path=str(tmp_path / "d.npz")).class_counts() == (2, 4)
    assert sum(payments(tmp_path).data.class_counts() or ()) == 300


def test_a_matrix_without_names_is_numbered() -> None:
    assert confusion_lines([[1, 2], [3, 4]])[0].split() == ["true", "\\", "given", "0", "1"]
