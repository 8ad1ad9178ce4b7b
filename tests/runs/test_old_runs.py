"""Run folders that the code of commit 5d7bef1 made can be listed, viewed, resumed, predicted from
and exported. ``old/make.py`` made them and wrote down what that code said of them.

Where a test here fails, runs that users keep cannot be used any more: new code must read what the
old one wrote. The folders are never made anew.
"""

import json
import os
import re
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuidl.cli import cli

OLD = Path(__file__).parent / "old"
SAID: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in sorted(OLD.glob("*.json"))
}
STOPPED = [name for name, said in SAID.items() if said["listed"]["state"] != "done"]
WITH_WEIGHTS = [name for name, said in SAID.items() if "predicted" in said]
SLOWER = ("--set", "optimizer.learning_rate=0.01")
NUMBER = re.compile(r"-?\d[\d.]*(?:e[+-]?\d+)?")
EPOCHS = {"folds": 3 * 5}
"""In the log of the whole run, where it is not what the run says: of all folds."""

Say = Callable[..., str]


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old runs among the user's, for commands that only look."""
    place = tmp_path_factory.mktemp("old")
    for name in SAID:
        shutil.copytree(OLD / name, place / name)
    return place


@pytest.fixture
def say(
    originals: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Say:
    """What a command says on stdout; it must end well."""
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(originals))
    monkeypatch.chdir(tmp_path)

    def left(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", left)

    def said(*arguments: str, end: int = 0) -> str:
        code: Any = 0
        try:
            cli.main([*arguments], prog_name="tuidl", standalone_mode=False)
        except SystemExit as exit_:
            code = exit_.code
        spoken = capsys.readouterr()
        assert (code or 0) == end, spoken.err
        return spoken.out

    return said


def test_every_kind_of_run_is_there() -> None:
    states = {said["listed"]["state"] for said in SAID.values()}
    assert states == {"done", "interrupted", "unfinished", "failed"}
    assert sorted(SAID) == sorted(
        path.name for path in OLD.iterdir() if (path / "run.json").exists()
    )
    assert len(SAID) == 17


def test_they_are_listed_as_they_were(say: Say) -> None:
    found = {record["run"]: record for record in json.loads(say("runs", "--json"))}
    for name, said in SAID.items():
        agree(found[name], said["listed"])


@pytest.mark.parametrize("name", SAID)
def test_the_view_shows_the_same_figures(name: str, say: Say) -> None:
    shown = NUMBER.findall(say("view", name, "--no-ui"))
    figures = [figure for legend in SAID[name]["legends"] for figure in NUMBER.findall(legend)]
    assert figures
    assert set(figures) <= set(shown)


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_they_predict_what_they_predicted(name: str, say: Say, originals: Path) -> None:
    run = originals / name
    agree(predicted(name, run, say), SAID[name]["predicted"])
    agree(predicted(name, run, say, "--weights", "best"), SAID[name]["best"])


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_an_exported_program_says_the_same(name: str, say: Say, tmp_path: Path) -> None:
    said = SAID[name]["exported"]
    say("export", name, "--to", "numpy", "--out", "program")
    program = runpy.run_path(str(tmp_path / "program" / "model.py"))
    prepared = np.asarray(said["prepared"], np.float32)
    np.testing.assert_allclose(program["predict"](prepared), said["outputs"], 1e-5, 1e-6)
    answers = program["answers"](program["predict"](program["prepare"](np.asarray(said["inputs"]))))
    np.testing.assert_allclose(answers, said["answers"], 1e-5, 1e-6)


@pytest.mark.parametrize("name", STOPPED)
def test_they_go_on_to_the_end_that_they_would_have_had(
    name: str, say: Say, tmp_path: Path
) -> None:
    said, run = SAID[name], tmp_path / name
    shutil.copytree(OLD / name, run)
    rate = SLOWER if said["listed"]["state"] == "failed" else ()
    resumed = say("resume", str(run), "--no-ui", "--json", *rate)
    started, *_, ended = [json.loads(line) for line in resumed.splitlines()]
    assert started["resumed"] == said["place"]
    expected = said["ended"]
    assert (ended["event"], ended["reason"]) == ("run_ended", expected["reason"])
    assert ended["epochs"] == expected["epochs"]
    for part in ("train", "validation", "test"):
        agree(ended[part], expected[part], 1e-3)
    agree(predicted(name, run, say), said["resumed"], 1e-4)
    assert epochs_of(run) == EPOCHS.get(name, expected["epochs"])


def test_changes_of_the_rate_are_made_again(say: Say, tmp_path: Path) -> None:
    """To other bits than those of the version that made the run, which is said."""
    told = say("replay", "xor", "--json", "--out", str(tmp_path / "again"), end=1)
    lines = [json.loads(line) for line in told.splitlines()]
    agree(lines[-1]["train"], SAID["xor"]["ended"]["train"], 1e-3)
    assert sum(line["event"] == "edited" for line in lines) == 2


def predicted(name: str, run: Path, say: Say, *options: str) -> Any:
    """For its inputs: a file in its own folder (a table, a picture), or an array."""
    inputs = SAID[name]["inputs"]
    if isinstance(inputs, str):
        return json.loads(say("predict", str(run), str(run / inputs), "--json", *options))
    np.save("input.npy", np.asarray(inputs, np.float32))
    return json.loads(say("predict", str(run), "input.npy", "--json", *options))


def epochs_of(run: Path) -> int:
    """How many different ones the log has."""
    lines = map(json.loads, (run / "events.jsonl").read_text().splitlines())
    return len({(line["fold"], line["epoch"]) for line in lines if line["event"] == "epoch_ended"})


def agree(found: Any, expected: Any, tolerance: float = 1e-5) -> None:
    """Numbers are close, and all else is equal; ``found`` may have further keys."""
    if isinstance(expected, dict):
        if "values" in expected and "probabilities" in found:  # shares had no names before
            found = {**found, "values": list(found["probabilities"].values())}
        assert expected.keys() <= found.keys()
        for key, value in expected.items():
            agree(found[key], value, tolerance)
    elif isinstance(expected, list):
        for one, other in zip(found, expected, strict=True):
            agree(one, other, tolerance)
    elif isinstance(expected, float):
        assert np.isfinite(found)
        assert found == pytest.approx(expected, rel=tolerance, abs=tolerance / 10)
    else:
        assert found == expected
