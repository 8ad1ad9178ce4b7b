"""``tuidl find-rate``, as a user calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import helpers
from tuidl.cli import cli
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset

FEW = ("--steps", "80", "--lowest", "1e-5", "--highest", "1")


def find(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["find-rate", *arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(f"# my own\n{helpers.CONV}")
    return path


def test_the_suggestion_is_shown_and_written_into_the_file(file: Path) -> None:
    shown = find(str(file), *FEW, "--write")
    assert shown.exit_code == 0, shown.output
    suggested = json.loads(find(str(file), *FEW, "--json").stdout)["suggested"]
    assert f"suggested (a guess): {suggested:g}" in shown.stdout
    assert Preset.load(file).optimizer.learning_rate == suggested
    assert file.read_text().startswith("# my own\n")


def test_a_suggestion_is_the_same_each_time(file: Path) -> None:
    first, second = (find(str(file), *FEW, "--json").stdout for _ in range(2))
    assert first == second


def test_of_an_objective_what_is_said_can_be_typed() -> None:
    shown = find("gan_points", "--objective", "generator", *FEW)
    said = shown.stdout.rpartition("train with it: ")[2].split()
    assert said[:3] == ["tuidl", "gan_points", "--set"]
    assert load_preset("gan_points", [said[3]]).objectives[1].optimizer.learning_rate == float(
        said[3].partition("=")[2]
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nowhere.toml",), "nowhere.toml: No such file"),
        (("cnn_digits", "--write"), "shipped preset"),
        (("cnn_digits", "--lowest", "2", "--highest", "1"), "expected less than --highest"),
        (("cnn_digits", "--lowest", "0"), "--lowest"),
        (("cnn_digits", "--steps", "3"), "--steps"),
        (("gan_points",), "name one with --objective: discriminator, generator"),
        (("cnn_digits", "--objective", "critic"), "no objective 'critic'"),
        (("cnn_digits", "--set", "optimizer.learning_rat=1"), "learning_rat"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], problem: str) -> None:
    result = find(*arguments)
    assert result.exit_code != 0
    assert problem in result.output + str(result.exception)
