"""What Keras is given to train the twin of a preset, and the tables of docs/results.md."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench.results import keras_twin, ours, records, tables
from bench.results.cases import Case, all_cases, has_twin
from bench.results.description import describe, export
from bench.results.measure import measured
from bench.results.records import Results, Row, Run
from tests.data import data_files
from tests.helpers import LINE, RESIDUAL, preset, presets_of_numbers
from tuidl import build
from tuidl.core.errors import TuidlError
from tuidl.preset.library import load_preset

CASES = all_cases()
WITHOUT = [name for name in presets_of_numbers() if not has_twin(load_preset(name))]
"""Presets with several networks or a learning rate that changes, which have no twin."""
ALONE = [name for name in presets_of_numbers() if name not in WITHOUT]


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small sets in the place of the published ones."""
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    data_files.write_mnist(tmp_path, train=1200)
    data_files.write_cifar(tmp_path, count=250)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_every_shipped_preset_that_is_compared_has_a_twin(case: Case, tmp_path: Path) -> None:
    wanted = case.load(seed=1)
    split = wanted.data.split()
    description = json.loads(json.dumps(describe(wanted, len(split.train))))
    assert {layer["type"] for layer in description["layers"]} <= set(keras_twin.LAYERS)
    assert description["loss"]["type"] in keras_twin.LOSSES
    assert description["optimizer"]["type"] in keras_twin.OPTIMIZERS
    assert description["layers"][-1].get("units", 1) > 0  # a width that the data knows is told
    assert 1 <= description["batch_size"] <= len(split.train)
    export(split, tmp_path / "arrays.npz")
    with np.load(tmp_path / "arrays.npz") as arrays:
        assert list(arrays["train_x"].shape[1:]) == description["shape"]
        for name, part in (("train", split.train), ("test", split.test)):
            np.testing.assert_array_equal(arrays[f"{name}_x"], part.x)
            np.testing.assert_array_equal(arrays[f"{name}_y"], part.y)


def test_every_shipped_preset_with_one_network_is_a_case() -> None:
    plain = [case for case in CASES.values() if not case.one_start]
    assert {case.preset for case in plain} == set(ALONE)
    assert len(plain) == len(ALONE) + 5


@pytest.mark.parametrize("name", WITHOUT)
def test_several_networks_and_schedules_have_no_twin(name: str) -> None:
    with pytest.raises(TuidlError, match=r"no twin of (several networks|cross-validation)"):
        describe(load_preset(name), examples=100)


def test_only_presets_that_draw_in_every_step_have_no_case_of_one_start() -> None:
    one_start = {case.preset for case in CASES.values() if case.one_start}
    for name in ALONE:
        layers = load_preset(name).layers
        draws = any(layer.kind() == "dropout" and layer.enabled for layer in layers)
        assert (name in one_start) != draws


def test_a_case_of_one_start_is_trained_from_one_seed_alone() -> None:
    results = Results()
    assert list(measured(CASES["mlp_xor, one start"], [2, 3], "no-such-program", {}, results)) == []
    assert results == Results()


def test_a_start_is_exported_as_tuidl_has_it(tmp_path: Path) -> None:
    wanted = CASES["gru_sine, one start"].load(seed=1)
    assert not wanted.training.shuffle
    parameters = build(wanted).parameters
    export(wanted.data.split(), tmp_path / "arrays.npz", parameters.values())
    with np.load(tmp_path / "arrays.npz") as arrays:
        for i, values in enumerate(parameters.values()):
            np.testing.assert_array_equal(arrays[f"start_{i}"], values)


def test_a_description_writes_every_default_out() -> None:
    described = describe(CASES["mlp_xor"].load(seed=3), examples=4)
    assert described["batch_size"] == 4  # "full"
    assert described["optimizer"]["epsilon"] == 1e-8
    assert described["layers"][0]["kernel_initializer"] == "glorot_uniform"
    assert described["loss"]["from_logits"] is False
    logits = describe(CASES["cifar10_cnn_logits"].load(seed=3), examples=100)
    assert logits["loss"]["from_logits"] is True
    stopping = describe(CASES["overfitting + early stopping"].load(seed=3), examples=60)
    assert stopping["early_stopping"] == {
        "monitor": "loss",
        "patience": 30,
        "min_delta": 0.0,
        "restore_best": True,
    }


def test_a_cure_changes_what_is_described() -> None:
    described = [
        json.dumps(describe(case.load(seed=1), 60))
        for case in CASES.values()
        if case.preset == "overfitting" and case.label not in ("more data", "one start")
    ]
    assert len(set(described)) == len(described) == 5


def test_skip_connections_are_described_by_number() -> None:
    layers = describe(preset(RESIDUAL), examples=100)["layers"]
    assert layers[5]["inputs"] == [2, 4]
    assert layers[0]["inputs"] == [-1]


def test_what_has_no_twin_is_refused() -> None:
    for override in ("training.folds=3", "optimizer.schedule={type='cosine'}"):
        with pytest.raises(TuidlError, match="no twin of cross-validation"):
            describe(preset(LINE, override), examples=70)


def test_our_training_finds_the_line_of_least_squares() -> None:
    wanted = CASES["linear_regression_gd"].load(seed=1)
    split = wanted.data.split()
    run = ours.train(wanted, split)
    assert run.parameters == pytest.approx(ours.least_squares(wanted, split), abs=1e-3)
    assert run.epochs == 500
    lone = CASES["linear_regression"].load(seed=1)
    assert ours.least_squares(lone, lone.data.split()) == pytest.approx(run.parameters[::-1], 1e-3)


def test_penalties_are_left_out_of_scores() -> None:
    runs = []
    for cure in ("overfitting", "overfitting + L2"):
        overrides = (*CASES[cure].overrides, "training.epochs=1")
        wanted = load_preset("overfitting", overrides)
        runs.append(ours.train(wanted, wanted.data.split()))
    assert runs[1].scores["validation"]["loss"] < 1.0  # with its penalty it is above 2
    assert runs[0].scores["validation"].keys() == {"loss", "accuracy"}
    assert len(runs[0].gradients) == 3


def test_runs_are_kept_by_seed(tmp_path: Path) -> None:
    results = Results(rows={"digits": Row({"train": 8, "validation": 2})})
    for seed, loss in ((2, 0.5), (1, 0.4), (2, 0.3)):
        scores = {"validation": {"loss": loss, "accuracy": 1 - loss}}
        results.add("digits", "tuidl", Run(seed=seed, seconds=1.0, epochs=2, scores=scores))
    records.save(results, tmp_path / "measured.json")
    row = records.load(tmp_path / "measured.json").rows["digits"]
    assert [(run.seed, run.scores["validation"]["loss"]) for run in row.tuidl] == [
        (1, 0.4),
        (2, 0.3),
    ]
    assert (row.part(), row.metric()) == ("validation", "accuracy")


def test_the_document_shows_what_was_measured() -> None:
    text = tables.DOCUMENT.read_text(encoding="utf-8")
    for name in tables.TABLES:
        assert f"<!-- table: {name} -->" in text
    assert tables.filled(text, records.load()) == text
