"""A run with several targets: scores from Python, and which output is judged."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.metrics import accuracy_score, mean_absolute_error

from tuidl.cli import cli
from tuidl.core.errors import DataError, PresetError
from tuidl.preset.schema import Preset
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import TrainedRun, load_run
from tuidl.runs.several import asked_for, judged_outputs
from tuidl.training.start import trainer_for

TEXT = """
name = "two"
predicts = "kind"
data = {source = "csv", path = "own.csv", target = ["kind", "price"], normalize_targets = true}
[[networks]]
name = "trunk"
layers = [{type = "dense", units = 4, activation = "tanh"}]
[[networks]]
name = "a"
layers = [{type = "dense", activation = "softmax"}]
[[networks]]
name = "b"
layers = [{type = "dense"}]
[[outputs]]
name = "features"
network = "trunk"
[[outputs]]
name = "kind"
network = "a"
inputs = ["features"]
[[outputs]]
name = "price"
network = "b"
inputs = ["features"]
[[objectives]]
name = "both"
optimizer = {type = "adam", learning_rate = 0.02}
[[objectives.losses]]
output = "kind"
target = "kind"
metrics = ["accuracy"]
loss = {type = "cross_entropy"}
[[objectives.losses]]
output = "price"
target = "price"
metrics = ["mae"]
loss = {type = "mse"}
[training]
epochs = 5
batch_size = 16
"""
RANDOM = np.random.default_rng(0)
A, B = RANDOM.normal(size=(2, 90)).round(3)
FRAME = {
    "a": A.tolist(),
    "b": B.tolist(),
    "kind": ["house" if one > 0.2 else "flat" for one in A],
    "price": (50_000 + 9_000 * A - 4_000 * B).round().tolist(),
}
INPUTS = {name: FRAME[name] for name in "ab"}
TARGETS = {name: FRAME[name] for name in ("kind", "price")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("several")
    lines = [",".join(map(str, row)) for row in zip(*FRAME.values(), strict=True)]
    (folder / "own.csv").write_text("\n".join([",".join(FRAME), *lines]) + "\n")
    (folder / "two.toml").write_text(TEXT)
    preset = Preset.load(folder / "two.toml")
    recorder = RunRecorder.of_new(preset, "cpu", folder / "run")
    recorder.run = "run"
    training = trainer_for(preset, "cpu", 1, checkpointer=recorder)
    recorder.begin()
    list(recorded(training, recorder))
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> TrainedRun:
    return load_run(folder / "run")


def answering(run: TrainedRun, output: str) -> TrainedRun:
    preset, prepared = asked_for(run.preset, run.folder, output)
    return replace(run, preset=preset, preparation=prepared)


def test_scores_are_of_all_targets_in_their_own_units(run: TrainedRun) -> None:
    kinds, prices = (answering(run, name).predict(INPUTS) for name in ("kind", "price"))
    given = [run.classes[place] for place in np.asarray(kinds).argmax(axis=1)]
    expected = {
        "kind.accuracy": accuracy_score(FRAME["kind"], given),
        "price.mae": mean_absolute_error(FRAME["price"], np.asarray(prices).ravel()),
    }
    assert expected["price.mae"] > 100
    places = [run.classes.index(name) for name in FRAME["kind"]]
    rows = np.column_stack([places, FRAME["price"]])
    for found in (run.evaluate(FRAME), run.evaluate(INPUTS, TARGETS), run.evaluate(INPUTS, rows)):
        for name, value in expected.items():
            assert found[name] == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (FRAME["price"], r"y: expected a data frame with kind, price, or numbers of shape"),
        ({"kind": FRAME["kind"]}, r"y: no column 'price', which is a target"),
        ({"kind": FRAME["kind"], "prise": [1] * 90}, r"did you mean 'prise'"),
        ({"kind": ["tent"] * 90, "price": FRAME["price"]}, r"'tent' was no class in training"),
        ({"kind": FRAME["kind"], "price": ["dear"] * 90}, r"column 'price': expected numbers"),
    ],
)
def test_targets_that_do_not_fit_are_named(run: TrainedRun, y: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        run.evaluate(INPUTS, y)


def test_each_output_is_judged_by_its_name(folder: Path, run: TrainedRun) -> None:
    assert judged_outputs(run.preset) == {"kind": "kind", "price": "price"}
    with pytest.raises(PresetError, match=r"no output 'prices'; did you mean 'price'"):
        answering(run, "prices")
    found = {}
    for name in ("kind", "price"):
        command = ["evaluate", str(folder / "run"), "--output", name, "--json", "--resamples", "0"]
        done = CliRunner().invoke(cli, command)
        assert done.exit_code == 0, done.output
        found[name] = json.loads(done.output)
    assert [found[name]["target"] for name in found] == ["kind", "price"]
    assert [found[name]["kind"] for name in found] == ["classes", "numbers"]
    assert max(score["value"] for score in found["price"]["scores"]) > 1000  # in its own unit
