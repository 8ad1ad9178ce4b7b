"""Weights of classes and examples in the loss, and classes that are drawn evenly."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuidl
from tests.runs.kept import resume, sha, start
from tuidl.core.errors import DataError, TuidlError
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol.events import RunEnded
from tuidl.runs.verifying import verify_run
from tuidl.storage.folder import RunFolder
from tuidl.training.shuffling import balanced_order
from tuidl.training.start import trainer_for

Array = np.ndarray[Any, np.dtype[Any]]

LAYERS = [{"type": "dense", "units": 3, "activation": "tanh"}, {"type": "dense"}]
CLASSES, NUMBERS = "classes", "numbers"
LOSSES = {
    "cross_entropy": CLASSES,
    "categorical_cross_entropy": CLASSES,
    "binary_cross_entropy": CLASSES,
    "mse": NUMBERS,
    "mae": NUMBERS,
    "huber": NUMBERS,
}
"""Each loss, and the targets that it is tried on."""


def lopsided(folder: Path, targets: str = CLASSES) -> Path:
    """A file of 60 examples, 48 of one class and 12 of the other, with weights."""
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 4)).astype(np.float32)
    y = (np.arange(60) % 5 == 0).astype(int) if targets == CLASSES else x[:, :2] + 0.3
    x[:, 0] += y if targets == CLASSES else 0
    np.savez(folder / "own.npz", x=x, y=y, weight=random.uniform(0, 3, 60))
    return folder / "own.npz"


def preset_of(path: Path, loss: Mapping[str, Any], **settings: Any) -> Preset:
    """``settings``: ``data__weight = "weight"`` and so on."""
    table: dict[str, Any] = {
        "name": "weighed",
        "data": {"source": "npz", "path": str(path), "validation": 0.25},
        "layers": LAYERS,
        "loss": loss,
        "optimizer": {"type": "adam", "learning_rate": 0.02},
        "training": {"epochs": 3, "batch_size": 8},
    }
    for key, value in settings.items():
        section, _, name = key.partition("__")
        table[section][name] = value
    return Preset.of_table(table)


@pytest.mark.parametrize("kind", LOSSES)
def test_loss_and_gradient_are_the_weighted_means_of_those_of_the_examples(
    kind: str, tmp_path: Path
) -> None:
    path = lopsided(tmp_path, LOSSES[kind])
    is_of_classes = LOSSES[kind] == CLASSES
    of_classes = {"class_weights": {"1": 2.5}} if is_of_classes else {}
    plain = Model(preset_of(path, {"type": kind}), batch=12, dtype="float64")
    weighed = preset_of(path, {"type": kind, **of_classes}, data__weight="weight")
    model = Model(weighed, batch=12, dtype="float64")
    with np.load(path) as found:
        x, y, weights = (found[name][:12] for name in ("x", "y", "weight"))
    weights[3] = 0.0
    loss, gradients = model.loss_and_gradients(x, y, sample_weight=weights)
    shares = weights * np.where(y == 1, 2.5, 1.0) if is_of_classes else weights
    shares = shares / shares.sum()
    each = [plain.loss_and_gradients(x[i : i + 1], y[i : i + 1]) for i in range(12)]
    assert loss == pytest.approx(sum(s * one for s, (one, _) in zip(shares, each, strict=True)))
    for name, gradient in gradients.items():
        expected = sum(s * own[name] for s, (_, own) in zip(shares, each, strict=True))
        np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-12, err_msg=name)


def ended(preset: Preset) -> tuple[RunEnded, Model]:
    trainer = trainer_for(preset, "cpu", 1)
    *_, last = trainer.run()
    assert isinstance(last, RunEnded), last
    return last, trainer.model


def test_metrics_and_baseline_count_every_example_alike(tmp_path: Path) -> None:
    """With weights 0 for a class its examples still count in the accuracy, but not in the loss."""
    settings = {"training__metrics": ["accuracy", "confusion_matrix"]}
    weights = {"class_weights": {"1": 0.0}}
    loss = {"type": "cross_entropy", **weights}
    last, _ = ended(preset_of(lopsided(tmp_path), loss, training__epochs=60, **settings))
    assert last.validation is not None
    assert last.baseline is not None
    assert last.validation["loss"] < 0.01
    assert last.validation["accuracy"] == 12 / 15 == last.baseline.accuracy["validation"]
    assert last.confusion == [[12, 0], [3, 0]]


def test_balanced_weights_are_those_of_the_training_part_and_are_kept(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    x, y = random.normal(size=(50, 2)), np.repeat([0, 1, 2], [30, 15, 5])
    table = {"layers": [{"type": "dense", "activation": "softmax"}],
             "loss": {"type": "cross_entropy"}, "optimizer": {"type": "sgd"},
             "training": {"epochs": 1}}  # fmt: skip
    run = tuidl.fit(table, x, y, class_weight="balanced", progress=False, keep=tmp_path / "run")
    assert run.class_weights == {"": pytest.approx((40 / 72, 40 / 36, 40 / 12))}
    (tmp_path / "run" / "given.npz").unlink()
    loaded = tuidl.load_run(tmp_path / "run")
    weights = np.array([40 / 72, 40 / 36, 40 / 12])[y]
    shares = loaded.predict(x)[np.arange(50), y]
    expected = -(weights * np.log(shares)).sum() / weights.sum()
    assert loaded.evaluate(x, y)["loss"] == pytest.approx(expected, rel=1e-5)


def test_weights_from_python_are_those_of_a_table(tmp_path: Path) -> None:
    x = {"a": [0.0, 1.0, 2.0, 3.0] * 6, "w": [1.0, 2.0, 0.0, 4.0] * 6}
    table = {"layers": [{"type": "dense"}], "loss": {"type": "mse"},
             "optimizer": {"type": "sgd"}, "training": {"epochs": 2}}  # fmt: skip
    named = tuidl.fit(table, dict(x), [1.0, 2.5, 0.2, 4.1] * 6, sample_weight="w", progress=False)
    given = tuidl.fit(
        table, {"a": x["a"]}, [1.0, 2.5, 0.2, 4.1] * 6, sample_weight=x["w"], progress=False
    )
    assert named.scores == given.scores
    np.testing.assert_array_equal(
        named.parameters["dense_1.kernel"], given.parameters["dense_1.kernel"]
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"data__weight": "weight"},
        {"loss__class_weights": "balanced"},
        {"training__sampling": "balanced"},
        {"training__sampling": "balanced", "training__batch_size": "full", "training__epochs": 9},
        {"data__weight": "weight", "loss__class_weights": "balanced", "training__folds": 3},
    ],
)
def test_a_weighed_run_goes_on_to_the_same_bits_and_is_verified(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    path = lopsided(tmp_path)
    preset = preset_of(path, {"type": "cross_entropy"}, **settings)
    whole = sha(start(preset, tmp_path / "whole", threads=2))
    assert whole != sha(start(preset_of(path, {"type": "cross_entropy"}), tmp_path / "plain"))
    fold = 2 if preset.training.folds else None
    start(preset, tmp_path / "stopped", stop_after=5, fold=fold)
    assert sha(resume(tmp_path / "stopped")) == whole
    verdict = verify_run(RunFolder(tmp_path / "stopped"), None)
    assert verdict.holds, verdict


@pytest.mark.parametrize("counts", [(48, 12), (7, 7, 7), (1, 30), (5, 1, 11), (40,)])
def test_every_class_is_drawn_as_often(counts: tuple[int, ...]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    drawn = np.zeros(len(labels), int)
    for epoch in range(1, 13):
        order = balanced_order(labels, 7, epoch)
        assert len(order) == len(labels)
        of_class = np.bincount(labels[order], minlength=len(counts))
        assert of_class.max() - of_class.min() <= 1
        for label in range(len(counts)):
            times = np.bincount(order, minlength=len(labels))[labels == label]
            assert times.max() - times.min() <= 1
        drawn += np.bincount(order, minlength=len(labels))
    totals = np.bincount(labels, drawn)
    assert totals.max() - totals.min() <= 1
    assert drawn.min() > 0 or min(counts) < 48
    np.testing.assert_array_equal(balanced_order(labels, 7, 3), balanced_order(labels, 7, 3))
    others = [balanced_order(labels, 8, 3), balanced_order(labels, 7, 4)]
    assert all((other != balanced_order(labels, 7, 3)).any() for other in others)


ROWS = "".join(f"{i},{i % 3},{i % 4},{'no' if i % 5 else 'yes'}\n" for i in range(40))
TEXTS = f"a,b,w,label\n{ROWS}"


def begin(text: str, folder: Path, **settings: Any) -> None:
    """Begin a training on a table. Raises TuidlError."""
    (folder / "own.csv").write_text(text)
    settings = {"data__source": "csv", "data__target": "label", **settings}
    trainer_for(preset_of(folder / "own.csv", {"type": "cross_entropy"}, **settings), "cpu", 1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"loss__class_weights": {"ys": 2.0}},
            "loss.class_weights: no class 'ys'; did you mean",
        ),
        ({"loss__class_weights": {"yes": -1.0}}, "loss.class_weights.yes"),
        ({"loss__class_weights": {"yes": 0, "no": 0}}, "all weights are 0"),
        ({"loss__class_weights": "even"}, "loss.class_weights"),
        ({"data__weight": "c"}, "data.weight: no column 'c'"),
        ({"data__weight": "label"}, "data.weight: 'label' is the target"),
        (
            {"data__target": "a", "training__sampling": "balanced"},
            "training.sampling: draws",
        ),
        ({"training__sampling": "balanced", "training__shuffle": False}, "training.sampling"),
        ({"training__sampling": "equal"}, "training.sampling"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_key(
    settings: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(TuidlError) as raised:
        begin(TEXTS, tmp_path, **settings)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("field", "said"), [("-1", "line 3, column 'w': -1"), ("", "line 3, column 'w': no value"),
                        ("much", "'much'")],
)  # fmt: skip
def test_weights_that_are_none_are_refused_with_their_line(
    field: str, said: str, tmp_path: Path
) -> None:
    lines = TEXTS.splitlines()
    lines[2] = f"1,1,{field},no"
    with pytest.raises(DataError, match=r"data\.weight") as raised:
        begin("\n".join(lines), tmp_path, data__weight="w")
    assert said in str(raised.value)


def test_what_classes_weigh_is_said_before_training(tmp_path: Path) -> None:
    loss = {"type": "cross_entropy"}
    plain = trainer_for(preset_of(lopsided(tmp_path), loss), "cpu", 1).notices()
    assert any("loss.class_weights = 'balanced'" in note for note in plain)
    balanced = {**loss, "class_weights": "balanced"}
    said = trainer_for(preset_of(lopsided(tmp_path), balanced), "cpu", 1).notices()
    assert any("class weights: '0' 0.625, '1' 2.5" in note for note in said)
    assert not any("loss.class_weights = " in note for note in said)


def test_weights_stand_in_the_preset_that_is_kept(tmp_path: Path) -> None:
    preset = preset_of(
        lopsided(tmp_path), {"type": "cross_entropy", "class_weights": {"1": 2.0}},
        data__weight="weight", training__sampling="balanced",
    )  # fmt: skip
    again = Preset.parse(preset.to_toml())
    assert again == preset
    assert json.loads(json.dumps(again.table()))["loss"]["class_weights"] == {"1": 2.0}
