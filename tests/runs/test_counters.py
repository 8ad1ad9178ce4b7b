"""Checkpoints that are whole, with a right checksum, and say what no run can have come to."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from tests import helpers
from tests.runs.kept import resume, sha, start
from tuidl.core.errors import RunError
from tuidl.runs.recorder import RunRecorder
from tuidl.runs.resuming import resumed
from tuidl.storage.arrays import read_arrays
from tuidl.storage.files import SUFFIX
from tuidl.storage.folder import RunFolder
from tuidl.training.interruption import Interrupter

EPOCHS, STEPS = 4, 3
PLATEAU = '{type="reduce_on_plateau", multiplier=0.5, patience=1}'
PRESETS = {
    "plain": helpers.preset(
        helpers.LINE, f"training.epochs={EPOCHS}", f"optimizer.schedule={PLATEAU}"
    ),
    "folds": helpers.preset(
        helpers.LINE, "training.epochs=2", "training.folds=3", "data.validation=0", "data.test=0"
    ),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs with two generations each."""
    place = tmp_path_factory.mktemp("counters")
    start(PRESETS["plain"], place / "plain", stop_after=8, every=3)
    start(PRESETS["folds"], place / "folds", stop_after=5, fold=2, every=2)
    return place


def changed(out: Path, change: Callable[[dict[str, Any]], Any], generations: int = 1) -> list[str]:
    """Change what the newest generations say of the run; their names."""
    paths = sorted((out / "checkpoints").glob("*.safetensors"))[-generations:]
    for path in paths:
        metadata, arrays = read_arrays(path)
        header = json.loads(metadata["tuidl"])
        change(header["state"])
        rewrite(path, arrays, {"tuidl": json.dumps(header)})
    return [path.name for path in paths]


def rewrite(path: Path, arrays: dict[str, Any], metadata: dict[str, str]) -> None:
    import hashlib

    data = save(arrays, metadata)
    path.write_bytes(data)
    line = f"{hashlib.sha256(data).hexdigest()}  {path.name}\n"
    path.with_name(path.name + SUFFIX).write_text(line)


def gone_on_with(out: Path) -> list[str]:
    """What is wrong with the checkpoints that are passed over."""
    recorder = RunRecorder(RunFolder(out))
    try:
        return resumed(RunFolder(out), recorder, Interrupter())[1]
    finally:
        recorder.close()


WHOLE_NUMBERS = (-1, -(2**63), 2**53, 2**63, 10**30, 1.5, None, "1", True)
NUMBERS = (-1.0, None, float("nan"), float("inf"), "1", [1.0])
CASES = [
    *((field, value) for field in ("epoch", "step", "updates", "epochs", "edits")
      for value in WHOLE_NUMBERS),
    *((field, value) for field in ("seconds", "epoch_seconds", "learning_rate", "plateau_factor")
      for value in NUMBERS),
    ("epoch", 0), ("epoch", 1), ("epoch", EPOCHS + 1), ("step", STEPS + 1), ("step", 0),
    ("updates", 7), ("updates", 9), ("updates", 0), ("epochs", 0), ("epochs", 3),
    ("learning_rate", 0.0), ("plateau_factor", 1.5), ("fold", 1), ("plateau", None),
    ("stopping", None), ("stopping.waited", -1), ("stopping.waited", EPOCHS + 1),
    ("plateau.waited", 10**12), ("stopping.best", "x"), ("best.epoch", 0), ("best.epoch", 3),
    ("best.epoch", -5), ("best.train", {}), ("best.validation", None), ("train", None),
    ("train", {"loss": 1.0}), ("train.loss", "low"), ("validation", None),
    ("validation", {"loss": 1, "mae": 1, "r2": 1, "f1": 1}), ("format", 2),
    ("level", -1.0), ("level", "x"),
    ("jumped", -1), ("jumped", 99),
    ("gradient_norms", {"dense_1": -1.0}), ("ended", [{}]), ("data_sha256", ""),
    ("weights_sha256", "0" * 64), ("weights_sha256", None),
]  # fmt: skip


def put(state: dict[str, Any], field: str, value: object) -> None:
    *above, last = field.split(".")
    for name in above:
        state = state[name]
    state[last] = value


@pytest.mark.parametrize(("field", "value"), CASES, ids=lambda part: str(part)[:24])
def test_a_field_out_of_range_is_named_and_the_generation_before_is_used(
    field: str, value: object, runs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    shutil.copytree(runs / "plain", out)
    names = changed(out, lambda state: put(state, field, value))
    problems = gone_on_with(out)
    assert len(problems) == 1
    assert names[0] in problems[0]
    assert "\n" not in problems[0]
    spoken = {"data_sha256": "data has changed", "weights_sha256": "weights", "train.loss": "train"}
    named = spoken.get(field, field.rpartition(".")[2])
    if isinstance(value, float) and not math.isfinite(value):
        named = "malformed"  # JSON has no such numbers
    assert named in problems[0] or _is_consistent_with(field, problems[0]), problems[0]


def _is_consistent_with(field: str, problem: str) -> bool:
    """A wrong place shows first in the counter that no longer fits it."""
    places = ("epoch", "step", "updates", "epochs")
    return field in places and any(f"{name}: expected" in problem for name in places)


FOLDS: list[tuple[str, object]] = [
    ("fold", None), ("fold", 0), ("fold", -1), ("fold", 1), ("fold", 3), ("fold", 10**9),
    ("ended", []), ("ended", "twice"), ("ended.reason", "interrupted"), ("ended.epochs", -1),
    ("ended.epochs", 9), ("ended.seconds", -1.0), ("ended.train", {"loss": 1.0}),
    ("ended.train", {}), ("ended.validation", {"x": 1.0}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), FOLDS, ids=lambda part: str(part)[:24])
def test_a_fold_that_cannot_be(field: str, value: object, runs: Path, tmp_path: Path) -> None:
    def change(state: dict[str, Any]) -> None:
        if value == "twice":
            state["ended"] *= 2
        elif field.startswith("ended."):
            put(state["ended"][0], field.removeprefix("ended."), value)
        else:
            put(state, field, value)

    out = tmp_path / "run"
    shutil.copytree(runs / "folds", out)
    names = changed(out, change)
    (problem,) = gone_on_with(out)
    assert names[0] in problem
    assert field.partition(".")[0] in problem


def test_where_no_generation_can_be_all_are_named_in_one_line(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(runs / "plain", out)
    names = changed(out, lambda state: put(state, "step", STEPS + 1), generations=2)
    with pytest.raises(RunError) as caught:
        gone_on_with(out)
    text = str(caught.value)
    assert all(f"{name}: step: expected 0 to {STEPS}, got {STEPS + 1}" in text for name in names)
    assert "\n" not in text


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_sums_that_are_no_numbers(value: float, runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(runs / "plain", out)
    path = sorted((out / "checkpoints").glob("*.safetensors"))[-1]
    metadata, arrays = read_arrays(path)
    arrays["totals"][0] = value
    rewrite(path, arrays, metadata)
    (problem,) = gone_on_with(out)
    assert f"{path.name}: totals: expected" in problem


@pytest.mark.parametrize("name", PRESETS)
def test_what_runs_write_themselves_is_plausible(name: str, runs: Path, tmp_path: Path) -> None:
    """At every step, also between an epoch's last step and its end."""
    whole = tmp_path / "whole"
    expected = sha(start(PRESETS[name], whole))
    shutil.copytree(runs / name, tmp_path / "run")
    assert gone_on_with(tmp_path / "run") == []
    assert sha(resume(tmp_path / "run")) == expected
