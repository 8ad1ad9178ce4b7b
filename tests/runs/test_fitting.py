"""tuidl.fit, and what it returns: arrays and data frames from Python."""

import doctest
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuidl
from tuidl.core.errors import DataError, PresetError, RunError
from tuidl.protocol.events import EpochEnded
from tuidl.runs import fitting
from tuidl.runs.verifying import verify_run
from tuidl.storage.folder import RunFolder

CLASSES: dict[str, Any] = {
    "layers": [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense"}],
    "loss": {"type": "cross_entropy"},
    "optimizer": {"type": "adam", "learning_rate": 0.05},
    "training": {"epochs": 8, "batch_size": 16, "metrics": ["accuracy"]},
}
NUMBERS = CLASSES | {"loss": {"type": "mse"}, "training": {"epochs": 8, "metrics": ["r2", "mae"]}}
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 3))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


class Frame:
    """As much of a data frame as is needed: pandas and Polars have it."""

    def __init__(self, **columns: Any) -> None:
        self.columns = list(columns)
        self._values = columns

    def __getitem__(self, name: str) -> Any:
        return self._values[name]


def frame(count: int = 120, start: int = 0) -> Frame:
    i = np.arange(start, start + count)
    return Frame(
        size=np.where(i % 10 == 3, np.nan, X[i % 120, 0]),
        color=np.array(["red", "green", "blue"], object)[i % 3],
        cost=np.where(i % 3 == 0, 5.0, 1.0) + X[i % 120, 0],
    )


def test_the_example_of_the_documentation_runs() -> None:
    found = doctest.DocTestFinder().find(fitting.fit, globs={})
    assert found
    assert found[0].examples
    assert doctest.DocTestRunner().run(found[0]).failed == 0


def test_the_lines_of_the_documentation_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[2] / "docs" / "python.md").read_text()
    lines = text.partition("```python\n")[2].partition("```")[0]
    known: dict[str, Any] = {"x": X, "y": Y, "x_new": X[:20], "y_new": Y[:20]}
    exec(lines, known)
    np.testing.assert_array_equal(known["again"].predict(X[:20]), known["shares"])


def test_classes_are_learned_predicted_and_judged_alike() -> None:
    model = tuidl.fit(CLASSES, X, Y, validation=0.25)
    assert model.classes == ("0", "1")
    assert list(model.scores) == ["train", "validation"]
    assert len(model.history["validation accuracy"]) == 8
    shares = model.predict(X)
    assert shares.shape == (120, 2)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    accuracy = model.evaluate(X, Y)["accuracy"]
    assert accuracy == pytest.approx((shares.argmax(axis=1) == Y).mean())
    both = 90 * model.scores["train"]["accuracy"] + 30 * model.scores["validation"]["accuracy"]
    assert accuracy == pytest.approx(both / 120, abs=0.02)  # of the training: during the epoch
    assert model.evaluate(X, np.eye(2)[Y]) == model.evaluate(X, Y.astype(float))
    assert [r["class"] for r in model.predictions(X[:3]).records] == [str(y) for y in Y[:3]]


def test_numbers_come_back_in_their_unit() -> None:
    y = 1000 + 50 * X[:, 0]
    settings = ("data.normalize_targets=true",)
    model = tuidl.fit(NUMBERS, X, y, normalize="standard", overrides=settings, epochs=40)
    assert model.classes == ()
    answers = model.predict(X)
    assert answers.shape == (120, 1)
    r2 = 1 - ((answers[:, 0] - y) ** 2).mean() / y.var()
    assert r2 > 0.9
    scores = model.evaluate(X, y)
    assert scores["r2"] == pytest.approx(r2, abs=1e-4)
    assert scores["mae"] == pytest.approx(np.abs(answers[:, 0] - y).mean(), rel=1e-4)
    assert repr(model) == "<Fitted 'run': 'fit', 41 parameters>"


def test_a_data_frame_is_read_by_the_rules_of_tables() -> None:
    model = tuidl.fit(
        NUMBERS, frame(), "cost", normalize="standard", overrides=("data.missing='mean'",)
    )
    assert model.preparation.table is not None
    assert [column.name for column in model.preparation.table.columns] == ["size", "color"]
    new = frame(5, start=7)
    answers = model.predict(new)
    assert answers.shape == (5, 1)
    assert model.evaluate(new) == model.evaluate(new, "cost") == model.evaluate(new, new["cost"])
    by_order = model.predict(np.array([[0.5, "red"], [1.0, "blue"]], object))
    as_mapping = model.predict({"color": ["red", "blue"], "size": [0.5, 1.0]})
    np.testing.assert_array_equal(by_order, as_mapping)


def test_a_row_that_cannot_be_predicted_is_nan() -> None:
    model = tuidl.fit(NUMBERS, frame(), "cost", overrides=("data.missing='mean'",))
    answers = model.predict({"size": [0.5, "wide", 1.0], "color": ["red", "red", "blue"]})
    assert np.isnan(answers[:, 0]).tolist() == [False, True, False]
    found = model.predictions({"size": [0.5, "wide"], "color": ["red", "red"]})
    assert found.problems[1].startswith("x: line 3, column 'size': 'wide'")
    with pytest.raises(DataError, match="'wide'"):
        model.evaluate({"size": [0.5, "wide"], "color": ["red", "red"]}, [1.0, 2.0])


