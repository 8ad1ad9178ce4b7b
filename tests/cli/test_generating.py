"""``tuidl generate`` of networks that make examples of random numbers."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tuidl.cli import cli
from tuidl.cli.generating import generate
from tuidl.cli.generating_examples import drawn
from tuidl.model.sampling import generated
from tuidl.preset.library import load_preset
from tuidl.runs.recorder import RunRecorder, recorded
from tuidl.runs.results import load_run
from tuidl.training.start import trainer_for


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kept run of a GAN."""
    out = tmp_path_factory.mktemp("runs") / "gan"
    preset = load_preset("gan_points", ("data.points=1000", "training.epochs=2"))
    recorder = RunRecorder.of_new(preset, "cpu", out)
    list(recorded(trainer_for(preset, checkpointer=recorder), recorder))
    return out


def said(*arguments: object) -> str:
    result = CliRunner().invoke(generate, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_points_are_lines_of_two_numbers_the_same_for_the_same_seed(run: Path) -> None:
    head, *lines = said(run, "--count", 50).splitlines()
    assert head == "x,y"
    found = np.array([[float(value) for value in line.split(",")] for line in lines])
    assert found == pytest.approx(generated(load_run(run).model(), 50), rel=1e-6)
    assert said(run, "--count", 50) == said(run, "--count", 50)
    assert said(run, "--count", 5).splitlines() == [head, *lines[:5]]
    assert said(run, "--count", 5, "--seed", 1).splitlines()[1:] != lines[:5]
    first = json.loads(said(run, "--count", 1, "--json"))
    assert first["values"] == pytest.approx(found[0], rel=1e-6)


@pytest.mark.parametrize("option", ["--prompt=a", "--length=3", "--top-k=2", "--temperature=0"])
def test_options_of_text_are_refused(option: str, run: Path) -> None:
    result = CliRunner().invoke(generate, [str(run), option])
    assert result.exit_code == 2
    assert "are for text" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "run", "--temperature=nan"],
        ["evaluate", "run", "--threshold=nan"],
        ["find-rate", "mlp_xor", "--lowest=nan"],
    ],
)
def test_what_is_no_number_is_in_no_range(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert "'nan': expected a number" in result.output


def test_points_and_pictures_are_drawn(run: Path) -> None:
    points = drawn(np.random.default_rng(0).normal(size=(100, 2)), 60, color=False, unicode=True)
    assert len(points) == 20
    assert {line.cell_len for line in points} == {60}
    pictures = drawn(np.full((50, 8, 8, 1), 0.7), 60, color=False, unicode=False)
    assert {line.cell_len for line in pictures} == {60}
    assert all(line.plain.isascii() for line in pictures)


def test_an_autoencoder_without_a_normal_code_says_what_it_can(tmp_path: Path) -> None:
    preset = load_preset("autoencoder_digits", ("training.epochs=1", "data.validation=0.9"))
    recorder = RunRecorder.of_new(preset, "numpy", tmp_path / "codes")
    list(recorded(trainer_for(preset, checkpointer=recorder, backend="numpy"), recorder))
    result = CliRunner().invoke(generate, [str(tmp_path / "codes")])
    assert "--between A B goes from one held-out example" in str(result.exception)
    assert said(tmp_path / "codes", "--between", 3, 3, "--count", 2)
