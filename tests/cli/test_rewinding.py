"""``tuidl rewind``, ``fork``, ``landscape`` and ``--at-step``, as a user calls them."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests import helpers
from tests.runs.kept import start
from tuidl.cli import cli


def tuidl(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture
def run(tmp_path: Path) -> str:
    start(helpers.preset(helpers.CONV, "training.epochs=3"), tmp_path / "run", stop_after=80)
    return str(tmp_path / "run")


def test_one_step_and_two(run: str) -> None:
    one = json.loads(tuidl("rewind", run, "50", "--json").stdout)
    assert (one["moment"]["epoch"], one["moment"]["step"]) == (2, 5)
    assert one["scores"].keys() == {"loss", "accuracy"}
    assert "step 50 (epoch 2, step 5 of 45)" in tuidl("rewind", run, "50").stdout
    two = json.loads(tuidl("rewind", run, "50", "80", "--json").stdout)
    assert two["first"]["weights_sha256"] == one["weights_sha256"]
    assert two["second"]["weights_sha256"] != one["weights_sha256"]
    assert [layer["layer"] for layer in two["layers"]] == ["conv2d_1", "dense_1"]
    assert "another class: " in tuidl("rewind", run, "50", "80").stdout


def test_a_network_of_the_past_is_used(run: str, tmp_path: Path) -> None:
    for step in ("10", "80"):
        out = str(tmp_path / step)
        options = ("--to", "safetensors", "--at-step", step, "--out", out)
        assert tuidl("export", run, *options).exit_code == 0
    files = [next((tmp_path / step).glob("*.safetensors")).read_bytes() for step in ("10", "80")]
    assert files[0] != files[1]


def test_a_fork_is_a_run_that_says_where_it_comes_from(run: str, tmp_path: Path) -> None:
    out = str(tmp_path / "fork")
    rate = "optimizer.learning_rate=0.01"
    forked = tuidl("fork", run, "50", "--set", rate, "--out", out, "--json")
    assert forked.exit_code == 0, forked.output
    events = [json.loads(line) for line in forked.stdout.splitlines() if line.startswith("{")]
    assert events[0]["resumed"] == {"epoch": 2, "step": 5, "fold": None}
    assert [e["value"] for e in events if e["event"] == "edited"] == [0.01]
    about = json.loads((tmp_path / "fork" / "run.json").read_text())
    assert about["origin"] == {"run": "run", "updates": 50, "epoch": 2, "step": 5}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("rewind", "RUN", "1", "2", "3"), "name one step, or two to compare"),
        (("rewind", "RUN", "81"), "step 81: expected 0 to 80"),
        (("fork", "RUN", "50", "--set", "training.epochs=9"), "cannot change during a run"),
        (("fork", "RUN", "50", "--out", "RUN"), "not empty"),
    ],
)
def test_what_cannot_be_is_said(run: str, arguments: tuple[str, ...], problem: str) -> None:
    before = sorted(path.name for path in Path(run).iterdir())
    result = tuidl(*(run if word == "RUN" else word for word in arguments))
    assert result.exit_code != 0
    assert problem in f"{result.output}{result.exception}"
    assert sorted(path.name for path in Path(run).iterdir()) == before


def test_a_landscape_as_text_and_as_json(run: str) -> None:
    shown = tuidl("landscape", run, "--points", "5").stdout
    assert "1st principal component of the path, " in shown
    assert "(amid an epoch: nothing was logged here)" in shown
    options = ("--points", "5", "--plane", "random", "--json")
    found = json.loads(tuidl("landscape", run, *options).stdout)
    assert np.shape(found["losses"]) == (5, 5)
    assert found["losses"][2][2] == found["head"]["centre"]
    problem = tuidl("landscape", run, "--examples", "few").output
    assert "expected a number from 1 on, or all, got 'few'" in problem