def test_texts_are_classes_with_their_names() -> None:
    model = tuidl.fit(CLASSES, X, np.array(["no", "yes"])[Y])
    assert model.classes == ("no", "yes")
    assert model.evaluate(X, np.array(["no", "yes"], object)[Y])["accuracy"] > 0.8
    with pytest.raises(DataError, match="'yess' was no class in training; did you mean 'yes'"):
        model.evaluate(X[:2], ["no", "yess"])


def test_images_go_through_convolutions() -> None:
    layers = [{"type": "conv2d", "filters": 2, "kernel_size": 3}, {"type": "flatten"}]
    preset = CLASSES | {"layers": [*layers, {"type": "dense"}]}
    x = RANDOM.integers(0, 255, (40, 6, 6, 1)).astype(np.uint8)
    model = tuidl.fit(preset, x, np.arange(40) % 2, epochs=1, normalize="min_max")
    assert model.predict(x).shape == (40, 2)
    assert model.predict(x[0]).shape == (1, 2)


def test_a_model_is_saved_and_loaded_without_its_data(tmp_path: Path) -> None:
    model = tuidl.fit(CLASSES, X, Y, epochs=2)
    path = model.save(tmp_path / "model")
    assert not [*path.glob("given*")]
    known, scores = model.predict(X), model.evaluate(X, Y)
    place = model.folder
    assert place is not None
    del model
    assert not place.exists()  # what was not kept is gone
    loaded = tuidl.load_run(path)
    np.testing.assert_array_equal(loaded.predict(X), known)
    assert loaded.evaluate(X, Y) == scores
    with pytest.raises(RunError, match="is there already"):
        loaded.save(path)
    again = tuidl.load_run(loaded.save(tmp_path / "again"))
    np.testing.assert_array_equal(again.predict(X), known)
    assert "proved" in again.export("numpy", tmp_path / "numpy").message


def test_a_kept_run_is_one_like_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))
    model = tuidl.fit(CLASSES | {"name": "mine"}, X, Y, epochs=2, keep=True)
    assert model.folder is not None
    assert model.folder.parent == tmp_path
    assert model.folder.name.startswith("mine-")
    assert tuidl.load_run("mine").folder == model.folder
    assert verify_run(RunFolder(model.folder), 1).holds
    other = tuidl.fit(CLASSES, X, Y, epochs=2, keep=tmp_path / "there")
    assert other.folder == tmp_path / "there"
    np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_progress_and_charts_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Any] = []
    model = tuidl.fit(CLASSES, X, Y, epochs=3, progress=True, each=seen.append)
    said = capsys.readouterr().out
    assert "epoch 3/3  loss" in said
    assert "completed after 3 epochs" in said
    assert [event.epoch for event in seen if isinstance(event, EpochEnded)] == [1, 2, 3]
    assert "accuracy" in model.plot("accuracy").splitlines()[0]
    with pytest.raises(DataError, match="no score 'r2'"):
        model.plot("r2")
    tuidl.fit(CLASSES, X, Y, epochs=1)
    assert capsys.readouterr().out == ""  # no terminal, no notebook


@pytest.mark.parametrize("kind", ["name", "path", "text", "preset"])
def test_a_preset_comes_in_any_form(kind: str, tmp_path: Path) -> None:
    """What its data says of fractions and scales counts; where that lies does not."""
    text = """name = "p"
data = {source = "npz", path = "nowhere.npz", validation = 0.5, normalize = "min_max"}
layers = [{type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd"}
"""
    (tmp_path / "p.toml").write_text(text)
    given: Any = {"name": "mlp_xor", "path": tmp_path / "p.toml", "text": text}.get(kind)
    if kind == "preset":
        given = tuidl.Preset.parse(text.replace('"npz", path = "nowhere.npz"', '"moons"'))
    if kind == "path":  # whose own data must be there, as anywhere
        np.savez(tmp_path / "nowhere.npz", x=X, y=Y)
    model = tuidl.fit(given, X[:, :2], Y, epochs=1)
    if kind != "name":
        assert model.preset.data.validation == 0.5
        assert model.preparation.input_shift
    assert model.preset.data.kind() == "npz"


@pytest.mark.parametrize(
    ("x", "y", "problem"),
    [
        (X, Y[:5], "x has 120 examples, but y has 5"),
        (X, None, "y: expected an array of targets"),
        (X, "cost", "goes with a data frame"),
        (X.astype(complex), Y, "x: expected numbers"),
        (np.zeros((0, 3)), Y[:0], "x: expected numbers"),
        (X[:, :, None], np.array(["a", "b"])[Y], "number the classes from 0"),
        ({"a": [1, 2], "b": [1]}, "a", "columns of one length"),
        ({"a": [1, 2]}, "b", "x has no column 'b'"),
        ({"a": [1, 2]}, None, "which column of x is the target"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(
    x: Any, y: Any, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=problem):
        tuidl.fit(CLASSES, x, y, keep=tmp_path / "run")
    assert not (tmp_path / "run").exists()  # nothing is left behind


def test_wrong_presets_and_failures_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="epochs"):
        tuidl.fit(CLASSES, X, Y, epochs=0)
    with pytest.raises(PresetError, match="layer"):
        tuidl.fit({"loss": {"type": "mse"}, "optimizer": {"type": "sgd"}}, X, Y)
    settings = ("data.normalize_targets=false", "optimizer.type='sgd'")
    with pytest.raises(RunError, match="the training failed"):
        tuidl.fit(NUMBERS, X, 1e30 * X[:, 0], overrides=settings)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text(json.dumps(1))
    with pytest.raises(RunError, match="not empty"):
        tuidl.fit(CLASSES, X, Y, keep=tmp_path / "full")
    assert (tmp_path / "full" / "x").exists()
