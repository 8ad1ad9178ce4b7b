"""``tuidl evaluate``, as it is called."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tuidl.cli import cli

PRESET = """
name = "moons"
data = {source = "moons", validation = 0.2, test = 0.2}
layers = [{type = "dense", units = 4, activation = "tanh"}, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "sgd"}
training = {epochs = 2, batch_size = 32, metrics = ["accuracy"]}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs, ``runs/first`` and ``runs/second``."""
    folder = tmp_path_factory.mktemp("evaluate")
    (folder / "moons.toml").write_text(PRESET)
    for name, seed in (("first", 0), ("second", 1)):
        trained = call(
            folder, "moons.toml", "--no-ui", "--seed", str(seed), "--out", f"runs/{name}"
        )
        assert trained.returncode == 0, trained.stderr
    return folder


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TUIDL_RUNS_DIR": str(folder / "runs"), "COLUMNS": "80"}
    command = [sys.executable, "-m", "tuidl", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_the_held_out_part_has_the_scores_that_training_reported(place: Path) -> None:
    result = call(place, "evaluate", "first", "second", "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    scores = {score["name"]: score for score in found["scores"]}
    ended = json.loads((place / "runs/first/summary.json").read_text())["ended"]
    assert scores["accuracy"]["value"] == pytest.approx(ended["test"]["accuracy"], abs=1e-9)
    assert scores["log_loss"]["value"] == pytest.approx(ended["test"]["loss"], rel=1e-5)
    assert found["data"].startswith("test part of the run's data")
    assert found["comparison"]["other"] == "second"


@pytest.mark.slow
def test_a_report_is_written_and_not_replaced_unasked(place: Path) -> None:
    arguments = ("evaluate", "first", "--report", "report.md", "--resamples", "100")
    first = call(place, *arguments)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[0].startswith("first (preset moons; final weights)")
    assert (place / "report.md").read_text().startswith("# first")
    second = call(place, *arguments)
    assert second.returncode == 2
    assert "report.md is there" in second.stderr
    assert call(place, *arguments, "--force").returncode == 0


@pytest.mark.slow
def test_what_cannot_be_judged(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(place / "runs"))
    for arguments, message in (
        (["first", "--by", "city"], "no rows of a table"),
        (["first", "nothing.csv"], "nothing.csv"),
        (["first", "--cost", "1"], "expected two costs, as 1,5"),
        (["first", "moons.toml", "--part", "test"], "--part is of the run's own data"),
        (["first", "--positive", "2"], "no class '2'"),
        (["third"], "no run 'third'"),
    ):
        result = CliRunner().invoke(cli, ["evaluate", *arguments])
        assert result.exception is not None
        assert result.stdout == ""
        assert message in f"{result.exception} {result.stderr}"
