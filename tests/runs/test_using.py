"""predict and export, as a user calls them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli import test_cli
from tests.cli.here import tuidl
from tuidl.data import SOURCES


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("using") / "run"
    result = tuidl("cnn_digits", "--no-ui", "--out", str(out), "--set", "training.epochs=6")
    assert result.returncode == 0, result.stderr
    return out


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    part = SOURCES["digits"](validation=0.2).split().validation
    path = tmp_path_factory.mktemp("digits") / "x.npy"
    np.save(path, part.x[:50])
    return path, [int(y) for y in part.y[:50].ravel()]


def test_predictions_are_as_good_as_the_run_was(run: Path, digits: tuple[Path, list[int]]) -> None:
    path, classes = digits
    told = json.loads(tuidl("predict", str(run), str(path), "--json").stdout)
    right = [int(record["class"]) == true for record, true in zip(told, classes, strict=True)]
    assert np.mean(right) > 0.9
    assert sum(told[0]["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_a_table_for_people(run: Path, digits: tuple[Path, list[int]]) -> None:
    result = tuidl("predict", str(run), str(digits[0]), str(digits[0]))
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["example", "class", "probability", "else"]
    assert len(lines) == 101


def test_the_best_epoch_answers_otherwise(run: Path, digits: tuple[Path, list[int]]) -> None:
    best = tuidl("predict", str(run), str(digits[0]), "--json", "--weights", "best")
    assert best.returncode == 0
    assert len(json.loads(best.stdout)) == 50


@pytest.mark.parametrize(
    ("name", "words"),
    [("gone.npy", "No such file"), ("run.txt", "give .npy or .npz"), ("bad.npy", "bad.npy")],
)
def test_inputs_that_are_none(name: str, words: str, run: Path, tmp_path: Path) -> None:
    if name != "gone.npy":
        (tmp_path / name).write_text("what")
    result = tuidl("predict", str(run), str(tmp_path / name))
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_an_exported_program_needs_numpy_alone(
    run: Path, digits: tuple[Path, list[int]], tmp_path: Path
) -> None:
    arguments = ["export", str(run), "--to", "numpy", "--out", str(tmp_path / "digits")]
    done = test_cli.tuidl(*arguments)  # in a process of its own, as a user has it
    assert done.returncode == 0, done.stderr
    assert "proved: answers differ from the model's by at most" in done.stderr
    program = done.stdout.splitlines()[0]
    code = (
        f"import runpy, sys; sys.argv = ['x', {str(digits[0])!r}]; "
        f"runpy.run_path({program!r}, run_name='__main__'); assert 'tuidl' not in sys.modules"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert len(told.stdout.splitlines()) == 50
    again = ["export", str(run), "--to", "numpy", "--out", str(tmp_path / "digits")]
    refused = tuidl(*again)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert tuidl(*again, "--force").returncode == 0


def test_a_format_that_is_none(run: Path, tmp_path: Path) -> None:
    result = tuidl("export", str(run), "--to", "nump", "--out", str(tmp_path))
    assert result.returncode == 2
    assert "did you mean 'numpy'?" in result.stderr
